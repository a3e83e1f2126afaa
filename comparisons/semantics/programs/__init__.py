"""The programs, a file for each group of rules. Importing this package fills the registry."""

from . import (  # isort: skip - in the order in which they are taught
    recording, variables, lifetime, gradient, none_and_zero, nesting, pausing, custom_gradients, forward_mode, dtypes,
    conversions, operators, indexing, printing, threads_and_memory,
)

__all__ = ["conversions", "custom_gradients", "dtypes", "forward_mode", "gradient", "indexing", "lifetime",
           "nesting", "none_and_zero", "operators", "pausing", "printing", "recording", "threads_and_memory",
           "variables"]
