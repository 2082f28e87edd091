# `make` alone prints the targets. Every target sets up what it needs first; nothing is fetched twice.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help setup demo test check format bench lock clean peers

help:  ## Print this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY)  ## Make .venv and install the pinned packages into it

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo 'predictive-dialer needs Python 3.11 or newer; name one with: make PYTHON=/path/to/python3 $(MAKECMDGOALS)'; exit 1; }
	@echo 'Setting up $(VENV): pinned packages from requirements.lock (once; a minute or two)'
	@$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $(READY)

demo: setup  ## Run a predictive campaign over real SIP and RTP on this machine, about 90 seconds
	@$(BIN)/dialer demo

peers:
	@scripts/install-peers

# Tests start some hundred processes; each would compile all the code anew where bytecode is not kept.
test: export PYTHONDONTWRITEBYTECODE :=
test: setup peers  ## All checks and tests, as CI runs them: style, types, layers, tests, docs
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/pytest -n auto --dist loadfile --no-loadscope-reorder

check: setup  ## The quick checks: style, types, layers
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

format: setup  ## Rewrite the code in the house's format
	@$(BIN)/ruff check --fix . ; $(BIN)/ruff format .

bench: setup  ## Run the benchmarks and print their figures
	@$(BIN)/python -m benchmarks

lock: setup  ## Write requirements.lock anew from pyproject.toml (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes pyproject.toml --group dev -o requirements.lock

clean:  ## Remove .venv and everything generated
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis demo-output
