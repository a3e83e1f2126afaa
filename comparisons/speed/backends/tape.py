"""The same text for tapes and TensorFlow: Variables, a tape around the value, and what is asked of the tape."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ..workload import GRADIENTS, HESSIAN_VECTOR, JACOBIAN, TRAINING, Numbers, Prepared, Workload
from ..workloads import adam


def prepare(tf: Any, workload: Workload, numbers: Numbers, wrap: Callable[[Any], Any],
            update: Callable[..., None] = adam.update) -> Prepared:
    """`wrap` makes of the Python function the one that is timed, such as tf.function; `update` is Adam's."""
    variables = [tf.Variable(x) for x in numbers.parameters]
    state = [tf.Variable(x) for x in numbers.state]
    data = [tf.constant(x) for x in numbers.data]
    vectors = [tf.constant(x) for x in numbers.vectors]

    def gradients(data: Any) -> Any:
        with tf.GradientTape() as tape:
            value = workload.value(tf, variables, data)
        return value, *tape.gradient(value, variables)

    def hessian_vector(data: Any) -> Any:
        with tf.GradientTape() as outer:
            with tf.GradientTape() as inner:
                value = workload.value(tf, variables, data)
            slopes = inner.gradient(value, variables)
            along = tf.add_n([tf.reduce_sum(g * v) for g, v in zip(slopes, vectors, strict=True)])
        return value, *outer.gradient(along, variables)

    def jacobian(data: Any) -> Any:
        with tf.GradientTape() as tape:
            outputs = workload.value(tf, variables, data)
        return outputs, *tape.jacobian(outputs, variables)

    def training(data: Any) -> Any:
        with tf.GradientTape() as tape:
            value = workload.value(tf, variables, data)
        update(tf, variables, state, tape.gradient(value, variables))
        return value

    def value_alone(data: Any) -> Any:
        return workload.value(tf, variables, data)

    forward = wrap(value_alone)
    step = wrap({GRADIENTS: gradients, HESSIAN_VECTOR: hessian_vector, JACOBIAN: jacobian,
                 TRAINING: training}[workload.kind])

    def reset() -> None:
        for variable, first in zip([*variables, *state], [*numbers.parameters, *numbers.state], strict=True):
            variable.assign(first)

    if workload.kind == TRAINING:
        return Prepared(lambda: step(data), lambda value: [x.numpy() for x in (value, *variables, *state)], reset,
                        lambda: forward(data))
    return Prepared(lambda: step(data), lambda found: [x.numpy() for x in found], forward=lambda: forward(data))
