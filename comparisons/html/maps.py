"""Thousands of numbers at a glance: a map of colours for an array, and bars for how many entries are how far off."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

# Blue and orange, which the colour-blind tell apart: after Okabe and Ito, Color Universal Design (2008).
LOW, ZERO, HIGH, STRANGE = (0, 114, 178), (242, 242, 242), (213, 94, 0), (0, 0, 0)
MOST = 128  # entries along an axis of a map; beyond, each point is the largest of a few entries
SIDE, LEAST = 170, 22  # pixels on the screen, of the longer side and of the shorter one
BOUNDS = (0.0, 1 / 16, 1 / 8, 1 / 4, 1 / 2, 1.0, 2.0, 4.0, 8.0, 16.0, 64.0, 1e3, 1e6, 1e9)  # of bars, in ulps
_SHADES = 127  # on each side of zero


@dataclass(frozen=True)
class Map:
    """A picture of an array: blue is negative, orange positive, grey zero, and black what is no number.

    Attributes:
        source: the image, as a `data:` address.
        width, height: on the screen.
        text: what it shows, for those who do not see it.
    """

    source: str
    width: int
    height: int
    text: str


def picture(array: np.ndarray, most: float, words: str) -> Map:
    """Draw an array; the darkest colours stand for `most` and beyond."""
    table = np.asarray(array, np.float64)
    table = table.reshape(1, -1) if table.ndim < 2 else table.reshape(-1, table.shape[-1])
    if not table.size:
        table = np.zeros((1, 1))
    points = largest(largest(table, 0), 1)
    strange = ~np.isfinite(points)
    shade = np.where(strange, 0, np.clip(points / (most or 1.0), -1, 1) * _SHADES)
    index = np.where(strange, 2 * _SHADES + 1, np.rint(shade) + _SHADES).astype(np.uint8)
    rows, columns = points.shape
    side = min(SIDE / max(rows, columns), 28.0)
    return Map("data:image/png;base64," + base64.b64encode(png(index)).decode("ascii"),
               max(round(columns * side), LEAST), max(round(rows * side), LEAST), f"{words}: {told(array)}")


def largest(table: np.ndarray, axis: int) -> np.ndarray:
    """Not more than MOST points along an axis: of several entries the one of largest magnitude, nan before all."""
    many = table.shape[axis]
    if many <= MOST:
        return table
    parts = np.array_split(np.moveaxis(table, axis, 0), MOST)
    chosen = []
    for part in parts:
        size = np.where(np.isnan(part), np.inf, np.abs(part))
        chosen.append(np.take_along_axis(part, np.argmax(size, axis=0)[None], axis=0)[0])
    return np.moveaxis(np.stack(chosen), 0, axis)


def png(index: np.ndarray) -> bytes:
    """An image of 256 colours: PNG, Portable Network Graphics, W3C Recommendation, section 11."""
    rows, columns = index.shape
    part = np.arange(-_SHADES, _SHADES + 1)[:, None] / _SHADES
    ends = np.where(part > 0, HIGH, LOW)
    palette = np.concatenate([np.rint(ZERO + (ends - np.array(ZERO)) * np.abs(part)), [STRANGE]]).astype(np.uint8)
    lines = np.concatenate([np.zeros((rows, 1), np.uint8), index], axis=1)  # before each line, that it is not filtered

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, 8, 3, 0, 0, 0))
            + chunk(b"PLTE", palette.tobytes()) + chunk(b"IDAT", zlib.compress(lines.tobytes(), 9))
            + chunk(b"IEND", b""))


def told(array: np.ndarray) -> str:
    """An array in a few words: shape, range, and where the largest entry is."""
    shape = " x ".join(map(str, array.shape)) or "one number"
    finite = array[np.isfinite(array)]
    if not finite.size:
        return f"{shape}, no finite entry" if array.size else f"{shape}, empty"
    place = np.unravel_index(np.argmax(np.where(np.isfinite(array), np.abs(array), -1)), array.shape)
    low, high = float(np.min(finite)), float(np.max(finite))
    where = f", the largest at [{', '.join(map(str, place))}]" if array.size > 1 else ""
    strange = f", {array.size - finite.size} of {array.size} not finite" if finite.size < array.size else ""
    span = f"{low:.3g}" if low == high else f"from {low:.3g} to {high:.3g}"
    return f"{shape}, {span}{where}{strange}"


@dataclass(frozen=True)
class Bars:
    """How many entries are how far off.

    Attributes:
        bars: for each bin its bound as text, the count, and x, y, width and height of the bar, in pixels.
        text: the same in words.
    """

    bars: Sequence[tuple[str, int, float, float, float, float]]
    text: str


WIDE, TALL = 220.0, 64.0  # of all bars together


def bounds(errors: Sequence[np.ndarray]) -> list[float]:
    """The bins that the errors of all libraries need: the same for all, so that they can be compared."""
    worst = max((float(np.max(np.abs(error), initial=0)) for error in errors if np.isfinite(error).all()), default=0.0)
    unequal = any(not np.isfinite(error).all() for error in errors)
    needed = next((place for place, bound in enumerate(BOUNDS) if worst <= bound), len(BOUNDS))
    needed = len(BOUNDS) if unequal else max(needed, 5)
    return [*BOUNDS[:needed + 1]] + ([float("inf")] if needed >= len(BOUNDS) else [])


def histogram(ulps: np.ndarray, bins: Sequence[float]) -> Bars:
    """Count the errors, in ulps, that are at most the first bound, at most the second one, and so on."""
    size = np.where(np.isnan(ulps), np.inf, np.abs(ulps.astype(np.float64))).ravel()
    place = np.searchsorted(bins, size)
    counts = np.bincount(place, minlength=len(bins))
    most, wide = max(int(counts.max()), 1), WIDE / len(bins)
    bars = [(bound_text(bound), int(count), i * wide, TALL * (1 - count / most), wide - 2, TALL * count / most)
            for i, (bound, count) in enumerate(zip(bins, counts))]
    worst = float(size.max(initial=0))
    text = (f"{size.size} entries: half of them within {short(float(np.median(size)))} ulp, all within {short(worst)} "
            f"ulp, {int(counts[0])} exact")
    return Bars(bars, text if size.size else "no entries")


def bound_text(bound: float) -> str:
    """As it stands below a bar."""
    if not np.isfinite(bound):
        return "more"
    if 0 < bound < 1:
        return f"1/{round(1 / bound)}"
    return f"{bound:.0f}" if bound < 1e3 else f"{bound:.0e}".replace("e+0", "e")


def short(number: float) -> str:
    return "0" if not number else f"{number:.1f}" if 0.05 <= number < 1e4 else f"{number:.0e}"
