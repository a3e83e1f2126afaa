# Two commands do all their own set-up: `make compare` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
SETUP := setup.cfg pyproject.toml
CHROMIUM := chromium chromium-driver fonts-ipafont-gothic

.PHONY: help compare test browser lint notebooks peers speed clean

help:
	@echo "make compare   differentiate every loss with every library, side by side; LOSS=name for one"
	@echo "make test      lint, types and all tests"
	@echo "make browser   install Chromium (Debian), for the tests that look at pages as a reader does"
	@echo "make notebooks run the lessons of examples/article, and make their notebooks"
	@echo "make peers     also install torch, autograd, mygrad and micrograd, as further columns, and matplotlib"
	@echo "make speed     time all of them beside NumPy by hand, and write docs/speed.md and its picture"
	@echo "make clean     remove $(VENV) and caches"

compare: $(VENV)/compare.done
	@$(BIN)/python -m comparisons run $(LOSS)

test: $(VENV)/test.done lint
	$(BIN)/python -m pytest -q -n 2

# Never an error: without Chromium those tests are skipped, and say so.
browser:
	@if command -v chromium >/dev/null && command -v chromedriver >/dev/null; then \
		echo "Chromium is installed: $$(command -v chromium), $$(command -v chromedriver)"; exit; \
	fi; \
	skipped="the tests in tests/browser will be skipped"; \
	if ! command -v apt-get >/dev/null; then \
		echo "There is no apt-get here: install Chromium and chromedriver yourself; until then $$skipped."; exit; \
	fi; \
	if [ "$$(id -u)" = 0 ]; then as=""; elif command -v sudo >/dev/null; then as=sudo; else \
		echo "Installing packages takes root or sudo: ask for $(CHROMIUM); until then $$skipped."; exit; \
	fi; \
	echo "Installing $(CHROMIUM) with apt-get: about 300 MB, a minute ..."; \
	export DEBIAN_FRONTEND=noninteractive; \
	$$as apt-get update -qq && $$as apt-get install -qq -y --no-install-recommends $(CHROMIUM) >/dev/null && \
		chromium --version 2>/dev/null || echo "Chromium could not be installed (see above): $$skipped."

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
