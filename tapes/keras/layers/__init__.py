"""Layers: functions with weights."""

import sys
from types import ModuleType
from typing import Any, NoReturn

from ..functional import Input, InputLayer
from ..layer import Layer
from .activation import ELU, Activation, LeakyReLU, ReLU, Softmax
from .convolution import Conv1D, Conv2D, Conv2DTranspose
from .dense import Dense
from .embedding import Embedding
from .merging import Add, Average, Concatenate, Maximum, Minimum, Multiply, Subtract
from .normalization import BatchNormalization, LayerNormalization
from .pooling import (
    AveragePooling1D,
    AveragePooling2D,
    AvgPool1D,
    AvgPool2D,
    GlobalAveragePooling1D,
    GlobalAveragePooling2D,
    GlobalAvgPool1D,
    GlobalAvgPool2D,
    GlobalMaxPool1D,
    GlobalMaxPool2D,
    GlobalMaxPooling1D,
    GlobalMaxPooling2D,
    MaxPool1D,
    MaxPool2D,
    MaxPooling1D,
    MaxPooling2D,
)
from .recurrent import GRU, LSTM, GRUCell, LSTMCell, SimpleRNN, SimpleRNNCell
from .regularization import Dropout, GaussianNoise
from .reshaping import Flatten, Lambda, Permute, RepeatVector, Reshape

__all__ = ["ELU", "GRU", "LSTM", "Activation", "Add", "Average", "AveragePooling1D", "AveragePooling2D", "AvgPool1D",
           "AvgPool2D", "BatchNormalization", "Concatenate", "Conv1D", "Conv2D", "Conv2DTranspose", "Dense", "Dropout",
           "Embedding", "Flatten", "GRUCell", "GaussianNoise", "GlobalAveragePooling1D", "GlobalAveragePooling2D",
           "GlobalAvgPool1D", "GlobalAvgPool2D", "GlobalMaxPool1D", "GlobalMaxPool2D", "GlobalMaxPooling1D",
           "GlobalMaxPooling2D", "Input", "InputLayer", "LSTMCell", "Lambda", "Layer", "LayerNormalization",
           "LeakyReLU", "MaxPool1D", "MaxPool2D", "MaxPooling1D", "MaxPooling2D", "Maximum", "Minimum", "Multiply",
           "Permute", "ReLU", "RepeatVector", "Reshape", "SimpleRNN", "SimpleRNNCell", "Softmax", "Subtract"]


class _Layers(ModuleType):
    """This module, which is easily taken for a layer: `tapes.keras.layers(512)` should say what it is."""

    def __call__(self, *args: Any, **settings: Any) -> NoReturn:
        given = ", ".join([*map(repr, args), *(f"{name}={value!r}" for name, value in settings.items())])
        raise TypeError(f"'module' object is not callable: tapes.keras.layers holds the layers, choose one of them, "
                        f"such as tapes.keras.layers.Dense({given})")


sys.modules[__name__].__class__ = _Layers
