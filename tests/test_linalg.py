"""Matrices where they are special: singular, degenerate, empty, complex; and functions that no sign or phase changes.

The rows themselves are tested in test_ops.py. Here the judges are minors, central differences, and TensorFlow.
"""

from __future__ import annotations

import itertools
from functools import partial

import numpy as np
import pytest

import tapes as tf
from comparisons.libraries import LIBRARIES
from tapes.op import registry
from tapes.ops import lapack

RNG = np.random.default_rng(7)
SINGULAR = np.array([[1.0, 2.0], [2.0, 4.0]])
TWO = np.array([[4.0, 1.0], [1.0, 3.0]])


def real(*shape):
    return RNG.normal(size=shape)


def complex_(*shape):
    return real(*shape) + 1j * real(*shape)


def gradient(function, *xs):
    xs = [tf.constant(x) for x in xs]
    with tf.GradientTape() as tape:
        tape.watch(xs)
        y = function(*xs)
    return [np.asarray(d) for d in tape.gradient(y, xs)]


def weighted(x, seed=0):
    """A number made of all entries."""
    rng = np.random.default_rng(seed)
    weights = rng.normal(size=x.shape) + (1j * rng.normal(size=x.shape) if x.dtype.is_complex else 0)
    return tf.reduce_sum(tf.math.real(x * tf.constant(weights, x.dtype)))


# -- the gradient of functions that do not depend on signs and phases --------------------------------------------------

def of_eigh(a):
    e, v = tf.linalg.eigh(a + tf.linalg.adjoint(a))
    spectral = tf.matmul(v * tf.cast(tf.sin(tf.math.real(e)), v.dtype)[..., None, :], v, adjoint_b=True)
    first = tf.matmul(v[..., :1], v[..., :1], adjoint_b=True)
    return weighted(spectral) + weighted(first, 1) + weighted(tf.math.real(e) ** 2, 2)


def of_svd(a, full=False):
    s, u, v = tf.linalg.svd(a, full_matrices=full)
    k = s.shape[-1]
    spectral = tf.matmul(u[..., :k] * tf.cast(tf.sin(s), u.dtype)[..., None, :], v[..., :k], adjoint_b=True)
    first, last = (tf.matmul(x, x, adjoint_b=True) for x in (u[..., :1], v[..., k - 1:k]))
    rest = sum(weighted(tf.matmul(x[..., k:], x[..., k:], adjoint_b=True), 5) for x in (u, v) if x.shape[-1] > k)
    return weighted(spectral) + weighted(first, 1) + weighted(last, 2) + weighted(s * s, 3) + rest


def of_qr(a, full=False):
    q, r = tf.linalg.qr(a, full_matrices=full)
    k = min(a.shape[-2:])
    rest = weighted(tf.matmul(q[..., k:], q[..., k:], adjoint_b=True), 5) if q.shape[-1] > k else 0.0
    return weighted(q[..., :k]) + weighted(tf.sin(r), 1) + rest


def of_phase(a):
    sign, log = tf.linalg.slogdet(a)
    return weighted(sign) + weighted(tf.math.real(log) ** 2, 1)


def of_cholesky(a):
    return weighted(tf.linalg.cholesky(tf.matmul(a, a, adjoint_b=True)))


FUNCTIONS = {
    "eigh": (of_eigh, [(3, 3), (2, 4, 4), (1, 1)]),
    "svd": (of_svd, [(3, 3), (4, 2), (2, 2, 4), (1, 3)]),
    "svd, full": (lambda a: of_svd(a, True), [(4, 2), (2, 3), (2, 1, 3)]),
    "svd, values alone": (lambda a: weighted(tf.linalg.svd(a, compute_uv=False)), [(4, 2), (2, 2, 3)]),
    "qr": (of_qr, [(3, 3), (4, 2), (2, 2, 4)]),
    "qr, full": (lambda a: of_qr(a, True), [(4, 2), (2, 3), (2, 3, 1)]),
    "det": (lambda a: weighted(tf.linalg.det(a)), [(3, 3), (2, 2, 2)]),
    "slogdet": (of_phase, [(3, 3), (2, 2, 2)]),
    "cholesky": (of_cholesky, [(3, 3), (2, 2, 2)]),
    "logdet": (lambda a: weighted(tf.linalg.logdet(tf.matmul(a, a, adjoint_b=True))), [(3, 3)]),
    "lstsq": (lambda a: weighted(tf.linalg.lstsq(a, a[..., :1] * a[..., :1], 0.5)), [(4, 2), (2, 2, 4)]),
    "lstsq, slowly": (lambda a: weighted(tf.linalg.lstsq(a, a[..., :1] * a[..., :1], fast=False)), [(4, 2), (2, 4)]),
    "pinv": (lambda a: weighted(tf.linalg.pinv(a)), [(4, 2), (2, 2, 3)]),
    "expm": (lambda a: weighted(tf.linalg.expm(a)), [(3, 3), (2, 2, 2)]),
    "spectral norm": (lambda a: weighted(tf.norm(a, 2, [-2, -1])), [(3, 2), (2, 2, 3)]),
}
CALLS = [(name, shape) for name, (_, shapes) in FUNCTIONS.items() for shape in shapes]


