"""Functions that NumPy has not, on plain arrays: published formulas, with their sources, each held against mpmath."""
