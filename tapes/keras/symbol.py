"""A symbol stands for a tensor that is not there yet: `Input` makes one, and layers make symbols of symbols."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ..dtypes import as_dtype


class Node(NamedTuple):
    """One call of a layer in the functional form; their numbers are the order to compute in."""

    number: int
    layer: Any
    args: Any
    settings: dict[str, Any]
    outputs: Any
    place: int  # how many calls of the layer came before


class Symbol:
    """Shape and dtype of a tensor to come, and the call that will make it.

    Operators with symbols, tensors and numbers give symbols; all else that computes belongs into a layer.

    Attributes:
        shape: a tuple, in which None is a length that is not known yet; the first one is the batch.
        dtype: a DType.
        node: the call; that of an input is the InputLayer's.
    """

    __array_priority__ = 1000

    def __init__(self, shape: Any, dtype: Any, name: str = "") -> None:
        self.shape, self.dtype, self.name = tuple(shape), as_dtype(dtype), name
        self.node: Node | None = None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    def __repr__(self) -> str:
        return f"<KerasTensor shape={self.shape}, dtype={self.dtype.name}, name={self.name}>"

    def __getitem__(self, index: Any) -> Any:
        return _operator("GetItem", lambda x: x[index])(self)

    def _refuse(self, *args: Any, **settings: Any) -> Any:
        raise TypeError(f"{self!r} has no value: it stands for an input of a model. Only layers and operators take it; "
                        "put what you compute with it into a layer, tapes.keras.layers.Lambda(function).")

    __array__ = __bool__ = __float__ = __int__ = __len__ = __iter__ = numpy = _refuse


def _operator(name: str, function: Callable[..., Any], swapped: bool = False) -> Callable[..., Any]:
    def operate(self: Symbol, *others: Any) -> Symbol:
        from .functional import Operation  # operations are layers, and these make symbols

        return Operation(name, function)(*(reversed(others) if swapped else ()), self, *(() if swapped else others))

    return operate


for _name, _method, _function in (
        ("Add", "add", lambda x, y: x + y), ("Subtract", "sub", lambda x, y: x - y),
        ("Multiply", "mul", lambda x, y: x * y), ("TrueDivide", "truediv", lambda x, y: x / y),
        ("FloorDivide", "floordiv", lambda x, y: x // y), ("Mod", "mod", lambda x, y: x % y),
        ("Power", "pow", lambda x, y: x ** y), ("Matmul", "matmul", lambda x, y: x @ y)):
    setattr(Symbol, f"__{_method}__", _operator(_name, _function))
    setattr(Symbol, f"__r{_method}__", _operator(_name, _function, swapped=True))
for _name, _method, _function in (
        ("Less", "lt", lambda x, y: x < y), ("LessEqual", "le", lambda x, y: x <= y),
        ("Greater", "gt", lambda x, y: x > y), ("GreaterEqual", "ge", lambda x, y: x >= y)):
    setattr(Symbol, f"__{_method}__", _operator(_name, _function))
for _name, _method, _one in (("Negative", "neg", lambda x: -x), ("Absolute", "abs", lambda x: abs(x))):
    setattr(Symbol, f"__{_method}__", _operator(_name, _one))
