# newsbot's workflow. Every target sets up what it needs: `make run` on a fresh machine is enough.

VENV := .venv
BIN := $(VENV)/bin
SETUP := Python 3.11 or newer with venv

.DEFAULT_GOAL := help
.PHONY: help run test check bench drill drill-tests pictures format lock clean

help: ## what can be made
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

run: $(VENV)/.run ## install what is needed and start newsbot
	@set -a; if [ -f .env ]; then . ./.env; fi; set +a; exec $(BIN)/newsbot run

test: $(VENV)/.dev ## run the tests
	@$(BIN)/pytest -n auto $(ARGS)

check: $(VENV)/.dev ## lint, types, direction of imports, content, sources
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/newsbot check
	@$(BIN)/newsbot sources check

bench: $(VENV)/.dev ## measure speed beside its floors
	@$(BIN)/python -m benchmarks

drill-tests: $(VENV)/.dev
	@$(BIN)/pytest -n auto -m drill

drill: drill-tests ## kill processes at every step and count what is lost (some minutes)
	@$(BIN)/python -m drills

pictures: $(VENV)/.dev ## make the pictures of the docs anew (needs Chromium)
	@$(BIN)/python tools/pictures.py

format: $(VENV)/.dev ## format and mend what ruff can mend
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

lock: $(VENV)/.dev ## resolve requirements.lock and requirements-dev.lock anew
	@$(BIN)/python tools/lock.py

clean: ## remove the virtual environment and the caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

# The newest suitable Python on the path; the shell of the recipe says plainly what is missing.
$(VENV)/bin/python:
	@echo "Making a virtual environment in $(VENV) (once, a few seconds) ..."
	@for python in python3 python3.13 python3.12 python3.11; do \
	  if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found=$$python; break; fi; \
	done; \
	if [ -z "$$found" ]; then echo "newsbot needs $(SETUP): install it (Debian and Ubuntu: apt install python3 python3-venv), then run make again." >&2; exit 1; fi; \
	if ! "$$found" -m venv $(VENV) >/dev/null 2>&1; then \
	  rm -rf $(VENV); \
	  if ! "$$found" -m virtualenv -q $(VENV) >/dev/null 2>&1 \
	  && ! { "$$found" -m venv --without-pip $(VENV) && "$$found" -m pip -q --python $(VENV)/bin/python install pip; } >/dev/null 2>&1; then \
	    rm -rf $(VENV); \
	    echo "newsbot needs $(SETUP), and this Python cannot make one: install its venv package (Debian and Ubuntu: apt install python3-venv), then run make again." >&2; exit 1; \
	  fi; \
	fi

$(VENV)/.run: requirements.lock pyproject.toml | $(VENV)/bin/python
	@echo "Installing newsbot's packages into $(VENV) (once, some 80 MB: 10 to 30 seconds on most connections) ..."
	@$(BIN)/python tools/install.py requirements.lock --editable
	@touch $@

$(VENV)/.dev: requirements-dev.lock $(VENV)/.run
	@echo "Installing the packages for tests and checks (once, some 120 MB more) ..."
	@$(BIN)/python tools/install.py requirements-dev.lock
	@touch $@
