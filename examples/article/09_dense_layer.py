"""A layer makes its weights itself, at its first call, and implicit_value_and_gradients finds whatever a loss has read.

`Dense(2)` knows how many numbers come out; how many go in it learns from the first data. Its kernel and bias are
Variables, so the tape knows them without being told. `tf.contrib.eager.implicit_value_and_gradients`, gone from
TensorFlow since 2.0, is no more than that: a tape, and the list of the Variables it has seen.

層は最初に呼ばれたときに自分の重みを作り、implicit_value_and_gradients は損失が読んだ変数を自動で見つけます。
`Dense(2)` で決まるのは出力の次元だけで、入力の次元は最初のデータを見て決まります。kernel と bias は Variable なので、
何も言わなくてもテープは見張ってくれます。TensorFlow 2.0 でなくなった `tf.contrib.eager.implicit_value_and_gradients`
の正体は、テープと「テープが見た変数のリスト」だけです。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside

rng = np.random.default_rng(0)
x_train = rng.normal(size=(200, 3)).astype(np.float32)
true_kernel = np.array([[1.0, -2.0], [0.5, 0.0], [0.0, 3.0]], np.float32)
y_train = x_train @ true_kernel + np.array([0.3, -0.7], np.float32)

# %% There are no weights before there are data.
# データが来るまで、重みはありません。
model = tf.keras.layers.Dense(2)
print("before the first call:", [v.name for v in model.trainable_variables])
model(x_train)
print("after it:", [(v.name, tuple(v.shape)) for v in model.trainable_variables])
start = [v.numpy() for v in model.trainable_variables]


# %% The loss is a vector, one number for each row: its gradient is that of the sum.
# 損失は行ごとに一つの数を持つベクトルです。その勾配は、和の勾配になります。
def loss_fn(model, x, desired_y):
    predict_y = model(x)
    return tf.keras.losses.mean_squared_error(predict_y, desired_y)


value_and_grads = tf.contrib.eager.implicit_value_and_gradients(loss_fn)
optimizer = tf.train.GradientDescentOptimizer(learning_rate=1e-3)
ours = []
for _ in range(60):
    loss, grads = value_and_grads(model=model, x=x_train, desired_y=y_train)
    optimizer.apply_gradients(grads)
    ours.append(float(tf.reduce_mean(loss)))
print(f"the mean loss went from {ours[0]:.3f} to {ours[-1]:.6f}; the kernel is\n{model.kernel.numpy().round(2)}")

# %% The same by TensorFlow, where the tape has to be written out.
# TensorFlow では、テープを自分で書きます。
theirs = []
if tensorflow := beside("tensorflow"):
    layer = tensorflow.keras.layers.Dense(2)
    layer.build((None, 3))
    layer.set_weights(start)
    sgd = tensorflow.keras.optimizers.SGD(learning_rate=1e-3)
    for _ in range(60):
        with tensorflow.GradientTape() as tape:
            loss = tensorflow.keras.losses.MSE(layer(x_train), y_train)
        variables = tape.watched_variables()
        sgd.apply_gradients(zip(tape.gradient(loss, variables), variables))
        theirs.append(float(tensorflow.reduce_mean(loss)))
    np.testing.assert_allclose(theirs, ours, rtol=1e-4, atol=1e-7)
    print("TensorFlow's losses are the same.")

# %% Both curves.
# 二つの学習曲線です。
if plt := beside("matplotlib.pyplot"):
    plt.figure(figsize=(5, 3), dpi=80)
    plt.semilogy(ours, label="tapes")
    plt.semilogy(theirs, ":", linewidth=3, label="TensorFlow")
    plt.xlabel("epoch")
    plt.ylabel("mean loss")
    plt.legend()
    plt.show()
assert ours[-1] < 1e-3 * ours[0]
