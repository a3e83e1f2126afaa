"""The digits of derivatives, far out and close to zeros; and that a rule which loses some is found out."""

from __future__ import annotations

import copy
import json
import math

import numpy as np
import pytest

import tapes
from comparisons.__main__ import main
from comparisons.accuracy import bounds, measure, points
from comparisons.accuracy.show import beyond
from comparisons.accuracy.truth import Truth, ulps_off
from comparisons.libraries import LIBRARIES
from tapes.numerics.normal import tail_correction
from tapes.op import registry

pytestmark = [pytest.mark.skipif(not LIBRARIES[name].installed, reason=LIBRARIES[name].install)
              for name in ("sympy", "rich")]
CAREFUL = ["tanh", "sigmoid", "softplus", "sigmoid_cross_entropy", "elu", "selu", "gelu", "silu", "expm1", "log1p",
           "asin", "acosh", "atanh", "atan2", "erf", "erfc", "erfinv", "lgamma", "digamma", "pow", "xlogy", "divide"]


def measured(op, dtype="float64", order=2, count=40):
    return list(measure.measure(op, dtype, order, count, ["tapes"]))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
@pytest.mark.parametrize("name", CAREFUL)
def test_within_bounds(name, dtype):
    found = measured(registry[name], dtype)
    assert found and all(q.points > 3 for q in found)
    assert not beyond(found)


MISTAKES = {
    "a millionth too large": lambda g, y, x: g * (4.0 / (tapes.exp(x) + tapes.exp(-x)) ** 2) * (1 + 1e-6),
    "no digits at saturation": lambda g, y, x: g * (1.0 - y * y),
    "no gradient": lambda g, y, x: None,
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_rule_that_loses_digits_is_found(mistake):
    op = copy.copy(registry["tanh"])
    op.rules = [MISTAKES[mistake]]
    assert any(q.places == (0,) for q in beyond(measured(op, order=1)))


def test_a_wrong_value_is_found():
    op = copy.copy(registry["log1p"])
    op.forward = lambda x: np.log(1 + x)
    assert beyond(measured(op, order=0))


@pytest.mark.parametrize("found, true, expected", [
    (1.0, 1.0, 0.0), (1.0 + 2.0**-52, 1.0, 1.0), (1.0 - 2.0**-53, 1.0, 0.5), (math.nan, 1.0, math.inf),
    (math.inf, 1.0, math.inf), (1e-300, 0.0, math.inf), (0.0, 0.0, 0.0), (0.0, 1e-310, 0.0), (1e-300, 1e-310, 2.0**80)])
def test_an_error_is_counted_in_ulps_of_the_truth(found, true, expected):
    import mpmath

    error = ulps_off(found, mpmath.mpf(true), np.finfo(np.float64))
    assert error == expected or (expected == 2.0**80 and error > 1e20)


def test_where_the_truth_has_no_number_none_is_right():
    import mpmath

    too_large = mpmath.mpf(10) ** 400
    assert ulps_off(math.inf, too_large, np.finfo(np.float64)) == 0
    assert ulps_off(1.0, too_large, np.finfo(np.float64)) > 1e10


def test_the_truth_takes_as_many_digits_as_it_needs():
    truth = Truth("exp(x) - 1", 1)
    assert float(truth.at((), [1e-300])) == 1e-300
    assert float(truth.at((0,), [-700.0])) == pytest.approx(math.exp(-700), rel=1e-14)
    assert truth.at((), [0.0]) == 0
    assert not Truth("log(x)", 1).defined([-1.0])


def test_the_condition_tells_a_zero_from_sloppiness():
    truth = Truth("log(x)", 1)
    assert truth.condition((), [1.0 + 1e-10]) == pytest.approx(1e10, rel=1e-3)
    assert truth.condition((), [math.e]) == pytest.approx(1.0)


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_points_are_numbers_of_the_dtype_in_tails_and_near_zero(dtype):
    (xs,) = points.points(registry["exp"], dtype, 80)
    assert xs.dtype == dtype and 0.0 in xs and np.isfinite(xs).all()
    tiny, large = np.finfo(dtype).tiny, np.finfo(dtype).max
    assert (np.abs(xs) > large / 1e10).any() and ((xs != 0) & (np.abs(xs) < tiny)).any()


def test_exceptions_have_reasons_and_rows():
    for name, orders in bounds.EXCEPTIONS.items():
        assert name in registry
        assert all(limit > bounds.USUAL[order] and why for order, (limit, why) in orders.items())


def test_the_command(capsys, tmp_path):
    path = tmp_path / "accuracy.json"
    assert main(["accuracy", "tanh", "--order", "1", "--points", "20", "--json", str(path)]) == 0
    out = capsys.readouterr().out
    assert out.startswith("tapes is within its bounds.") and out.index("most accurate") < out.index("d/dx")
    document = json.loads(path.read_text())
    assert document["within_bounds"] and [q["quantity"] for q in document["quantities"]] == ["value", "d/dx"]
    assert main(["accuracy", "no_such_op"]) == 2
    assert "no_such_op" in capsys.readouterr().err


def test_the_command_fails_beyond_a_bound(capsys, monkeypatch):
    monkeypatch.setitem(bounds.USUAL, 1, 1e-3)
    assert main(["accuracy", "tanh", "--order", "1", "--points", "20"]) == 1
    assert "WRONG tanh, d/dx: tapes is off by" in capsys.readouterr().out


def test_the_tail_mends_what_rounding_cost():
    """erfc(y) over the tail, where the samples of `ops`, which lie where it is 1, do not come."""
    import mpmath

    with mpmath.workdps(40):
        for y in (1.0, -1.5, 3.0, 12.0, 26.0):
            wanted = mpmath.erfc(abs(y))
            for off in (1.0, 1 + 1e-13, 1 - 3e-12):
                found = tail_correction(np.array(y), np.array(float(wanted * off)))
                assert abs(mpmath.mpf(float(found)) - wanted / float(wanted * off)) < 3e-15
    assert tail_correction(np.array([0.5, np.inf, 27.3]), np.array([0.1, 0.0, 5e-324])).tolist() == [1.0, 1.0, 1.0]


@pytest.mark.parametrize(("name", "places", "derivative"), [
    ("ndtri", [1e-30, 1e-5, 0.3, 1 - 2.0 ** -20], lambda mp, y: mp.sqrt(2 * mp.pi) * y * mp.exp(y * y / 2)),
    ("erfinv", [-1 + 2.0 ** -40, 0.2, 0.99], lambda mp, y: mp.sqrt(mp.pi) * y * mp.exp(y * y)),
    ("erfcinv", [1e-30, 0.3, 1.7], lambda mp, y: -mp.sqrt(mp.pi) * y * mp.exp(y * y))])
def test_the_slope_of_an_inverse_is_a_function_of_its_result(name, places, derivative):
    """The slope of ndtri is sqrt(2 pi) exp(y^2 / 2), which by the result y has a derivative too."""
    import mpmath

    x = tapes.constant(places, tapes.float64)
    with tapes.GradientTape() as outer:
        with tapes.GradientTape() as inner:
            inner.watch(x)
            outer.watch(x)
            y = getattr(tapes.math, name)(x)
        slope = inner.gradient(y, x)
    found = outer.gradient(slope, y).numpy()
    with mpmath.workdps(40):
        wanted = [float(derivative(mpmath, mpmath.mpf(float(each)))) for each in y.numpy()]
    # each ulp of y costs y * y of them
    np.testing.assert_allclose(found, wanted, rtol=4e-16 * float(np.max(y.numpy() ** 2)) + 2e-15)
