"""Six answers to one question that share no line of code: what is the derivative of this op, here?"""

from __future__ import annotations

from collections.abc import Callable

from .answers import Answers
from .numeric import central_differences, complex_step
from .peers import jax, tensorflow, torch
from .samples import Sample
from .symbolic import symbolic

ORACLES: dict[str, Callable[[Sample], Answers]] = {
    "complex step": complex_step, "central differences": central_differences, "SymPy": symbolic,
    "TensorFlow": tensorflow, "JAX": jax, "torch": torch}
# What must be installed for an oracle to speak.
LIBRARY = {"SymPy": "sympy", "TensorFlow": "tensorflow", "JAX": "jax", "torch": "torch"}
