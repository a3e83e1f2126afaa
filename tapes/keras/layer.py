"""A layer is a function with weights: it makes them when it first sees an input, because then it knows their shapes."""

from __future__ import annotations

import functools
import inspect
import threading
from collections.abc import Iterator
from typing import Any

import numpy as np

from .. import nest
from ..convert import convert
from ..dtypes import as_dtype
from ..math import cast
from ..protocols import TensorLike
from ..tensor import Tensor
from ..variable import Variable
from . import initializers, regularizers
from .backend import auto_name, floatx
from .metrics import Metric
from .symbol import Symbol
from .weight import Weight


class _Calls(threading.local):
    """Which layers are being called in this thread, from the outermost to the innermost, and how."""

    def __init__(self) -> None:
        self.training: list[bool] = []
        self.names: list[str] = []
        self.losses: list[list[Tensor]] = []


calls = _Calls()


class State:
    """What a layer knows about itself, apart from its attributes."""

    def __init__(self, name: str, trainable: bool, dtype: Any) -> None:
        self.name, self.trainable, self.dtype = name, trainable, as_dtype(dtype or floatx())
        self.built = False
        self.trained: list[Weight] = []  # what add_weight made to be trained, and what it made otherwise
        self.fixed: list[Weight] = []
        self.losses: list[Tensor] = []  # what add_loss was told in the last call
        self.output_shapes: list[Any] = []  # of the last call
        self.nodes: list[Any] = []  # the calls with symbols