def slope_errors(function, x, direction):
    """How far the gradient, and the gradient of the gradient, are from central differences along one direction."""
    h = 1e-5

    def first(t):
        return gradient(function, x + t * direction)[0]

    def number(t):
        return float(function(tf.constant(x + t * direction)))

    point = tf.constant(x)
    with tf.GradientTape() as outer:
        outer.watch(point)
        with tf.GradientTape() as inner:
            inner.watch(point)
            y = function(point)
        dx = inner.gradient(y, point)
        along = tf.reduce_sum(tf.math.real(tf.math.conj(tf.constant(direction)) * dx))
    bent = np.asarray(outer.gradient(along, point))
    slope, bend = (number(h) - number(-h)) / (2 * h), (first(h) - first(-h)) / (2 * h)
    return (abs(float(along) - slope) / max(1.0, abs(slope)),
            np.max(np.abs(bent - bend)) / max(1.0, np.max(np.abs(bend))))


@pytest.mark.parametrize("numbers", [real, complex_])
@pytest.mark.parametrize("name, shape", CALLS)
def test_both_orders_against_central_differences(name, shape, numbers):
    x = numbers(*shape) + (2 * np.eye(*shape[-2:]))
    assert max(slope_errors(FUNCTIONS[name][0], x, numbers(*shape))) < 1e-6


@pytest.mark.parametrize("name, row", [("eigh", "eigh"), ("svd", "svd"), ("qr", "qr"), ("cholesky", "cholesky")])
def test_the_check_finds_a_rule_that_is_off_by_a_thousandth(name, row, monkeypatch):
    (rule,) = registry[row].rules
    monkeypatch.setattr(registry[row], "rules", [lambda *args, **params: 1.001 * rule(*args, **params)])
    assert max(slope_errors(FUNCTIONS[name][0], real(3, 3) + 2 * np.eye(3), real(3, 3))) > 1e-5


# -- singular and degenerate -------------------------------------------------------------------------------------------

def minors(a):
    """The derivative of the determinant by its definition: determinants of what is left without a row and a column."""
    n = len(a)
    return np.array([[(-1) ** (i + j) * np.linalg.det(np.delete(np.delete(a, i, 0), j, 1)) for j in range(n)]
                     for i in range(n)]).reshape(n, n)


DETS = {
    "rank 1 of 2": SINGULAR, "rank 0 of 1": np.zeros((1, 1)), "rank 1 of 1": np.array([[5.0]]),
    "rank 0 of 2": np.zeros((2, 2)), "rank 0 of 3": np.zeros((3, 3)), "rank 2 of 3": np.diag([1.0, 0, 2]),
    "rank 1 of 3": np.outer([1.0, 2, 3], [1, 1, 2]),
    "rank 2 of 4": np.diag([0, 1.0, 0, 3]) @ real(4, 4), "nearly": SINGULAR + np.diag([1e-13, 0]), "full": real(4, 4)}


