"""Questions about how one asks for a gradient, each typed as a user of that library would: what happens?"""

from __future__ import annotations

import ast
import importlib
import math
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ...backends import DIFFERENTIATORS

_DULL = (DeprecationWarning, PendingDeprecationWarning, FutureWarning, ResourceWarning)  # not about gradients


@dataclass(frozen=True)
class Call:
    """A question, and the small program of each library that asks it.

    Attributes:
        name: the question.
        program: the function's name in the module of each library beside this one.
        expected: for each library what the program gives: numbers, None, the name of an exception; after a comma that
            of a warning.
        why: one sentence.
        unasked: why a library has no such program, where that needs a word.
    """

    name: str
    program: str
    expected: dict[str, Any]
    why: str
    unasked: dict[str, str] = field(default_factory=dict)

    def answer(self, library: str) -> Any:
        """Run the library's program."""
        given = []
        if library == "tapes":
            import tapes

            given = [tapes]
        elif library in DIFFERENTIATORS:
            backend = DIFFERENTIATORS[library].open()
            given = [backend.tf] if library == "tensorflow" else []
        program = getattr(importlib.import_module(f"{__name__}.{_module(library)}"), self.program)
        with warnings.catch_warnings(record=True) as heard:
            warnings.simplefilter("always")
            answer = program(*given)
        told = dict.fromkeys(each.category.__name__ for each in heard if not issubclass(each.category, _DULL))
        return ", ".join([str(_number(answer)), *told]) if told else answer

    def asked(self, library: str) -> str:
        """The text of the library's program, for which the library need not be there."""
        path = Path(__file__).with_name(f"{_module(library)}.py")
        text = path.read_text(encoding="utf-8")
        (found,) = [node for node in ast.parse(text).body
                    if isinstance(node, ast.FunctionDef) and node.name == self.program]
        return ast.get_source_segment(text, found) or ""


def _module(library: str) -> str:
    """tapes and TensorFlow share theirs."""
    return "tape" if library in ("tapes", "tensorflow") else library


def _number(answer: Any) -> Any:
    return [_number(each) for each in answer] if isinstance(answer, list) else float(answer)


def says(**answers: Any) -> dict[str, Any]:
    return answers


_GIVEN = "all arguments of the function count"
_FIRST = "it has first derivatives only"

