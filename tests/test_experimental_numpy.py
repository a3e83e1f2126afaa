"""`tapes.experimental.numpy` is NumPy on the tape: the same text has NumPy's values, and jax.numpy's gradients."""

from __future__ import annotations

import functools
import importlib.util
import re

import numpy as np
import pytest

import tapes
import tapes.experimental.numpy as tnp
from comparisons.measure import difference

# x and m are arrays of numbers from 0.2 to 0.9, of shapes (3, 4) and (4, 4), v is a row of four of both signs, n are
# integers, b truth values, h has nan and inf. The gradients are those of x, m and v.
CASES = """
xp.sin(x); xp.cos(x); xp.tan(x); xp.arcsin(x); xp.arccos(x); xp.arctan(x); xp.sinh(x); xp.cosh(x); xp.tanh(x)
xp.arcsinh(x); xp.arccosh(x + 1); xp.arctanh(x); xp.exp(x); xp.expm1(x); xp.exp2(x); xp.log(x); xp.log1p(x)
xp.log2(x); xp.log10(x); xp.sqrt(x); xp.cbrt(v); xp.fabs(v); xp.deg2rad(x); xp.rad2deg(x); xp.floor(4 * v)
xp.ceil(4 * v); xp.fix(4 * v); xp.sinc(v); xp.isnan(h); xp.isinf(h); xp.isfinite(h); xp.isposinf(h); xp.isneginf(h)
xp.sin(n); xp.exp(n); xp.sqrt(n); xp.floor(n); xp.ceil(n); xp.fix(n); xp.sin(2); xp.log(3.0); xp.exp([1, 2])
xp.sin(xp.int8(1)); xp.sin(xp.array([1, 2], dtype=xp.int16)); xp.sin(xp.array([1.0], dtype=xp.float32)); xp.sin(b)
xp.arctan2(x, v); xp.logaddexp(x, v); xp.heaviside(v, 0.5); xp.heaviside(xp.array([0.0, 1.0]), 0.5); xp.abs(v)
xp.absolute(v); xp.negative(x); xp.positive(x); xp.sign(v); xp.square(x); xp.reciprocal(x); xp.conj(x)
xp.conjugate(x); xp.real(x); xp.imag(x); xp.real(1 + 2j); xp.imag([1 + 2j]); xp.round(7 * v); xp.around(v, 2)
xp.round(v, decimals=1); xp.logical_not(n); xp.isreal(x); xp.iscomplex([1, 2j]); xp.abs(n); xp.abs(3 - 4j)
xp.square(n); xp.sum(x); xp.sum(x, axis=0); xp.sum(x, axis=(0, 1), keepdims=True); xp.sum(n); xp.sum(b)
xp.sum([1, 2.5]); xp.sum(xp.array([1, 2], dtype=xp.uint8)); xp.sum(xp.array([1, 2], dtype=xp.int32))
xp.sum(x, dtype=xp.float32); xp.prod(x); xp.prod(x, axis=1); xp.prod(n, axis=0); xp.mean(x)
xp.mean(x, axis=-1, keepdims=True); xp.mean(n); xp.mean(n, axis=0); xp.var(x); xp.var(x, axis=0, ddof=1)
xp.std(x, axis=1); xp.std(n); xp.var([1 + 2j, 3.0]); xp.max(x); xp.amax(x, axis=0); xp.min(x, axis=1, keepdims=True)
xp.amin(n); xp.ptp(x, axis=0); xp.all(b); xp.any(b, axis=0); xp.all(n); xp.any(n, axis=1, keepdims=True)
xp.average(x); xp.average(x, axis=1, weights=m[0]); xp.average(x, weights=x); xp.nansum(h)
xp.nanmean(xp.where(xp.isinf(h), xp.array(0.0), h)); xp.count_nonzero(n); xp.count_nonzero(n, axis=0); xp.argmax(x)
xp.argmax(x, axis=1); xp.argmin(v); xp.cumsum(x); xp.cumsum(x, axis=0); xp.cumsum(n, axis=1); xp.cumsum(b); xp.diff(x)
xp.diff(x, n=2, axis=0); xp.diff(b); xp.copy(x); xp.ravel(x); xp.ndim(x); xp.shape(x); xp.size(x); xp.size(x, 1)
xp.reshape(x, (2, -1)); xp.reshape(x, -1); xp.reshape(x, [4, 3]); xp.transpose(x); xp.transpose(x[None], (1, 2, 0))
xp.swapaxes(x, 0, 1); xp.swapaxes(x[None], -1, 0); xp.moveaxis(x[None], 0, -1); xp.moveaxis(x[None], [0, 1], [1, 2])
xp.expand_dims(x, 1); xp.expand_dims(x, (0, -1)); xp.squeeze(x[None, :, :, None]); xp.squeeze(x[None], axis=0)
xp.broadcast_to(v, (2, 3, 4)); xp.broadcast_to(v[:1], 4); xp.tile(v, 2); xp.tile(x, (2, 1, 3)); xp.repeat(x, 2)
xp.repeat(x, np.array([1, 0, 2]), axis=0); xp.roll(x, 1); xp.roll(x, -1, axis=1); xp.roll(x, (1, 2), axis=(0, 1))
xp.flip(x); xp.flip(x, 0); xp.fliplr(x); xp.flipud(x); xp.rot90(x); xp.rot90(x, 3); xp.take(x, xp.array([0, 11, 11]))
xp.take(x, xp.array([[2, 0], [1, 1]]), axis=1); xp.take(x, 1, axis=0)
xp.take_along_axis(x, xp.array([[3], [0], [0]]), 1); xp.compress(np.array([True, False, True]), x, axis=0)
xp.diagonal(x); xp.diagonal(x, 1); xp.diagonal(x[None], 0, 1, 2); xp.trace(x); xp.trace(n, 1); xp.diag(x); xp.diag(v)
xp.diag(v, -1); xp.diagflat(x[:2, :1], 1); xp.tril(x); xp.triu(x, 1); xp.tril(n, -1); xp.triu(x[None]); xp.pad(x, 1)
xp.pad(x, ((1, 2), (0, 1))); xp.pad(v, (1, 2), constant_values=5.0); xp.pad(x, 2, mode="reflect")
xp.pad(x, 1, mode="edge"); xp.pad(v, 2, mode="wrap"); xp.split(x, 2, axis=1); xp.split(x, [1, 2]); xp.hsplit(x, 2)
xp.vsplit(x, 3); xp.dsplit(x[None], [1]); xp.zeros_like(x); xp.zeros_like(n); xp.ones_like(x)
xp.ones_like(x, dtype=xp.int32); xp.full_like(x, 3); xp.full_like(n, 2); xp.nonzero(n); xp.vander(v)
xp.vander(v, 3, increasing=True); xp.add(x, v); xp.add(n, 1.5); xp.add(x, 1); xp.add(1, 2); xp.add(b, 1)
xp.subtract(x, n[0]); xp.multiply(x, v); xp.multiply(xp.array([1.0], dtype=xp.float32), xp.array([2.0]))
xp.multiply(xp.array([1.0], dtype=xp.float32), 2.5); xp.add(xp.array([1], dtype=xp.int32), 2.5)
xp.add(xp.array([1], dtype=xp.int32), xp.array([2], dtype=xp.int64)); xp.divide(x, v); xp.divide(1, 2)
xp.divide(n, 2); xp.true_divide(n, n + 1); xp.floor_divide(x, 0.3); xp.floor_divide(n, 2); xp.mod(x, 0.3)
xp.mod(n, 3); xp.remainder(n, 2); xp.divmod(n, 2); xp.power(x, v); xp.power(x, 2); xp.power(n, 2); xp.power(2, 3)
xp.float_power(n + 1, 2); xp.maximum(x, v); xp.minimum(x, 0.5); xp.maximum(n, 1.5); xp.equal(n, 2); xp.not_equal(n, 2)
xp.greater(x, v); xp.greater_equal(n, 2); xp.less(x, 0.5); xp.less_equal(n, 2.0); xp.logical_and(b, n)
xp.logical_or(b, b); xp.logical_xor(b, True); xp.dot(v, v); xp.dot(x, v); xp.dot(x, m); xp.dot(2.0, x)
xp.dot(x, xp.stack([m, m])); xp.matmul(x, m); xp.matmul(v, v); xp.matmul(x, v); xp.matmul(v, m)
xp.matmul(xp.stack([x, x]), m); xp.matmul(n, xp.transpose(n)); xp.inner(x, v); xp.inner(x, m); xp.inner(2.0, x)
xp.outer(v, v); xp.outer(x, v); xp.vdot(x, x); xp.vdot([1j, 2], [1j, 3]); xp.kron(x, v); xp.kron(v, v); xp.kron(x, m)
xp.cross(x[:, :3], v[:3]); xp.tensordot(x, m, 1); xp.tensordot(x, x); xp.tensordot(x, m, axes=[[1], [0]])
xp.polyval(v, x); xp.isclose(x, x + 1e-9); xp.allclose(x, x + 1.0); xp.array_equal(n, n); xp.array_equal(n, x)
xp.isclose(h, h, equal_nan=True); xp.append(x, v); xp.append(x, x, axis=0); xp.concatenate([x, x])
xp.concatenate([x, m], axis=0); xp.concatenate((x, n), axis=None); xp.stack([x, x], axis=1); xp.stack([v, n[0]])
xp.vstack([x, v]); xp.hstack([v, v]); xp.hstack([x, x]); xp.dstack([x, x]); xp.vstack([v, v]); xp.array([1.0, 2.0])
xp.array(1); xp.array([1, 2], dtype=xp.float32); xp.array([v[0], 2.0]); xp.array([[v[0], v[1]], [1, 2]])
xp.asarray(n); xp.asanyarray(1.5); xp.ascontiguousarray([1]); xp.zeros(3); xp.zeros((2, 2), dtype=xp.int32)
xp.ones([2]); xp.full((2, 3), 1.5); xp.full(2, 7); xp.full((2, 4), v); xp.eye(3); xp.eye(2, 3, k=1); xp.identity(2)
xp.tri(3); xp.tri(2, 3, 1); xp.arange(3); xp.arange(1.0, 2.0, 0.25); xp.arange(2, 8, 3); xp.linspace(0, 1, 5)
xp.linspace(v[0], v[1], 4, endpoint=False); xp.logspace(0, 2, 4); xp.logspace(0, 2, 4, base=2.0)
xp.geomspace(1.0, 8.0, 4); xp.linspace(v, x[0], 3); xp.where(b, x, v); xp.where(x > 0.5, x, 0); xp.where(b, 1, 2.5)
xp.where(n); xp.clip(x, 0.3, 0.6); xp.clip(n, 1, 3); xp.clip(x, None, 0.5)
xp.select([x > 0.7, x > 0.4], [x, 2 * x], 7.0); xp.einsum("ij,jk->ik", x, m); xp.einsum("ij,j->", x, v)
xp.einsum("ij->ji", n); xp.meshgrid(v, v[:3]); xp.meshgrid(v[:2], x[0], indexing="ij"); xp.broadcast_arrays(x, v)
xp.atleast_1d(2.0); xp.atleast_2d(v); xp.atleast_3d(x); xp.atleast_1d(v, 3); xp.isscalar(2.0); xp.isscalar([2])
xp.iscomplexobj(x); xp.isrealobj(x); xp.result_type(x, 1); xp.result_type(xp.float32, xp.int64)
xp.promote_types(xp.float32, xp.int32); xp.issubdtype(xp.int32, xp.inexact); xp.finfo(xp.float32).eps
xp.iinfo(xp.int8).max; x[:, xp.newaxis]; xp.pi; xp.e; xp.inf; xp.bool_; xp.uint16; xp.uint32; xp.uint64; xp.float16
xp.float64; xp.complex64; xp.complex128; xp.hypot(x, v); xp.hypot(3, 4); xp.nextafter(1.0, 2.0); xp.bitwise_not(n)
xp.bitwise_not(b); xp.bitwise_and(n, 2); xp.bitwise_or(n, 1); xp.bitwise_xor(n, n + 1); xp.bitwise_and(b, True)
xp.bitwise_or(b, False); xp.bitwise_xor(b, True); xp.angle([1j, -1.0, 2.0]); xp.angle(v); xp.angle(1 + 1j, deg=True)
xp.nanprod(h[:3]); xp.cumprod(x, axis=1); xp.cumprod(v); xp.cumprod(n, axis=0); xp.sort(x); xp.sort(x, axis=0)
xp.sort(x, axis=None); xp.sort(n); xp.argsort(x); xp.argsort(v); xp.argsort(x, axis=0); xp.argsort(x, axis=None)
"""
CASES = [case.strip() for line in CASES.strip().splitlines() for case in line.split("; ")]
NOT_COMPARED = {"empty": "its entries are not said", "empty_like": "its entries are not said",
                "ndarray": "here it is Tensor"}

