"""The names that articles of 2018 use, from TensorFlow 1.12: each of them is a line or two on top of today's names."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from .api.cross_entropy import softmax_cross_entropy_with_logits
from .convert import convert
from .function import function
from .keras import losses as keras_losses
from .keras.optimizers import SGD, Adam, Optimizer
from .math import cast, floordiv, log, not_equal, reduce_mean, reduce_sum, square, truediv
from .random import normal, uniform
from .tape import GradientTape
from .tensor import Tensor
from .variable import Variable


def enable_eager_execution(config: Any = None, device_policy: Any = None, execution_mode: Any = None) -> None:
    """Nothing: since 2019 ops run at once unless a `tapes.function` is asked for.

    >>> enable_eager_execution()
    """


def div(x: Any, y: Any, name: str | None = None) -> Tensor:
    """x / y as in Python 2, where integers stay integers: it is `x / y` or `x // y` today.

    >>> print(div(7.0, 2.0), div(7, 2))
    tapes.Tensor(3.5, shape=(), dtype=float32) tapes.Tensor(3, shape=(), dtype=int32)
    """
    return (floordiv if convert(x).dtype.is_integer else truediv)(x, y)


# -- tf.contrib.eager --------------------------------------------------------------------------------------------------

def implicit_value_and_gradients(f: Callable[..., Any]) -> Callable[..., tuple[Any, list[tuple[Any, Variable]]]]:
    """A function with the arguments of `f` that gives its value, and pairs (gradient, Variable) for `apply_gradients`.

    It is a GradientTape, asked for all Variables that f has read.

    >>> import tapes as tf
    >>> w = tf.Variable(3.0, name="w")
    >>> value, pairs = tf.contrib.eager.implicit_value_and_gradients(lambda x: x * w * w)(2.0)
    >>> float(value), [(float(gradient), v.name) for gradient, v in pairs]
    (18.0, [(12.0, 'w:0')])
    """

    def value_and_gradients(*args: Any, **settings: Any) -> tuple[Any, list[tuple[Any, Variable]]]:
        _check(f, args, settings)
        with GradientTape() as tape:
            value = f(*args, **settings)
        if value is None:
            raise ValueError("Cannot differentiate a function that returns None; did you forget to return a value "
                             f"from {_name(f)}?")
        variables = tape.watched_variables()
        if not variables:
            raise ValueError("No trainable variables were accessed while the function was being computed.")
        return value, list(zip(tape.gradient(value, variables), variables))

    return value_and_gradients


def implicit_gradients(f: Callable[..., Any]) -> Callable[..., list[tuple[Any, Variable]]]:
    """The same without the value.

    >>> import tapes as tf
    >>> w = tf.Variable(3.0, name="w")
    >>> [(float(gradient), v.name) for gradient, v in tf.contrib.eager.implicit_gradients(lambda: w * w)()]
    [(6.0, 'w:0')]
    """
    both = implicit_value_and_gradients(f)
    return lambda *args, **settings: both(*args, **settings)[1]


def _check(f: Callable[..., Any], args: tuple[Any, ...], settings: dict[str, Any]) -> None:
    """TypeError for arguments that f does not take, which names those that it takes."""
    try:
        signature = inspect.signature(f)
    except (TypeError, ValueError):  # not all that can be called can be looked into
        return
    try:
        signature.bind(*args, **settings)
    except TypeError as error:
        raise TypeError(f"{_name(f)}() {error}: what implicit_value_and_gradients and implicit_gradients make has the "
                        f"arguments of {_name(f)} itself, {_name(f)}{signature}") from None


def _name(f: Any) -> str:
    return getattr(f, "__name__", type(f).__name__)


# -- tf.train ----------------------------------------------------------------------------------------------------------

class _Minimizing(Optimizer):
    """`minimize` without a list of Variables: it takes all that the loss has read."""

    def compute_gradients(self, loss: Callable[[], Any], var_list: Any = None) -> list[tuple[Any, Variable]]:
        """Pairs (gradient, Variable) of `loss`, a function without arguments."""
        if not callable(loss):
            raise RuntimeError("`loss` passed to Optimizer.compute_gradients should be a function when eager execution "
                               "is enabled: what is computed already is on no tape. Write lambda: loss.")
        if var_list is None:
            return implicit_gradients(loss)()
        with GradientTape() as tape:
            value = loss()
        return list(zip(tape.gradient(value, list(var_list)), var_list))

    def minimize(self, loss: Callable[[], Any], global_step: Any = None,  # type: ignore[override]
                 var_list: Any = None) -> Any:
        """A step for `loss`, a function without arguments; `global_step` is ignored."""
        return self.apply_gradients(self.compute_gradients(loss, var_list))


class GradientDescentOptimizer(_Minimizing, SGD):
    """`tapes.keras.optimizers.SGD` by its name of 2018.

    >>> import tapes as tf
    >>> w = tf.Variable(3.0)
    >>> _ = tf.train.GradientDescentOptimizer(0.5).minimize(lambda: w * w)
    >>> float(w)
    0.0
    """

    def __init__(self, learning_rate: Any, use_locking: bool = False, name: str = "GradientDescent") -> None:
        super().__init__(learning_rate, name=name)


class AdamOptimizer(_Minimizing, Adam):
    """`tapes.keras.optimizers.Adam` by its name of 2018, and with the epsilon it had then, 1e-8.

    >>> import tapes as tf
    >>> w = tf.Variable(3.0)
    >>> _ = tf.train.AdamOptimizer(0.5).minimize(lambda: w * w)
    >>> round(float(w), 4)
    2.5
    """

    def __init__(self, learning_rate: Any = 0.001, beta1: float = 0.9, beta2: float = 0.999, epsilon: float = 1e-8,
                 use_locking: bool = False, name: str = "Adam") -> None:
        super().__init__(learning_rate, beta1, beta2, epsilon, name=name)


# -- tf.losses ---------------------------------------------------------------------------------------------------------

def mean_squared_error(labels: Any, predictions: Any, weights: Any = 1.0) -> Tensor:
    """The mean of all (labels - predictions)^2, those of weight 0 apart: one number, unlike Keras'.

    >>> import tapes as tf
    >>> print(tf.losses.mean_squared_error([1.0, 2.0], [1.0, 4.0]))
    tapes.Tensor(2.0, shape=(), dtype=float32)
    """
    true, predicted = convert(labels), convert(predictions)
    if true.shape != predicted.shape:
        raise ValueError(f"labels have shape {tuple(true.shape)}, predictions {tuple(predicted.shape)}: they must be "
                         "alike, or the difference would be taken between all pairs")
    return _mean(square(predicted - true), weights)


def softmax_cross_entropy(onehot_labels: Any, logits: Any, weights: Any = 1.0, label_smoothing: float = 0.0) -> Tensor:
    """The mean over all rows of -sum(onehot_labels * log(softmax(logits))): one number.

    >>> import tapes as tf
    >>> print(tf.losses.softmax_cross_entropy([[0.0, 1.0]], [[0.0, 0.0]]))
    tapes.Tensor(0.6931472, shape=(), dtype=float32)
    """
    found, true = convert(logits), convert(onehot_labels)
    if label_smoothing:
        true = true * (1.0 - label_smoothing) + label_smoothing / float(true.shape[-1])
    return _mean(softmax_cross_entropy_with_logits(true, found), weights)


def _mean(losses: Tensor, weights: Any) -> Tensor:
    """Each times its weight, over the number of those whose weight is not 0."""
    if isinstance(weights, float) and weights == 1.0:
        return reduce_mean(losses)
    share = convert(weights, losses._array.dtype)
    return reduce_sum(losses * share) / reduce_sum(cast(not_equal(share, 0.0), losses.dtype) + 0.0 * losses)


random_normal, random_uniform = normal, uniform
train = SimpleNamespace(GradientDescentOptimizer=GradientDescentOptimizer, AdamOptimizer=AdamOptimizer)
losses = SimpleNamespace(**{name: getattr(keras_losses, name) for name in keras_losses.__all__} | {
    "mean_squared_error": mean_squared_error, "softmax_cross_entropy": softmax_cross_entropy})
contrib = SimpleNamespace(eager=SimpleNamespace(
    Variable=Variable, defun=function, implicit_gradients=implicit_gradients,
    implicit_value_and_gradients=implicit_value_and_gradients))
NAMES = {"contrib": contrib, "div": div, "enable_eager_execution": enable_eager_execution, "log": log,
         "losses": losses, "random_normal": random_normal, "random_uniform": random_uniform, "train": train}
NAMES["compat"] = SimpleNamespace(v1=SimpleNamespace(**{k: v for k, v in NAMES.items() if k != "contrib"}))
