"""Recurrent layers: one cell, applied step after step, which hands a state on to itself."""

from __future__ import annotations

from typing import Any

from ... import nn
from ...api.arranging import split, stack, unstack
from ...api.making import zeros
from ...tensor import Tensor
from .. import activations, initializers, regularizers
from ..backend import snake
from ..layer import Layer


class _Cell(Layer):
    """One step: kernel for the input, recurrent_kernel for the state, bias; `gates` of each side by side."""

    gates = 1

    def __init__(self, units: int, activation: Any = "tanh", recurrent_activation: Any = "sigmoid",
                 use_bias: bool = True, kernel_initializer: Any = "glorot_uniform",
                 recurrent_initializer: Any = "orthogonal", bias_initializer: Any = "zeros",
                 kernel_regularizer: Any = None, recurrent_regularizer: Any = None, bias_regularizer: Any = None,
                 kernel_constraint: Any = None, recurrent_constraint: Any = None, bias_constraint: Any = None,
                 dropout: float = 0.0, **settings: Any) -> None:
        super().__init__(**settings)
        if not isinstance(units, int) or units <= 0:
            raise ValueError("Received an invalid value for argument `units`, expected a positive integer, got "
                             f"{units!r}")
        self.units, self.use_bias, self.dropout = units, use_bias, dropout
        self.activation = activations.get(activation)
        self.recurrent_activation = activations.get(recurrent_activation)
        self._kernel = kernel_initializer, regularizers.get(kernel_regularizer), kernel_constraint
        self._recurrent = recurrent_initializer, regularizers.get(recurrent_regularizer), recurrent_constraint
        self._bias = bias_initializer, regularizers.get(bias_regularizer), bias_constraint

    state_size = property(lambda self: [self.units])

    def bias_shape(self) -> tuple[int, ...]:
        return (self.gates * self.units,)

    def build(self, input_shape: Any) -> None:
        start, regularizer, constraint = self._kernel
        self.kernel = self.add_weight((input_shape[-1], self.gates * self.units), start, name="kernel",
                                      regularizer=regularizer, constraint=constraint)
        start, regularizer, constraint = self._recurrent
        self.recurrent_kernel = self.add_weight((self.units, self.gates * self.units), start, name="recurrent_kernel",
                                                regularizer=regularizer, constraint=constraint)
        if self.use_bias:
            start, regularizer, constraint = self._bias
            self.bias = self.add_weight(self.bias_shape(), self.bias_start(start), name="bias",
                                        regularizer=regularizer, constraint=constraint)

    def bias_start(self, start: Any) -> Any:
        return start

    def step(self, x: Any, states: list[Any]) -> list[Any]:
        """The next states, of which the first is the output; x is the input times the kernel, with the bias."""
        raise NotImplementedError

    def projected(self, inputs: Tensor) -> Tensor:
        """The part of a step that does not depend on the state, for many steps at once."""
        x = inputs @ self.kernel
        return nn.bias_add(x, self.bias) if self.use_bias else x

    def call(self, inputs: Tensor, states: Any = None, training: bool = False) -> Any:
        new = self.step(self.projected(inputs), list(states) if isinstance(states, (list, tuple)) else [states])
        return new[0], new