rng = np.random.default_rng(11)
WATCHED = {"x": rng.uniform(0.2, 0.9, (3, 4)), "m": rng.uniform(0.2, 0.9, (4, 4)),
           "v": np.array([0.3, -0.7, 1.1, -0.2])}
GIVEN = {"n": np.array([[0, 1, 2, 3], [4, 0, 1, 2], [3, 1, 0, 5]]), "b": np.array([[True, False, True, True]] * 3),
         "h": np.array([1.0, np.nan, np.inf, -np.inf])}


def parts(result):
    return list(result) if isinstance(result, (list, tuple)) else [result]


def evaluated(case, xp, arrays):
    return parts(eval(case, {"xp": xp, "np": np, **arrays}))


def on_the_tape(case):
    """Values, and the gradients of a weighted sum of all that is floating."""
    arrays = {name: tapes.constant(value) for name, value in (WATCHED | GIVEN).items()}
    watched = [arrays[name] for name in WATCHED]
    with tapes.GradientTape() as tape:
        tape.watch(watched)
        results = evaluated(case, tnp, arrays)
        terms = [tapes.reduce_sum(weights(k, y.shape) * tapes.math.real(y)) for k, y in enumerate(results)
                 if isinstance(y, tapes.Tensor) and y.dtype == np.float64]
    return results, tape.gradient(terms, watched, unconnected_gradients="zero") if terms else None


