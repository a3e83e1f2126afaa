"""An optimizer is the line that updates the parameters, with a memory: plain descent, momentum and Adam differ in it.

`apply_gradients` takes pairs (gradient, variable). In the article they are the other way round, which fails in
TensorFlow too; here the error says why. What was `tf.train.GradientDescentOptimizer` is `tf.keras.optimizers.SGD`
today; here both names work.

オプティマイザは「パラメータを更新する 1 行」に記憶を持たせたもので、SGD、モメンタム、Adam の違いは、何を覚えておくか
にあります。`apply_gradients` に渡すのは(勾配, 変数)の組です。記事では順序が逆になっていて、TensorFlow でもエラーにな
ります。`tapes` では、エラーメッセージが順序の間違いを教えてくれます。`tf.train.GradientDescentOptimizer` は、今では
`tf.keras.optimizers.SGD` という名前です。`tapes` ではどちらの名前でも動きます。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside

rng = np.random.default_rng(0)
inputs = rng.normal(loc=1.0, size=1000).astype(np.float32)
outputs = 3.0 * inputs + 2.0 + rng.normal(size=1000).astype(np.float32)


def path(tf, optimizer, steps=40):
    W, b = tf.Variable(5.5, name="W"), tf.Variable(4.0, name="b")
    points = [(5.5, 4.0)]
    for _ in range(steps):
        with tf.GradientTape() as tape:
            loss = tf.reduce_mean(tf.square(W * inputs + b - outputs))
        gradients = tape.gradient(loss, [W, b])
        optimizer.apply_gradients(zip(gradients, [W, b]))
        points.append((float(W), float(b)))
    return np.array(points)


# %% Three ways downhill.
# 坂を下る三つの方法です。
def optimizers(tf):
    return {"SGD": tf.keras.optimizers.SGD(learning_rate=0.05),
            "momentum": tf.keras.optimizers.SGD(learning_rate=0.05, momentum=0.8),
            "Adam": tf.keras.optimizers.Adam(learning_rate=0.3)}


ours = {name: path(tf, optimizer) for name, optimizer in optimizers(tf).items()}
ours["of 2018"] = path(tf, tf.train.GradientDescentOptimizer(learning_rate=0.05))
for name, points in ours.items():
    print(f"{name:9} after 40 steps: W={points[-1, 0]:.3f} b={points[-1, 1]:.3f}")

# %% The article's slip: pairs the wrong way round.
# 記事の間違い:組の順序が逆です。
W = tf.Variable(5.0, name="W")
try:
    tf.keras.optimizers.SGD(0.1).apply_gradients(zip([W], [tf.constant(1.0)]))
except Exception as error:
    print(f"{type(error).__name__}: {error}")

# %% The three paths, over the lines on which the loss is the same.
# 損失の等高線の上に、三つの道筋を描きます。
if plt := beside("matplotlib.pyplot"):
    grid_W, grid_b = np.meshgrid(np.linspace(1.0, 6.0, 60), np.linspace(-2.0, 5.0, 60))
    height = np.mean((grid_W[..., None] * inputs + grid_b[..., None] - outputs) ** 2, axis=-1)
    plt.figure(figsize=(5, 4), dpi=80)
    plt.contour(grid_W, grid_b, height, levels=np.geomspace(1.0, 40.0, 12), colors="lightgray")
    for name in ("SGD", "momentum", "Adam"):
        plt.plot(*ours[name].T, ".-", markersize=3, linewidth=1, label=name)
    plt.xlabel("W")
    plt.ylabel("b")
    plt.legend()
    plt.show()

# %% The same with TensorFlow and its Keras.
# TensorFlow の Keras と比べます。
np.testing.assert_array_equal(ours["of 2018"], ours["SGD"])
if tensorflow := beside("tensorflow"):
    for name, optimizer in optimizers(tensorflow).items():
        np.testing.assert_allclose(path(tensorflow, optimizer), ours[name], rtol=1e-4, atol=1e-5)
    print("TensorFlow's Keras takes the same ways.")
