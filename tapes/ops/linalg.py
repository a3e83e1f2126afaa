"""Products of matrices: the adjoint of one factor is the adjoint of the product times the other factor, transposed."""

from __future__ import annotations

import functools
import math
import string
from typing import Any

import numpy as np

from ..batching import aligned, led
from ..errors import InvalidArgumentError
from ..op import Op
from ..rules import Each, unbroadcast
from .shapes import swap_last


def _matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    if a.ndim < 2 or b.ndim < 2:
        raise ValueError("both must be matrices, or batches of them: use tapes.linalg.matvec for a matrix and a "
                         "vector, tapes.tensordot(a, b, 1) for two vectors")
    try:
        if a.ndim > 2 == b.ndim:  # one large product is much faster than many small ones
            return np.matmul(a.reshape(math.prod(a.shape[:-1]), a.shape[-1]), b).reshape(*a.shape[:-1], b.shape[-1])
        if a.ndim == 2 and a.shape[1] == 1 != a.shape[0] and b.ndim == 2 and b.shape[1] != 1:
            return np.dot(a, b)  # a column times a row: NumPy has several times as quick a way for it than matmul's
        return np.matmul(a, b)
    except ValueError:
        if a.shape[-1] == b.shape[-2]:
            batches = f"{list(a.shape[:-2])} and {list(b.shape[:-2])}"
            raise ValueError(f"the batch dimensions {batches} must be equal, or 1") from None
        raise ValueError(f"Matrix size-incompatible: a row of the first has {a.shape[-1]} entries, a column of the "
                         f"second {b.shape[-2]}. Is one of them to be transposed (transpose_a, transpose_b)?") from None


matmul: Op = Op("matmul", _matmul, [
    lambda g, y, a, b: unbroadcast(matmul(g, swap_last(b)), a.shape),
    lambda g, y, a, b: unbroadcast(matmul(swap_last(a), g), b.shape),
], examples=[(((2, 3), (3, 4)), {}), (((5, 2, 3), (3, 1)), {}), (((1, 2, 3), (4, 3, 2)), {}),
             (((2, 0), (0, 3)), {}), (((0, 2), (2, 3)), {})], kinds="iufc", lift=aligned)


def _einsum_rule(g: Any, y: Any, xs: Any, equation: str) -> Any:
    """The adjoint of one factor is an einsum of the other factors with the adjoint of the result.

    A letter that stands in this factor alone was summed over: a factor of ones brings it back. A letter that stands
    in it twice took a diagonal: an identity matrix puts the adjoint back on it.
    """

    inputs, output, _ = spelled_out(equation, tuple(x.ndim for x in xs))

    def adjoint(index: int) -> Any:
        wanted, others = inputs[index], inputs[:index] + inputs[index + 1:]
        lengths = dict(zip(wanted, xs[index].shape, strict=True))
        free = (letter for letter in string.ascii_letters if letter not in "".join((*inputs, output)))
        fresh, factors, operands = "", list(others), [x for i, x in enumerate(xs) if i != index]
        for letter in wanted:
            if letter in fresh:
                fresh += next(free)
                factors.append(letter + fresh[-1])
                operands.append(np.eye(lengths[letter], dtype=y.dtype))
            else:
                fresh += letter
        for letter in dict.fromkeys(wanted):
            if letter not in "".join((output, *others)):
                factors.append(letter)
                operands.append(np.ones(lengths[letter], dtype=y.dtype))
        backwards = ",".join([output, *factors]) + "->" + fresh
        return unbroadcast(einsum(g, *operands, equation=backwards), xs[index].shape)

    return adjoint


def _einsum_many(op: Op, size: int, inputs: Any, params: dict[str, Any]) -> Any:
    """One more letter, in front of the factors of which there are many and of the result."""
    terms, output, _ = spelled_out(params["equation"], tuple(x.ndim for x in inputs))
    letter = next(letter for letter in string.ascii_letters if letter not in "".join(terms))
    wholes = [led(x, x.ndim) for x in inputs]
    longer = [letter + term if whole.ndim > x.ndim else term
              for term, whole, x in zip(terms, wholes, inputs, strict=True)]
    return op(*wholes, equation=f"{','.join(longer)}->{letter}{output}")


