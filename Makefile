# `make demo` trains, tests and explains the joint model on rendered videos, `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := data/demo

.PHONY: setup demo test lint clean

setup: $(VENV)/ready

$(VENV)/ready: pyproject.toml requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --editable .
	touch $@

$(VENV)/ready-dev: requirements-dev.txt requirements-export.txt $(VENV)/ready
	$(BIN)/pip install --quiet --editable '.[dev]'
	touch $@

demo: $(VENV)/ready
	$(BIN)/pose-action demo --out $(DEMO)
	$(BIN)/pose-action extract-ntu --videos $(DEMO)/videos --out $(DEMO)/images --size 480 270
	$(BIN)/pose-action train --cfg exp/configs/demo.yaml
	$(BIN)/pose-action test --cfg exp/configs/demo.yaml
	$(BIN)/pose-action report output/demo

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest -n 2 tests
	$(BIN)/python -m pytest --doctest-modules core

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .
	$(BIN)/mypy

clean:
	rm -rf $(VENV) $(DEMO) output/demo
