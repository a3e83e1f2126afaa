"""Linear regression by hand: a loss, its gradient by W and b, and a small step downhill, ten times.

This is the article's own program. The model is W x + b, the loss is the mean of the squared errors, and
the training step subtracts from each parameter its derivative times the learning rate. Nothing else is needed to learn.

線形回帰を自分で書いてみます:損失を W と b で微分し、坂を少しだけ下る、という手順を 10 回繰り返します。プログラムは記
事のとおりです。モデルは W x + b、損失は誤差の二乗の平均で、学習では、各パラメータから「学習率 × 勾配」を引きます。学
習に必要なことは、これがすべてです。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside

rng = np.random.default_rng(0)
inputs = rng.normal(size=1000).astype(np.float32)
outputs = 3.0 * inputs + 2.0 + rng.normal(size=1000).astype(np.float32)  # W is 3, b is 2, and there is noise


# %% Model, loss and training step, as in the article.
# 記事のとおりの、モデルと損失と学習の 1 ステップです。
class Model:
    def __init__(self):
        self.W = tf.Variable(5.0)
        self.b = tf.Variable(0.0)

    def __call__(self, x):
        return self.W * x + self.b


def loss(model, x, desired_y):
    predicted_y = model(x)
    return tf.reduce_mean(tf.square(predicted_y - desired_y))


def train(model, inputs, outputs, learning_rate):
    with tf.GradientTape() as tape:
        current_loss = loss(model, inputs, outputs)
    dW, db = tape.gradient(current_loss, [model.W, model.b])
    model.W.assign_sub(learning_rate * dW)
    model.b.assign_sub(learning_rate * db)


# %% Ten steps.
# 10 ステップ学習します。
def history(model):
    lines = []
    for _ in range(10):
        lines.append([float(loss(model, inputs, outputs)), float(model.W), float(model.b)])
        train(model, inputs, outputs, learning_rate=0.1)
    return np.array(lines)


model = Model()
before = model(inputs).numpy()
ours = history(model)
for epoch, (current_loss, W, b) in enumerate(ours):
    print(f"Epoch {epoch:2}: W={W:1.2f} b={b:1.2f}, loss={current_loss:2.5f}")

# %% Before and after.
# 学習前と学習後です。
if plt := beside("matplotlib.pyplot"):
    figure, axes = plt.subplots(1, 2, figsize=(7, 3), dpi=80, sharey=True)
    for ax, predicted, title in zip(axes, (before, model(inputs).numpy()), ("before", "after"), strict=True):
        ax.plot(inputs, outputs, ".", markersize=2, label="data")
        ax.plot(inputs, predicted, ".", markersize=2, label="W x + b")
        ax.set_title(title)
    axes[0].legend(markerscale=4)
    plt.show()

# %% The same program with TensorFlow: all that changes is what `tf` means.
# 同じプログラムを TensorFlow で実行します。変わるのは `tf` が何を指すかだけです。
tapes, tf = tf, beside("tensorflow")
if tf:
    np.testing.assert_allclose(history(Model()), ours, rtol=1e-5)
    print("TensorFlow goes the same way, in W, b and loss.")
tf = tapes  # and back
