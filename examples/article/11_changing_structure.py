"""A model may change while it learns: its layers are a Python list, and each step the tape hears what is there now.

With a graph the structure comes first, and to change it is to build another graph. On a tape each step is recorded
anew, so a network can grow: here one with a single hidden layer learns a wave as well as it can, and then gets two
more layers, which start as the identity, so that nothing that was learned is lost.

層はただの Python のリストなので、学習の途中でモデルの構造を変えることができ、テープは毎回そのときの構造を記録します。
グラフを使う方式では、先に構造を決めるので、構造を変えるにはグラフを作り直すことになります。テープは 1 ステップごとに
記録し直すので、ネットワークは成長できます。ここでは、隠れ層が一つのネットワークで波形を学習し、途中で層を二つ増やしま
す。増やした層は恒等写像から始めるので、それまでに学んだことは失われません。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside

rng = np.random.default_rng(3)
x = np.linspace(-1.0, 1.0, 200, dtype=np.float32)[:, None]
y = np.sin(10.0 * x)
start = [(rng.normal(size=(1, 24)), rng.normal(size=24)), (0.3 * rng.normal(size=(24, 1)), np.zeros(1))]


# %% A layer is a kernel and a bias, a network is a list of layers.
# 層は kernel と bias の組、ネットワークは層のリストです。
def layer(tf, kernel, bias):
    return tf.Variable(kernel.astype(np.float32)), tf.Variable(bias.astype(np.float32))


def predict(tf, layers):
    h = tf.constant(x)
    for kernel, bias in layers[:-1]:
        h = tf.nn.relu(h @ kernel + bias)
    kernel, bias = layers[-1]
    return h @ kernel + bias


# %% In the middle of training, two layers are put into the list.
# 学習の途中で、リストに層を二つ加えます。
def train(tf, steps, grow_at=None):
    layers, optimizer, losses = [layer(tf, *each) for each in start], tf.keras.optimizers.Adam(0.01), []
    for step in range(steps):
        if step == grow_at:
            layers[1:1] = [layer(tf, np.eye(24), np.zeros(24)) for _ in range(2)]
            optimizer = tf.keras.optimizers.Adam(0.01)  # it has a memory for each Variable, and there are new ones
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(predict(tf, layers) - y))
        variables = tape.watched_variables()
        optimizer.apply_gradients(zip(tape.gradient(loss, variables), variables))
        losses.append(float(loss))
    return losses, predict(tf, layers).numpy()


grown, curve = train(tf, 600, grow_at=300)
same, flat = train(tf, 600)
print(f"after 300 steps the loss is {grown[299]:.4f}, and just after the network has grown {grown[300]:.4f}")
print(f"after 600 steps it is {grown[-1]:.4f}; without the new layers it would be {same[-1]:.4f}")

# %% The network that has grown, and the one that has not.
# 層を増やしたネットワークと、増やさなかったネットワークです。
if plt := beside("matplotlib.pyplot"):
    figure, (left, right) = plt.subplots(1, 2, figsize=(7.5, 3), dpi=80)
    right.plot(x, y, "lightgray", linewidth=5, label="data")
    for losses, predicted, name in ((same, flat, "1 hidden layer"), (grown, curve, "3, since step 300")):
        left.semilogy(losses, label=name)
        right.plot(x, predicted, label=name)
    left.set_xlabel("step")
    left.set_ylabel("loss")
    right.set_ylim(-1.3, 2.6)
    right.legend(fontsize="small", loc="upper center")
    plt.show()

# %% TensorFlow's tape follows in the same way.
# TensorFlow のテープでも同じことができます。
assert grown[300] < 1.1 * grown[299] and grown[-1] < 0.2 * same[-1]
if tensorflow := beside("tensorflow"):
    np.testing.assert_allclose(train(tensorflow, 60, grow_at=30)[0], train(tf, 60, grow_at=30)[0], rtol=1e-3)
    print("TensorFlow gives the same losses, before and after the network has grown.")
