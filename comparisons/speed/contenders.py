"""Who is timed: every way of getting the gradients, by the module that knows it."""

from __future__ import annotations

from dataclasses import dataclass

from ..libraries import LIBRARIES, Library


@dataclass(frozen=True)
class Contender:
    """One column of the table.

    Attributes:
        name: as in --only and in the tables on the screen.
        title: as on the page and in the picture.
        module: a module with `prepare(workload, numbers, way, threads)`, imported in the contender's own process.
        way: which of the module's ways, such as "eager".
        library: what must be installed.
        what: what it is, in a sentence.
    """

    name: str
    title: str
    module: str
    way: str = "eager"
    library: Library | None = None
    what: str = ""

    @property
    def eager(self) -> bool:
        """Whether it does anew each time what it does."""
        return self.way == "eager" and self.name != HAND


def _contender(name: str, title: str, what: str, module: str, way: str = "eager",
               library: str | None = None) -> Contender:
    return Contender(name, title, f"comparisons.speed.backends.{module}", way,
                     LIBRARIES[library] if library else None, what)


HAND, SETTLED, EAGER, FUNCTION = "numpy", "numpy+", "tapes", "tapes.function"
CONTENDERS: dict[str, Contender] = {contender.name: contender for contender in (
    _contender(HAND, "NumPy by hand", "The value and its gradients, written in NumPy by hand.", "hand"),
    _contender(SETTLED, "NumPy by hand, settings of tapes", "The same code, with the settings for memory and BLAS that "
               "importing tapes makes.", "hand", "settings"),
    _contender(EAGER, "tapes, eager", "This project's GradientTape.", "tapes"),
    _contender(FUNCTION, "tapes.function", "This project's own tracing: it writes a program in NumPy.", "tapes",
               "function"),
    _contender("tf", "TensorFlow, eager", "TensorFlow's GradientTape.", "tensorflow", "eager", "tensorflow"),
    _contender("tf.function", "TensorFlow, tf.function", "TensorFlow's tracing: its graph, run by its executor.",
               "tensorflow", "function", "tensorflow"),
    _contender("xla", "TensorFlow, XLA", "The same graph compiled: tf.function(jit_compile=True).", "tensorflow", "xla",
               "tensorflow"),
    _contender("jax", "JAX, eager", "jax.value_and_grad without jit.", "jax", "eager", "jax"),
    _contender("jax.jit", "JAX, jax.jit", "jax.value_and_grad traced and compiled by XLA: jax.jit.", "jax", "jit",
               "jax"),
    _contender("torch", "PyTorch, eager", "PyTorch's autograd.", "torch", "eager", "torch"),
    _contender("autograd", "autograd, eager", "HIPS/autograd, which differentiates NumPy.", "autograd", "eager",
               "autograd"),
    _contender("mygrad", "MyGrad, eager", "MyGrad, tensors around NumPy.", "mygrad", "eager", "mygrad"),
    _contender("micrograd", "micrograd, eager", "micrograd, which knows single numbers only.", "micrograd", "eager",
               "micrograd"),
)}
OURS = (HAND, EAGER, FUNCTION)
SETTINGS = (SETTLED, EAGER, FUNCTION)  # who has the settings that importing tapes makes
