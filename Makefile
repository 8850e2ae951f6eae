# Two commands: `make demo` and `make test`. Each brings what is missing.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo check test test-all bench bench-press print-gallery art-gallery clean help

help: ## Show these lines
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/'

demo: .venv/.run-ready ## Plan, draw, print and serve a run of 24 boxes
	@$(BIN)/hopke demo --port $(PORT)

check: .venv/.test-ready ## Format, lint, types, contracts, content
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/hopke check

test: check ## Everything in `check`, and every test
	$(BIN)/pytest

test-all: test ## The same today; slower tests will join here
bench: .venv/.test-ready ## Ratios against what a user would pick instead
	$(BIN)/python -m tests.bench

bench-press: .venv/.test-ready ## Print QR cards with us and with what a user would pick instead
	@$(BIN)/pip install --quiet --editable ".[bench]"
	$(BIN)/python -m tests.bench.press

print-gallery: .venv/.test-ready ## Print everything a run prints and lay it out on one picture
	$(BIN)/python -m tests.picture.gallery

art-gallery: .venv/.test-ready ## Draw every picture of the catalogue on one sheet, by day and by night
	$(BIN)/python -m tests.picture.art

clean: ## Remove the virtual environment and caches, not var/
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.run-ready: pyproject.toml constraints.txt .ci/install
	@sh .ci/install run "$(PYTHON)"
	@touch $@

.venv/.test-ready: pyproject.toml constraints.txt .ci/install
	@sh .ci/install test "$(PYTHON)"
	@touch .venv/.run-ready $@