@pytest.mark.parametrize("name", DETS)
def test_det_has_the_cofactors_as_gradient(name):
    a = DETS[name]
    (found,) = gradient(tf.linalg.det, a)
    np.testing.assert_allclose(found, minors(a), rtol=1e-12, atol=1e-13)
    (batched,) = gradient(tf.linalg.det, np.stack([a, np.eye(len(a)), a]))
    np.testing.assert_allclose(batched, [minors(a), np.eye(len(a)), minors(a)], rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize("name", DETS)
def test_det_has_its_second_derivative(name):
    assert max(slope_errors(tf.linalg.det, DETS[name], real(*DETS[name].shape))) < 1e-7


def test_det_of_zeros_has_its_third_derivative():
    """det of a diagonal 3 by 3 matrix is the product of three numbers, so the third derivative is 1 even at 0."""
    x = tf.constant([0.0, 0.0, 0.0], tf.float64)
    with tf.GradientTape() as third:
        third.watch(x)
        with tf.GradientTape() as second:
            second.watch(x)
            with tf.GradientTape() as first:
                first.watch(x)
                y = tf.linalg.det(tf.linalg.diag(x))
            dx = first.gradient(y, x)[0]
        dxdy = second.gradient(dx, x)[1]
    assert third.gradient(dxdy, x).numpy().tolist() == [0.0, 0.0, 1.0]


def test_equal_eigenvalues():
    """What depends on their whole space has its derivative. How they would part is lost, as in TensorFlow."""
    turned = np.linalg.qr(real(3, 3))[0]
    a = turned @ np.diag([2.0, 2.0, 5.0]) @ turned.T

    def space(x, places):
        _, v = tf.linalg.eigh(x)
        return weighted(tf.matmul(v[..., places], v[..., places], adjoint_b=True))

    pair, other = (gradient(partial(space, places=places), a)[0] for places in (slice(0, 2), slice(2, 3)))
    assert np.max(np.abs(pair)) > 0.1
    np.testing.assert_allclose(pair, -other, atol=1e-12)  # the two projections add up to 1
    assert max(slope_errors(partial(space, places=slice(2, 3)), a, a @ a)) < 1e-7
    (both,) = gradient(lambda x: tf.reduce_sum(tf.linalg.eigvalsh(x)[:2]), a)
    projection = np.eye(3) - np.outer(turned[:, 2], turned[:, 2])
    np.testing.assert_allclose(both, 2 * np.tril(projection) - np.diag(np.diag(projection)), atol=1e-12)
    (parting,) = gradient(lambda x: weighted(tf.linalg.eigh(x)[1]), np.eye(3))
    assert not parting.any()


def test_singular_values_that_are_0_or_equal():
    for a in (np.eye(3), np.zeros((3, 2)), np.outer([1.0, 2, 2], [3.0, 4.0]), np.diag([2.0, 2.0, 0.0])):
        (found,) = gradient(lambda x: weighted(tf.linalg.svd(x)[1]) + weighted(tf.linalg.svd(x)[2], 1), a)
        assert np.isfinite(found).all()


def test_the_lower_half_is_what_is_read():
    a = np.array([[4.0, 99.0], [2.0, 3.0]])
    np.testing.assert_allclose(tf.linalg.cholesky(a).numpy(), [[2, 0], [1, np.sqrt(2)]])
    np.testing.assert_allclose(tf.linalg.eigvalsh(a).numpy(), np.linalg.eigvalsh([[4.0, 2], [2, 3]]))
    assert gradient(tf.linalg.eigvalsh, a)[0][0, 1] == 0
    (symmetric,) = gradient(tf.linalg.cholesky, a)
    assert symmetric[0, 1] == symmetric[1, 0] != 0


def test_of_a_batch_only_the_matrix_that_fails_is_nan():
    found = tf.linalg.cholesky([SINGULAR, TWO]).numpy()
    assert np.isnan(found[0][np.tri(2, dtype=bool)]).all() and found[0][0, 1] == 0
    np.testing.assert_allclose(found[1] @ found[1].T, TWO)
    for part in tf.linalg.svd(np.stack([SINGULAR * np.nan, TWO])):
        assert np.isnan(part[0].numpy()).all() and np.isfinite(part[1].numpy()).all()


@pytest.mark.parametrize("expression, words", [
    ("tf.linalg.inv(S)", ["inv(float64[2, 2])", "not invertible"]),
    ("tf.linalg.inv(S * np.nan)", ["not invertible", "nan"]),
    ("tf.linalg.inv(np.ones((2, 3)))", ["inv", "square", "[2, 3]"]),
    ("tf.linalg.inv([1, 2])", ["inv", "int32", "tapes.cast"]),
    ("tf.linalg.solve(S, np.ones((2, 1)))", ["solve", "not invertible"]),
    ("tf.linalg.solve(np.eye(2), np.ones(2))", ["solve", "b[:, None]"]),
    ("tf.linalg.solve(np.eye(2), np.ones((3, 1)))", ["solve", "2 equations", "3 rows"]),
    ("tf.linalg.solve(np.ones((3, 2, 2)), np.ones((2, 1)))", ["solve", "equal batches", "[3] and []"]),
    ("tf.linalg.triangular_solve(np.ones((3, 2, 2)), np.ones((2, 2, 1)))", ["triangular_solve", "[3] and [2]"]),
    ("tf.linalg.cholesky(np.ones((2, 3)))", ["cholesky", "square"]), ("tf.linalg.det(np.ones(3))", ["det", "[3]"]),
    ("tf.linalg.qr(np.ones(3))", ["qr", "rank >= 2"]), ("tf.linalg.svd(np.ones(3))", ["svd", "rank >= 2"]),
    ("tf.linalg.eigh(S * np.nan)", ["eigh", "not successful"]), ("tf.linalg.eigh(np.ones((2, 3)))", ["eigh", "square"]),
    ("tf.linalg.diag_part(np.ones((2, 3)), k=5)", ["diag_part", "5", "-1 to 2"]),
    ("tf.linalg.diag_part(np.ones(3))", ["diag_part", "2-dim"]), ("tf.linalg.diag(1.0)", ["diag", "1-dim"]),
    ("tf.linalg.diag([1.0, 2.0], num_rows=1)", ["diag", "1 rows", "need 2"]),
    ("tf.linalg.diag(np.ones((2, 2)), k=(1, 0))", ["diag", "the lower first"]),
    ("tf.linalg.diag_part(S, align='UP')", ["diag_part", "RIGHT_LEFT", "'UP'"]),
    ("tf.linalg.set_diag(np.ones((4, 2, 3)), np.ones(2))", ["set_diag", "(4, 2)", "(2,)"]),
    ("tf.linalg.band_part(S, 3, 0)", ["band_part", "num_lower", "2"]), ("tf.linalg.tensor_diag(1.0)", ["tensor_diag"]),
    ("tf.linalg.tensor_diag_part(np.ones((2, 3)))", ["tensor_diag_part", "(2, 3)"]),
    ("tf.linalg.cross(np.ones(2), np.ones(2))", ["cross", "3-element"]),
    ("tf.matmul(S, S, transpose_a=True, adjoint_a=True)", ["Only one of"]),
    ("tf.norm(S, 'fro')", ["norm", "axis=[-2, -1]"]), ("tf.norm(S, 3, [0, 1])", ["norm", "matrix norm", "3"]),
    ("tf.norm(S, axis=[0])", ["norm", "[0]"]), ("tf.norm(S, axis=[0, 0])", ["norm", "twice"]),
    ("tf.einsum('ij->ii', S)", ["einsum", "more than once"]), ("tf.einsum('i1', S)", ["einsum", "format"]),
    ("tf.einsum('ijk->i', S)", ["einsum", "rank 3 but got: 2"]), ("tf.einsum('...->', S)", ["no ellipsis"]),
    ("tf.einsum('...i,...i->...', np.ones((2, 3)), np.ones((4, 3)))", ["einsum", "'...'", "2", "4"]),
])
def test_the_message_teaches(expression, words):
    with pytest.raises(ValueError) as caught:  # InvalidArgumentError is one
        eval(expression, {"tf": tf, "np": np, "S": SINGULAR})
    assert all(word in str(caught.value) for word in words), caught.value


def test_rank():
    assert tf.linalg.matrix_rank([SINGULAR, TWO, np.zeros((2, 2))]).numpy().tolist() == [1, 2, 0]
    assert tf.linalg.matrix_rank([SINGULAR, TWO], tol=3.0).numpy().tolist() == [1, 1]


def test_without_an_inverse_there_is_no_gradient():
    with pytest.raises(tf.errors.InvalidArgumentError, match="not invertible"):
        gradient(lambda a: tf.linalg.slogdet(a)[1], SINGULAR)


# -- nothing at all ----------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("shape", [(0, 0), (0, 2, 2), (2, 0, 0)])
@pytest.mark.parametrize("name", ["inv", "det", "slogdet", "logdet", "cholesky", "qr", "eigh", "eigvalsh", "svd",
                                  "pinv", "trace", "diag_part", "diag", "expm"])
def test_empty_matrices(name, shape):
    (found,) = gradient(lambda a: tf.nest.flatten(getattr(tf.linalg, name)(a)), np.zeros(shape))
    assert found.shape == shape


@pytest.mark.parametrize("shape", [(0, 2), (2, 0), (0, 3, 2)])
@pytest.mark.parametrize("full", [False, True])
def test_empty_factors(shape, full):
    for function in (tf.linalg.qr, tf.linalg.svd):
        (found,) = gradient(lambda a, f=function: tf.nest.flatten(f(a, full_matrices=full)), np.zeros(shape))
        assert found.shape == shape


# -- every width -------------------------------------------------------------------------------------------------------

@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.longdouble, np.complex64, np.complex128,
                                   np.clongdouble])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4, 2), (2, 4)])
