# Two commands: `make demo` and `make test`. Each brings what is missing.
PYTHON ?= python3
PORT ?= 8000
WORKERS ?= auto
BIN := .venv/bin
TOOLS := tests/tools
# As many workers as there are cores, four at most; `make test WORKERS=0` runs everything in one process.
PYTEST := $(BIN)/pytest -n $(WORKERS) --maxprocesses 4 --dist loadscope
export PIP_CONSTRAINT := $(CURDIR)/constraints.txt
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.PHONY: demo check test test-browser test-all lighthouse bench bench-press bench-runs gallery print-gallery art-gallery clean help

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

test: check $(TOOLS)/node_modules/.ready ## Everything in `check`, and every test
	$(PYTEST)

test-browser: .venv/.test-ready $(TOOLS)/node_modules/.ready ## The tests in Chromium alone: scans, layouts, axe, drawings, typed codes
	$(PYTEST) -ra tests/browser

test-all: test .venv/.all-ready $(TOOLS)/vnu/node_modules/.ready $(TOOLS)/pillow/.ready ## Everything in `test`, what needs Java (every page before the HTML standard's validator), and what takes long (all hostile texts, Pillow's own test images)
	$(BIN)/pytest --timeout 7200 -m "java or long"

lighthouse: .venv/.test-ready $(TOOLS)/lighthouse/node_modules/.ready ## Measure story, album and home as a phone at slow 4G meets them, against our bounds
	$(BIN)/python -m tests.lighthouse

bench: .venv/.test-ready ## Ratios against what a user would pick instead
	$(BIN)/python -m tests.bench

bench-press: .venv/.test-ready ## Print QR cards with us and with what a user would pick instead
	@$(BIN)/pip install --quiet --editable ".[bench]"
	$(BIN)/python -m tests.bench.press

bench-runs: .venv/.test-ready ## Plan, draw, seal, store, prove and verify a run of a million boxes, against goals and plain code
	@$(BIN)/python -m tests.bench.runs

gallery: .venv/.test-ready ## Lay out the phone's pages on one picture: day, night, three widths, both languages, large text
	$(BIN)/python -m tests.picture.phones

print-gallery: .venv/.test-ready ## Print everything a run prints and lay it out on one picture
	$(BIN)/python -m tests.picture.gallery

art-gallery: .venv/.test-ready ## Draw every picture of the catalogue on one sheet, by day and by night
	$(BIN)/python -m tests.picture.art

clean: ## Remove the virtual environment, npm packages, test images and caches, not var/
	rm -rf .venv $(TOOLS)/node_modules $(TOOLS)/*/node_modules $(TOOLS)/pillow .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.venv/.run-ready: pyproject.toml constraints.txt .ci/install
	@sh .ci/install run "$(PYTHON)"
	@touch $@

.venv/.test-ready: pyproject.toml constraints.txt .ci/install
	@sh .ci/install test "$(PYTHON)"
	@touch .venv/.run-ready $@

.venv/.all-ready: .venv/.test-ready
	@sh .ci/install all "$(PYTHON)"
	@touch $@

tests/%/node_modules/.ready: tests/%/package-lock.json .ci/npm .venv/.test-ready
	@sh .ci/npm tests/$*
	@touch $@

$(TOOLS)/pillow/.ready: constraints.txt .ci/pillow .venv/.test-ready
	@sh .ci/pillow $(TOOLS)/pillow
	@touch $@
