"""The small part of Keras that tutorials use, built on the tape."""

from . import (
    activations,
    backend,
    callbacks,
    initializers,
    layers,
    losses,
    metrics,
    models,
    optimizers,
    regularizers,
    utils,
)
from .functional import Input
from .layer import Layer
from .model import Model
from .sequential import Sequential

__all__ = ["Input", "Layer", "Model", "Sequential", "activations", "backend", "callbacks", "initializers", "layers",
           "losses", "metrics", "models", "optimizers", "regularizers", "utils"]
