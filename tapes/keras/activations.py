"""The functions between the layers, by the names that layers take; softmax and sigmoid remember their logits."""

from __future__ import annotations

import weakref
from collections.abc import Callable
from typing import Any

from .. import nn
from ..api.making import convert_to_tensor
from ..api.picking import where
from ..convert import convert
from ..math import cast, clip_by_value, exp, tanh
from ..math import sigmoid as _sigmoid
from ..math import softplus as softplus
from ..nn import gelu, leaky_relu, log_softmax, relu6, selu, silu, softsign
from ..ops.reductions import softmax as _softmax
from ..tensor import Tensor
from .identifiers import found

__all__ = ["elu", "exponential", "gelu", "get", "hard_sigmoid", "leaky_relu", "linear", "log_softmax", "relu", "relu6",
           "selu", "sigmoid", "silu", "softmax", "softplus", "softsign", "swish", "tanh"]

# A cross-entropy of probabilities loses digits that their logits still have (log(exp(z) / sum) = z - log(sum)), so as
# in Keras it asks whether they are here: by the id of the probabilities, as long as these exist.
_logits: dict[int, tuple[Any, Tensor]] = {}


def _remembering(function: Callable[..., Tensor], logits: Tensor, **settings: Any) -> Tensor:
    probabilities = function(logits, **settings)
    key = id(probabilities)
    _logits[key] = weakref.ref(probabilities, lambda _: _logits.pop(key, None)), logits
    return probabilities


def logits_of(probabilities: Any) -> Tensor | None:
    """What a softmax or sigmoid of this module made the probabilities of, or None."""
    found_one = _logits.get(id(probabilities))
    return found_one[1] if found_one is not None else None


def softmax(x: Any, axis: int = -1) -> Tensor:
    """exp(x) over its sum along an axis.

    >>> print(softmax([[0.0, 0.0]]))
    tapes.Tensor([[0.5 0.5]], shape=(1, 2), dtype=float32)
    """
    return _remembering(_softmax, convert(x), axis=axis)


def sigmoid(x: Any) -> Tensor:
    """1 / (1 + exp(-x)).

    >>> print(sigmoid([0.0]))
    tapes.Tensor([0.5], shape=(1,), dtype=float32)
    """
    return _remembering(_sigmoid, convert(x))


def relu(x: Any, negative_slope: float = 0.0, max_value: float | None = None, threshold: float = 0.0) -> Tensor:
    """max(x, 0); below the threshold `negative_slope` times what is missing, and never above `max_value`.

    >>> print(relu([-1.0, 2.0]))
    tapes.Tensor([0. 2.], shape=(2,), dtype=float32)
    """
    x = convert(x)
    if threshold:
        above = x * cast(x > threshold, x.dtype)
        y = above - negative_slope * nn.relu(threshold - x) if negative_slope else above
    else:
        y = nn.leaky_relu(x, negative_slope) if negative_slope else nn.relu(x)
    return y if max_value is None else clip_by_value(y, -float("inf"), max_value)


def elu(x: Any, alpha: float = 1.0) -> Tensor:
    """x where it is positive, else alpha * (exp(x) - 1).

    >>> print(elu([2.0]))
    tapes.Tensor([2.], shape=(1,), dtype=float32)
    """
    x = convert(x)
    return nn.elu(x) if alpha == 1.0 else where(x > 0, x, alpha * nn.elu(x))


def linear(x: Any) -> Tensor:
    """x itself.

    >>> print(linear([1.0]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    return convert_to_tensor(x)


def exponential(x: Any) -> Tensor:
    """exp(x).

    >>> print(exponential([0.0]))
    tapes.Tensor([1.], shape=(1,), dtype=float32)
    """
    return exp(x)


def hard_sigmoid(x: Any) -> Tensor:
    """relu6(x + 3) / 6: a sigmoid of three straight lines.

    >>> print(hard_sigmoid([0.0]))
    tapes.Tensor([0.5], shape=(1,), dtype=float32)
    """
    return relu6(convert(x) + 3.0) / 6.0


swish = silu
_KNOWN = {name: globals()[name] for name in __all__ if name != "get"}


def get(identifier: Any) -> Callable[..., Tensor]:
    """The activation of a name, or the function that is given; None is `linear`.

    >>> get("relu").__name__, get(None).__name__
    ('relu', 'linear')
    """
    return linear if identifier is None else found("activation", identifier, _KNOWN)
