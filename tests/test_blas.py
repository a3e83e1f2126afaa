"""Importing tapes asks BLAS to let its threads sleep, and leaves alone what somebody has set."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

import tapes as tf


@pytest.mark.parametrize(("first", "environment", "expected"), [
    ("import tapes", {}, tf.blas.CYCLES),
    ("import numpy, tapes", {}, "None"),  # it would come too late
    ("import tapes", {tf.blas.VARIABLE: "26"}, "26"),
])
def test_blas_is_asked_before_numpy_is_imported_and_only_where_nobody_else_has(first, environment, expected):
    clean = {name: value for name, value in os.environ.items() if name != tf.blas.VARIABLE}
    script = f"{first}; import os; print(os.environ.get({tf.blas.VARIABLE!r}))"
    found = subprocess.run([sys.executable, "-c", script], env=clean | environment, capture_output=True, text=True,
                           check=True)
    assert found.stdout.strip() == expected
