"""The programs, a file for each group of rules. Importing this package fills the registry."""

from . import (  # isort: skip - in the order in which they are taught
    recording, variables, lifetime, gradient, none_and_zero, nesting, pausing, custom_gradients, jacobians,
    forward_mode, dense, functions, functions_tracing, functions_running, matrices, dtypes, conversions, operators,
    indexing, printing, threads_and_memory, errors,
)

__all__ = ["conversions", "custom_gradients", "dense", "dtypes", "errors", "forward_mode", "functions",
           "functions_running", "functions_tracing", "gradient", "indexing", "jacobians", "lifetime", "matrices",
           "nesting", "none_and_zero", "operators", "pausing", "printing", "recording", "threads_and_memory",
           "variables"]
