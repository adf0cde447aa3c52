# Two commands do everything on a machine with Python >= 3.11 and make: `make run` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
SITE_READY := $(VENV)/.site-ready

.PHONY: run test coverage lint types contracts site bench clean help

help: ## show the targets
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/'

$(READY): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "corridors needs Python 3.11 or newer; set PYTHON=..." >&2; exit 1; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@

$(SITE_READY): $(READY)
	$(BIN)/pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[docs]'
	@touch $@

run: $(READY) ## set up, simulate the demo herd and run the whole pipeline on it
	$(BIN)/corridors demo
	$(BIN)/corridors run
	@echo "Open data/processed/atlas/all-herds/index.html in a browser, or"
	@echo "data/processed/atlas/wakhan-argali/wakhan-argali.qgz in QGIS."

test: $(READY) ## set up and run the whole test suite
	$(BIN)/python -m pytest -n 2 --dist loadgroup

coverage: $(READY) ## the whole test suite, and which lines of src it never reached
	$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered

lint: $(READY) ## ruff, formatting
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(READY) ## mypy, strict
	$(BIN)/mypy

contracts: $(READY) ## who may import whom
	$(BIN)/lint-imports

site: $(SITE_READY) ## the docs as a site, in build/site; a broken link is a failure
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --quiet --strict

bench: $(READY) ## all benchmarks; rewrites their tables in docs
	$(BIN)/python -m benchmarks --write

clean: ## remove results and the environment
	rm -rf $(VENV) build/site data/processed/[!R]* data/processed/.[!.]*