def test_what_lapack_does_is_done_in_every_width(shape, dtype):
    a = (complex_ if np.dtype(dtype).kind == "c" else real)(*shape).astype(dtype)
    near, adjoint = 200 * np.finfo(dtype).eps, lapack.transposed
    q, r = lapack.qr(a, False)
    u, s, v = lapack.svd(a, True)
    k = s.shape[-1]
    square = a @ adjoint(a) + 2 * np.eye(a.shape[-2], dtype=dtype)
    e, w = lapack.eigh(square)
    factor, b = lapack.cholesky(square), a[..., :1]
    for found, wanted in [
            (q @ r, a), (np.tril(r, -1), 0), (adjoint(q) @ q, np.eye(k)), (adjoint(u) @ u, np.eye(u.shape[-1])),
            ((u[..., :k] * s[..., None, :]) @ adjoint(v[..., :k]), a), (square @ w, w * e[..., None, :]),
            (factor @ adjoint(factor), square), (square @ lapack.solve(square, b), b),
            (lapack.inv(square) @ square, np.eye(a.shape[-2])),
            (lapack.substitute(factor, b, True), lapack.solve(factor, b)),
            (lapack.det(square), np.prod(e, -1)), (lapack.slogdet(square)[1], np.sum(np.log(e), -1))]:
        assert found.dtype in (dtype, e.dtype)
        assert np.max(np.abs(found - wanted)) <= near * max(1.0, np.max(np.abs(wanted)))


