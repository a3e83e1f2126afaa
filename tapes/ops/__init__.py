"""All ops, a row each, in a file for each family. Importing this package fills the registry."""

from . import elementwise, indexing, linalg, nn, reductions, shapes

__all__ = ["elementwise", "indexing", "linalg", "nn", "reductions", "shapes"]
