"""The public functions, a file for each family: `tapes` itself, `tapes.math` and `tapes.nn` collect their names."""