def weights(k, shape):
    return np.cos(np.arange(np.prod(shape, dtype=int)) + k).reshape(shape)


@pytest.mark.parametrize("case", CASES)
def test_values_are_numpys(case):
    with np.errstate(all="ignore"):
        expected = evaluated(case, np, WATCHED | GIVEN)
        found, _ = on_the_tape(case)
    for ours, theirs in zip(found, expected, strict=True):
        if not isinstance(ours, tapes.Tensor):
            assert ours == theirs
            continue
        theirs = np.asarray(theirs)
        assert ours.dtype == theirs.dtype
        assert difference(ours.numpy(), theirs).within(1e-14 if ours.dtype == np.float64 else 1e-3), (ours, theirs)


def arrays_like(place):
    """Other numbers of the same kind, so that what is true of the one is not true of the others."""
    turned = {name: np.roll(array, place, axis=-1) for name, array in (WATCHED | GIVEN).items()}
    return {name: tapes.constant(~array if array.dtype == bool and place else array)
            for name, array in turned.items()}


@pytest.mark.parametrize("case", [*CASES, "xp.isclose(v, xp.abs(v))", "xp.array_equal(v[:1], xp.abs(v[:1]))",
                                  "xp.allclose(v[1:], xp.abs(v[1:]))"])
def test_a_replay_looks_at_its_own_numbers(case):
    def tensors(given):
        return [y for y in evaluated(case, tnp, given) if isinstance(y, tapes.Tensor)]

    traced = tapes.function(lambda *given: tensors(dict(zip(WATCHED | GIVEN, given, strict=True))))
    with np.errstate(all="ignore"):
        for place in (1, 0, 2):
            given = arrays_like(place)
            for ours, theirs in zip(traced(*given.values()), tensors(given), strict=True):
                np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-6)