@pytest.mark.parametrize("wide, narrow", [(np.longdouble, np.float64), (np.clongdouble, np.complex128)])
@pytest.mark.parametrize("shape", [(3, 3), (4, 2), (2, 4), (2, 3, 3)])
def test_extended_precision_has_lapacks_signs(shape, wide, narrow):
    a = (complex_ if np.dtype(narrow).kind == "c" else real)(*shape)
    for ours, theirs in itertools.chain(
            zip(lapack.qr(a.astype(wide), True), lapack.qr(a, True)),
            zip(lapack.svd(a.astype(wide), True), lapack.svd(a, True)),
            zip(lapack.eigh((a @ lapack.transposed(a)).astype(wide)), lapack.eigh(a @ lapack.transposed(a)))):
        np.testing.assert_allclose(ours.astype(theirs.dtype), theirs, atol=1e-12)


# -- TensorFlow --------------------------------------------------------------------------------------------------------

needs_tensorflow = pytest.mark.skipif(not LIBRARIES["tensorflow"].installed, reason=LIBRARIES["tensorflow"].install)


def outcome(library, expression, xs):
    """The result and the gradient of a weighted sum of it; or the name of the exception."""
    try:
        tensors = [library.constant(x) for x in xs]
        with library.GradientTape() as tape:
            tape.watch(tensors)
            y = eval(expression, {"tf": library, "np": np} | dict(zip("xyz", tensors)))
            weights = np.cos(np.arange(np.asarray(y).size)).reshape(y.shape).astype(np.asarray(xs[0]).dtype)
            total = library.reduce_sum(library.math.real(y * library.constant(weights)))
        return [np.asarray(y), *(None if d is None else np.asarray(d) for d in tape.gradient(total, tensors))]
    except ValueError:
        return "refused"
    except Exception as error:
        return "refused" if type(error).__name__ == "InvalidArgumentError" else error


