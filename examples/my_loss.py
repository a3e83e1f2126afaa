"""A loss of your own: robust regression, which forgives outliers."""

# Compare it with every library: python -m comparisons run examples/my_loss.py

inputs = {"slope": 0.5, "offset": -0.2}  # what to differentiate by: numbers or arrays

data = {"x": [-1.0, 0.0, 1.0, 2.0, 3.0], "y": [-1.1, 0.3, 0.9, 2.2, 9.0]}  # constants; the last point is an outlier


def loss(tf, slope, offset, x, y):  # `tf` is tapes, TensorFlow, or a namespace of JAX, SymPy, ... with the same names
    error = slope * x + offset - y
    return tf.reduce_mean(tf.sqrt(1.0 + tf.square(error)) - 1.0)
