"""A symbol stands for a tensor that is not there yet: `Input` makes one, and layers make symbols of symbols."""

from __future__ import annotations

from typing import Any, NamedTuple

from ..dtypes import as_dtype


class Node(NamedTuple):
    """One call of a layer in the functional form; their numbers are the order to compute in."""

    number: int
    layer: Any
    args: Any
    settings: dict[str, Any]
    outputs: Any


class Symbol:
    """Shape and dtype of a tensor to come, and the call that will make it.

    Attributes:
        shape: a tuple, in which None is a length that is not known yet; the first one is the batch.
        dtype: a DType.
        node: the call, or None for an input.
    """

    def __init__(self, shape: Any, dtype: Any, name: str = "") -> None:
        self.shape, self.dtype, self.name = tuple(shape), as_dtype(dtype), name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype.name}, name={self.name}>"

    def _refuse(self, *args: Any) -> Any:
        raise TypeError(f"{self!r} has no value: it stands for an input of a model. Only layers take it; put what you "
                        "compute with it into a layer, tapes.keras.layers.Lambda(function).")

    __array__ = __bool__ = __float__ = __int__ = __len__ = __iter__ = numpy = _refuse
