"""Model and Sequential hold the layers, compile says how to train, and fit is the loop that one need not write again.

A subclass of `tf.keras.Model` makes its layers in `__init__` and uses them in `call`; `Sequential` is a list of layers.
The article compiles 'categorical_crossentropy' with a last layer that has no softmax. That runs, but the loss takes the
outputs for probabilities, and of these digits only one or two of ten would be read correctly: `tapes` warns of it. Here
the last layer has a softmax.

Model や Sequential に層をまとめ、compile で学習方法を決めれば、fit が学習ループを引き受けます。`tf.keras.Model` を継
承したクラスは、`__init__` で層を作り、`call` で使います。`Sequential` は層を並べたリストです。記事では、最後の層に
softmax がないまま 'categorical_crossentropy' を使っています。エラーにはなりませんが、出力がそのまま確率として扱われる
ので、この数字データでは 1〜2 割しか正しく読めるようになりません(`tapes` は警告を出します)。ここでは最後の層を softmax
にしました。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside
from comparisons.data import digits

data = digits()
x, y = data["x"].astype(np.float32), data["y"].astype(np.float32)  # 1,797 images of 8 x 8, labels one-hot


# %% The two ways to say it.
# 二通りの書き方です。
class Model(tf.keras.Model):
    def __init__(self):
        super().__init__(name="digits_mlp")
        self.dense1 = tf.keras.layers.Dense(64, activation="relu")
        self.dense2 = tf.keras.layers.Dense(10, activation="softmax")

    def call(self, x):
        return self.dense2(self.dense1(x))


def sequential(tf):
    return tf.keras.Sequential([tf.keras.layers.Dense(64, activation="relu"),
                                tf.keras.layers.Dense(10, activation="softmax")])


def fit(tf, model, epochs=20, verbose=0):
    model.compile(optimizer=tf.keras.optimizers.Adam(0.003), loss="categorical_crossentropy", metrics=["accuracy"])
    return model.fit(x, y, validation_split=0.2, epochs=epochs, batch_size=64, shuffle=False, verbose=verbose).history


# %% Twenty epochs. The last fifth of the data is not learned from, only tried.
# 20 エポック学習します。データの最後の 2 割は学習に使わず、検証だけに使います。
tf.random.set_seed(0)
model = Model()
model(x[:1])  # now it has weights
start = model.get_weights()
history = fit(tf, model)
for epoch in (0, 4, 9, 19):
    print(f"epoch {epoch + 1:2}:", *(f"{name} {values[epoch]:.3f}" for name, values in history.items()))
model.summary()

# %% The curves, and some images of the last fifth with what the model reads in them.
# 学習曲線と、検証用の画像をモデルがどう読んだかを見ます。
read = model.predict(x[-12:], verbose=0).argmax(axis=1)
if plt := beside("matplotlib.pyplot"):
    figure, (left, right) = plt.subplots(1, 2, figsize=(8, 3), dpi=80, width_ratios=(1, 1.6))
    left.plot(history["loss"], label="loss")
    left.plot(history["val_loss"], label="val_loss")
    left.set_xlabel("epoch")
    left.legend()
    tiles = np.pad(x[-12:].reshape(3, 4, 8, 8), ((0, 0), (0, 0), (1, 1), (1, 5)))
    right.imshow(tiles.transpose(0, 2, 1, 3).reshape(30, 56), cmap="gray_r")
    for i, number in enumerate(read):
        right.text(14 * (i % 4) + 9.5, 10 * (i // 4) + 6, number, color="C0" if y[i - 12, number] else "red")
    right.axis("off")
    plt.show()

# %% A Sequential with the same start, here and in TensorFlow: the histories are the same.
# 同じ初期値から Sequential で学習します。こちらでも TensorFlow でも、同じ履歴になります。
def again(tf):
    model = sequential(tf)
    model(x[:1])
    model.set_weights(start)
    return fit(tf, model, epochs=3)


ours = again(tf)
np.testing.assert_allclose(ours["loss"], history["loss"][:3], rtol=1e-4)
assert history["val_accuracy"][-1] > 0.85
if tensorflow := beside("tensorflow"):
    theirs = again(tensorflow)
    for name, values in theirs.items():
        np.testing.assert_allclose(ours[name], values, rtol=1e-3, err_msg=name)
    print("TensorFlow gives the same history:", *(f"{name} {values[-1]:.4f}" for name, values in theirs.items()))
