"""A line fitted to 1,000 points, the article's first model: W = 5 and b = 0, where 3 and 2 are right."""

# The article is HELLO CYBERNETICS, "TensorFlow Eager Execution step by step" (TF Advent Calendar 2018).


def data(rng):
    x = rng.standard_normal(1000)
    return {"x": x, "y": 3.0 * x + 2.0 + rng.standard_normal(1000)}


inputs = {"W": 5.0, "b": 0.0}


def loss(tf, W, b, x, y):
    return tf.reduce_mean(tf.square(W * x + b - y))
