# make run    set up and open the dashboard
# make test   set up and run every check; pytest comes last
# make setup  only the set-up, into .venv

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready
DEMO := build/demo/index.json

.PHONY: setup run test
.DEFAULT_GOAL := run

setup: $(READY)

$(READY): requirements.txt requirements-dev.txt pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Toolmark needs Python 3.11 or newer; set PYTHON=/path/to/python3.11")'
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
		{ echo "python3 -m venv failed: on Debian, apt-get install python3-venv" >&2; rm -rf $(VENV); exit 1; }
	@echo "Installing the pinned packages into $(VENV) (some minutes the first time)"
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -r requirements-dev.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	@touch $@

run: $(READY) $(DEMO)
	@echo "Toolmark opens in the browser, at the address in the line below; Ctrl+C ends it"
	@$(BIN)/python -m streamlit run dashboard/app.py

$(DEMO): assets/demo.toml $(wildcard core/twin/*.py core/twin/*.toml core/twin/sensors/*.py) | $(READY)
	@echo "Making the demo's recordings, runs of a simulated mill (some seconds)"
	@rm -rf $(dir $@)
	@$(BIN)/python -m core demo --out $(dir $@)

test: $(READY)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python -m mypy
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder
