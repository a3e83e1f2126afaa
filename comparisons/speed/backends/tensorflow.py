"""TensorFlow: eager, as a graph (tf.function), and compiled (jit_compile=True)."""

from __future__ import annotations

from typing import Any

import tensorflow as tf

from ..workload import Numbers, Prepared, Workload
from ..workloads import adam
from . import tape

_ready = False


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    global _ready
    if not _ready:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        _ready = True
    wrap = {"eager": lambda step: step, "function": tf.function, "xla": tf.function(jit_compile=True)}[way]
    return tape.prepare(tf, workload, numbers, wrap, _update)


def _update(_: Any, variables: Any, state: Any, gradients: Any) -> None:
    """TensorFlow's own kernel, which goes through the memory once."""
    first, second, steps = adam.moments(state)
    steps.assign_add(1.0)
    power1, power2 = adam.BETA1**steps, adam.BETA2**steps
    for p, m, v, g in zip(variables, first, second, gradients, strict=True):
        tf.raw_ops.ResourceApplyAdam(
            var=p.handle, m=m.handle, v=v.handle, beta1_power=power1, beta2_power=power2, lr=adam.RATE,
            beta1=adam.BETA1, beta2=adam.BETA2, epsilon=adam.EPSILON, grad=g)