@functools.cache
def spelled_out(equation: str, ranks: tuple[int, ...]) -> tuple[tuple[str, ...], str, str]:
    """The letters of each factor and of the result, with `...` and an implied result written out; those of `...`."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    letters = [term.replace("...", "", 1) for term in (*inputs, output)]
    if not all(term.isalpha() and term.isascii() for term in letters if term):
        raise ValueError(f"Subscripts have incorrect format: {equation!r}. It is letters, at most one '...' in a term, "
                         "',' between the terms, '->' before the result")
    if len(inputs) != len(ranks):
        raise ValueError(f"the equation {equation!r} has {len(inputs)} factors, but {len(ranks)} were given")
    spare = [rank - len(term) for term, rank in zip(letters, ranks, strict=False)]
    for number, (term, more) in enumerate(zip(inputs, spare, strict=True)):
        if more < 0 or (more and "..." not in term):
            raise InvalidArgumentError(f"Expected input {number} to have rank {len(letters[number])} but got: "
                                       f"{ranks[number]}. A term has a letter for each axis, '...' for further ones")
    widest = max(spare)
    dots = "".join([letter for letter in reversed(string.ascii_letters) if letter not in equation][:widest])
    spelled = tuple(term.replace("...", dots[widest - more:]) for term, more in zip(inputs, spare, strict=True))
    if not arrow:
        joined = "".join(letters)
        return spelled, dots + "".join(sorted(letter for letter in set(joined) if joined.count(letter) == 1)), dots
    if dots and "..." not in output:
        raise InvalidArgumentError(f"Output contains {widest} broadcasting dimension(s) but no ellipsis (...) was "
                                   "found in the output subscripts")
    for letter in letters[-1]:
        if letters[-1].count(letter) > 1:
            raise ValueError(f"Output subscripts contain a label appearing more than once: {equation}")
        if letter not in left:
            raise ValueError(f"Output subscripts contain the label {letter!r} not present in the input subscripts")
    return spelled, output.replace("...", dots), dots


_WORTH_IT = 10_000  # products of numbers: to look for products of matrices takes about as long


def _einsum(*xs: np.ndarray, equation: str) -> np.ndarray:
    """Large ones as products of matrices."""
    inputs, output, _ = spelled_out(equation, tuple(x.ndim for x in xs))
    lengths = {letter: length for term, x in zip(inputs, xs, strict=True)
               for letter, length in zip(term, x.shape, strict=True)}
    large = len(xs) > 1 and math.prod(lengths.values()) > _WORTH_IT
    return np.einsum(",".join(inputs) + "->" + output, *xs, optimize=large)


einsum = Op("einsum", _einsum, Each(_einsum_rule), examples=[
    (((2, 3), (3, 4)), {"equation": "ij,jk->ik"}), (((3, 3),), {"equation": "ii->"}),
    (((3, 3),), {"equation": "ii->i"}), (((2, 3), (2, 3)), {"equation": "ij,ij->"}), (((2, 3),), {"equation": "ij->j"}),
    (((5, 2, 3), (5, 3, 2)), {"equation": "...ij,...jk->...ik"}), (((2,), (3,), (2, 3)), {"equation": "i,j,ij"}),
    (((1, 2, 3), (4, 3, 2)), {"equation": "...ij,...jk->...ik"}), (((2, 4, 3), (3,)), {"equation": "...i,i->..."}),
    (((3, 3, 2), (2, 2)), {"equation": "iij,jj->i"}), (((2, 3, 3),), {"equation": "...ii->...i"}),
    (((2, 3, 4),), {"equation": "i...->...i"}), (((2, 3), ()), {"equation": "ij,->ij"}),
    (((2, 0), (0, 3)), {"equation": "ij,jk"}), (((2,), (3,), (2, 3), (3,)), {"equation": "i,j,ij,j->i"}),
    (((2, 1, 3), (2, 4, 1)), {"equation": "a...,b...->ab..."}), (((2, 3),), {"equation": "ij->..."}),
    (((),), {"equation": "->"}), (((3, 3, 3),), {"equation": "iii->i"}), (((), ()), {"equation": ",->"}),
    (((2, 3), (3, 2)), {"equation": "ij,jk->i...k"}), (((2, 3, 4),), {"equation": "cab"})],
    kinds="iufc", lift=_einsum_many)
