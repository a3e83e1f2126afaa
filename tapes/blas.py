"""After a product BLAS's threads wait for the next one, running in circles on the core that a loop could have now."""

from __future__ import annotations

import os
import sys

VARIABLE = "OPENBLAS_THREAD_TIMEOUT"
# Cycles, as a power of 2: some 0.4 ms. Unasked they wait for 0.1 s, and the loops of a training step with Adam (`adam`
# of `comparisons speed`) take 1.0 ms on two cores instead of 0.6. With 2**18 they fall asleep between the
# products of one step, and waking them up takes 0.03 ms each time.
CYCLES = "20"


def sleep_sooner() -> bool:
    """Ask OpenBLAS, which is in NumPy's wheels, to let its threads sleep soon after a product.

    It reads the environment once, when NumPy is imported: so this does something only if `tapes` is imported before
    `numpy`. Whoever has set the variable is left alone. Returns whether it was set.

    Source: blas_server.c of OpenBLAS, and https://github.com/OpenMathLib/OpenBLAS/issues/5171
    """
    if "numpy" in sys.modules or VARIABLE in os.environ:
        return False
    os.environ[VARIABLE] = CYCLES
    return True


sleep_sooner()
