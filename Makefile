# Thin: each target says what it does; everything lives in .venv.
PYTHON ?= python3
VENV ?= .venv
PIP = $(VENV)/bin/python -m pip --disable-pip-version-check
# Where the default wheels of torch are CUDA builds, name an index of CPU wheels: make TORCH_INDEX=…
TORCH_INDEX ?=
GKB_HOME ?= data/store
export GKB_HOME

.PHONY: demo test ui check bench wheelhouse install
.DEFAULT_GOAL := demo

$(VENV)/.torch:
	$(PYTHON) -m venv $(VENV)
	$(PIP) install --quiet $(if $(TORCH_INDEX),--index-url $(TORCH_INDEX)) torch==2.13.0
	touch $@

$(VENV)/.installed: pyproject.toml constraints.txt $(VENV)/.torch
	$(PIP) install --quiet --constraint constraints.txt --editable ".[test]"
	touch $@

install: $(VENV)/.installed

demo: install
	$(VENV)/bin/python data/samples/demo.py

test: install
	$(VENV)/bin/python -m pytest

ui: install
	$(VENV)/bin/gkb ui

check: install
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports

bench: install
	$(VENV)/bin/python data/benchmarks/bench.py

wheelhouse: install
	$(PIP) wheel --quiet --wheel-dir wheelhouse torch==2.13.0
	$(PIP) wheel --quiet --wheel-dir wheelhouse --find-links wheelhouse --constraint constraints.txt ".[test]"
	@echo "On the machine without a network: pip install --no-index --find-links wheelhouse guideline-kb"
