"""A name that is not here: say where it is, or what there is instead."""

from __future__ import annotations

import difflib
import sys
from typing import NoReturn

SPACES = ("tapes", "tapes.nn", "tapes.math", "tapes.linalg", "tapes.random", "tapes.bitwise")
NEAR = 0.8  # how alike a suggestion must be, of 1: reduce_men is meant to be reduce_mean, foo is not floor
OUTSIDE = {
    "Session": "ops run at once, there is no session to open: print the tensor, or write a function, which "
               "tapes.function makes a graph of",
    "placeholder": "ops run at once: write a function, which tapes.function makes a graph of, and give it the tensor",
    "global_variables_initializer": "a tapes.Variable has its value as soon as it is made",
    "gradients": "use tapes.GradientTape",
    "grad": "record a function with tapes.GradientTape, and ask tape.gradient(target, sources)",
    "value_and_grad": "record a function with tapes.GradientTape, and ask tape.gradient(target, sources)",
    "jacobian": "it is tape.jacobian(target, sources), of a tapes.GradientTape",
    "hessian": "it is outer.jacobian(inner.gradient(target, x), x), of two tapes, one inside the other",
    "jvp": "it is tapes.autodiff.ForwardAccumulator(primals, tangents).jvp",
    "vjp": "it is tape.gradient(target, sources, output_gradients=...)",
    "strings": "tensors hold numbers and booleans",
    "ragged": "rows of different lengths are padded to one length, with a mask",
    "sparse": "tensors are dense: tapes.gather takes entries out of one",
    "data": "any Python iterable of NumPy arrays will do",
    "layers": "they are in tapes.keras.layers",
    "mean": "it is tapes.reduce_mean",
    "sum": "it is tapes.reduce_sum",
    "max": "it is tapes.reduce_max, or tapes.maximum for two tensors",
    "min": "it is tapes.reduce_min, or tapes.minimum for two tensors",
    "prod": "it is tapes.reduce_prod",
    "dot": "it is tapes.tensordot(a, b, 1) for vectors, a @ b for matrices",
    "arange": "it is tapes.range",
    "array": "it is tapes.constant",
    "tensor": "it is tapes.constant",
    "concatenate": "it is tapes.concat",
}

# Of Keras, in whichever of its modules.
OUTSIDE_KERAS = {
    **dict.fromkeys(("Masking", "StringLookup", "TextVectorization", "Hashing", "IntegerLookup"),
                    "there are no masks and strings here: make arrays of numbers with NumPy, and multiply what is not "
                    "to count by 0"),
    **dict.fromkeys(("load_model", "save_model", "clone_model", "model_from_json", "deserialize", "serialize"),
                    "only weights go into files: make the model by its Python code, and call model.load_weights"),
    **dict.fromkeys(("applications", "datasets", "preprocessing", "mixed_precision", "distribution", "export"),
                    "it is out of reach of this package"),
    "ops": "any op of tapes will do, such as tapes.reduce_sum",
    "Variable": "it is tapes.Variable",
    "TensorBoard": "print or plot the lists in history.history",
}


def missing(module: str, name: str) -> NoReturn:
    """AttributeError for a name that was asked of a module of the package."""
    here = sys.modules[module]
    elsewhere = next((space for space in SPACES if name in sys.modules[space].__all__), "")
    near = difflib.get_close_matches(name, here.__all__, 1, NEAR)
    if module == "tapes" and name in OUTSIDE:
        hint = OUTSIDE[name]
    elif module.startswith("tapes.keras") and name in OUTSIDE_KERAS:
        hint = OUTSIDE_KERAS[name]
    elif elsewhere:
        hint = f"it is {elsewhere}.{name}"
    else:
        hint = f"did you mean {module}.{near[0]}?" if near else ""
    raise AttributeError(f"module {module!r} has no attribute {name!r}{': ' + hint if hint else ''}",
                         name=name, obj=here)
