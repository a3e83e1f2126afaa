"""How long a value and all its gradients take, in every library, beside NumPy written by hand."""
