"""A module is an object that finds the Variables among its attributes, and among those of the modules within."""

from __future__ import annotations

import contextlib
import functools
import re
from collections.abc import Callable, Iterator
from typing import Any

from .eager import name_scope
from .keras.layer import Layer
from .variable import Variable


class Module:
    """The base of models that are written without Keras.

    Attributes are looked at in the order of their names, lists and dicts among them too; first come the Variables of
    the module itself, then those of the modules and Keras layers within.

    Args:
        name: by default the class's, in small letters.

    >>> import tapes as tf
    >>> class Line(tf.Module):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.w, self.b = tf.Variable(2.0, name="w"), tf.Variable(1.0, name="b")
    ...     def __call__(self, x):
    ...         return self.w * x + self.b
    >>> line = Line()
    >>> float(line(3.0)), [v.name for v in line.trainable_variables]
    (7.0, ['b:0', 'w:0'])
    """

    _name: str | None = None

    def __init__(self, name: str | None = None) -> None:
        if name is None:
            name = re.sub(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))", r"_\1", type(self).__name__).lower()
        if not name.isidentifier():
            raise ValueError(f"{name!r} is not a valid module name. Module names must be valid Python identifiers "
                             "(e.g. a valid class name).")
        self._name = name

    @property
    def name(self) -> str:
        """What it is called."""
        if self._name is None:
            raise AttributeError(f"{type(self).__name__} has no name: call super().__init__() in its __init__")
        return self._name

    @property
    def name_scope(self) -> contextlib.AbstractContextManager[str]:
        """A `with` block that changes nothing, see `tapes.name_scope`."""
        return name_scope(self.name)

    @property
    def variables(self) -> tuple[Variable, ...]:
        """All Variables."""
        found = [x for x in self._within() if isinstance(x, Variable)]
        found += [v for part in self._parts() for v in part.variables]
        return tuple({id(v): v for v in found}.values())

    @property
    def trainable_variables(self) -> tuple[Variable, ...]:
        """Those that training changes."""
        return tuple(v for v in self.variables if v.trainable)

    @property
    def non_trainable_variables(self) -> tuple[Variable, ...]:
        """Those that it leaves alone."""
        return tuple(v for v in self.variables if not v.trainable)

    @property
    def submodules(self) -> tuple[Module, ...]:
        """The modules within, and those within them."""
        own = [x for x in self._parts() if isinstance(x, Module)]
        found = [*own, *(inner for x in own for inner in x.submodules)]
        return tuple({id(x): x for x in found}.values())

    def _parts(self) -> list[Any]:
        return [x for x in self._within() if isinstance(x, (Module, Layer))]

    def _within(self) -> Iterator[Any]:
        """What the attributes hold, in the order of their names."""
        waiting = [value for _, value in sorted(vars(self).items(), reverse=True)]
        while waiting:
            x = waiting.pop()
            if isinstance(x, dict):
                waiting += [x[key] for key in sorted(x, key=str, reverse=True)]
            elif isinstance(x, (list, tuple)):
                waiting += reversed(x)
            else:
                yield x

    @classmethod
    def with_name_scope(cls, method: Callable[..., Any]) -> Callable[..., Any]:
        """A decorator of methods which changes nothing.

        >>> import tapes as tf
        >>> class Twice(tf.Module):
        ...     @tf.Module.with_name_scope
        ...     def __call__(self, x):
        ...         return 2.0 * x
        >>> Twice()(3.0)
        6.0
        """
        @functools.wraps(method)
        def called(self: Module, *args: Any, **settings: Any) -> Any:
            with self.name_scope:
                return method(self, *args, **settings)

        return called
