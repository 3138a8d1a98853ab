# Two commands do everything: `make demo` and `make test`. Both set up .venv by themselves.

PYTHON ?= python3
VENV   ?= .venv
BIN    := $(VENV)/bin

WORKERS ?= 2
PYTEST := -n $(WORKERS) --dist worksteal

.PHONY: demo test test-interpreted test-compiled compiled wheels setup check slow interop format clean help

help:            ## show this list
	@grep -hE '^[a-z-]+: .*##|^[a-z-]+:  *##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## */\t/' | expand -t 18

demo: $(VENV)/.cli       ## see stacks carry traffic; no root needed, more is shown with it
	@$(BIN)/foxpy demo

test: $(VENV)/.dev       ## everything: ruff, mypy --strict, the type checks, all tests, interpreted and compiled
	@$(MAKE) --no-print-directory -j2 --output-sync=target check compiled
	@$(MAKE) --no-print-directory test-interpreted
	@$(MAKE) --no-print-directory test-compiled

test-interpreted: $(VENV)/.dev   ## all tests, against the sources as they are
	FOXPY_EXPECT_COMPILED=0 $(BIN)/python -m pytest $(PYTEST)

test-compiled: $(VENV)/.dev   ## all tests against a wheel whose hot modules are compiled
	$(BIN)/python tests/compiled.py $(PYTEST)

compiled: $(VENV)/.dev   ## only build that wheel; nothing is done where it is up to date
	$(BIN)/python tests/compiled.py --build-only

check: $(VENV)/.dev      ## the quick half of `make test`: no tests are run
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python typecheck/run.py

slow: $(VENV)/.dev       ## 10,000 examples of each law, 5,000 packets of each protocol beside other programs, a day of virtual time; takes hours
	FOXPY_EXAMPLES=10000 $(BIN)/python -m pytest -n auto --dist worksteal tests/wire/test_every_packet.py
	FOXPY_EXAMPLES=5000 $(BIN)/python -m pytest -n auto --dist worksteal tests/differential
	FOXPY_HOURS=24 $(BIN)/python -m pytest tests/testing/lab/test_soak.py

wheels: $(VENV)/.dev     ## wheels into dist/, for each Python in PYTHONS, each installed and tried
	$(BIN)/python tests/release.py $(PYTHONS)

interop: $(VENV)/.dev    ## only the tests against Linux over taps; needs root
	$(BIN)/python -m pytest tests/interop

format: $(VENV)/.dev     ## put the sources into ruff's form
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

setup: $(VENV)/.dev      ## only set up .venv

# A stamp for each set of extras: pip runs again only when the project's requirements have changed.
$(VENV)/.cli: pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[cli]'
	@touch $@

$(VENV)/.dev: pyproject.toml | $(VENV)/bin/python
	@echo "Setting up $(VENV) for development ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(VENV)/.cli

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "foxpy needs Python 3.11 or later; set PYTHON=... to one"; exit 2; }
	@$(PYTHON) -m venv $(VENV) || \
	  { echo "no venv module: install it with  sudo apt-get install python3-venv"; exit 2; }

clean:           ## remove what the commands above made
	rm -rf $(VENV) build *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis
