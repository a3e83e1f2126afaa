"""TensorFlow: eager, as a graph (tf.function), and compiled (jit_compile=True)."""

from __future__ import annotations

import tensorflow as tf

from ..workload import Numbers, Prepared, Workload
from . import tape

_ready = False


def prepare(workload: Workload, numbers: Numbers, way: str, threads: int) -> Prepared:
    global _ready
    if not _ready:
        tf.config.threading.set_intra_op_parallelism_threads(threads)
        tf.config.threading.set_inter_op_parallelism_threads(threads)
        _ready = True
    wrap = {"eager": lambda step: step, "function": tf.function, "xla": tf.function(jit_compile=True)}[way]
    return tape.prepare(tf, workload, numbers, wrap)