CALLS = (
    Call("the target is a vector, x * x at [1, 2]", "vector_target",
         says(tapes=[2, 4], tensorflow=[2, 4], jax="TypeError", torch="RuntimeError", autograd="TypeError",
              mygrad=[2, 4]),
         "A tape differentiates the sum of the entries; the others want a scalar, so that a forgotten mean is noticed.",
         {"micrograd": "it has numbers only"}),
    Call("the same, with a weight for each entry", "weighted_target",
         says(tapes=[2, 4], tensorflow=[2, 4], jax=[2, 4], torch=[2, 4], autograd=[2, 4], mygrad=[2, 4]),
         "output_gradients, vjp, grad_outputs, elementwise_grad, backward(weights): one thing under five names.",
         {"micrograd": "it has numbers only"}),
    Call("the target is complex, z * z at 1 + 2j", "complex_target",
         says(tapes=2 - 4j, tensorflow=2 - 4j, jax="TypeError", torch="RuntimeError", autograd="TypeError",
              mygrad="TypeError", micrograd=2 + 4j),
         "A tape gives the conjugate of 2z, the gradient of the real part; micrograd's numbers happen to go through."),
    Call("the input is an integer, x * x at 3", "integer_input",
         says(tapes=None, tensorflow=None, jax="TypeError", torch="RuntimeError", autograd="TypeError", mygrad=None,
              micrograd=6),
         "An integer cannot move a little: None with a warning in the log, or an error."),
    Call("the input is Python's 0.0, and the target its root", "python_zero",
         says(tapes=math.inf, tensorflow=math.inf, jax=math.inf, torch=math.inf, autograd="ZeroDivisionError",
              mygrad=math.inf, micrograd="ZeroDivisionError"),
         "autograd calculates with what it is given: np.array(0.0) would give inf, a Python number gives an error."),
    Call("the inputs are in a dictionary, a * b at a = 2, b = 3", "dictionary",
         says(tapes={"a": 3, "b": 2}, tensorflow={"a": 3, "b": 2}, jax={"a": 3, "b": 2}, torch={"a": 3, "b": 2},
              autograd={"a": 3, "b": 2}),
         "The gradient comes in the form of the inputs.",
         {"mygrad": "each tensor holds its own", "micrograd": "each number holds its own"}),
    Call("nobody has said that x is to be differentiated by", "unmarked_input",
         says(tapes=None, tensorflow=None, torch="RuntimeError", mygrad=None),
         "watch and Variable, requires_grad, constant=False: without them nothing is recorded.",
         {"jax": _GIVEN, "autograd": _GIVEN, "micrograd": "every Value counts"}),
    Call("the input is not used", "unused_input",
         says(tapes=None, tensorflow=None, jax=0, torch="RuntimeError", autograd="0.0, UserWarning"),
         "A tape says None, so that a broken connection is noticed; a function that is constant has the derivative 0.",
         {"mygrad": "see the row on .grad", "micrograd": "see the row on .grad"}),
    Call("the same, with 0 asked for", "unused_input_as_zero",
         says(tapes=0, tensorflow=0, torch=0),
         'unconnected_gradients="zero" and materialize_grads=True.',
         {"jax": "it is 0 anyhow", "autograd": "it is 0 anyhow"}),
    Call("the same, with None allowed", "unused_input_allowed",
         says(torch=None), "allow_unused=True.",
         {"tapes": "it is None anyhow", "tensorflow": "it is None anyhow"}),
    Call("the same, read from .grad", "unused_input_in_grad",
         says(torch=None, mygrad=None, micrograd=0),
         "Where gradients are stored in the inputs, what was not reached keeps what it had."),
    Call("the second derivative of 2x", "second_of_a_line",
         says(tapes=None, tensorflow=None, jax=0, torch="RuntimeError", autograd="0.0, UserWarning"),
         "The slope of a line does not depend on x: it is an input that is not used.",
         {"mygrad": _FIRST, "micrograd": _FIRST}),
    Call("twice the gradient of one x * x at 3", "second_sweep",
         says(tapes="RuntimeError", tensorflow="RuntimeError", jax=[6, 6], torch="RuntimeError", autograd=[6, 6],
              mygrad=[6, 6], micrograd=[6, 12]),
         "What was recorded is freed after use, or is a function that can be called again; micrograd adds up."),
    Call("the same, with what was recorded kept", "second_sweep_kept",
         says(tapes=[6, 6], tensorflow=[6, 6], torch=[6, 6]), "persistent=True and retain_graph=True.",
         {"jax": "it can always be called again", "autograd": "it can always be called again"}),
    Call("the same, read from .grad after each", "second_sweep_in_grad",
         says(torch=[6, 12]), "backward() adds to what is there: hence zero_grad() in every training loop.",
         {"mygrad": "see two rows above", "micrograd": "see two rows above"}),
    Call("a Python `if` on values, at 3", "python_if",
         says(tapes=6, tensorflow=6, jax=6, torch=6, autograd=6, mygrad=6, micrograd="TypeError"),
         "What runs is what is differentiated: no library has to know about the branch."),
    Call("the same, compiled, at 3 and at -3", "python_if_compiled",
         says(tapes=[6, -1], tensorflow=[6, -1], jax="TracerBoolConversionError", torch=[6, -1]),
         "tf.function rewrites the source, tapes.function and torch.compile guard the branch they have seen; jax.jit "
         "asks for lax.cond.",
         {"autograd": "it compiles nothing", "mygrad": "it compiles nothing", "micrograd": "it compiles nothing"}),
    Call("the same, recorded once at 3 and replayed", "python_if_traced",
         says(torch="[6.0, -6.0], TracerWarning"),
         "torch.jit.trace keeps the branch of the first input: at -3 the derivative is -1, and this is wrong."),
    Call("x * float(x) at 3", "python_float",
         says(tapes=3, tensorflow=3, jax="ConcretizationTypeError", torch="3.0, UserWarning", autograd="TypeError",
              mygrad=3, micrograd="TypeError"),
         "float(x) leaves the record: without a word the derivative is that of a constant times x, 3 instead of 6."),
    Call("x + np.exp(x) at 0, with NumPy's own exp", "numpy_function",
         says(tapes=1, tensorflow=1, jax="TracerArrayConversionError", torch="RuntimeError", autograd=2, mygrad=2,
              micrograd="TypeError"),
         "The derivative is 2; where NumPy turns the tensor into an array without a word, half of it is lost."),
    Call("x * x.numpy() at 3", "numpy_method",
         says(tapes=3, tensorflow=3, jax="AttributeError", torch="RuntimeError", autograd="AttributeError",
              mygrad="AttributeError", micrograd="AttributeError"),
         "As float(x), but asked for; PyTorch wants detach() said as well, others have no such method."),
    Call("y[0] = 0, then the sum of y = x * x at [1, 2]", "write_into",
         says(tapes="TypeError", tensorflow="TypeError", jax="TypeError", torch=[0, 4], autograd="TypeError",
              mygrad=[0, 4]),
         "Where values never change, no gradient can be spoilt; PyTorch and MyGrad record the writing too.",
         {"micrograd": "it has numbers only"}),
    Call("the caller's array changes from 3 to 100 after x * x", "array_changes",
         says(tapes=[6], tensorflow=[6], jax=[6], torch=[200], autograd=[200], mygrad="ValueError"),
         "The gradient at 3 is 6; torch.from_numpy and autograd share the array and see what came later, MyGrad locks "
         "it.",
         {"micrograd": "it has numbers only"}),
)
