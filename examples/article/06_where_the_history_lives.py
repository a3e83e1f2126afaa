"""TensorFlow keeps the history on the tape, PyTorch on the tensors: there, what you keep may keep more than you think.

What is made from a PyTorch tensor with `requires_grad` holds how it was made, so `loss.backward()` needs no tape. But
whoever adds up losses, for a mean, keeps the history of all of them, unless `torch.no_grad()` or `.item()` prevents it.
A tape holds what was computed inside its block, and no more. Here the memory of the process is measured for both.

計算履歴を持つのは、TensorFlow ではテープ、PyTorch ではテンソル自身なので、後者では思わぬ履歴がメモリに残ることがあり
ます。PyTorch では、`requires_grad` のテンソルから計算したテンソルが履歴を持つので、テープなしで `loss.backward()` と
書けます。その代わり、平均を出そうと損失を足していくだけで、すべての履歴がメモリに残ってしまいます(`torch.no_grad()`
や `.item()` で防げます)。TensorFlow が保持するのは、テープのブロックの中で計算したことだけで、それもテープと一緒に消
えます。記事のこの指摘を、プロセスの使用メモリを測って確かめてみましょう。
"""

import contextlib
import ctypes

import numpy as np

import tapes as tf
from comparisons.beside import beside

psutil = beside("psutil")
data = np.random.default_rng(0).normal(size=500_000).astype(np.float32)  # 2 MB


# %% A loop that only evaluates: thirty losses are added up, and nobody asks for a gradient.
# 評価だけのループです。損失を 30 回足すだけで、勾配は求めません。
def megabytes():
    with contextlib.suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)  # in Linux a process keeps what was freed, unless it is told not to
    return psutil.Process().memory_info().rss / 1e6


def evaluate(loss, block):
    before, total, grown = megabytes(), 0.0, []
    with block:
        for _ in range(30):
            total = total + loss()
            grown.append(megabytes() - before)
    total = total.detach() if hasattr(total, "detach") else total  # or PyTorch would not give the number gladly
    return float(total), grown


def ways(tf, name):
    w, x = tf.Variable(0.5), tf.constant(data)

    def loss():
        return tf.reduce_mean(tf.tanh(w * x) ** 2)

    yield f"{name}, no tape", loss, contextlib.nullcontext()
    yield f"{name}, inside a tape", loss, tf.GradientTape()


def ways_of_torch(torch):
    w, x = torch.tensor(0.5, requires_grad=True), torch.tensor(data)

    def loss():
        return (torch.tanh(w * x) ** 2).mean()

    yield "PyTorch", loss, contextlib.nullcontext()
    yield "PyTorch, no_grad", loss, torch.no_grad()


# %% The same loop with all of them, and what it has added to the process at its end.
# 同じループを全部の方法で実行し、終わったときのメモリの増加を比べます。
asked = [*ways(tf, "tapes")]
asked += ways(tensorflow, "TensorFlow") if (tensorflow := beside("tensorflow")) else []
asked += ways_of_torch(torch) if (torch := beside("torch")) else []
found = {name: evaluate(loss, block) for name, loss, block in asked} if psutil else {}
for name, (total, grown) in found.items():
    print(f"{name:26}{grown[-1]:6.0f} MB   total loss {total:.5f}")

# %% Flat is what an evaluation should be. Of each loss, `tapes` keeps three arrays, TensorFlow two, PyTorch one.
# 評価であれば、平らなままなのが正しい姿です。損失一つにつき、`tapes` は配列を三つ、TensorFlow は二つ、
# PyTorch は一つ保持しています。
if found and (plt := beside("matplotlib.pyplot")):
    plt.figure(figsize=(6, 3.2), dpi=80)
    for name, (_, grown) in found.items():
        plt.plot(range(1, 31), grown, "--" if "no" in name else "-", label=name)
    plt.xlabel("losses added up")
    plt.ylabel("MB")
    plt.legend(fontsize="small")
    plt.show()

# %% All have computed the same. And a tape keeps no more than needed for what is still held.
# どの方法でも計算結果は同じです。テープも、結果がまだ使われている計算の履歴しか持っていません。
if found:
    np.testing.assert_allclose([total for total, _ in found.values()], found["tapes, no tape"][0], rtol=1e-5)
_, loss, tape = next(way for way in ways(tf, "tapes") if "inside" in way[0])
with tape:
    total = loss() + loss()
print("steps on the tape:", len(tape.steps()))
del total
print("when the total is gone:", len(tape.steps()))
assert len(tape.steps()) == 1  # that it watches the Variable
