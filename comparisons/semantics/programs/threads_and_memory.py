"""Tapes belong to their thread, clean up after exceptions, and keep nothing alive that nobody needs."""

from __future__ import annotations

import copy
import threading
import weakref
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np

from ..program import attempt, program


def _in_another_thread(function: Any) -> Any:
    results: list[Any] = []
    thread = threading.Thread(target=lambda: results.append(attempt(function)))
    thread.start()
    thread.join()
    return results[0]


@program("T1", "an op in another thread is not recorded", "(9.0, None)")
def op_in_another_thread(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = _in_another_thread(lambda: x * x)
    return y, tape.gradient(y, x)


@program("T1", "gradient() may be called in another thread", "6.0")
def gradient_in_another_thread(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return _in_another_thread(lambda: tape.gradient(y, x))


@program("T1", "tapes of threads that run at the same time do not mix", "[2.0, 4.0, 6.0, 8.0]")
def parallel_tapes(tf: Any) -> Any:
    together = threading.Barrier(4, timeout=10.0)

    def work(number: int) -> Any:
        x = tf.Variable(float(number))
        with tf.GradientTape() as tape:
            together.wait()
            y = x * x
            together.wait()
        return tape.gradient(y, x)

    with ThreadPoolExecutor(4) as threads:
        return list(threads.map(work, (1, 2, 3, 4)))


@program("T1", "a tape that records cannot be entered in another thread either",
         "'ValueError: Tape is still recording, This'")
def entered_in_another_thread(tf: Any) -> Any:
    with tf.GradientTape() as tape:
        return _in_another_thread(tape.__enter__)


@program("T2", "after gradient() a tape keeps nothing alive", "[False, True]")
def freed_by_gradient(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        middle = x * x
        y = middle * middle
    held = weakref.ref(middle)
    del middle
    before = held() is None
    tape.gradient(y, x)
    return [before, held() is None]


@program("T2", "a persistent tape keeps it until it is deleted", "[False, False, True]")
def freed_with_the_tape(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape(persistent=True) as tape:
        middle = x * x
        y = middle * middle
    held = weakref.ref(middle)
    del middle
    found = [held() is None]
    tape.gradient(y, x)
    found.append(held() is None)
    del tape
    return [*found, held() is None]


@program("T2", "a branch whose result nobody holds leaves the tape at once", "True")
def dropped_branch(tf: Any) -> Any:
    x = tf.Variable([1.0, 2.0])
    with tf.GradientTape() as tape:
        middle = x * x
        held = weakref.ref(middle)
        result = tf.exp(middle)
        del middle, result
        freed = held() is None
    return freed and tape is not None


@program("T3", "an exception leaves the block clean, and what was recorded can be used", "[6.0, None]")
def exception_in_the_block(tf: Any) -> Any:
    x = tf.Variable(3.0)
    try:
        with tf.GradientTape(persistent=True) as tape:
            y = x * x
            raise KeyError("planned")
    except KeyError:
        z = y * x
    return [tape.gradient(y, x), tape.gradient(z, x)]


@program("T3", "the block does not swallow the exception", "KeyError: 'planned'")
def exception_passes(tf: Any) -> Any:
    with tf.GradientTape():
        raise KeyError("planned")


@program("T4", "changing the array a tensor or variable was made from changes nothing", "([1. 2.], Variable [1. 2.])")
def changed_source(tf: Any) -> Any:
    array = np.array([1.0, 2.0], np.float32)
    x, v = tf.convert_to_tensor(array), tf.Variable(array)
    array[0] = 100.0
    return x, v


@program("T4", "a mutated array does not give a wrong gradient", "[2. 4.]")
def changed_between_the_passes(tf: Any) -> Any:
    array = np.array([1.0, 2.0], np.float32)
    x = tf.convert_to_tensor(array)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = x * x
    array[:] = 100.0
    return tape.gradient(y, x)


@program("T4", "nor does changing what numpy() gave", "([1. 2.], Variable [1. 2.])")
def changed_copy(tf: Any) -> Any:
    x, v = tf.constant([1.0, 2.0]), tf.Variable([1.0, 2.0])
    x.numpy()[0] = 100.0
    v.numpy()[0] = 100.0
    return x, v


@program("T4", "np.asarray of a tensor is read-only", "ValueError: assignment destination is read-only")
def changed_view(tf: Any) -> Any:
    np.asarray(tf.constant([1.0, 2.0]))[0] = 100.0


@program("T5", "a tape can be copied, and the copy differentiates", "6.0")
def copied_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x * x
    return copy.copy(tape).gradient(y, x)


@program("T5", "a tape that holds something cannot be copied deeply", "TypeError: cannot pickle...")
def deeply_copied_tape(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        _ = y = x * x
    return copy.deepcopy(tape).gradient(y, x)


@program("T5", "a variable that is copied deeply is a variable of its own", "(Variable 3.0, Variable 4.0)")
def deeply_copied_variable(tf: Any) -> Any:
    v = tf.Variable(3.0)
    other = copy.deepcopy(v)
    other.assign(4.0)
    return v, other


@program("T6", "five thousand ops in a chain are no problem", "1.0")
def deep_chain(tf: Any) -> Any:
    x = tf.Variable(3.0)
    with tf.GradientTape() as tape:
        y = x
        for _ in range(5000):
            y = y + 1.0
    return tape.gradient(y, x)
