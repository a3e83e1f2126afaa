"""Ops that take NumPy several lines, written out for the text of a program, to the last bit as their rows have them."""

from __future__ import annotations

import re

# For real numbers; a test runs each against its row. Each is called by the name of its row.
_TEXT = '''
def sigmoid_slope(x):
    small = np.exp(-np.abs(x))
    return small / np.square(1 + small)


def softplus(x):
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


def relu_grad(g, x, out=None):
    bits = f"i{g.itemsize}"  # times 1 or 0, also of inf and nan; np.where takes up to ten times as long
    return np.multiply(g.view(bits), x > 0, out=None if out is None else out.view(bits)).view(g.dtype)


def leaky_relu(x, alpha=0.2):
    return np.where(x > 0, x, alpha * x)


def leaky_relu_grad(g, x, alpha=0.2):
    return np.where(x > 0, g, alpha * g)


def elu(x):
    return np.where(x < 0, np.expm1(np.minimum(x, 0)), x)


def sigmoid_cross_entropy(labels, logits):
    return np.maximum(logits, 0) - logits * labels + np.log1p(np.exp(-np.abs(logits)))


def softmax(x, axis):
    top = x.max(axis=axis, keepdims=True, initial=-np.inf)
    powers = np.exp(x - np.minimum(top, np.finfo(x.dtype).max))
    return powers / powers.sum(axis=axis, keepdims=True)


def log_softmax(x, axis):
    shifted = x - x.max(axis=axis, keepdims=True, initial=-np.inf)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def softmax_cross_entropy(labels, logits):
    shifted = logits - np.minimum(logits.max(axis=-1, keepdims=True, initial=-np.inf), np.finfo(logits.dtype).max)
    logs = shifted - np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return -np.where(labels == 0, 0, labels * logs).sum(axis=-1)


def sparse_softmax_cross_entropy(labels, logits):
    shifted = logits - np.minimum(logits.max(axis=-1, keepdims=True, initial=-np.inf), np.finfo(logits.dtype).max)
    if labels.min(initial=0) < 0:
        raise IndexError("a label is below 0")
    rows = shifted.reshape(-1, shifted.shape[-1])
    picked = rows[np.arange(labels.size), labels.reshape(-1)].reshape(labels.shape)
    return np.log(np.exp(shifted).sum(axis=-1)) - picked


def picked(x, labels):
    if labels.min(initial=0) < 0:  # as an index it would be counted from the end
        raise IndexError("a label is below 0")
    return x[np.arange(len(labels)), labels]


def less_one(x, labels):
    less = x.copy()
    less[np.arange(len(labels)), labels] -= 1
    return less


def windows(x, kernel, strides, padding, dilations):
    wide = np.pad(x, ((0, 0), *padding, (0, 0)))
    image, *along, channel = wide.strides
    places = [(n - (k - 1) * gap - 1) // step + 1
              for n, k, step, gap in zip(wide.shape[1:-1], kernel, strides, dilations)]
    seen = np.lib.stride_tricks.as_strided(wide, (len(x), *places, *kernel, x.shape[-1]), (
        image, *(s * step for s, step in zip(along, strides)), *(s * gap for s, gap in zip(along, dilations)), channel))
    return seen.reshape(len(x) * int(np.prod(places)), -1)


def one_hot(indices, depth, on, off, axis, dtype):
    hot = indices[..., None] == np.arange(depth)
    return np.moveaxis(np.where(hot, on, off).astype(dtype), -1, axis)
'''

HELPERS: dict[str, str] = {found[1]: found[0].strip() for found in re.finditer(
    r"^def (\w+)\(.*?(?=\n\n\n|\Z)", _TEXT, re.DOTALL | re.MULTILINE)}  # by row


def helper(row: str, name: str) -> str:
    """The definition of a row under a name."""
    return HELPERS[row].replace(f"def {row}(", f"def {name}(", 1)
