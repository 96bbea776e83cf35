# `make demo` trains, tests and explains the joint model on rendered videos, `make test` runs the tests.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
DEMO := data/demo

.PHONY: setup demo test lint clean

setup: $(VENV)/ready

$(VENV)/ready: requirements.txt
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 10) and "Python 3.10 or newer is needed; name one with make PYTHON=...")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --requirement requirements.txt
	touch $@

$(VENV)/ready-dev: requirements-dev.txt $(VENV)/ready
	$(BIN)/pip install --quiet --requirement requirements-dev.txt
	touch $@

demo: $(VENV)/ready
	$(BIN)/python tools/make_demo.py --out $(DEMO)
	$(BIN)/python tools/extract_ntu_frames.py --videos $(DEMO)/videos --out $(DEMO)/images --size 480 270
	$(BIN)/python exp/train.py --cfg exp/configs/demo.yaml
	$(BIN)/python exp/test.py --cfg exp/configs/demo.yaml
	$(BIN)/python tools/report.py output/demo

test: $(VENV)/ready-dev
	$(BIN)/python -m pytest -n 2 tests

lint: $(VENV)/ready-dev
	$(BIN)/ruff check .

clean:
	rm -rf $(VENV) $(DEMO) output/demo
