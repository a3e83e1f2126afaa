"""Central differences: nothing but values of the loss, so no rule of any library can mislead them."""

from __future__ import annotations

import numpy as np

from ..namespaces import Namespace, numpy_like
from ..probes import Probes
from ..problem import Arrays, Problem
from . import Estimate, extended, extrapolated, rounding

TF = Namespace("NumPy", numpy_like(np))
# Truncation falls with a power of the step, cancellation grows with its inverse, for second derivatives with its square
# (Press et al., Numerical Recipes, section 5.7). These steps lean to the small side: so few corners lie within them.
FIRST = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 3)
SECOND = np.finfo(np.longdouble).eps ** (np.longdouble(1) / 4)


class CentralDifferences:
    """Two evaluations in extended precision for a first derivative, four for a second one."""

    def value(self, problem: Problem) -> np.longdouble:
        return self._evaluate(problem, {})

    def first(self, problem: Problem, name: str, probes: Probes) -> Estimate:
        def slope(d: np.ndarray, h: np.longdouble) -> np.longdouble:
            return (self._evaluate(problem, {name: h * d}) - self._evaluate(problem, {name: -h * d})) / (2 * h)

        return extrapolated(lambda h: np.array([slope(d, h) for d in probes.directions]), FIRST,
                            rounding(self.value(problem)) / FIRST)

    def second(self, problem: Problem, name: str, probes: Probes, vector: Arrays) -> Estimate:
        def corner(d: np.ndarray, one: np.longdouble, two: np.longdouble) -> np.longdouble:
            shifts = {key: two * v for key, v in vector.items()}
            return self._evaluate(problem, {**shifts, name: shifts[name] + one * d})

        def product(d: np.ndarray, h: np.longdouble) -> np.longdouble:
            return (corner(d, h, h) - corner(d, h, -h) - corner(d, -h, h) + corner(d, -h, -h)) / (4 * h * h)

        return extrapolated(lambda h: np.array([product(d, h) for d in probes.directions]), SECOND,
                            rounding(self.value(problem)) / (SECOND * SECOND))

    def _evaluate(self, problem: Problem, shifts: Arrays) -> np.longdouble:
        inputs = {name: array + shifts.get(name, 0) for name, array in extended(problem.inputs).items()}
        return problem.call(TF, inputs, extended(problem.data))


BACKEND = CentralDifferences()
