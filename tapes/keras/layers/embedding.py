"""A table of vectors, one for each word: a layer whose input is numbers of rows."""

from __future__ import annotations

from typing import Any

from ...api.picking import gather
from ...math import cast
from ...tensor import Tensor
from .. import regularizers
from ..layer import Layer


class Embedding(Layer):
    """Rows of a table.

    Args:
        input_dim: how many rows; inputs are integers below that.
        output_dim: how long each is.
        embeddings_initializer, embeddings_regularizer, embeddings_constraint: of the table.

    >>> import tapes as tf
    >>> tf.keras.layers.Embedding(10, 3)([[1, 2], [3, 4]]).shape
    TensorShape([2, 2, 3])
    """

    def __init__(self, input_dim: int, output_dim: int, embeddings_initializer: Any = "uniform",
                 embeddings_regularizer: Any = None, embeddings_constraint: Any = None, mask_zero: bool = False,
                 input_length: Any = None, **settings: Any) -> None:
        super().__init__(**settings)
        if mask_zero:
            raise NotImplementedError("Embedding: there are no masks here; leave mask_zero=False, and multiply what is "
                                      "to be left out by 0")
        self.input_dim, self.output_dim = input_dim, output_dim
        self._initializer, self._constraint = embeddings_initializer, embeddings_constraint
        self._regularizer = regularizers.get(embeddings_regularizer)

    def build(self, input_shape: Any = None) -> None:
        self.embeddings = self.add_weight((self.input_dim, self.output_dim), self._initializer, name="embeddings",
                                          regularizer=self._regularizer, constraint=self._constraint)

    def call(self, inputs: Tensor) -> Tensor:
        rows = inputs if inputs.dtype.is_integer else cast(inputs, "int32")
        return gather(self.embeddings, rows)
