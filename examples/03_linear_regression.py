"""Gradient descent needs nothing but a loss, its gradient, and a step downhill: here a line finds its points."""

import tapes as tf

tf.random.set_seed(0)
inputs = tf.random.normal([1000])
outputs = 3.0 * inputs + 2.0 + tf.random.normal([1000])


class Model:
    def __init__(self):
        self.W = tf.Variable(5.0, name="W")
        self.b = tf.Variable(0.0, name="b")

    def __call__(self, x):
        return self.W * x + self.b


def loss(model, x, desired_y):
    return tf.reduce_mean(tf.square(model(x) - desired_y))


def train(model, x, y, learning_rate):
    with tf.GradientTape() as tape:
        current_loss = loss(model, x, y)
    dW, db = tape.gradient(current_loss, [model.W, model.b])
    model.W.assign_sub(learning_rate * dW)
    model.b.assign_sub(learning_rate * db)
    return current_loss


model = Model()
for epoch in range(10):
    current_loss = train(model, inputs, outputs, learning_rate=0.1)
    print(f"epoch {epoch}: W={float(model.W):.2f} b={float(model.b):.2f} loss={current_loss:2.5f}")

assert float(loss(model, inputs, outputs)) < 1.5  # the noise alone has variance 1
