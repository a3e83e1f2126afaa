"""The small part of Keras that tutorials use, built on the tape.

On purpose it is not as in Keras 3.15 that
- a step of `fit` is traced anew when layers, `trainable` or plain attributes of a model have changed; in Keras that
  takes `compile`, or `run_eagerly=True`;
- in the last, smaller batch of an epoch the losses of several outputs count by its size, as in Keras with
  `run_eagerly=True`; in its traced step they count as much as those of a whole batch;
- a callback that watches a number which is not there, no examples at all, a loss without targets, and a model with
  nothing to train are errors; a generator that has ended ends training;
- the summary of a model that was called shows None for the length of the batch, whatever that was;
- cross-entropies warn, once, of predictions that are no probabilities;
- a row of an `Embedding` that a batch uses several times gets the step of the sum of its adjoints; Keras hands its
  optimizers IndexedSlices, and Adam, RMSprop and Adagrad then square the parts instead of their sum;
- masks, and models made from data (`get_config`, `save`), are out: weights go into files, see `Model.save_weights`.
"""

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