def agree(expression, *xs):
    from comparisons.ops.peers import import_tensorflow

    ours, theirs = outcome(tf, expression, xs), outcome(import_tensorflow(), expression, xs)
    if isinstance(ours, str) or isinstance(theirs, str):
        return isinstance(ours, str) and isinstance(theirs, str)
    return all(a.dtype == b.dtype and a.shape == b.shape and np.allclose(a, b, 1e-12, 1e-12, equal_nan=True)
               for a, b in zip(ours, theirs, strict=True))


@needs_tensorflow
@pytest.mark.parametrize("k", [0, 1, -2, 3, -3, (0, 0), (-1, 1), (1, 2), (-2, -1), (-3, 1), (1, 0)])
@pytest.mark.parametrize("shape", [(3, 3), (2, 4), (2, 3, 2), (0, 3), (2, 0)])
def test_diagonals_as_tensorflow(shape, k):
    x = real(*shape)
    for align in ("RIGHT_LEFT", "LEFT_RIGHT", "LEFT_LEFT", "RIGHT_RIGHT"):
        assert agree(f"tf.linalg.diag_part(x, k={k}, align='{align}', padding_value=9.0)", x)
        diagonals = outcome(tf, f"tf.linalg.diag_part(x, k={k}, align='{align}')", [x])
        if isinstance(diagonals, str):
            continue
        assert agree(f"tf.linalg.set_diag(x, y + 1.0, k={k}, align='{align}')", x, diagonals[0])
        for rows, columns in ((-1, -1), (shape[-2], -1), (-1, shape[-1]), shape[-2:], (5, 5)):
            assert agree(f"tf.linalg.diag(x, k={k}, align='{align}', num_rows={rows}, num_cols={columns}, "
                         "padding_value=2.0)", diagonals[0])


@needs_tensorflow
@pytest.mark.parametrize("axis", [None, 0, -1, (0, 1), (-2, -1), (1, 0), [0], (0, 0)])
@pytest.mark.parametrize("numbers, shape", [(real, (3, 4)), (real, (2, 3, 4)), (complex_, (3, 4)), (real, (2, 0))])
def test_norms_as_tensorflow(numbers, shape, axis):
    x = numbers(*shape)
    for ord in ("'euclidean'", "'fro'", "1", "2", "np.inf", "3", "0.5", "0", "-1", "'x'"):
        for keepdims in (False, True):
            assert agree(f"tf.norm(x, {ord}, {axis}, {keepdims})", x), ord


@needs_tensorflow
@pytest.mark.parametrize("axes", [0, 1, 2, 3, -1, [0, 1], [[0], [1]], [[0, 1], [1]], [[0, 1], [1, 0]], [[-1], [0]],
                                  [[], []]])
def test_tensordot_as_tensorflow(axes):
    assert agree(f"tf.tensordot(x, y, {axes})", real(3, 3), real(3, 3))


