"""Variables are watched by themselves: what is to be learned is a Variable, and needs no `watch`.

In machine learning one nearly always asks for derivatives by the parameters. So a tape follows each trainable Variable
from the moment it is read. Constants are followed only when asked for, and both can be changed: `trainable=False` for a
Variable that should stay as it is, `watch_accessed_variables=False` for a tape that follows only what it is told to.

Variable は自動的に見張られるので、学習したいパラメータを Variable にしておけば、`watch` は要りません。機械学習で必要
になるのは、ほとんどの場合「学習パラメータについての微分」です。そのためテープは、trainable な Variable が読まれた時点
で自動的に見張り始めます。定数は頼まれたときだけ見張ります。どちらも変更でき、学習させたくない Variable は
`trainable=False`、指定したものだけを見張らせたいテープは `watch_accessed_variables=False` とします。
"""

import tapes as tf
from comparisons.beside import beside


# %% Which of them does the tape follow?
# テープはどれを見張るでしょうか。
def answers(tf):
    W, b = tf.Variable(5.0, name="W"), tf.Variable(0.5, name="b")
    frozen, x = tf.Variable(7.0, trainable=False, name="frozen"), tf.constant(3.0)
    with tf.GradientTape() as tape:
        y = W * x + b * frozen
    yield "watched", [v.name for v in tape.watched_variables()]
    yield "dy/d[W, b, frozen, x]", tape.gradient(y, [W, b, frozen, x])

    with tf.GradientTape(watch_accessed_variables=False) as tape:
        tape.watch(b)
        y = W * x + b * frozen
    yield "only what it is told to", tape.gradient(y, {"W": W, "b": b})

    with tf.GradientTape() as tape:
        y = W * W
        W.assign(100.0)  # the tape has read 5
    yield "assigned to after it was read", tape.gradient(y, W)

    with tf.GradientTape() as tape:
        W = W + 1.0  # now W is a tensor, no longer a Variable: `W.assign_add(1.0)` is meant
    yield "what W + 1 is", type(W).__name__ in ("Variable", "ResourceVariable")


ours = dict(answers(tf))
for question, answer in ours.items():
    print(f"{question:32}{answer}")

# %% Why is the gradient by x None? The tape can tell.
# x についての勾配はなぜ None なのでしょうか。テープに聞けば理由がわかります。
W, x = tf.Variable(5.0, name="W"), tf.constant(3.0)
with tf.diagnose.history(), tf.GradientTape() as tape:
    y = W * x
print(tape.why_none(y, x))


# %% The same, with TensorFlow.
# TensorFlow と比べます。
def plain(answer):
    if isinstance(answer, dict):
        return {name: plain(each) for name, each in answer.items()}
    if isinstance(answer, (list, tuple)):
        return [plain(each) for each in answer]
    return answer if answer is None or isinstance(answer, (str, bool)) else float(answer)


if tensorflow := beside("tensorflow"):
    for question, answer in answers(tensorflow):
        assert plain(answer) == plain(ours[question]), (question, answer)
    print("TensorFlow gives the same answers.")
