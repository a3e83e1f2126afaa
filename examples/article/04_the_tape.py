"""A tape answers for what it was told to watch; for all else it answers None, and it answers once unless persistent.

TensorFlow remembers nothing by itself. Inside `with tf.GradientTape() as tape` it writes down what is computed from
what it watches: `tape.watch(x)` prepares for derivatives by x. Asked about anything else, it says None: "no path leads
there", which is not the same as 0. The first `gradient` frees all that was kept, unless the tape is persistent.

テープは watch したものについてだけ答え、それ以外には None を返し、persistent でなければ一度しか答えません。TensorFlow
は、何も言わなければ計算履歴を保持しません。`with tf.GradientTape() as tape` の中で、見張っているものから計算されたこ
とだけを書き留めます。`tape.watch(x)` は「x で微分できるように準備しておけ」という意味です。それ以外の変数について聞く
と None が返ります。これは「そこへ至る道がない」ということで、微分が 0 であることとは違います。
"""

import tapes as tf
from comparisons.beside import beside

# %% z = a x^2: x is watched, a is not.
# z = a x^2 で、x は見張り、a は見張りません。
x, a = tf.constant(3.0), tf.constant(2.0)
with tf.GradientTape() as tape:
    tape.watch(x)
    y = x * x
    z = a * y
tape.show(z)  # what it has written down, and the chain rule through it, from the last line to the first
print("dz/dx =", tape.gradient(z, x))


# %% None, persistent, and what can be asked.
# None になる場合、persistent の効果、聞けることと聞けないこと。
def answers(tf):
    x, a = tf.constant(3.0), tf.constant(2.0)
    with tf.GradientTape() as tape:
        tape.watch(x)
        z = a * x * x
    yield "by x, which is watched", tape.gradient(z, x)
    try:
        tape.gradient(z, x)
    except RuntimeError as error:
        yield "once more", str(error)

    with tf.GradientTape(persistent=True) as tape:
        tape.watch(x)
        y = x * x
        z = a * y
        flat = y - y
    yield "by a, which is not", tape.gradient(z, a)
    yield "zeros instead of None", tape.gradient(z, a, unconnected_gradients="zero")
    yield "truly zero", tape.gradient(flat, x)
    yield "persistent: dz/dx", tape.gradient(z, x)
    yield "persistent: dz/dy, in between", tape.gradient(z, y)
    yield "persistent: dy/dx", tape.gradient(y, x)
    yield "after the block", tape.gradient(z * x, x)


ours = dict(answers(tf))
for question, answer in ours.items():
    print(f"{question:32}{answer if isinstance(answer, str) or answer is None else float(answer)}")

# %% The same questions, put to TensorFlow.
# 同じ質問を TensorFlow にもしてみます。
if tensorflow := beside("tensorflow"):
    for question, answer in answers(tensorflow):
        if isinstance(answer, str):
            assert ours[question].startswith(answer.rstrip("."))  # its words first, then what to do
        else:
            assert answer == ours[question] if answer is None else float(answer) == float(ours[question])
    print("TensorFlow gives the same answers.")
