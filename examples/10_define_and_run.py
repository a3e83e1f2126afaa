"""Define and run: traced once, a training step becomes a few lines of NumPy, and backpropagation can be read."""

import tapes as tf

tf.random.set_seed(1)
x = tf.random.normal([200, 10])
y = tf.sin(x[:, :1]) + x[:, 1:2]
W1, b1 = tf.Variable(tf.random.normal([10, 32]) * 0.3, name="W1"), tf.Variable(tf.zeros([32]), name="b1")
W2, b2 = tf.Variable(tf.random.normal([32, 1]) * 0.3, name="W2"), tf.Variable(tf.zeros([1]), name="b2")
parameters = [W1, b1, W2, b2]
start = [v.numpy() for v in parameters]
rate = 0.1


def step(x, y):
    with tf.GradientTape() as tape:
        h = tf.nn.relu(x @ W1 + b1)
        error = h @ W2 + b2 - y
        loss = tf.reduce_mean(tf.square(error))
    for v, dv in zip(parameters, tape.gradient(loss, parameters)):
        v.assign_sub(rate * dv)
    return loss


def train(step):
    for v, value in zip(parameters, start):
        v.assign(value)
    return [float(step(x, y)) for _ in range(200)]


define_by_run = train(step)
define_and_run = tf.function(step)  # the first call traces, all others run what it has seen
losses = train(define_and_run)

print(define_and_run.source())
print(f"# the loss went from {losses[0]:.4f} to {losses[-1]:.4f}")

assert losses[-1] < 0.1 * losses[0]
tf.debugging.assert_near(losses, define_by_run, rtol=1e-4)

rate = 0.0  # Python looked it up in the first call, once: the program goes on with 0.1; a tf.Variable is read each time
assert float(define_and_run(x, y)) > float(define_and_run(x, y))
