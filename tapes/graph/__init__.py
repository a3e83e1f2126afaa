"""Define and run: a function is traced once, and then replayed as a straight line of NumPy."""
