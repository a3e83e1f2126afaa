"""A window slides over an array: where it stands, what it sees there, and what a padded border shows it."""

from __future__ import annotations

import functools

import numpy as np

Pairs = tuple[tuple[int, int], ...]  # how many entries are added before and after, for each axis


def stops(lengths: tuple[int, ...], kernel: tuple[int, ...], strides: tuple[int, ...], padding: Pairs,
          dilations: tuple[int, ...]) -> tuple[int, ...]:
    """How many places a window has along each axis: none where it is larger than the padded image."""
    return tuple(max(0, (length + before + after - (k - 1) * gap - 1) // step + 1) for length, k, step, (before, after),
                 gap in zip(lengths, kernel, strides, padding, dilations, strict=True))


def padded(x: np.ndarray, padding: Pairs, value: float = 0) -> np.ndarray:
    """With borders of one value around the axes between the first and the last, the batch and the channels."""
    if not any(map(any, padding)):
        return x
    lengths = [length + sum(pair) for length, pair in zip(x.shape[1:-1], padding, strict=True)]
    wide = np.full((x.shape[0], *lengths, x.shape[-1]), value, x.dtype)
    wide[inside(x.shape, padding)] = x
    return wide


def inside(shape: tuple[int, ...], padding: Pairs) -> tuple[slice, ...]:
    """Where the array itself lies within its padded form."""
    return (slice(None), *(slice(before, before + length) for length, (before, _) in zip(
        shape[1:-1], padding, strict=True)))


@functools.lru_cache(1000)
def offsets(kernel: tuple[int, ...], strides: tuple[int, ...], dilations: tuple[int, ...],
            places: tuple[int, ...]) -> list[tuple[tuple[int, ...], tuple[slice, ...]]]:
    """Each entry of the window, and the part of the padded array that this entry sees from all its places."""
    return [(entry, (slice(None), *(slice(k * gap, k * gap + n * step, step) for k, gap, n, step in zip(
        entry, dilations, places, strides, strict=True)))) for entry in np.ndindex(*kernel)]