@needs_tensorflow
@pytest.mark.parametrize("expression, xs", [(expression, xs) for expression, *xs in [
    ("tf.linalg.eigh(x)[0]", np.eye(2)), ("tf.linalg.eigh(x)[1]", np.eye(2)), ("tf.linalg.eigh(x)[0]", complex_(3, 3)),
    ("tf.linalg.svd(x)[0]", SINGULAR), ("tf.linalg.svd(x)[1]", np.zeros((2, 2))),
    ("tf.linalg.svd(x)[0]", np.eye(2) * np.nan),
    ("tf.norm(x, 2, (0, 1))", np.zeros((2, 2))), ("tf.norm(x, 2, (0, 1))", np.eye(2)),
    ("tf.norm(x, 'fro', (0, 1))", np.zeros((2, 2))), ("tf.linalg.pinv(x)", SINGULAR),
    ("tf.linalg.pinv(x)", SINGULAR * 0),
    ("tf.linalg.cholesky(x)", np.array([[4.0, 99.0], [2.0, 3.0]])), ("tf.linalg.logdet(x)", SINGULAR),
    ("tf.linalg.inv(x)", np.array([[np.inf, 1.0], [1.0, 2.0]])), ("tf.linalg.inv(x, adjoint=True)", complex_(2, 2)),
    ("tf.linalg.solve(x, y)", np.eye(2), np.array([[np.nan], [1.0]])),
    ("tf.linalg.solve(x, y, adjoint=True)", complex_(2, 2), complex_(2, 1)),
    ("tf.linalg.triangular_solve(x, y)", np.array([[1.0, 5.0], [2.0, 0.0]]), np.ones((2, 1))),
    ("tf.linalg.triangular_solve(x, y, False, True)", complex_(2, 2), complex_(3, 2, 1)),
    ("tf.linalg.cholesky_solve(x, y)", complex_(2, 2), complex_(3, 2, 1)), ("tf.linalg.trace(x)", real(2, 3, 4)),
    ("tf.linalg.matvec(x, y, adjoint_a=True)", complex_(2, 3), complex_(2)),
    ("tf.linalg.cross(x, y)", real(2, 3), real(2, 3)),
    ("tf.matmul(x, y, adjoint_a=True, adjoint_b=True)", complex_(3, 2), complex_(4, 3)),
    ("tf.linalg.band_part(x, 1, 0)", np.full((3, 3), np.inf)), ("tf.linalg.tensor_diag(x)", real(2, 1, 2)),
    ("tf.linalg.tensor_diag_part(x)", real(2, 3, 2, 3)), ("tf.linalg.normalize(x)[0]", np.zeros(2)),
    ("tf.linalg.expm(x)", real(2, 3, 3) * 4), ("tf.linalg.expm(x)", np.zeros((2, 2))),
    ("tf.linalg.expm(x)", complex_(3, 3)), ("tf.linalg.normalize(x, 1, axis=0)[0]", complex_(2, 2)),
    ("tf.linalg.lstsq(x, y)", np.ones((3, 2)), np.ones((3, 1))),
]])
def test_special_matrices_as_tensorflow(expression, xs):
    assert agree(expression, *xs)


@needs_tensorflow
@pytest.mark.parametrize("equation, shapes", [
    ("...ij->...", [(3, 2, 2)]), ("ij - > ji", [(2, 3)]), ("aB,Bc", [(2, 3), (3, 2)]), ("iijj->ij", [(2, 2, 3, 3)]),
    ("i,i,i->", [(3,)] * 3), ("...,...->...", [(2, 1, 3), (4, 1)]), ("...,->...", [(2, 3), ()]),
    ("ij...,jk...->ik...", [(2, 3, 4), (3, 5, 1)]), ("aab,bcc->ac", [(2, 2, 3), (3, 4, 4)]),
    ("ijk,ilm,njm->", [(2, 3, 4), (2, 5, 6), (7, 3, 6)]), ("ij,jk", [(40, 40)] * 2),
    ("...ij,...jk->...ik", [(3, 1, 20, 30), (4, 30, 20)]), ("ij,..->ij", [(2, 2), (2,)])])
def test_einsum_as_tensorflow(equation, shapes):
    for numbers in (real, complex_):
        names = ", ".join("xyz"[:len(shapes)])
        assert agree(f"tf.einsum('{equation}', {names})", *(numbers(*shape) for shape in shapes))


def test_expm_scales_each_matrix_of_a_batch_by_itself():
    """A large matrix costs its small neighbours nothing: each is what it is alone, and so is its gradient."""
    rng = np.random.default_rng(0)
    a = rng.normal(size=(3, 4, 4)) * np.array([1e-3, 1.0, 50.0])[:, None, None]
    together, alone = tf.Variable(a), [tf.Variable(one) for one in a]
    with tf.GradientTape(persistent=True) as tape:
        both = tf.linalg.expm(together), [tf.linalg.expm(one) for one in alone]
    np.testing.assert_array_equal(both[0].numpy(), np.stack([one.numpy() for one in both[1]]))
    np.testing.assert_array_equal(tape.gradient(both[0], together).numpy(),
                                  np.stack([g.numpy() for g in tape.gradient(both[1], alone)]))
    assert tf.linalg.expm(np.zeros((0, 2, 2))).shape == (0, 2, 2) and tf.linalg.expm(np.zeros((0, 0))).shape == (0, 0)