def differentiable():
    """The cases that have a gradient which is not 0 everywhere."""
    for case in CASES:
        try:
            gradients = on_the_tape(case)[1]
        except Exception:  # the test of the values says more about it
            continue
        if gradients is not None and any(g.numpy().any() for g in gradients):
            yield case


DIFFERENTIABLE = list(differentiable())


@functools.cache
def jax_gradients():
    """Of all cases, compiled at once; but for what cannot be compiled, as its shape depends on values."""
    import jax

    jax.config.update("jax_enable_x64", True)
    jnp = jax.numpy

    def loss(case, watched):
        results = evaluated(case, jnp, {**watched, **{name: jnp.asarray(value) for name, value in GIVEN.items()}})
        return sum(jnp.sum(weights(k, y.shape) * y) for k, y in enumerate(results) if y.dtype == np.float64)

    arrays = {name: jnp.asarray(value) for name, value in WATCHED.items()}
    gradients = {case: jax.grad(functools.partial(loss, case)) for case in DIFFERENTIABLE}
    late = {case: gradients.pop(case)(arrays) for case in DIFFERENTIABLE if "compress" in case}
    return late | jax.jit(lambda watched: {case: gradient(watched) for case, gradient in gradients.items()})(arrays)


@pytest.mark.skipif(importlib.util.find_spec("jax") is None, reason="JAX is not installed: pip install jax")
@pytest.mark.parametrize("case", DIFFERENTIABLE)
def test_gradients_are_jaxs(case):
    for name, ours in zip(WATCHED, on_the_tape(case)[1], strict=True):
        assert difference(ours.numpy(), np.asarray(jax_gradients()[case][name])).within(1e-12), name


