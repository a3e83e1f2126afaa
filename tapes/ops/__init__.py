"""All ops, a row each, in a file for each family. Importing this package fills the registry."""

from . import conv, elementwise, indexing, linalg, nn, pool, reductions, shapes

__all__ = ["conv", "elementwise", "indexing", "linalg", "nn", "pool", "reductions", "shapes"]
