"""A value on the tape never changes: whatever is done to the arrays outside, the gradient is that of what was computed.

Elsewhere this is a classic wrong answer without an error: compute x * x, change x in place, ask for the gradient.
"""

from __future__ import annotations

import subprocess
import sys

import numpy as np
import pytest

import tapes as tf

SIZES = [3, 1_000_000]  # small arrays and those that libraries like to share


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("make", [tf.constant, tf.convert_to_tensor, tf.Variable, lambda a: tf.identity(a) * 1.0],
                         ids=["constant", "convert_to_tensor", "Variable", "op"])
def test_changing_the_array_that_came_in(make, size):
    array = np.full(size, 2.0)
    x = make(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
        array[:] = 100.0
    array[:] = 200.0
    assert y.numpy()[-1] == 4.0
    assert tape.gradient(y, x).numpy().tolist()[-1] == 4.0


@pytest.mark.parametrize("size", SIZES)
def test_changing_an_array_that_an_operator_met(size):
    array = np.full(size, 5.0)
    x = tf.Variable(np.full(size, 2.0))
    with tf.GradientTape() as tape:
        y = x * array + array * x
        array[:] = 100.0
    assert tape.gradient(y, x).numpy()[-1] == 10.0


def test_changing_a_list_of_indices_a_mask_or_a_shape():
    indices, mask, shape, paddings = np.array([0, 1]), np.array([True, False, True]), [3], np.array([[1, 1]])
    x = tf.Variable([1.0, 2.0, 3.0])
    with tf.GradientTape(persistent=True) as tape:
        results = [tf.gather(x, indices), tf.boolean_mask(x, mask), tf.reshape(x, shape), tf.pad(x, paddings),
                   tf.transpose(x, perm := [0]), tf.where(mask, x, 0.0)]
    indices[:], mask[:], shape[:], paddings[:], perm[:] = 2, False, [1], 0, []
    gradients = [tape.gradient(y, x).numpy().tolist() for y in results]
    assert gradients == [[1, 1, 0], [1, 0, 1], [1, 1, 1], [1, 1, 1], [1, 1, 1], [1, 0, 1]]


@pytest.mark.parametrize("size", SIZES)
def test_changing_the_array_that_went_out(size):
    x = tf.Variable(np.full(size, 2.0))
    with tf.GradientTape(persistent=True) as tape:
        y = x * x
    x.numpy()[:] = 100.0
    y.numpy()[:] = 100.0
    first = tape.gradient(y, x)
    first.numpy()[:] = 100.0
    assert x.numpy()[-1] == 2.0
    assert y.numpy()[-1] == first.numpy()[-1] == tape.gradient(y, x).numpy()[-1] == 4.0


@pytest.mark.parametrize("tensor", [tf.constant([1.0, 2.0]), tf.Variable([1.0, 2.0]), tf.ones([2, 2]), tf.constant(1.0),
                                    tf.broadcast_to(1.0, [3]), tf.random.normal([2]), tf.constant([1.0, 2.0])[:1]],
                         ids=["constant", "Variable", "ones", "scalar", "broadcast", "random", "slice"])
def test_an_array_that_shares_memory_is_read_only(tensor):
    array = np.asarray(tensor)
    assert not array.flags.writeable
    with pytest.raises(ValueError, match="read-only"):
        array[...] = 7.0
    np.array(tensor)[...] = 7.0  # a copy belongs to whoever asked for it
    assert 7.0 not in np.asarray(tensor)


def test_assigning_to_a_variable_does_not_reach_what_was_read_from_it():
    array = np.array([1.0, 2.0])
    v = tf.Variable([0.0, 0.0], dtype=tf.float64)
    v.assign(array)
    array[:] = 100.0
    with tf.GradientTape() as tape:
        y = v * v
        v.assign_add([10.0, 10.0])
    assert tape.gradient(y, v).numpy().tolist() == [2.0, 4.0]


def quiet(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in which every warning is an error."""
    return subprocess.run([sys.executable, "-W", "error", "-c", program], capture_output=True, text=True)


def test_log_of_zero_is_minus_infinity_without_a_word():
    done = quiet("import tapes as tf\n"
                 "x = tf.Variable([0.0, -1.0, 1000.0])\n"
                 "with tf.GradientTape() as tape:\n"
                 "    y = tf.math.log(x) + tf.exp(x) + tf.sqrt(x) + 1.0 / x + x ** 0.5\n"
                 "print(y.numpy()[0], tape.gradient(y, x).numpy()[2])\n")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.split() == ["nan", "inf"]


def test_what_the_user_asks_of_numpy_holds_inside_ops_too():
    x = tf.constant([0.0])
    with np.errstate(all="raise"), pytest.raises(FloatingPointError, match=r"log\(float32\[1\]\): divide by zero"):
        tf.math.log(x)
    done = quiet("import numpy, tapes\nnumpy.log(numpy.zeros(1))\n")
    assert "divide by zero" in done.stderr, "NumPy's own warnings are the user's"
