"""Tensors and NumPy's arrays mix freely, but a function of NumPy's gives an array, and arrays leave the tape.

Operators accept both, the result is a tensor, and its dtype is the tensor's: a float64 array that meets a float32
tensor becomes float32. `np.sin(t)` works too, but gives an array, and no tape knows where an array came from: the
gradient is None. Inside a tape write `tf.sin`; `tf.experimental.numpy` has NumPy's names for those who prefer them.

テンソルと NumPy 配列は自由に混ぜて計算できますが、NumPy の関数を通した結果は配列になり、テープから外れます。演算子に
はどちらも使えて、結果はテンソルになり、dtype もテンソルの側に揃います(float64 の配列は float32 に変わります)。
`np.sin(t)` も動きますが、返ってくるのは配列です。配列がどこから来たのかをテープは知らないので、勾配は None になりま
す。テープの中では `tf.sin` を使いましょう。NumPy の名前で書きたいときは `tf.experimental.numpy` があります。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside


# %% What comes out when they are mixed, and what leaves the tape.
# 混ぜると何が返ってくるのか、そして何がテープから外れるのかを並べます。
def facts(tf):
    t, a = tf.constant([[1.0, 2.0], [3.0, 4.0]]), np.eye(2)  # float32, and float64
    yield "tensor + array", t + a
    yield "array @ tensor", a @ t
    yield "like an array", t[0, ::-1]
    yield "tensor.numpy()", t.numpy()
    yield "np.linalg.norm(tensor)", np.linalg.norm(t)
    try:
        yield "integers * 1.5", tf.constant([1, 2]) * 1.5
    except TypeError as error:
        yield "integers * 1.5", type(error).__name__

    x = tf.constant(0.0)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        stays, leaves = tf.sin(x), tf.constant(np.sin(x))
    yield "tf.sin(x)", stays
    yield "its gradient", tape.gradient(stays, x)
    yield "np.sin(x)", leaves
    yield "its gradient ", tape.gradient(leaves, x)


ours = dict(facts(tf))
for what, result in ours.items():
    print(f"{what:24}{result!r}")

# %% NumPy's names, without leaving the tape.
# テープから外れずに、NumPy の名前で書く方法です。
x = tf.Variable(0.0)
with tf.GradientTape() as tape:
    y = tf.experimental.numpy.sin(x)
print(tape.gradient(y, x))

# %% TensorFlow says the same, word for word, with `tf.` for `tapes.`
# TensorFlow の答えと一字一句比べます。違うのは `tapes.` が `tf.` になることだけです。
if tensorflow := beside("tensorflow"):
    for what, result in facts(tensorflow):
        assert repr(result) == repr(ours[what]).replace("tapes.", "tf."), (what, result)
    print("TensorFlow gives the same ten answers.")
