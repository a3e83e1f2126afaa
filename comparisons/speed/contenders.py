"""Who is timed: every way of getting the gradients, by the module that knows it."""

from __future__ import annotations

from dataclasses import dataclass

from ..libraries import LIBRARIES, Library


@dataclass(frozen=True)
class Contender:
    """One column of the table.

    Attributes:
        name: as in the table and in --only.
        title: what it is.
        module: a module with `prepare(workload, numbers, way, threads)`, imported in the contender's own process.
        way: which of the module's ways, such as "eager".
        library: what must be installed.
    """

    name: str
    title: str
    module: str
    way: str = "eager"
    library: Library | None = None

    @property
    def eager(self) -> bool:
        """Whether it does anew each time what it does."""
        return self.way == "eager" and self.name != HAND


def _contender(name: str, title: str, module: str, way: str = "eager", library: str | None = None) -> Contender:
    return Contender(name, title, f"comparisons.speed.backends.{module}", way, LIBRARIES[library] if library else None)


HAND, EAGER, FUNCTION = "numpy", "tapes", "function"
CONTENDERS: dict[str, Contender] = {contender.name: contender for contender in (
    _contender(HAND, "NumPy, value and gradients written by hand", "hand"),
    _contender(EAGER, "tapes, eager", "tapes"),
    _contender(FUNCTION, "tapes.function", "tapes", "function"),
    _contender("tf", "TensorFlow, eager", "tensorflow", "eager", "tensorflow"),
    _contender("tf.func", "tf.function", "tensorflow", "function", "tensorflow"),
    _contender("xla", "tf.function(jit_compile=True)", "tensorflow", "xla", "tensorflow"),
    _contender("jax", "JAX, eager", "jax", "eager", "jax"),
    _contender("jax.jit", "jax.jit", "jax", "jit", "jax"),
    _contender("torch", "PyTorch, eager", "torch", "eager", "torch"),
    _contender("autograd", "autograd", "autograd", "eager", "autograd"),
    _contender("mygrad", "MyGrad", "mygrad", "eager", "mygrad"),
    _contender("micrograd", "micrograd, for scalars", "micrograd", "eager", "micrograd"),
)}
OURS = (HAND, EAGER, FUNCTION)
