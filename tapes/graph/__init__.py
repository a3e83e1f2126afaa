"""Define and run: a function is watched once, and then replayed as a straight line of NumPy."""
