"""What is timed: one short file each, with the numbers, the loss in `tf` words and the gradients by hand."""

from __future__ import annotations

from collections.abc import Callable

from ..workload import Workload
from .adam import adam_step
from .chain import elementwise, steady
from .conv import conv
from .jacobian import full_jacobian
from .linear import linear
from .mlp import mlp
from .rnn import rnn
from .scalars import scalars
from .second_order import hessian_vector

MNIST = (784, 512, 256, 10)

WORKLOADS: dict[str, Workload] = {workload.name: workload for workload in (
    linear(1_000, "linear-1k"), linear(1_000_000, "linear-1m"), mlp((10, 32, 2), 32, "mlp-small"),
    mlp(MNIST, 128, "mlp-mnist"), mlp((1000, 1000, 1000, 1), 1024, "mlp-1000"), rnn(100, 16, 32),
    adam_step(MNIST, 128), scalars((3, 16, 16, 1), 8), hessian_vector((10, 32, 2), 32),
    full_jacobian((10, 32, 10), 8), conv(32, (8, 16)), elementwise(20, 1_000_000))}

GROWTH: dict[str, tuple[Callable[[int], Workload], tuple[int, ...]]] = {
    "operations": (lambda ops: steady(ops, 16), (10, 100, 1_000, 10_000, 100_000, 1_000_000)),
    "batch": (lambda batch: mlp((10, 32, 2), batch, "batch"), (1, 10, 100, 1_000, 10_000, 100_000)),
    "width": (lambda width: mlp((width, width, width, 1), 32, "width"), (16, 64, 256, 1_024, 2_048)),
}
