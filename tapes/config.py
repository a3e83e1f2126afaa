"""Which devices there are: the processor, and no other."""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["list_physical_devices"]


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
