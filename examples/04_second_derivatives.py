"""A gradient is made of operations, so an outer tape can write it down and differentiate it again."""

import tapes as tf

x = tf.Variable(2.0)
print("Newton's method for the minimum of x^4 - 3x^3 + 2:")
for step in range(6):
    with tf.GradientTape() as outer:
        with tf.GradientTape() as inner:
            y = x**4 - 3.0 * x**3 + 2.0
        slope = inner.gradient(y, x)  # inside the outer block, so that the outer tape hears it
    curvature = outer.gradient(slope, x)
    print(f"step {step}: x={float(x):.6f}  f'={float(slope):+.6f}  f''={float(curvature):.6f}")
    x.assign_sub(slope / curvature)

assert abs(float(x) - 9 / 4) < 1e-6  # f' = 4x^3 - 9x^2 = 0
