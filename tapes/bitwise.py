"""Integers bit by bit: the names of `tf.bitwise`. They have no derivative."""

from __future__ import annotations

from .ops import bitwise as b
from .public import public

__all__ = ["bitwise_and", "bitwise_or", "bitwise_xor", "invert", "left_shift", "right_shift"]

bitwise_and = public(b.bitwise_and, "x y", "The bits that both x and y have.",
    "tf.bitwise.bitwise_and([6, 5], 3)", "tapes.Tensor([2 1], shape=(2,), dtype=int32)")
bitwise_or = public(b.bitwise_or, "x y", "The bits that x or y has.",
    "tf.bitwise.bitwise_or([6, 5], 3)", "tapes.Tensor([7 7], shape=(2,), dtype=int32)")
bitwise_xor = public(b.bitwise_xor, "x y", "The bits that exactly one of x and y has.",
    "tf.bitwise.bitwise_xor([6, 5], 3)", "tapes.Tensor([5 6], shape=(2,), dtype=int32)")
invert = public(b.invert, "x", "The bits that x has not: -1 - x.",
    "tf.bitwise.invert([6, 0])", "tapes.Tensor([-7 -1], shape=(2,), dtype=int32)")
left_shift = public(b.left_shift, "x y", "All bits of x moved y places up: x times 2 to the power y.",
    "tf.bitwise.left_shift([6, 5], 1)", "tapes.Tensor([12 10], shape=(2,), dtype=int32)")
right_shift = public(b.right_shift, "x y", "All bits of x moved y places down: x over 2 to the power y, rounded down.",
    "tf.bitwise.right_shift([6, 5], 1)", "tapes.Tensor([3 2], shape=(2,), dtype=int32)")
