"""All ops, a row each, in a file for each family. Importing this package fills the registry."""

from . import activations, bitwise, conv, elementwise, indexing, linalg, nn, pool, reductions, shapes, special

__all__ = ["activations", "bitwise", "conv", "elementwise", "indexing", "linalg", "nn", "pool", "reductions",
           "shapes", "special"]
