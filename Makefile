# Every command a person needs. `make help` lists them.
.DEFAULT_GOAL := help
SHELL := /bin/bash
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LINKWELL_HOME ?= demo-home
PORT ?= 8000
LOCKS := requirements/all.txt requirements/dev.txt pyproject.toml
PYTEST_ARGS ?=
ON_BOTH := $(addprefix tests/,custody portal security journey browser/test_decisions.py) $(wildcard tests/*/test_database.py)
# A third of pip's time is byte code, on one core: made afterwards, on all of them
COMPILE = $(BIN)/python -m compileall -qq -j 0 $(VENV)/lib || true
unexport PYTHONDONTWRITEBYTECODE  # tests start hundreds of processes; without kept byte code each compiles everything

.PHONY: help demo test tools collected suite postgres check lint types docs bench study lock clean

help: ## List these commands
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: $(VENV)/.all ## Walk the whole road with invented people, then open the portal (Ctrl-C stops it)
	@$(BIN)/linkwell demo --home "$(LINKWELL_HOME)" --port $(PORT) $(if $(LINKWELL_NO_SERVE),--no-serve)

test: $(VENV)/bin/python ## Install what the tests need and run every check
	@$(MAKE) --no-print-directory -j 2 tools $(VENV)/.dev
	@$(MAKE) --no-print-directory -j 2 lint collected
	@$(MAKE) --no-print-directory -j 3 types suite postgres  # side by side: tests also wait for others

tools:
	@./scripts/install-test-tools

collected: $(VENV)/.dev  # once, or each of eight processes makes its own byte code of every test
	@$(BIN)/python -m pytest -q --collect-only >/dev/null

suite: $(VENV)/.dev
	@$(BIN)/python -m pytest -n 3 $(PYTEST_ARGS)

postgres: $(VENV)/.dev ## Whatever touches the registry once more, on PostgreSQL; says all of it at its end
	@said=$$(mktemp); status=0; \
	./scripts/with-postgres $(BIN)/python -m pytest -n 3 -q -m database $(ON_BOTH) $(PYTEST_ARGS) >"$$said" 2>&1 || status=$$?; \
	echo "Whatever touches the registry, on PostgreSQL:"; cat "$$said"; rm -f "$$said"; exit $$status

check: $(VENV)/.dev ## The quick part of the checks (under two minutes)
	@$(MAKE) --no-print-directory lint types
	@$(BIN)/python -m pytest -n 2 -q -m "not slow and not browser" $(PYTEST_ARGS)

lint: $(VENV)/.dev ## Style: ruff's rules and format
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types: $(VENV)/.dev ## Types: mypy, strict on the library
	@$(BIN)/mypy

docs: $(VENV)/.dev ## Write the generated pages of docs/ again
	@./scripts/generate-docs "$(BIN)/python"

bench: $(VENV)/.dev ## Measure speed and memory beside peers (by hand; see bench/README.md)
	@$(BIN)/python -m bench

study: $(VENV)/.all ## Cover the true effect over many invented worlds (by hand; takes minutes)
	@$(BIN)/python -m bench.study

lock: ## Write the hash-locked requirements again from pyproject.toml (needs uv)
	@for extra in "base:" "all:--extra all" "dev:--extra dev"; do \
	  uv pip compile pyproject.toml $${extra#*:} --generate-hashes --universal --quiet --no-header \
	    --no-emit-index-url --no-emit-find-links -o requirements/$${extra%%:*}.txt; done

clean: ## Remove the environment and everything the demo made
	@rm -rf $(VENV) demo-home build dist

$(VENV)/bin/python:
	@./scripts/make-venv "$(PYTHON)" "$(VENV)"

$(VENV)/.all: $(LOCKS) | $(VENV)/bin/python
	@echo "Installing Linkwell (first time: about a minute) ..."
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements/all.txt
	@$(COMPILE)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@

$(VENV)/.dev: $(LOCKS) | $(VENV)/bin/python
	@echo "Installing Linkwell and its test tools ..."
	@$(BIN)/python -m pip install -qq --no-compile --disable-pip-version-check --require-hashes -r requirements/dev.txt
	@$(COMPILE)
	@$(BIN)/python -m pip install -qq --disable-pip-version-check --no-deps --editable .
	@touch $@ $(VENV)/.all