class SimpleRNNCell(_Cell):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias)."""

    def step(self, x: Any, states: list[Any]) -> list[Any]:
        return [self.activation(x + states[0] @ self.recurrent_kernel)]


class LSTMCell(_Cell):
    """Input, forget and output gates around a carry (Hochreiter and Schmidhuber 1997, doi 10.1162/neco.1997.9.8.1735;
    the forget gate begins open, Jozefowicz et al. 2015, https://proceedings.mlr.press/v37/jozefowicz15.html)."""

    gates = 4
    state_size = property(lambda self: [self.units, self.units])

    def __init__(self, units: int, *args: Any, unit_forget_bias: bool = True, **settings: Any) -> None:
        super().__init__(units, *args, **settings)
        self.unit_forget_bias = unit_forget_bias

    def bias_start(self, start: Any) -> Any:
        if not self.unit_forget_bias:
            return start

        def begun(shape: Any, dtype: Any = None) -> Tensor:
            from ...api.arranging import concat
            from ...api.making import ones

            make = initializers.get(start)
            return concat([make((self.units,), dtype=dtype), ones((self.units,), dtype),
                           make((2 * self.units,), dtype=dtype)], 0)

        return begun

    def step(self, x: Any, states: list[Any]) -> list[Any]:
        h, c = states
        i, f, new, o = split(x + h @ self.recurrent_kernel, 4, axis=1)
        c = self.recurrent_activation(f) * c + self.recurrent_activation(i) * self.activation(new)
        return [self.recurrent_activation(o) * self.activation(c), c]


class GRUCell(_Cell):
    """Update and reset gates (Cho et al. 2014, https://arxiv.org/abs/1406.1078); the reset comes after the product with
    recurrent_kernel, unless reset_after=False."""

    gates = 3

    def __init__(self, units: int, *args: Any, reset_after: bool = True, **settings: Any) -> None:
        super().__init__(units, *args, **settings)
        self.reset_after = reset_after

    def bias_shape(self) -> tuple[int, ...]:
        return (2, 3 * self.units) if self.reset_after else (3 * self.units,)

    def projected(self, inputs: Tensor) -> Tensor:
        x = inputs @ self.kernel
        if not self.use_bias:
            return x
        return nn.bias_add(x, self.bias[0] if self.reset_after else self.bias)

    def step(self, x: Any, states: list[Any]) -> list[Any]:
        h, = states
        xz, xr, xh = split(x, 3, axis=1)
        if self.reset_after:
            inner = h @ self.recurrent_kernel
            hz, hr, hh = split(nn.bias_add(inner, self.bias[1]) if self.use_bias else inner, 3, axis=1)
            z, r = self.recurrent_activation(xz + hz), self.recurrent_activation(xr + hr)
            new = self.activation(xh + r * hh)
        else:
            kz, kr, kh = split(self.recurrent_kernel.value(), 3, axis=1)
            z, r = self.recurrent_activation(xz + h @ kz), self.recurrent_activation(xr + h @ kr)
            new = self.activation(xh + (r * h) @ kh)
        return [z * h + (1.0 - z) * new]


class _Recurrent(Layer):
    """A cell, over all steps of (batch, steps, features).

    Args:
        units: how many numbers the state has.
        return_sequences: whether the outputs of all steps are given, or only the last one.
        return_state: whether the last states are given too.
        go_backwards: whether the steps are taken from the last to the first.
        dropout: of the inputs, the same entries in all steps.
    """

    cell_type: type[_Cell]

    def __init__(self, units: int, *args: Any, return_sequences: bool = False, return_state: bool = False,
                 go_backwards: bool = False, stateful: bool = False, unroll: bool = False, dropout: float = 0.0,
                 recurrent_dropout: float = 0.0, use_cudnn: Any = "auto", trainable: bool = True, dtype: Any = None,
                 name: str | None = None, input_shape: Any = None, **settings: Any) -> None:
        super().__init__(trainable=trainable, dtype=dtype, name=name, input_shape=input_shape)
        if stateful or recurrent_dropout:
            raise NotImplementedError(f"{type(self).__name__}: stateful and recurrent_dropout are not there: hand "
                                      "initial_state over, and use dropout")
        self.cell = self.cell_type(units, *args, trainable=trainable, dtype=dtype,
                                   name=snake(self.cell_type.__name__), **settings)
        self.units, self.dropout = units, dropout
        self.return_sequences, self.return_state, self.go_backwards = return_sequences, return_state, go_backwards

    def build(self, input_shape: Any) -> None:
        if len(input_shape) != 3:
            raise ValueError(f"Input 0 of layer '{self.name}' is incompatible with the layer: expected ndim=3, found "
                             f"ndim={len(input_shape)}. Full shape received: {input_shape}. It is (batch, steps, "
                             "features).")
        self.cell.make(input_shape)

    def call(self, inputs: Tensor, initial_state: Any = None, training: bool = False) -> Any:
        if training and self.dropout:
            batch, _, features = inputs.shape
            inputs = nn.dropout(inputs, self.dropout, noise_shape=[batch, 1, features])
        states = ([zeros([inputs.shape[0], size], inputs.dtype) for size in self.cell.state_size]
                  if initial_state is None else
                  list(initial_state) if isinstance(initial_state, (list, tuple)) else [initial_state])
        outputs = []
        steps = unstack(self.cell.projected(inputs), axis=1)  # one product for all steps
        for x in steps[::-1] if self.go_backwards else steps:
            states = self.cell.step(x, states)
            outputs.append(states[0])
        result = stack(outputs, 1) if self.return_sequences else outputs[-1]
        return (result, *states) if self.return_state else result


class SimpleRNN(_Recurrent):
    """h = tanh(x @ kernel + h @ recurrent_kernel + bias), step after step.

    Args:
        units: how many numbers the state has.
        return_sequences, return_state, go_backwards, dropout: see LSTM.

    >>> import tapes as tf
    >>> tf.keras.layers.SimpleRNN(4)(tf.zeros([2, 5, 3])).shape
    TensorShape([2, 4])
    """

    cell_type = SimpleRNNCell


class LSTM(_Recurrent):
    """Long short-term memory.

    Args:
        units: how many numbers the state has.
        return_sequences: whether the outputs of all steps are given, or only the last one.
        return_state: whether the last states, output and carry, are given too.
        go_backwards: whether the steps are taken from the last to the first.
        dropout: of the inputs, the same entries in all steps.

    >>> import tapes as tf
    >>> tf.keras.layers.LSTM(4, return_sequences=True)(tf.zeros([2, 5, 3])).shape
    TensorShape([2, 5, 4])
    """

    cell_type = LSTMCell


class GRU(_Recurrent):
    """Gated recurrent units.

    Args:
        units: how many numbers the state has.
        return_sequences, return_state, go_backwards, dropout: see LSTM.

    >>> import tapes as tf
    >>> tf.keras.layers.GRU(4)(tf.zeros([2, 5, 3])).shape
    TensorShape([2, 4])
    """

    cell_type = GRUCell
