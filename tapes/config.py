"""Which devices there are: the processor, and no other."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["functions_run_eagerly", "list_physical_devices", "run_functions_eagerly", "threading"]


class PhysicalDevice(NamedTuple):
    """A device, as TensorFlow describes it."""

    name: str
    device_type: str


def list_physical_devices(device_type: str | None = None) -> list[PhysicalDevice]:
    """The devices, or those of one type, "CPU" or "GPU".

    >>> list_physical_devices()
    [PhysicalDevice(name='/physical_device:CPU:0', device_type='CPU')]
    >>> list_physical_devices("GPU")
    []
    """
    return [PhysicalDevice("/physical_device:CPU:0", "CPU")] if device_type in (None, "CPU") else []


class threading:
    """How many threads long arrays are shared among, within a `tapes.function`.

    Matrix products are NumPy's: their threads are those of its BLAS, which OMP_NUM_THREADS sets.
    """

    _threads = 0

    @classmethod
    def set_intra_op_parallelism_threads(cls, num_threads: int) -> None:
        """Use so many; 0 means one for each core.

        >>> threading.set_intra_op_parallelism_threads(0)
        """
        if num_threads < 0:
            raise ValueError(f"a number of threads is 0 or more, got {num_threads}")
        cls._threads = int(num_threads)

    @classmethod
    def get_intra_op_parallelism_threads(cls) -> int:
        """What was set; 0 means one for each core.

        >>> threading.get_intra_op_parallelism_threads()
        0
        """
        return cls._threads


class _Functions:
    eager = False


def run_functions_eagerly(run_eagerly: bool) -> None:
    """Whether `tapes.function` is to run the Python function at every call, for debugging.

    >>> run_functions_eagerly(True)
    >>> functions_run_eagerly()
    True
    >>> run_functions_eagerly(False)
    """
    _Functions.eager = bool(run_eagerly)


def functions_run_eagerly() -> bool:
    """What `run_functions_eagerly` was last told.

    >>> functions_run_eagerly()
    False
    """
    return _Functions.eager
