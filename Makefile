# Two commands do all their own set-up: `make compare` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := setup.cfg pyproject.toml

.PHONY: help compare test lint notebooks peers speed clean

help:
	@echo "make compare   differentiate every loss with every library, side by side; LOSS=name for one"
	@echo "make test      lint, types and all tests"
	@echo "make notebooks run the lessons of examples/article, and make their notebooks"
	@echo "make peers     also install torch, autograd, mygrad and micrograd, as further columns, and matplotlib"
	@echo "make speed     time all of them beside NumPy by hand, and write docs/speed.md and its picture"
	@echo "make clean     remove $(VENV) and caches"

compare: $(VENV)/compare.done
	@$(BIN)/python -m comparisons run $(LOSS)

test: $(VENV)/test.done lint
	$(BIN)/python -m pytest -q -n 2

notebooks: $(VENV)/test.done peers
	$(BIN)/python -m tests.notebooks

lint: $(VENV)/test.done
	$(BIN)/ruff check .
	$(BIN)/mypy

peers: $(VENV)/compare.done
	@echo "Installing torch, autograd, mygrad, micrograd and matplotlib ..."
	@$(BIN)/python -m pip install --quiet -c constraints.txt -e ".[peers]"

speed: peers
	$(BIN)/python -m comparisons speed --all --plot docs/speed.svg --markdown docs/speed.md

$(BIN)/python:
	@echo "Making a virtual environment in $(VENV) ..."
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "gradient-tapes needs Python 3.11 or newer; say make PYTHON=python3.12")'
	@$(PYTHON) -m venv $(VENV)

$(VENV)/compare.done: $(BIN)/python $(SETUP) constraints.txt
	@echo "Installing TensorFlow, JAX, SymPy, scikit-learn and rich: about 2 GB, a minute or several, only this once ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[compare]"
	@touch $@
	@echo "Installed."

$(VENV)/test.done: $(VENV)/compare.done
	@echo "Installing pytest, ruff and mypy ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[compare,test]"
	@touch $@

clean:
	rm -rf $(VENV) build *.egg-info .pytest_cache .mypy_cache .ruff_cache .hypothesis
