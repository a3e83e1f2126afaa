"""JAX: the networks as functions of their weights; the updates are Keras' formulas, written out, or those of optax."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np

from ..course import Course
from ..path import Path

jax.config.update("jax_enable_x64", True)
Weights = list[jax.Array]
EPSILON, MOMENTUM, VARIANCE = 1e-7, 0.99, 1e-3  # Keras' defaults: of Adam, and of batch normalisation


def _linear(w: Weights, x: jax.Array) -> tuple[jax.Array, Weights]:
    return x @ w[0] + w[1], w


def _mlp(w: Weights, x: jax.Array) -> tuple[jax.Array, Weights]:
    return jax.nn.relu(x @ w[0] + w[1]) @ w[2] + w[3], w


def _conv(w: Weights, x: jax.Array) -> tuple[jax.Array, Weights]:
    h = jax.nn.relu(jax.lax.conv_general_dilated(x, w[0], (1, 1), "VALID", dimension_numbers=("NHWC", "HWIO", "NHWC"))
                    + w[1])
    h = jax.lax.reduce_window(h, -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
    return h.reshape(len(h), -1) @ w[2] + w[3], w


def _rnn(w: Weights, x: jax.Array) -> tuple[jax.Array, Weights]:
    h = jnp.zeros((len(x), w[1].shape[0]), x.dtype)
    for t in range(x.shape[1]):
        h = jnp.tanh(x[:, t] @ w[0] + w[2] + h @ w[1])
    return h @ w[3] + w[4], w


def _batch_norm(w: Weights, x: jax.Array) -> tuple[jax.Array, Weights]:
    k1, gamma, beta, moving_mean, moving_variance, k2, b2 = w
    h = x @ k1
    mean, variance = h.mean(0), h.var(0)
    moved = [MOMENTUM * old + (1 - MOMENTUM) * new for old, new in ((moving_mean, mean), (moving_variance, variance))]
    h = jax.nn.relu((h - mean) / jnp.sqrt(variance + VARIANCE) * gamma + beta)
    return h @ k2 + b2, [k1, gamma, beta, *moved, k2, b2]


NETWORKS: dict[str, Callable[[Weights, jax.Array], tuple[jax.Array, Weights]]] = {
    "linear": _linear, "mlp": _mlp, "conv": _conv, "rnn": _rnn, "batch-norm": _batch_norm}
FIXED = {"batch-norm": (3, 4)}  # the weights that no optimizer changes


def loss_of(course: Course) -> Callable[..., tuple[jax.Array, Weights]]:
    """The loss of weights and a batch, and the weights with what the network itself has changed."""
    def loss(w: Weights, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Weights]:
        out, w = NETWORKS[course.name](w, x)
        if course.loss == "mean_squared_error":
            return jnp.mean(jnp.square(out - y)), w
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(out), y[:, None], 1)), w

    return loss


def sgd(course: Course, w: jax.Array, g: jax.Array, state: Any, t: Any) -> tuple[jax.Array, Any]:
    """w - rate * g."""
    return w - course.rate * g, state


def adam(course: Course, w: jax.Array, g: jax.Array, state: Any, t: Any) -> tuple[jax.Array, Any]:
    """Keras' Adam, whose powers are those of the single-precision numbers next to 0.9 and 0.999."""
    m, v = state
    beta_1, beta_2 = (jnp.asarray(np.float32(beta), w.dtype) for beta in (0.9, 0.999))
    alpha = course.rate * jnp.sqrt(1 - beta_2 ** t) / (1 - beta_1 ** t)
    m = m + (g - m) * (1 - 0.9)
    v = v + (g * g - v) * (1 - 0.999)
    return w - m * alpha / (jnp.sqrt(v) + EPSILON), (m, v)


def train(course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    """With Keras' formulas."""
    update = {"sgd": sgd, "adam": adam}[course.optimizer]
    loss = jax.value_and_grad(loss_of(course), has_aux=True)

    @jax.jit
    def step(w: Weights, states: Any, t: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Weights, Any]:
        (value, moved), gradients = loss(w, x, y)
        new = [update(course, *each, t) if i not in FIXED.get(course.name, ()) else (moved[i], states[i])
               for i, each in enumerate(zip(w, gradients, states))]
        return value, [w for w, _ in new], [state for _, state in new]

    w = [jnp.asarray(each, dtype) for each in weights]
    states: Any = [(jnp.zeros_like(each), jnp.zeros_like(each)) for each in w]
    path = Path()
    for t, (x, y) in zip(range(1, steps + 1), course.batches(dtype)):
        value, w, states = step(w, states, jnp.asarray(t, dtype), x, y)
        path.step(value, w)
    return path


def train_by_optax(course: Course, weights: list[np.ndarray], dtype: str, steps: int) -> Path:
    """With the optimizers of optax."""
    import optax

    made = {"sgd": lambda: optax.sgd(course.rate), "adam": lambda: optax.adam(course.rate, eps=EPSILON)}
    optimizer = made[course.optimizer]()
    loss = jax.value_and_grad(loss_of(course), has_aux=True)
    fixed = FIXED.get(course.name, ())

    @jax.jit
    def step(w: Any, state: Any, x: jax.Array, y: jax.Array) -> tuple[jax.Array, Any, Any]:
        (value, moved), gradients = loss(w, x, y)
        changes, state = optimizer.update(gradients, state, w)
        changed = optax.apply_updates(w, changes)
        return value, [moved[i] if i in fixed else each for i, each in enumerate(changed)], state

    w = [jnp.asarray(each, dtype) for each in weights]
    state = optimizer.init(w)
    path = Path()
    for (x, y), _ in zip(course.batches(dtype), range(steps)):
        value, w, state = step(w, state, x, y)
        path.step(value, w)
    return path
