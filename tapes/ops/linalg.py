"""Products of matrices: the adjoint of one factor is the adjoint of the product times the other factor, transposed."""

from __future__ import annotations

import math
import string
from typing import Any

import numpy as np

from ..batching import aligned, led
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


def _einsum_rule(index: int) -> Any:
    """The adjoint of one factor is an einsum of the other factors with the adjoint of the result.

    A letter that stands in this factor alone was summed over: a factor of ones brings it back. A letter that stands
    in it twice took a diagonal: an identity matrix puts the adjoint back on it.
    """

    def rule(g: Any, y: Any, *xs: Any, equation: str) -> Any:
        inputs, output = _spelled_out(equation, [x.ndim for x in xs])
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

    return rule


def _einsum_many(op: Op, size: int, inputs: Any, params: dict[str, Any]) -> Any:
    """One more letter, in front of the factors of which there are many and of the result."""
    terms, output = _spelled_out(params["equation"], [x.ndim for x in inputs])
    letter = next(letter for letter in string.ascii_letters if letter not in "".join(terms))
    wholes = [led(x, x.ndim) for x in inputs]
    terms = [letter + term if whole.ndim > x.ndim else term
             for term, whole, x in zip(terms, wholes, inputs, strict=True)]
    return op(*wholes, equation=f"{','.join(terms)}->{letter}{output}")


def _spelled_out(equation: str, ranks: list[int]) -> tuple[list[str], str]:
    """The letters of each factor and of the result, with the ellipsis and an implied result written out."""
    left, arrow, output = equation.replace(" ", "").partition("->")
    inputs = left.split(",")
    if len(inputs) != len(ranks):
        raise ValueError(f"the equation {equation!r} has {len(inputs)} factors, but {len(ranks)} were given")
    free = [letter for letter in reversed(string.ascii_letters) if letter not in equation]
    widest = max((rank - len(term) + 3 for term, rank in zip(inputs, ranks, strict=True) if "..." in term), default=0)
    dots = "".join(free[:widest])
    inputs = [term.replace("...", dots[widest - (rank - len(term) + 3):]) if "..." in term else term
              for term, rank in zip(inputs, ranks, strict=True)]
    if not arrow:
        letters = "".join(inputs)
        output = dots + "".join(sorted(c for c in set(letters) - set(dots) if letters.count(c) == 1))
    return inputs, output.replace("...", dots)


einsum = Op("einsum", lambda *xs, equation: np.einsum(equation, *xs), Each(_einsum_rule), examples=[
    (((2, 3), (3, 4)), {"equation": "ij,jk->ik"}), (((3, 3),), {"equation": "ii->"}),
    (((3, 3),), {"equation": "ii->i"}), (((2, 3), (2, 3)), {"equation": "ij,ij->"}), (((2, 3),), {"equation": "ij->j"}),
    (((5, 2, 3), (5, 3, 2)), {"equation": "...ij,...jk->...ik"}), (((2,), (3,), (2, 3)), {"equation": "i,j,ij"}),
    (((1, 2, 3), (4, 3, 2)), {"equation": "...ij,...jk->...ik"}), (((2, 4, 3), (3,)), {"equation": "...i,i->..."}),
    (((3, 3, 2), (2, 2)), {"equation": "iij,jj->i"}), (((2, 3, 3),), {"equation": "...ii->...i"}),
    (((2, 3, 4),), {"equation": "i...->...i"}), (((2, 3), ()), {"equation": "ij,->ij"}),
    (((2, 0), (0, 3)), {"equation": "ij,jk"})],
    kinds="iufc", lift=_einsum_many)
