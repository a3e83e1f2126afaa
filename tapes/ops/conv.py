"""Convolution is linear in the image and in the filter: its two adjoints and itself are each other's derivatives."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import as_strided

from ..batching import Batched, everywhere
from ..op import Op
from .shapes import reshape, transpose
from .windows import Pairs, inside, offsets, padded, stops

CACHED = 2**18  # entries that stay in a cache; measured, twice and half as many are slower

# Images are [batch, *lengths, channels], filters [*kernel, channels of a group, results]. Each result looks at one
# group of channels, by default at all. The sum of g * convolution(x, w) is linear in g, in x and in w, and the three
# ops below are what is left of it when one of the three is taken away: so their rules are each other.


def _columns(x: np.ndarray, groups: int, kernel: tuple[int, ...], strides: tuple[int, ...], padding: Pairs,
             dilations: tuple[int, ...]) -> np.ndarray:
    """What the window sees, [group, places, entries of the window]: convolution becomes a product of matrices."""
    places, wide = stops(x.shape[1:-1], kernel, strides, padding, dilations), padded(x, padding)
    image, *along, channel = wide.strides
    channels = x.shape[-1] // groups
    seen = as_strided(wide, (groups, x.shape[0], *places, *kernel, channels), (
        channel * channels, image, *(s * step for s, step in zip(along, strides, strict=True)),
        *(s * gap for s, gap in zip(along, dilations, strict=True)), channel), writeable=False)
    return seen.reshape(groups, x.shape[0] * math.prod(places), math.prod(kernel) * channels)


def windows(x: np.ndarray, kernel: tuple[int, ...], strides: tuple[int, ...], padding: Pairs,
            dilations: tuple[int, ...]) -> np.ndarray:
    """The same for one group of all channels, as a matrix: a window is a row."""
    return _columns(x, 1, kernel, strides, padding, dilations)[0]


def _grouped(w: np.ndarray, groups: int) -> np.ndarray:
    """Results or filters by group: [group, all else, results of the group]."""
    rows, results = math.prod(w.shape[:-1]), w.shape[-1] // groups
    return w.reshape(rows, groups, results).transpose(1, 0, 2)


def _ungrouped(w: np.ndarray, shape: tuple[int, ...]) -> np.ndarray:
    return w.transpose(1, 0, 2).reshape(shape)


def _groups(x_shape: tuple[int, ...], w_shape: tuple[int, ...]) -> int:
    return x_shape[-1] // w_shape[-2] if w_shape[-2] else 1


def _blocks(images: int, entries: int) -> Iterator[slice]:
    """So many images at a time that the windows of all of them, `entries` for each image, stay in the cache."""
    step = max(1, CACHED // max(1, entries))
    return (slice(start, start + step) for start in range(0, images, step))


def _convolution(x: np.ndarray, w: np.ndarray, strides: tuple[int, ...], padding: Pairs,
                 dilations: tuple[int, ...]) -> np.ndarray:
    kernel, groups = w.shape[:-2], _groups(x.shape, w.shape)
    places, filters = stops(x.shape[1:-1], kernel, strides, padding, dilations), _grouped(w, groups)
    y = np.empty((x.shape[0], *places, w.shape[-1]), x.dtype)
    for block in _blocks(x.shape[0], math.prod(places) * math.prod(kernel) * x.shape[-1]):
        seen = _columns(x[block], groups, kernel, strides, padding, dilations)
        y[block] = _ungrouped(np.matmul(seen, filters), y[block].shape)
    return y


def _convolution_filter(x: np.ndarray, g: np.ndarray, shape: tuple[int, ...], strides: tuple[int, ...],
                        padding: Pairs, dilations: tuple[int, ...]) -> np.ndarray:
    kernel, groups = shape[:-2], _groups(x.shape, shape)
    total = np.zeros(shape, g.dtype)
    for block in _blocks(x.shape[0], math.prod(g.shape[1:-1]) * math.prod(kernel) * x.shape[-1]):
        seen = _columns(x[block], groups, kernel, strides, padding, dilations)
        total += _ungrouped(np.matmul(seen.swapaxes(1, 2), _grouped(g[block], groups)), shape)
    return total


def _convolution_input(g: np.ndarray, w: np.ndarray, shape: tuple[int, ...], strides: tuple[int, ...],
                       padding: Pairs, dilations: tuple[int, ...]) -> np.ndarray:
    kernel, groups = w.shape[:-2], _groups(shape, w.shape)
    lengths = [length + sum(pair) for length, pair in zip(shape[1:-1], padding, strict=True)]
    wide = np.zeros((shape[0], *lengths, shape[-1]), g.dtype)
    entries = w.reshape(math.prod(kernel), w.shape[-2], groups, w.shape[-1] // groups).transpose(0, 2, 3, 1)
    for block in _blocks(shape[0], math.prod(g.shape[1:-1]) * math.prod(kernel) * shape[-1]):
        part_of, of_images = wide[block], (*g[block].shape[:-1], shape[-1])
        back = np.matmul(_grouped(g[block], groups), entries)  # for each entry of the window
        for one, (_, part) in zip(back, offsets(kernel, strides, dilations, g.shape[1:-1]), strict=True):
            part_of[part] += _ungrouped(one, of_images)
    return wide[inside(shape, padding)]


# Many at once: as more images where only images differ, otherwise as more channels, in groups of their own.


def _as_images(x: Any) -> Any:
    return reshape(x, shape=(x.shape[0] * x.shape[1], *x.shape[2:]))


def _as_channels(x: Any) -> Any:
    last = x.ndim - 2
    beside = transpose(x, perm=[*range(1, last + 1), 0, last + 1])
    return reshape(beside, shape=(*beside.shape[:-2], beside.shape[-2] * beside.shape[-1]))


def _from_channels(x: Any, size: int) -> Any:
    last = x.ndim - 1
    apart = reshape(x, shape=(*x.shape[:-1], size, x.shape[-1] // size))
    return transpose(apart, perm=[last, *range(last), last + 1])


def _many(op: Op, size: int, inputs: Sequence[Any], params: dict[str, Any]) -> Any:
    """Many convolutions, or adjoints of it, as one."""
    first, second = inputs
    shape: Any = params.get("shape")
    more = dict(params)
    if type(second) is not Batched and op is not convolution_filter:
        if shape:
            more["shape"] = (size * shape[0], *shape[1:])
        y = op(_as_images(first.whole), second, **more)
        return reshape(y, shape=(size, first.shape[0], *y.shape[1:]))
    kernel = second.shape if op is convolution else shape
    alone = type(first) is not Batched and op is not convolution_input and _groups(first.shape, kernel) == 1
    if not alone:  # otherwise all look at the same channels
        first = _as_channels(everywhere(first, size))
    if shape:
        more["shape"] = (*shape[:-1], size * shape[-1])
    return _from_channels(op(first, _as_channels(everywhere(second, size)), **more), size)


_PLAIN: dict[str, Any] = {"strides": (1, 1), "padding": ((0, 0), (0, 0)), "dilations": (1, 1)}
_UNEVEN: dict[str, Any] = {"strides": (2, 1), "padding": ((1, 0), (0, 2)), "dilations": (1, 2)}
_LINE: dict[str, Any] = {"strides": (2,), "padding": ((1, 1),), "dilations": (1,)}
# image, filter, settings, result
_CASES: list[Any] = [
    ((1, 3, 3, 2), (2, 2, 2, 3), _PLAIN, (1, 2, 2, 3)), ((2, 4, 3, 1), (2, 2, 1, 2), _UNEVEN, (2, 2, 3, 2)),
    ((2, 3, 2), (3, 2, 2), _LINE, (2, 2, 2)), ((1, 3, 2, 4), (2, 1, 2, 2), _PLAIN, (1, 2, 2, 2)),
    ((1, 3, 3, 2), (3, 2, 1, 4), _UNEVEN, (1, 1, 3, 4)), ((0, 3, 3, 2), (2, 2, 2, 1), _PLAIN, (0, 2, 2, 1))]

convolution: Op = Op("convolution", _convolution, [
    lambda g, y, x, w, **how: convolution_input(g, w, shape=tuple(x.shape), **how),
    lambda g, y, x, w, **how: convolution_filter(x, g, shape=tuple(w.shape), **how),
], kinds="f", lift=_many, examples=[((x, w), how) for x, w, how, _ in _CASES])
convolution_input: Op = Op("convolution_input", _convolution_input, [
    lambda h, x, g, w, shape, **how: convolution(h, w, **how),
    lambda h, x, g, w, shape, **how: convolution_filter(h, g, shape=tuple(w.shape), **how),
], kinds="f", lift=_many, examples=[((g, w), {"shape": x, **how}) for x, w, how, g in _CASES])
convolution_filter: Op = Op("convolution_filter", _convolution_filter, [
    lambda h, w, x, g, shape, **how: convolution_input(g, h, shape=tuple(x.shape), **how),
    lambda h, w, x, g, shape, **how: convolution(x, h, **how),
], kinds="f", lift=_many, examples=[((x, g), {"shape": w, **how}) for x, w, how, g in _CASES])