def test_every_name_is_compared_and_most_have_gradients():
    silent = set(tnp.__all__) - set(NOT_COMPARED) - set(re.findall(r"xp\.(\w+)", " ".join(CASES)))
    assert not silent
    assert len(tnp.__all__) > 200 and len(DIFFERENTIABLE) > 150


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is None, reason="TensorFlow is not installed: "
                    "pip install tensorflow")
def test_tensorflow_has_the_names_too():
    import tensorflow.experimental.numpy as theirs

    assert [name for name in tnp.__all__ if not hasattr(theirs, name)] == []


def test_a_name_that_is_not_there():
    with pytest.raises(AttributeError, match=r"'sine'.*did you mean tnp\.sinh?"):
        _ = tnp.sine
    with pytest.raises(AttributeError, match=r"numpy\.median exists, but leaves the tape"):
        _ = tnp.median
    with pytest.raises(TypeError, match=r"tnp\.add\(\) needs 'x2': it is called as add\(x1, x2\)"):
        tnp.add(1.0)


def test_numpy_leaves_the_tape_and_this_does_not():
    x = tapes.Variable(2.0)
    with tapes.GradientTape(persistent=True) as tape:
        y, z = tapes.constant(np.sin(x)), tnp.sin(x)
    assert tape.gradient(y, x) is None
    assert tape.gradient(z, x).numpy() == np.cos(np.float32(2.0))


def test_keywords_are_numpys():
    assert tnp.add(x1=1.0, x2=2.0).numpy() == 3.0
    assert tnp.sum(a=[1.0, 2.0], axis=0).numpy() == 3.0
    assert tnp.concatenate(arys=[[1.0], [2.0]], axis=0).numpy().tolist() == [1.0, 2.0]
