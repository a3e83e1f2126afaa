"""A gradient is made of operations too: a second tape around the first gives the curvature, and Newton's method.

The inner tape gives the gradient, and since that is computed inside of the outer tape, the outer one can differentiate
it: `jacobian` of the gradient is the Hessian. Gradient descent knows only the slope, and creeps along Rosenbrock's
curved valley; Newton's method also knows how the slope changes, and is there after a few steps.

勾配もまた演算でできているので、テープをもう一つ外側に置けば曲率が求まり、ニュートン法が使えます。内側のテープで求めた
勾配は、外側のテープの中で計算されているので、もう一度微分できます。勾配の `jacobian` がヘッセ行列です。傾きしか知らな
い勾配降下法は、ローゼンブロック関数の曲がった谷を少しずつしか進めません。ニュートン法は傾きの変わり方も知っているの
で、数歩で谷底に着きます。
"""

import numpy as np

import tapes as tf
from comparisons.beside import beside


def rosenbrock(x):
    return (1.0 - x[0]) ** 2 + 100.0 * (x[1] - x[0] ** 2) ** 2


# %% Gradient and Hessian by two tapes.
# 二つのテープで、勾配とヘッセ行列を求めます。
def gradient_and_hessian(tf, x):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = rosenbrock(x)
        gradient = inner.gradient(y, x)  # inside the outer block, so that the outer tape hears it
    return gradient, outer.jacobian(gradient, x)


gradient, hessian = gradient_and_hessian(tf, tf.Variable([-1.5, 2.0], dtype=tf.float64))
print("gradient:", gradient.numpy(), " Hessian:", *hessian.numpy())


# %% Two ways down.
# 二つの下り方です。
def newton(tf, steps=7):
    x, path = tf.Variable([-1.5, 2.0], dtype=tf.float64), []
    for _ in range(steps):
        path.append(x.numpy())
        gradient, hessian = gradient_and_hessian(tf, x)
        x.assign_sub(tf.linalg.solve(hessian, gradient[:, None])[:, 0])
    return np.array([*path, x.numpy()])


def descent(tf, steps=1000):
    x, path = tf.Variable([-1.5, 2.0], dtype=tf.float64), []
    for _ in range(steps):
        path.append(x.numpy())
        with tf.GradientTape() as tape:
            y = rosenbrock(x)
        x.assign_sub(0.001 * tape.gradient(y, x))
    return np.array([*path, x.numpy()])


by_newton, by_descent = newton(tf), descent(tf)
for step, point in enumerate(by_newton):
    print(f"Newton, step {step}: {point}")
print(f"descent, step {len(by_descent) - 1}: {by_descent[-1]}")
assert np.abs(by_newton[-1] - 1.0).max() < 1e-8 < np.abs(by_descent[-1] - 1.0).max()

# %% The valley.
# 谷の様子です。
if plt := beside("matplotlib.pyplot"):
    grid = np.meshgrid(np.linspace(-2.0, 2.0, 120), np.linspace(-3.0, 3.5, 120))
    plt.figure(figsize=(5.5, 4), dpi=80)
    plt.contour(*grid, rosenbrock(grid), levels=np.geomspace(0.3, 2000.0, 12), colors="lightgray", linewidths=0.7)
    plt.plot(*by_descent.T, label="gradient descent, 1,000 steps")
    plt.plot(*by_newton.T, "o-", label="Newton, 7 steps")
    plt.plot(1.0, 1.0, "k*", label="minimum")
    plt.legend(fontsize="small")
    plt.show()

# %% The Hessian and the path, beside TensorFlow.
# ヘッセ行列と道筋を TensorFlow と比べます。
if tensorflow := beside("tensorflow"):
    theirs = gradient_and_hessian(tensorflow, tensorflow.Variable([-1.5, 2.0], dtype=tensorflow.float64))
    np.testing.assert_allclose(theirs[1], hessian, rtol=1e-12)
    np.testing.assert_allclose(newton(tensorflow, steps=3), by_newton[:4], rtol=1e-9)
    print("TensorFlow gives the same Hessian, and Newton's first steps with it are the same.")
