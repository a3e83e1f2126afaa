"""TensorFlow's GradientTape, in eager mode: what `tapes` mirrors."""

from __future__ import annotations

import os

from .tape import GradientTapes

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import tensorflow

BACKEND = GradientTapes(tensorflow)
