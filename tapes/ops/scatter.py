"""Writing slices over those of a tensor: the adjoint goes to whichever of the two is seen afterwards."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ..op import Op
from .elementwise import cast, equal, where, zeros_like
from .indexing import _rows, gather_nd, scatter_nd

_X_AND_UPDATES = slice(0, 3, 2)  # these two have one dtype; between them stand the indices


def _updated(x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
    rows, shape = _rows(indices, x.shape)
    out = x.reshape(shape).copy()
    out[rows] = updates
    return out.reshape(x.shape)


def _still_seen(indices: Any, updates: Any, shape: tuple[int, ...]) -> Any:
    """Which updates are in the result: where several hit one place, the last. Each writes its number, and looks."""
    count = int(np.prod(indices.shape[:-1]))
    numbers = np.arange(count).reshape(indices.shape[:-1])
    places = np.zeros(shape[: indices.shape[-1]], int)
    seen = equal(gather_nd(tensor_scatter_nd_update(places, indices, numbers), indices), numbers)
    return seen[(..., *(None,) * (updates.ndim - numbers.ndim))]


def _extreme_rules() -> list[Any]:
    """Of the entries that tie for the extreme, from either side, each gets an equal share of the adjoint."""

    def share(y: Any, x: Any, indices: Any, updates: Any) -> tuple[Any, Any, Any]:
        from_x = cast(equal(x, y), dtype=x.dtype)
        from_updates = cast(equal(updates, gather_nd(y, indices)), dtype=x.dtype)
        return from_x, from_updates, from_x + scatter_nd(from_updates, indices, shape=tuple(x.shape))

    def of_x(g: Any, y: Any, x: Any, indices: Any, updates: Any) -> Any:
        from_x, _, ties = share(y, x, indices, updates)
        return g * from_x / ties

    def of_updates(g: Any, y: Any, x: Any, indices: Any, updates: Any) -> Any:
        _, from_updates, ties = share(y, x, indices, updates)
        return gather_nd(g / ties, indices) * from_updates

    return [of_x, None, of_updates]


def _extreme(at: Callable[..., None]) -> Callable[..., np.ndarray]:
    def forward(x: np.ndarray, indices: np.ndarray, updates: np.ndarray) -> np.ndarray:
        rows, shape = _rows(indices, x.shape)
        out = x.reshape(shape).copy()
        at(out, rows, updates)
        return out.reshape(x.shape)

    return forward


_EXAMPLES: list[Any] = [(((4,), np.array([[0], [2], [0]]), (3,)), {}),
                        (((3, 2), np.array([[2], [1], [2]]), (3, 2)), {}),
                        (((2, 2), np.array([[[0, 1]], [[1, 1]]]), (2, 1)), {}),
                        (((2, 2), np.zeros((0, 1), int), (0, 2)), {})]
tensor_scatter_nd_update: Op = Op("tensor_scatter_nd_update", _updated, [
    lambda g, y, x, indices, updates: tensor_scatter_nd_update(g, indices, zeros_like(updates)), None,
    lambda g, y, x, indices, updates: where(_still_seen(indices, updates, x.shape), gather_nd(g, indices), 0.0)],
    alike=_X_AND_UPDATES, examples=_EXAMPLES)
tensor_scatter_nd_max = Op("tensor_scatter_nd_max", _extreme(np.maximum.at), _extreme_rules(), kinds="iuf",
                           alike=_X_AND_UPDATES, examples=_EXAMPLES)
tensor_scatter_nd_min = Op("tensor_scatter_nd_min", _extreme(np.minimum.at), _extreme_rules(), kinds="iuf",
                           alike=_X_AND_UPDATES, examples=_EXAMPLES)
