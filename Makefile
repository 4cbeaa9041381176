# The commands of the README; CI runs these and nothing else.
.DEFAULT_GOAL := help
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 12

# Debian's python may lack ensurepip, so the environment is made without pip and filled from outside.
$(BIN)/python:
	@echo "Making the virtual environment…"
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
		{ echo "xiachen needs Python 3.11 or newer; name it: make PYTHON=python3.11"; exit 1; }
	@$(PYTHON) -m venv --without-pip $(VENV)

$(VENV)/.runtime: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what xiachen runs on (once, about a minute)…"
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --root-user-action=ignore \
		--require-hashes -r requirements.lock
	@$(BIN)/python tools/link.py
	@touch $@

$(VENV)/.development: requirements-dev.lock | $(VENV)/.runtime
	@echo "Installing the tools for checks and tests (once)…"
	@$(PYTHON) -m pip --python $(BIN)/python install --quiet --root-user-action=ignore \
		--require-hashes -r requirements-dev.lock
	@touch $@

run: $(VENV)/.runtime  ## start everything with the demonstration (SCENARIO=s0, PORT=8000), then serve
	@exec $(BIN)/xiachen run --scenario $${SCENARIO:-s0} $${PORT:+--port "$$PORT"}

test: $(VENV)/.development  ## run every test, browser journeys included
	@tools/chromium.sh
	$(BIN)/pytest $(if $(XIACHEN_TEST_DATABASE_URL),,--numprocesses=2 --dist=loadgroup)

check: $(VENV)/.development  ## style, types, contracts, migrations, words, the phone's app
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python tools/migrations.py
	$(BIN)/python tools/words.py --check
	$(BIN)/python tools/phone.py --check

words: $(VENV)/.development  ## extract sentences, compile the Chinese ones, list codes in the docs
	$(BIN)/python tools/words.py
	$(BIN)/python tools/lists.py

phone: $(VENV)/.development  ## build the phone's app from phone/ (needs Node 20.19 or newer)
	$(BIN)/python tools/phone.py

lock: $(VENV)/.development  ## resolve the dependencies anew (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --upgrade -q pyproject.toml -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--no-emit-index-url --upgrade -q pyproject.toml --group dev -c requirements.lock \
		-o requirements-dev.lock

bench: $(VENV)/.development  ## measure speed and memory beside the bare limits
	$(BIN)/python -m bench

soak: $(VENV)/.development  ## 200 kills, a restore, a full disk, with phones and without; about half an hour
	$(BIN)/python -m bench.soak

.PHONY: help run test check words phone lock bench soak
