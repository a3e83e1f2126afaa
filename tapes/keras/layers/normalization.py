"""Layers that bring numbers to mean 0 and variance 1, and then to a mean and variance that are learnt."""

from __future__ import annotations

from typing import Any

from ...api.arranging import reshape
from ...api.normalization import batch_normalization, moments
from ...tensor import Tensor
from .. import regularizers
from ..layer import Layer
from ..weight import Weight


class _Normalization(Layer):
    """Factor gamma and summand beta, along some axes."""

    def __init__(self, axis: Any, epsilon: float, center: bool, scale: bool, beta_initializer: Any,
                 gamma_initializer: Any, beta_regularizer: Any, gamma_regularizer: Any, beta_constraint: Any,
                 gamma_constraint: Any, **settings: Any) -> None:
        super().__init__(**settings)
        self.axis = list(axis) if isinstance(axis, (list, tuple)) else [axis]
        self.epsilon, self.center, self.scale = epsilon, center, scale
        self._beta = beta_initializer, regularizers.get(beta_regularizer), beta_constraint
        self._gamma = gamma_initializer, regularizers.get(gamma_regularizer), gamma_constraint
        self.gamma: Weight | None = None
        self.beta: Weight | None = None

    def build(self, input_shape: Any) -> None:
        lengths = [input_shape[axis] for axis in self.axis]
        if self.scale:
            start, regularizer, constraint = self._gamma
            self.gamma = self.add_weight(lengths, start, name="gamma", regularizer=regularizer, constraint=constraint)
        if self.center:
            start, regularizer, constraint = self._beta
            self.beta = self.add_weight(lengths, start, name="beta", regularizer=regularizer, constraint=constraint)

    def _normalized(self, x: Tensor, mean: Any, variance: Any) -> Tensor:
        places = [axis % x.ndim for axis in self.axis]
        shape = [length if axis in places else 1 for axis, length in enumerate(x.shape)]
        gamma, beta = (None if v is None else reshape(v, shape) for v in (self.gamma, self.beta))
        return batch_normalization(x, mean, variance, beta, gamma, self.epsilon)


class BatchNormalization(_Normalization):
    """Each feature, over the batch while training, and else by means of training (Ioffe and Szegedy 2015,
    https://arxiv.org/abs/1502.03167).

    While training, moving_mean = momentum * moving_mean + (1 - momentum) * mean, and so for the variance.

    Args:
        axis: of the features.
        momentum: how much of the moving averages stays.
        epsilon: what is added to the variance.
        center, scale: whether beta and gamma are there.
        moving_mean_initializer, moving_variance_initializer: what the averages begin with.

    >>> import tapes as tf
    >>> layer = tf.keras.layers.BatchNormalization()
    >>> print(layer([[1.0], [3.0]], training=True))
    tapes.Tensor(
    [[-0.9995004]
     [ 0.9995004]], shape=(2, 1), dtype=float32)
    """

    def __init__(self, axis: int = -1, momentum: float = 0.99, epsilon: float = 1e-3, center: bool = True,
                 scale: bool = True, beta_initializer: Any = "zeros", gamma_initializer: Any = "ones",
                 moving_mean_initializer: Any = "zeros", moving_variance_initializer: Any = "ones",
                 beta_regularizer: Any = None, gamma_regularizer: Any = None, beta_constraint: Any = None,
                 gamma_constraint: Any = None, **settings: Any) -> None:
        super().__init__(axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer,
                         gamma_regularizer, beta_constraint, gamma_constraint, **settings)
        self.momentum = momentum
        self._moving = moving_mean_initializer, moving_variance_initializer

    def build(self, input_shape: Any) -> None:
        super().build(input_shape)
        length = [input_shape[self.axis[0]]]
        self.moving_mean = self.add_weight(length, self._moving[0], trainable=False, name="moving_mean")
        self.moving_variance = self.add_weight(length, self._moving[1], trainable=False, name="moving_variance")

    def call(self, inputs: Tensor, training: bool = False) -> Tensor:
        feature = self.axis[0] % inputs.ndim
        others = [axis for axis in range(inputs.ndim) if axis != feature]
        shape = [length if axis == feature else 1 for axis, length in enumerate(inputs.shape)]
        if not (training and self.trainable):
            return self._normalized(inputs, reshape(self.moving_mean, shape), reshape(self.moving_variance, shape))
        mean, variance = moments(inputs, others, keepdims=True)
        for average, now in ((self.moving_mean, mean), (self.moving_variance, variance)):
            average.assign(average * self.momentum + reshape(now, average.shape) * (1.0 - self.momentum))
        return self._normalized(inputs, mean, variance)


class LayerNormalization(_Normalization):
    """Each example, over its features (Ba et al. 2016, https://arxiv.org/abs/1607.06450).

    >>> import tapes as tf
    >>> print(tf.keras.layers.LayerNormalization()([[1.0, 3.0]]))
    tapes.Tensor([[-0.9995004  0.9995004]], shape=(1, 2), dtype=float32)
    """

    def __init__(self, axis: Any = -1, epsilon: float = 1e-3, center: bool = True, scale: bool = True,
                 beta_initializer: Any = "zeros", gamma_initializer: Any = "ones", beta_regularizer: Any = None,
                 gamma_regularizer: Any = None, beta_constraint: Any = None, gamma_constraint: Any = None,
                 **settings: Any) -> None:
        super().__init__(axis, epsilon, center, scale, beta_initializer, gamma_initializer, beta_regularizer,
                         gamma_regularizer, beta_constraint, gamma_constraint, **settings)

    def call(self, inputs: Tensor) -> Tensor:
        return self._normalized(inputs, *moments(inputs, self.axis, keepdims=True))
