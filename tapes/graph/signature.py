"""The signature of a call decides which program it is for: shapes and dtypes of tensors, values of all else."""

from __future__ import annotations

import inspect
import sys
import weakref
from collections.abc import Callable, Iterable, Mapping
from types import MethodType
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..indexed_slices import IndexedSlices
from ..protocols import TensorLike
from ..tensor import Tensor
from ..tensor_spec import TensorSpec
from ..variable import Variable


class Signature:
    """What a Python function takes."""

    def __init__(self, function: Callable[..., Any], name: str, specs: Any, is_method: bool) -> None:
        self._function, self._name, self._skipped = function, name, int(is_method)
        self.specs = None if specs is None else tuple(specs)
        self._python = inspect.signature(function)
        self.names = list(self._python.parameters)
        kinds = [p.kind for p in self._python.parameters.values()]
        count = sum(kind <= inspect.Parameter.POSITIONAL_OR_KEYWORD for kind in kinds)
        most = sys.maxsize if inspect.Parameter.VAR_POSITIONAL in kinds else count
        plain = specs is None and inspect.Parameter.KEYWORD_ONLY not in kinds
        self._quick = (count, most) if plain else (1, 0)  # so many arguments, from and to, need no binding

    def bound(self, args: tuple[Any, ...], settings: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments in the order of the parameters, defaults among them; TypeError when they do not fit."""
        if not settings and self._quick[0] <= len(args) <= self._quick[1]:
            return args, settings
        try:
            found = self._python.bind(*args, **settings)
        except TypeError as error:
            raise TypeError(f"Binding inputs to tf.function failed due to `{error}`. Received args: {args} and "
                            f"kwargs: {settings} for signature: {self._python}.") from None
        found.apply_defaults()
        args, settings = found.args, found.kwargs
        if self.specs is not None:
            args = (*args[:self._skipped], *self._checked(self.specs, args[self._skipped:]))
        return args, settings

    def _checked(self, specs: tuple[Any, ...], args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments as tensors that fit the specs."""
        if len(specs) != len(args):
            raise TypeError(f"{self._name} takes {len(args)} argument(s), but its input_signature has {len(specs)}: "
                            "there must be a TensorSpec for each")
        found = []
        for spec, x in zip(specs, args, strict=True):
            wanted = nest.flatten(spec)
            leaves = nest.flatten(x) if nest.is_nested(spec) else [x]
            if len(leaves) != len(wanted):
                raise TypeError(f"Binding inputs to tf.function failed due to `{x!r} is not structured as {spec!r}`")
            fits = [one.checked(leaf, self._name) if isinstance(one, TensorSpec) else leaf
                    for one, leaf in zip(wanted, leaves, strict=True)]
            found.append(nest.pack_sequence_as(spec, fits))
        return tuple(found)

    def key(self, args: tuple[Any, ...], settings: dict[str, Any], tensors: list[Tensor]) -> Any:
        """What a program is for; the tensors among the arguments are put into `tensors`.

        TypeError for what cannot be told apart by its value.
        """
        if self._skipped:
            args = args[self._skipped:]
        if settings:
            return tuple(settings), _keys((*args, *settings.values()), tensors)
        return _keys(args, tensors)

    def outside(self) -> dict[str, Any]:
        """The names that the function uses without being their owner."""
        try:
            found = inspect.getclosurevars(self._function)
        except (TypeError, ValueError):  # a callable object has none, and a name may have no value yet
            return {}
        return {**found.globals, **found.nonlocals}

    def specified(self, args: tuple[Any, ...], settings: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments with a TensorSpec in the place of each tensor."""
        if not args and not settings and self.specs is not None:
            args = self.specs
        found = self._python.bind(*args, **settings)
        found.apply_defaults()
        return (tuple(nest.map_structure(_spec, x) for x in found.args),
                {name: nest.map_structure(_spec, x) for name, x in found.kwargs.items()})

    def fitting(self, wanted: tuple[tuple[Any, ...], dict[str, Any]], args: tuple[Any, ...],
                settings: dict[str, Any]) -> tuple[tuple[Any, ...], dict[str, Any]]:
        """The arguments of a call for which the others were specified; TypeError when they do not fit."""
        specs = {**dict(zip(self.names, wanted[0])), **wanted[1]}
        settings = {**dict(zip([name for name, spec in specs.items() if _holds_specs(spec)], args)), **settings}
        found = []
        for name, spec in specs.items():
            if _holds_specs(spec) and name not in settings:
                raise TypeError(f"{self._name}() missing a required argument: {name!r}, expected {spec!r}")
            given = settings.pop(name, spec)
            found.append(self._checked((spec,), (given,))[0] if _holds_specs(spec) else given)
            if not _holds_specs(spec) and given is not spec and given != spec:
                raise TypeError(f"{self._name}() is for {name}={spec!r}, not for {given!r}")
        if settings:
            raise TypeError(f"{self._name}() got unexpected arguments: {', '.join(settings)}")
        return tuple(found[:len(wanted[0])]), dict(zip(wanted[1], found[len(wanted[0]):]))


def _spec(x: Any) -> Any:
    if isinstance(x, Variable):
        return x
    if isinstance(x, (TensorLike, np.ndarray, np.generic)):
        tensor = convert(x)
        return TensorSpec(tensor.shape, tensor.dtype)
    return x


def _holds_specs(structure: Any) -> bool:
    return any(isinstance(x, TensorSpec) for x in nest.flatten(structure))


def _keys(values: Iterable[Any], tensors: list[Tensor]) -> tuple[Any, ...]:
    """A key for each value; tensors are the most frequent, and every call waits for this."""
    keys: list[Any] = []
    for x in values:
        if type(x) is Tensor:
            tensors.append(x)
            array = x._array
            keys.append((array.shape, array.dtype))
        else:
            keys.append((list, _keys(x, tensors)) if type(x) is list else _key(x, tensors))
    return tuple(keys)


def _key(x: Any, tensors: list[Tensor]) -> Any:
    """Of tensors and arrays shape and dtype, of Variables which one, of all else the value."""
    kind = type(x)
    if isinstance(x, (np.ndarray, np.generic)):
        return _keys((convert(x),), tensors)[0]
    if isinstance(x, Variable):
        return kind, x._order
    if isinstance(x, IndexedSlices):
        return kind, _keys((x.values, x.indices, x.dense_shape), tensors)
    if kind in (float, complex):
        return kind, repr(x)  # which tells 0 from -0, and nan is nan
    below = nest._children(x)
    if below is not None:
        return kind, tuple(x) if isinstance(x, Mapping) else None, _keys(below, tensors)
    try:
        hash(x)
    except TypeError:
        raise TypeError(f"Could not generate a generic TraceType for {x!r}: an argument that is no tensor belongs to "
                        "the signature by its value, so it must be hashable") from None
    try:
        # a signature keeps no object alive; the method of one is made anew each time it is asked for
        return kind, weakref.WeakMethod(x) if isinstance(x, MethodType) else weakref.ref(x)
    except TypeError:
        return kind, x
