"""The complex step: the imaginary part of f(x + ih) is h times the derivative, with no subtraction to lose digits.

Squire and Trapp, Using complex variables to estimate derivatives of real functions, SIAM Review 40 (1998).
"""

from __future__ import annotations

import warnings

import numpy as np

from ..namespaces import Namespace, analytic
from ..probes import Probes
from ..problem import Arrays, Problem
from . import Estimate, extended, extrapolated, rounding

TF = Namespace("complex-step", analytic())
STEP = np.longdouble(2.0) ** -200
OUTER = np.longdouble(2.0) ** -11


class ComplexStep:
    """One evaluation on complex numbers for a first derivative, two real parts for a second one."""

    def value(self, problem: Problem) -> np.longdouble:
        return np.real(self._evaluate(problem, {}))

    def first(self, problem: Problem, name: str, probes: Probes) -> Estimate:
        slopes = [np.imag(self._evaluate(problem, {name: STEP * d})) / STEP for d in probes.directions]
        return Estimate(np.array(slopes), 0.0)

    def second(self, problem: Problem, name: str, probes: Probes, vector: Arrays) -> Estimate:
        """Re f(x + ihu) = f - h^2 u'Hu / 2 + ..., so two such steps, along d - v and d + v, leave 2 h^2 d'Hv.

        The real parts of everything linear in x stay in place, so no corner of relu is crossed on the way.
        """

        def product(d: np.ndarray, h: np.longdouble) -> np.longdouble:
            minus, plus = ({**{key: -h * v if side < 0 else h * v for key, v in vector.items()},
                            name: h * (d + side * vector[name])} for side in (-1, 1))
            return np.real(self._evaluate(problem, minus) - self._evaluate(problem, plus)) / (2 * h * h)

        return extrapolated(lambda h: np.array([product(d, h) for d in probes.directions]), OUTER,
                            rounding(self.value(problem)) / (OUTER * OUTER))

    def _evaluate(self, problem: Problem, steps: Arrays) -> np.clongdouble:
        """The loss where the inputs have imaginary parts."""
        inputs = {name: array + 1j * steps[name] if name in steps else array
                  for name, array in extended(problem.inputs).items()}
        with warnings.catch_warnings():  # an imaginary part that is dropped is a derivative that is lost
            warnings.simplefilter("error", np.exceptions.ComplexWarning)
            return problem.call(TF, inputs, extended(problem.data))


BACKEND = ComplexStep()
