"""Define and run prints a node; define by run prints a number.

TensorFlow 1 was define-and-run: `x + y` only noted that there will be an addition, and a session ran it later. Eager
execution is define-by-run: the line computes, and what it did can be written down while it happens. `tf.function`
brings the other half back: the function is watched once, and what it did becomes a program.

Define-and-Run の print はノードを、Define-by-Run の print は数値を表示します。TensorFlow 1 は前者でした。`x + y` と書
いても「足し算をする」という予定が書き込まれるだけで、実際の計算はあとからセッションが行っていました。Eager Execution
は後者です。書いた行がその場で計算され、何を計算したかは実行しながら記録できます。`tf.function` を使えば、前者の利点も
手に入ります。関数を一度だけ観察し、その計算をプログラムとして残すのです。
"""

import tapes as tf
from comparisons.beside import beside

x, y = tf.constant(1.0), tf.constant(2.0)

# %% Define by run: the line computes, and there is a number to print.
# Define-by-Run:その行で計算されるので、数値を表示できます。
z = x + y
print(z)


# %% Define and run: Python runs once, and leaves a program.
# Define-and-Run:Python が動くのは一度だけで、あとはプログラムが動きます。
@tf.function
def add(x, y):
    print("Python is running")
    return x + y


print(add(x, y))
print(add(10.0 * x, y))  # the program runs, Python does not
print(add.source())

# %% There is no session to open, and the error says what to write.
# 開くべきセッションはありません。代わりに何を書けばよいかは、エラーメッセージが教えてくれます。
try:
    tf.Session()
except AttributeError as error:
    print(error)

# %% Beside it, TensorFlow 1's own graph and session.
# 本家 TensorFlow 1 のグラフとセッションを並べてみます。
if tensorflow := beside("tensorflow"):
    with tensorflow.Graph().as_default():
        node = tensorflow.constant(1.0) + tensorflow.constant(2.0)
        print(node)  # a node: no number yet
        with tensorflow.compat.v1.Session() as session:
            number = session.run(node)
    print(number)
    assert number == float(z)
    print(f"TensorFlow {tensorflow.__version__} gives the same number.")
