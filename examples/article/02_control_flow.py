"""Python's own `if` and `for` decide what a model computes, and the tape holds only what was computed.

In define-and-run a branch had to be a node of the graph (`tf.cond`), since the graph was there before any number was.
Where a line computes at once, `if x > 0` asks a number that is there, and a loop may run as often as the data ask for.
Backpropagation needs nothing more: the tape lists the steps of this one run, in which there are no branches any more.

モデルが何を計算するかは Python の if や for が決め、テープには実際に行われた計算だけが残ります。Define-and-Run では、
数値よりも先にグラフがあるので、条件分岐もグラフのノード(`tf.cond`)として定義する必要がありました。Eager では、その行
を実行した時点で値が決まっているので、`if x > 0` と書くだけで済み、ループの回数をデータに応じて変えることもできます。
誤差逆伝播に必要なのは「今回、実際に通った道」の記録だけで、そこにはもう分岐はありません。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside


# %% The model of the article: the sign of x chooses the formula.
# 記事のモデルです。x の符号によって処理が変わります。
def model(tf, x):
    if x > 0.0:
        return x * x
    return tf.sin(3.0 * x)


for number in (2.0, -1.0):
    x = tf.constant(number)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = model(tf, x)
    tape.show(y)  # one of the two formulas, the other has left no trace
    print()


# %% A loop: one weight, used as often as there are inputs. This is a recurrent network.
# ループの例です。入力の数だけ同じ重みを使い回すと、RNN になります。
def last_state(tf, w):
    state = tf.constant(0.0)
    for each in [0.5, -0.2, 0.1, 0.3]:
        state = tf.tanh(w * state + each)
    return state


def slope(tf, f, number):
    x = tf.Variable(number)
    with tf.GradientTape() as tape:
        y = f(tf, x)
    return float(y), float(tape.gradient(y, x))


print("the last state, and its derivative by the weight:", *slope(tf, last_state, 0.8))

# %% The function and its slope, both through the `if`. At 0, which branch it is decides the slope.
# 関数とその傾きを、どちらも if を通して描きます。
xs = np.linspace(-2.0, 2.0, 81, dtype=np.float32)
ours = np.array([slope(tf, model, x) for x in xs])
if plt := beside("matplotlib.pyplot"):
    plt.figure(figsize=(5, 3), dpi=80)
    plt.plot(xs, ours[:, 0], label="y")
    plt.plot(xs, ours[:, 1], ".", markersize=3, label="dy/dx, by the tape")
    plt.xlabel("x")
    plt.legend()
    plt.show()

# %% The same functions, with TensorFlow.
# 同じ関数を TensorFlow で計算して比べます。
if tensorflow := beside("tensorflow"):
    theirs = [slope(tensorflow, model, x) for x in xs]
    np.testing.assert_allclose(ours, theirs, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(slope(tf, last_state, 0.8), slope(tensorflow, last_state, 0.8), rtol=1e-6)
    print("TensorFlow gives the same values and slopes.")
