"""Eager is for people, a graph is for speed: the same step is timed both ways, here and in TensorFlow.

Eager execution pays for each op: Python looks at its arguments, the tape writes it down. The article ends with that
price. `tf.function` pays it once: it traces the step, and what runs afterwards is a program. Here that program is
NumPy, as one would write it by hand. For a small network the detours are most of the time, for a large one the
arithmetic is.

Eager は人に優しく、グラフは高速です。同じ学習ステップを両方の方法で、`tapes` でも TensorFlow でも計ってみます。Eager
では、演算のたびに Python が引数を調べ、テープが記録するので、その分だけ時間がかかります。記事の最後で述べられているの
は、この代償のことです。`tf.function` なら、払うのは一度だけです。ステップを一度トレースすれば、あとはプログラムが動きま
す。`tapes` ではそのプログラムも NumPy で、手で書いたように読めます。小さなネットワークでは時間のほとんどがこうした回り
道に使われ、大きなネットワークでは計算そのものが大半を占めます。
"""

import time

import numpy as np

import tapes as tf
from comparisons.beside import beside

rng = np.random.default_rng(0)
x, y = rng.normal(size=(32, 10)).astype(np.float32), rng.normal(size=(32, 1)).astype(np.float32)
shapes = ((10, 32), (32,), (32, 1), (1,))
weights = [0.3 * rng.normal(size=shape).astype(np.float32) for shape in shapes]


# %% A small network, and its loss with all gradients.
# 小さなネットワークの、損失とすべての勾配です。
def eager(tf):
    W1, b1, W2, b2 = variables = [tf.Variable(each) for each in weights]

    def value_and_gradients(x, y):
        with tf.GradientTape() as tape:
            h = tf.tanh(x @ W1 + b1)
            loss = tf.reduce_mean(tf.square(h @ W2 + b2 - y))
        return loss, *tape.gradient(loss, variables)

    return value_and_gradients


# %% Eager, as a graph, and in TensorFlow.
# Eager とグラフを、TensorFlow と並べて計ります。
def microseconds(f, x, y):
    f(x, y)  # the first call of a graph traces
    times, end = [], time.perf_counter() + 0.3
    while time.perf_counter() < end:
        start = time.perf_counter()
        f(x, y)
        times.append(time.perf_counter() - start)
    return 1e6 * min(times)  # what else the machine does can only add to it


graph = tf.function(eager(tf))
ways = {"tapes, eager": (tf, eager(tf)), "tapes.function": (tf, graph)}
if tensorflow := beside("tensorflow"):
    ways["TensorFlow, eager"] = tensorflow, eager(tensorflow)
    ways["tf.function"] = tensorflow, tensorflow.function(eager(tensorflow))
took = {name: microseconds(f, tf.constant(x), tf.constant(y)) for name, (tf, f) in ways.items()}
results = {name: f(tf.constant(x), tf.constant(y)) for name, (tf, f) in ways.items()}
for name, each in took.items():
    print(f"{name:18}{each:8.0f} microseconds")

# %% What runs in the second line: backpropagation, as NumPy.
# 2 行目で動いているのは、NumPy で書かれた誤差逆伝播です。
print(graph.source())

# %% Side by side.
# 並べて比べます。
if plt := beside("matplotlib.pyplot"):
    plt.figure(figsize=(6, 2.2), dpi=80)
    bars = plt.barh(list(took), list(took.values()), color=["C0", "C0", "C1", "C1"][:len(took)])
    plt.bar_label(bars, fmt=" %.0f")
    plt.xscale("log")
    plt.xlim(1.0, 5.0 * max(took.values()))
    plt.gca().invert_yaxis()
    plt.xlabel("microseconds for the loss and all gradients")
    plt.show()

# %% All give the same numbers, otherwise there would be nothing to compare.
# どの方法でも同じ数値になります。そうでなければ、比べる意味がありません。
for result in results.values():
    for ours, theirs in zip(results["tapes, eager"], result, strict=True):
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-4, atol=1e-6)
if tensorflow:
    print("TensorFlow gives the same loss and gradients.")
