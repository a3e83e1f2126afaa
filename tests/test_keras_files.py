"""Weights in files: what comes back is what went in, and a file that does not fit changes nothing."""

from __future__ import annotations

import sys

import numpy as np
import pytest

from tapes import keras


def _model(units=3):
    return keras.Sequential([keras.Input((2,)), keras.layers.Dense(units), keras.layers.BatchNormalization(),
                             keras.layers.Dense(1)])


def _unchanged(model, before):
    return all(np.array_equal(a, b) for a, b in zip(model.get_weights(), before, strict=True))


@pytest.mark.parametrize("ending", ["npz", "safetensors"])
def test_there_and_back(tmp_path, ending):
    if ending == "safetensors":
        pytest.importorskip("safetensors", reason="pip install safetensors")
    path, one, two = tmp_path / f"weights.{ending}", _model(), _model()
    one.save_weights(path)
    assert not _unchanged(two, one.get_weights())
    two.load_weights(path)
    assert _unchanged(two, one.get_weights())
    assert [p.name for p in tmp_path.iterdir()] == [path.name]


def test_without_the_library(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "safetensors.numpy", None)
    with pytest.raises(ImportError, match=r"pip install safetensors, or use a name that ends in \.npz"):
        _model().save_weights(tmp_path / "weights.safetensors")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("length", [0, 1, 100, -1, -40])
def test_damaged_file(tmp_path, length):
    path, model = tmp_path / "weights.npz", _model()
    model.save_weights(path)
    path.write_bytes(path.read_bytes()[:length])
    before = model.get_weights()
    with pytest.raises(ValueError, match=r"cannot be read: it is damaged.*Nothing was changed"):
        model.load_weights(path)
    assert _unchanged(model, before)


def test_changed_byte(tmp_path):
    path, model = tmp_path / "weights.npz", _model(50)
    model.save_weights(path)
    data = bytearray(path.read_bytes())
    data[200] ^= 1  # within the first array
    path.write_bytes(data)
    with pytest.raises(ValueError, match="damaged"):
        model.load_weights(path)


def test_pickle_is_not_read(tmp_path):
    path = tmp_path / "weights.npz"
    np.savez(path, **{"000/kernel": np.array([{"a": 1}], dtype=object)})
    with pytest.raises(ValueError, match="allow_pickle"):
        _model().load_weights(path)


@pytest.mark.parametrize(("other", "message"), [
    (lambda: _model(4), r"000/kernel is float32\[2, 3\] in the file and float32\[2, 4\] in the model"),
    (lambda: keras.Sequential([keras.Input((2,)), keras.layers.Dense(3)]), "002/gamma is not in the model"),
    (lambda: keras.Sequential([keras.layers.Dense(3)]), "the model has no weights yet"),
])
def test_another_model(tmp_path, other, message):
    path, model = tmp_path / "weights.npz", other()
    _model().save_weights(path)
    before = model.get_weights()
    with pytest.raises(ValueError, match=message):
        model.load_weights(path)
    assert _unchanged(model, before)


def test_interrupted_writing_leaves_what_was_there(tmp_path, monkeypatch):
    path, model = tmp_path / "weights.npz", _model()
    model.save_weights(path)
    before = path.read_bytes()
    monkeypatch.setattr(np, "savez", lambda file, **arrays: (file.write(b"half"), 1 / 0))
    with pytest.raises(ZeroDivisionError):
        model.save_weights(path)
    assert path.read_bytes() == before and len(list(tmp_path.iterdir())) == 1


def test_names_of_files(tmp_path):
    with pytest.raises(ValueError, match=r"must end in \.npz or \.safetensors.*\.h5 files need"):
        _model().save_weights(tmp_path / "model.weights.h5")
    _model().save_weights(tmp_path / "w.npz")
    with pytest.raises(FileExistsError, match="overwrite=True"):
        _model().save_weights(tmp_path / "w.npz", overwrite=False)
    with pytest.raises(FileNotFoundError):
        _model().load_weights(tmp_path / "nowhere.npz")
