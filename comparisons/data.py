"""Real data that scikit-learn ships, so that nothing is downloaded."""

from __future__ import annotations

import numpy as np

from .libraries import require


def table(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Features [rows, columns] and targets [rows] of a bundled data set; MissingLibrary without scikit-learn."""
    require("sklearn")
    from sklearn import datasets

    features, targets = getattr(datasets, f"load_{name}")(return_X_y=True)
    return features, targets


def digits() -> dict[str, np.ndarray]:
    """The 1,797 handwritten digits: pixels from 0 to 1, and one-hot labels."""
    pixels, labels = table("digits")
    return {"x": pixels / 16.0, "y": np.eye(10)[labels]}