class Layer:
    """The base of all layers and models: write `build(input_shape)`, which makes weights, and `call(inputs)`.

    Variables and layers that are attributes, also in lists and dicts, are found by themselves: their weights are
    weights of this layer, in the order of the attributes.

    Args:
        trainable: whether optimizers are to change the weights.
        dtype: of the weights; floating inputs are cast to it.
        name: by default the class's name in small letters, with a number from the second on.

    >>> import tapes as tf
    >>> class Scale(tf.keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.factor = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="factor")
    ...     def call(self, inputs):
    ...         return inputs * self.factor
    >>> print(Scale()([[1.0, 2.0]]))
    tapes.Tensor([[1. 2.]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, *, trainable: bool = True, dtype: Any = None, name: str | None = None,
                 activity_regularizer: Any = None, input_shape: Any = None) -> None:
        object.__setattr__(self, "_state", State(name or auto_name(type(self)), bool(trainable), dtype))
        self.activity_regularizer = regularizers.get(activity_regularizer)
        self._input_shape = None if input_shape is None else (None, *input_shape)

    def __setattr__(self, name: str, value: Any) -> None:
        if "_state" not in self.__dict__:
            raise RuntimeError(f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the "
                               f"first statement in the `__init__()` method, before {name} is set. Go add it!")
        object.__setattr__(self, name, value)

    def __getattr__(self, name: str) -> Any:
        if name == "_state":
            raise RuntimeError(f"In layer '{type(self).__name__}', you forgot to call `super().__init__()` as the "
                               "first statement in the `__init__()` method. Go add it!")
        if isinstance(known := getattr(type(self), name, None), property) and known.fget is not None:
            return known.fget(self)  # Python comes here when a property has failed: its error says more
        raise AttributeError(f"'{type(self).__name__}' object has no attribute {name!r}")

    # -- to be written by subclasses -----------------------------------------------------------------------------------

    def build(self, input_shape: Any) -> None:
        """Make the weights; called once, before the first call."""

    def call(self, inputs: Any, *args: Any, **settings: Any) -> Any:
        """What the layer computes."""
        raise NotImplementedError(f"Layer {type(self).__name__} does not have a `call()` method implemented.")

    # -- calling -------------------------------------------------------------------------------------------------------

    def __call__(self, *args: Any, **settings: Any) -> Any:
        """`call`, with tensors; the first time `build` comes before it.

        `training=True` or `False` is handed on to all layers that are called within, as far as they ask for it.
        """
        if any(isinstance(x, Symbol) for x in nest.flatten([args, settings])):
            return self._symbolic(args, settings)
        args = tuple(self._taken(x) for x in args)
        training = self._training(settings)
        if not self._state.built:
            self.make(nest.map_structure(lambda x: tuple(x.shape), args[0]) if args else ())
        calls.training.append(training)
        calls.names.append(self.name)
        calls.losses.append(own_losses := [])
        try:
            outputs = self.call(*args, **settings)
            if self.activity_regularizer is not None:
                own_losses += [self.activity_regularizer(y) / float(y.shape[0]) for y in nest.flatten(outputs)]
        finally:
            calls.training.pop()
            calls.names.pop()
            calls.losses.pop()
        self._state.losses = own_losses
        if outputs is None:
            raise ValueError(f"Layer '{self.name}' returned None: does its `call()` have a return statement?")
        self._state.output_shapes = [y.shape for y in nest.flatten(outputs) if isinstance(y, TensorLike)]
        return outputs

    def _training(self, settings: dict[str, Any]) -> bool:
        """Whether this call is for training, as is said here or where the outer layer was called."""
        given = settings.get("training")
        training = bool(given) if given is not None else calls.training[-1] if calls.training else False
        if "training" in _parameters(type(self).call):
            settings["training"] = training
        elif not _takes_anything(type(self).call):
            settings.pop("training", None)
        return training

    def _taken(self, x: Any) -> Any:
        """Arrays and lists of numbers as tensors; floating ones in the dtype of the layer."""
        if isinstance(x, (bool, str)) or x is None:
            return x
        if isinstance(x, dict):
            return {key: self._taken(value) for key, value in x.items()}
        if isinstance(x, (list, tuple)) and any(isinstance(each, (TensorLike, np.ndarray)) for each in x):
            return type(x)(self._taken(each) for each in x)
        tensor = convert(x)
        return cast(tensor, self.dtype) if tensor.dtype.is_floating and tensor.dtype != self.dtype else tensor

    def make(self, input_shape: Any) -> None:
        """Build it, unless it is built."""
        if not self._state.built:
            calls.names.append(self.name)
            try:
                self.build(input_shape)
            finally:
                calls.names.pop()
            self._state.built = True

    def _symbolic(self, args: tuple[Any, ...], settings: dict[str, Any]) -> Any:
        from .functional import applied  # the functional form is made of layers

        return applied(self, args, settings)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """The shape of the result for inputs of this shape, whose first length may be None."""
        from .functional import shape_of_result

        return shape_of_result(self, input_shape)

    @property
    def output(self) -> Any:
        """The symbol that its first call with symbols gave: what another Model may begin or end with."""
        return self._node.outputs

    @property
    def input(self) -> Any:
        """The symbol that it was called with."""
        args = self._node.args or (self._node.outputs,)
        return args[0] if len(args) == 1 else list(args)

    @property
    def output_shape(self) -> Any:
        """The shape of `output`, the batch first."""
        return nest.map_structure(lambda x: x.shape, self.output)

    @property
    def input_shape(self) -> Any:
        """The shape of `input`, the batch first."""
        return nest.map_structure(lambda x: x.shape, self.input)

    @property
    def _node(self) -> Any:
        if not self._state.nodes:
            raise AttributeError(f"The layer {self.name} has never been called with the symbols of an Input and thus "
                                 "has no defined input and output.")
        return self._state.nodes[0]

    # -- weights -------------------------------------------------------------------------------------------------------

    def add_weight(self, shape: Any = (), initializer: Any = None, dtype: Any = None, trainable: bool = True,
                   regularizer: Any = None, constraint: Any = None, name: str = "variable") -> Weight:
        """Make a weight of this layer.

        Args:
            shape: of integers.
            initializer: a name, object or function of a shape; by default GlorotUniform.
            dtype: by default the layer's.
            trainable: whether optimizers change it.
            regularizer: its value for the weight is added to the loss.
            constraint: applied to the weight after each step of an optimizer.
            name: what the weight is called, "kernel" for instance.
        """
        kind = as_dtype(dtype or self.dtype)
        default = "glorot_uniform" if kind.is_floating else "zeros"
        value = initializers.get(initializer or default)(tuple(shape), dtype=kind)
        names = calls.names if calls.names and calls.names[-1] == self.name else [*calls.names, self.name]
        weight = Weight(value, trainable and self.trainable, name, "/".join([*names, name]),
                        regularizers.get(regularizer), constraint)
        (self._state.trained if trainable else self._state.fixed).append(weight)
        return weight

    def add_loss(self, loss: Any) -> None:
        """Called within `call`: a number that training is to make small beside the loss."""
        if not calls.losses:
            raise RuntimeError("add_loss belongs into the `call` of a layer")
        calls.losses[-1].append(convert(loss))

    def _parts(self) -> Iterator[Variable | Layer]:
        """The Variables and layers among the attributes, each once, in order."""
        seen: set[int] = set()
        within = (x for value in vars(self).values() for x in _within(value, Variable, Layer))
        for part in (*self._state.trained, *self._state.fixed, *within):
            if id(part) not in seen:
                seen.add(id(part))
                yield part

    @property
    def layers(self) -> list[Layer]:
        """The layers among the attributes."""
        return [part for part in self._parts() if isinstance(part, Layer)]

    @property
    def metrics(self) -> list[Metric]:
        """The metrics among the attributes of this layer and its layers."""
        return self._own_metrics()

    def _own_metrics(self) -> list[Metric]:
        own = [metric for value in vars(self).values() for metric in _within(value, Metric)]
        return [*own, *(metric for layer in self.layers for metric in layer._metrics_outside())]

    def _metrics_outside(self) -> list[Metric]:
        """Those that the layer or model around this one shows."""
        return self._own_metrics()

    @property
    def weights(self) -> list[Variable]:
        """All weights: of this layer those that are trained and then those that are not, then those of its layers."""
        parts = list(self._parts())
        found = [*(part for part in parts if isinstance(part, Variable)),
                 *(v for part in parts if isinstance(part, Layer) for v in part.weights)]
        return list({id(v): v for v in found}.values())

    @property
    def trainable_weights(self) -> list[Variable]:
        """Those that optimizers change."""
        return [v for v in self.weights if v.trainable] if self.trainable else []

    @property
    def non_trainable_weights(self) -> list[Variable]:
        """Those that optimizers leave alone."""
        return [v for v in self.weights if not v.trainable] if self.trainable else self.weights

    variables, trainable_variables, non_trainable_variables = weights, trainable_weights, non_trainable_weights

    def get_weights(self) -> list[np.ndarray]:
        """Their values, as NumPy arrays."""
        return [np.array(v) for v in self.weights]

    def set_weights(self, weights: Any) -> None:
        """Give all weights new values, in the order of `weights`; ValueError, and no change, when one does not fit."""
        given, own = [np.asarray(w) for w in weights], self.weights
        if len(given) != len(own):
            raise ValueError(f"You called `set_weights(weights)` on layer '{self.name}' with a weight list of length "
                             f"{len(given)}, but the layer was expecting {len(own)} weights."
                             + ("" if self.built else " It has none before it is first called, or built."))
        for v, w in zip(own, given):
            if tuple(v.shape) != w.shape:
                raise ValueError(f"Layer '{self.name}': weight {getattr(v, 'path', v.name)} has shape "
                                 f"{tuple(v.shape)}, but a value of shape {w.shape} is given.")
        for v, w in zip(own, given):
            v.assign(w.astype(v.dtype.as_numpy_dtype))

    def count_params(self) -> int:
        """How many numbers all weights have."""
        if not self.built:
            raise ValueError(f"You tried to call `count_params` on layer '{self.name}', but the layer isn't built: it "
                             "has no weights before it is first called.")
        return sum(int(np.prod(v.shape)) for v in self.weights)

    @property
    def losses(self) -> list[Tensor]:
        """What is to be added to the loss: regularizers of the weights, and what add_loss was told in the last call."""
        return [*self._state.losses, *(loss for layer in self.layers for loss in layer._call_losses()),
                *(v.regularizer(v) for v in self.trainable_weights if getattr(v, "regularizer", None) is not None)]

    def _call_losses(self) -> list[Tensor]:
        return [*self._state.losses, *(loss for layer in self.layers for loss in layer._call_losses())]

    # -- what it is ----------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self._state.name

    @property
    def dtype(self) -> Any:
        return self._state.dtype

    @property
    def _makes_weights(self) -> bool:
        """Whether there may be weights once it is built."""
        return type(self).build is not Layer.build or bool(self.layers)

    @property
    def built(self) -> bool:
        """Whether its weights are made."""
        return self._state.built

    @built.setter
    def built(self, value: bool) -> None:
        self._state.built = bool(value)

    @property
    def trainable(self) -> bool:
        """Whether optimizers are to change its weights; setting it sets it for all weights and layers within."""
        return self._state.trainable

    @trainable.setter
    def trainable(self, value: bool) -> None:
        self._state.trainable = bool(value)
        for part in (*self._state.trained, *self.layers):
            part.trainable = bool(value)

    def __repr__(self) -> str:
        return f"<{type(self).__name__} name={self.name}, built={self.built}>"


def _within(value: Any, *kinds: type) -> list[Any]:
    """What an attribute holds of these kinds, by itself or in lists and dicts."""
    if isinstance(value, kinds):
        return [value]
    if isinstance(value, (list, tuple, dict)):
        return [x for each in (value.values() if isinstance(value, dict) else value) for x in _within(each, *kinds)]
    return []


@functools.cache
def _parameters(call: Any) -> frozenset[str]:
    """The names of the arguments of `call`."""
    return frozenset(inspect.signature(call).parameters)


@functools.cache
def _takes_anything(call: Any) -> bool:
    return any(p.kind is p.VAR_KEYWORD for p in inspect.signature(call).parameters.values())
