# The main job and the tests, from a fresh clone: make demo, make test.
# Windows, or no make: README.md has the same two steps.

SHELL := /bin/sh
BIN := .venv/bin
unexport PYTHONDONTWRITEBYTECODE
.DEFAULT_GOAL := help
.PHONY: help demo test lab check lock clean setup setup-dev

# The Python that makes .venv: PYTHON=... if given, else the one in .venv, else the first that
# fits. A later call keeps the environment that is there.
FITS := import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))
CANDIDATES := $(or $(PYTHON),$(BIN)/python python3 python3.13 python3.12 python3.11 python)
BOOTSTRAP = @for p in $(CANDIDATES); do \
	  if "$$p" -c "$(FITS)" >/dev/null 2>&1; then exec "$$p" cxkit/bootstrap.py $(1); fi; \
	done; \
	echo "cxkit needs Python 3.11, 3.12 or 3.13; tried without success: $(CANDIDATES)." >&2; \
	echo "Install one (Debian, Ubuntu: sudo apt-get install python3 python3-venv)," \
	  "or name one: make demo PYTHON=/path/to/python3" >&2; \
	exit 2

help: ## what can be made
	@sed -n 's/^\([a-z][a-z-]*\):[^#]*## \(.*\)/  make \1\t\2/p' Makefile | expand -t 20

setup: ## the environment in .venv, as far as running needs it
	$(call BOOTSTRAP)

setup-dev: ## the same, with what tests and checks need
	$(call BOOTSTRAP,--dev)

demo: setup ## reports on the two shipped examples
	@echo "demo: running the shipped examples; reports follow in outputs/" >&2
	@$(BIN)/cxkit demo

test: setup-dev ## all tests
	@echo "test: running the tests" >&2
	@$(BIN)/python -m pytest -n auto --dist loadfile

lab: setup ## the notebooks in JupyterLab
	@echo "lab: opening JupyterLab in notebooks/" >&2
	@$(BIN)/python -m jupyter lab notebooks

check: setup-dev ## style, format and types
	@echo "check: ruff, then mypy" >&2
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy

lock: setup-dev ## requirements.lock anew from pyproject.toml (UPGRADE=1: newest versions)
	@echo "lock: resolving pyproject.toml" >&2
	@$(BIN)/python tests/tools/make_lock.py $(if $(UPGRADE),--upgrade)

clean: ## removes caches and outputs/, keeps .venv
	@echo "clean: removing caches and outputs/" >&2
	@rm -rf outputs .pytest_cache .mypy_cache .ruff_cache .hypothesis
	@find cxkit tests notebooks -name __pycache__ -type d -prune -exec rm -rf {} +
