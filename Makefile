# `make` alone lists what there is. Only Python 3.11+, a C compiler and make are needed.
# PYTHON=...  which Python makes the environment;  VENV=...  where it lies;  JOBS=...  tests at a time.

VENV ?= .venv
JOBS ?= auto
ifdef PYTHON
export PYTHON
endif

BIN := $(VENV)/bin
READY := $(VENV)/.ready
PYTEST := $(BIN)/python -m pytest

.DEFAULT_GOAL := help
.SILENT:

.PHONY: help
help: ## list the targets
	sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1@\2/p' Makefile | awk -F@ '{printf "%-30s %s\n", $$1, $$2}'

# ---------------------------------------------------------------- environment

$(READY): requirements.lock pyproject.toml .ci/venv
	sh .ci/venv $(VENV)
	touch $@

.PHONY: venv
venv: $(READY) ## set up the environment (every other target does it by itself)

.PHONY: venv-without-compiler
venv-without-compiler: ## the same without durable_rules, for a machine without a C compiler
	sh .ci/venv $(VENV) --without-compiler
	touch $(READY)

.PHONY: lock
lock: ## write the locks anew from pyproject.toml
	sh .ci/lock

# ---------------------------------------------------------------- use

.PHONY: demo
demo: $(READY) ## assess the article's case
	$(BIN)/fasciculation-rules assess docs/tutorial/article-case.yaml

.PHONY: kept
kept: $(READY) ## make the cases that are kept for VERSION=... anew, by a solver
	test -n "$(VERSION)" || { echo "name a version: make kept VERSION=1.0.0" >&2; exit 2; }
	rm -rf "rulesets/kept/$(VERSION)"
	$(BIN)/fasciculation-rules coverage "$(VERSION)" --write rulesets/kept
	$(BIN)/fasciculation-rules mutate "$(VERSION)" --write rulesets/kept

# ---------------------------------------------------------------- checks

.PHONY: test
test: $(READY) ## all tests but the nightly ones
	$(PYTEST) -n $(JOBS) --dist worksteal $(ARGS)

.PHONY: quick
quick: $(READY) ## the tests without the slow ones
	$(PYTEST) -n $(JOBS) --dist worksteal -m "not slow and not nightly" $(ARGS)

.PHONY: lint
lint: ruff types ## ruff and mypy

.PHONY: ruff
ruff: $(READY) ## style and likely mistakes
	$(BIN)/ruff check
	$(BIN)/ruff format --check

.PHONY: types
types: $(READY) ## mypy, strict on src
	$(BIN)/mypy

.PHONY: format
format: $(READY) ## let ruff mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

.PHONY: architecture
architecture: $(READY) ## who imports whom
	$(PYTEST) tests/test_architecture.py $(ARGS)

.PHONY: docs-check
docs-check: $(READY) ## run every code block of the docs, compare every generated page
	$(PYTEST) -n $(JOBS) --dist worksteal tests/test_docs.py $(ARGS)

.PHONY: prove
prove: $(READY) ## every theorem for every version, by two solvers; what fails in 0.1.0 is documented
	$(BIN)/fasciculation-rules prove 0.1.0 --second-opinion $(ARGS) || test $$? -eq 1
	$(BIN)/fasciculation-rules prove 1.0.0 --second-opinion $(ARGS)

.PHONY: bench
bench: $(READY) ## speed, as ratios measured in one run
	for each in tests/bench/bench_*.py; do $(BIN)/python $$each $(ARGS) || exit 1; done

.PHONY: nightly
nightly: $(READY) ## everything, with many more examples: hours
	HYPOTHESIS_PROFILE=nightly $(PYTEST) -n $(JOBS) --dist worksteal -m "" -o faulthandler_timeout=7200 $(ARGS)
	$(MAKE) bench

# ---------------------------------------------------------------- Spark

.PHONY: spark-install
spark-install: $(READY) ## add Spark to the environment: half a gigabyte, and Java 17 or newer is needed
	$(BIN)/pip install --quiet --require-hashes --no-build-isolation -r requirements-spark.lock

.PHONY: spark
spark: spark-install ## the tests of Spark
	$(PYTEST) -n 0 tests/population/test_spark.py $(ARGS)

# ---------------------------------------------------------------- packages

.PHONY: build
build: $(READY) ## sdist and wheel in dist/: of one commit always the same bytes
	SOURCE_DATE_EPOCH="$${SOURCE_DATE_EPOCH:-$$(git log -1 --format=%ct)}" $(BIN)/python -m build --no-isolation

.PHONY: clean
clean: ## remove what can be made again
	rm -rf $(VENV) .cache .hypothesis dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
