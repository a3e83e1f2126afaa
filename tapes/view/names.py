"""What the user's program calls its tensors: by its own variables, and a model's weights by their layers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..protocols import TensorLike


def names_in(space: Mapping[str, Any]) -> dict[int, str]:
    """The names of tensors and Variables, by their ids, as they are called where a function runs."""
    return {**weights_in(space), **{id(x): name for name, x in space.items() if isinstance(x, TensorLike)}}


def weights_in(space: Mapping[str, Any]) -> dict[int, str]:
    """Those of the weights of models, as `dense/kernel`."""
    found = {}
    for model in list(space.values()):
        layers = getattr(model, "layers", None) if hasattr(type(model), "layers") else None
        for layer in layers if isinstance(layers, (list, tuple)) else ():
            for weight in getattr(layer, "weights", None) or ():
                if isinstance(weight, TensorLike):
                    found[id(weight)] = f"{layer.name}/{weight.name.removesuffix(':0')}"
    return found
