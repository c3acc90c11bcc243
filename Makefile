# Needs python3 (3.11 or newer) with venv and pip, and make. Everything else comes from the hashed locks in requirements/.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
SETUP_STAMP := $(VENV)/.setup
TEST_STAMP := $(VENV)/.test
# the lock tool itself is a dependency of nobody: it lives in a throw-away environment
UV_VENV := build/uv
COMPILE = $(UV_VENV)/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-annotate --no-header

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help setup demo test test-long bench docs lint lock wheel-check clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

setup: $(SETUP_STAMP) ## create .venv from the hashed lock and install the package into it

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { \
		echo "asymptotix needs Python 3.11 or newer; $(PYTHON) is $$($(PYTHON) --version 2>&1). Try: make PYTHON=python3.11" >&2; exit 1; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { \
		echo "$(PYTHON) cannot create virtual environments. On Debian and Ubuntu: sudo apt install python3-venv" >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(SETUP_STAMP): requirements/setup.lock pyproject.toml | $(BIN)/python
	@echo "Installing the locked requirements; the first time this takes a few minutes."
	$(PIP) install --quiet --require-hashes -r requirements/setup.lock
	$(PIP) install --quiet --no-deps --no-build-isolation -e .
	@touch $@

$(TEST_STAMP): requirements/test.lock $(SETUP_STAMP)
	@echo "Installing what the tests, lint and docs need."
	$(PIP) install --quiet --require-hashes -r requirements/test.lock
	@touch $@

demo: $(SETUP_STAMP) ## the main job: digits, double descent and a formula sheet, into out/ (under 3 minutes)
	$(BIN)/asymptotix demo --output out

lint: $(TEST_STAMP) ## style, types and import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

test: lint ## everything that must hold: lint, then the tests
	$(BIN)/python -m pytest

test-long: lint ## the tests with more draws and larger profiles as well
	HYPOTHESIS_PROFILE=long $(BIN)/python -m pytest -m "long or not long"

bench: $(TEST_STAMP) ## the benchmarks, beside what one would write by hand
	$(BIN)/python -m benchmarks

docs: $(TEST_STAMP) ## the documentation, into docs/_build/html; runs the notebooks
	$(BIN)/python -m sphinx --fail-on-warning --keep-going -q -b html docs docs/_build/html
	@echo "open docs/_build/html/index.html"

wheel-check: $(TEST_STAMP) ## build a wheel, install it into an empty environment, run it from another directory
	rm -rf build/wheel build/lib build/bdist.* && mkdir -p build/wheel/elsewhere # setuptools would ship what an older build left
	$(BIN)/python -m build --wheel --no-isolation --outdir build/wheel .
	$(PYTHON) -m venv build/wheel/venv
	build/wheel/venv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements/setup.lock
	build/wheel/venv/bin/python -m pip --disable-pip-version-check install --quiet --no-deps --no-index build/wheel/*.whl
	cd build/wheel/elsewhere && ../venv/bin/asymptotix derive --verify
	cd build/wheel/elsewhere && ../venv/bin/asymptotix demo --output out

lock: ## regenerate the locks from requirements/*.in
	$(PYTHON) -m venv $(UV_VENV)
	$(UV_VENV)/bin/python -m pip --disable-pip-version-check install --quiet uv
	$(COMPILE) --upgrade requirements/setup.in -o requirements/setup.lock
	$(COMPILE) --upgrade -c requirements/setup.lock requirements/test.in -o requirements/test.lock

clean: ## remove what the targets made, the environment included
	rm -rf $(VENV) build dist out docs/_build *.egg-info .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis
