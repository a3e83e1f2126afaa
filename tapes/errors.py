"""When TensorFlow would refuse, so does the tape: with the same exception type and a text that says what to do."""


class OpError(Exception):
    """Base class of the errors that an op raises about its inputs."""


class InvalidArgumentError(OpError, ValueError):
    """The inputs of an op do not fit together: wrong shapes, mixed dtypes, an index out of range.

    It is a ValueError too, so that code written for NumPy catches it.
    """


class OutOfRangeError(OpError, IndexError):
    """There is no such place: for instance in a TensorArray, or no element to begin with."""
