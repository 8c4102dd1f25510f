# make run    set up and start the service on feeds.yaml
# make test   set up and run the tests
# make lock   resolve the dependencies anew (needs uv)

PYTHON ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$p -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$p && break; done)
VENV := .venv
BIN := $(VENV)/bin
UV := $(shell command -v uv 2>/dev/null)
ifdef UV
INSTALL := VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet
else
INSTALL := $(BIN)/python -m pip install --quiet --disable-pip-version-check
endif

.PHONY: run test lint lock clean

run: $(VENV)/installed
	$(BIN)/collector run

test: $(VENV)/installed-for-tests
	$(BIN)/python -m pytest $(ARGS)

lint: $(VENV)/installed-for-tests
	$(BIN)/ruff check .

$(BIN)/python:
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed: install it, or name it with make PYTHON=..."; exit 1; }
	$(PYTHON) -m venv $(VENV)

$(VENV)/installed: $(BIN)/python requirements.lock pyproject.toml
	$(INSTALL) --require-hashes -r requirements.lock
	$(INSTALL) --no-deps --no-build-isolation -e .
	@touch $@

$(VENV)/installed-for-tests: $(VENV)/installed tests/requirements.lock
	$(INSTALL) --require-hashes -r tests/requirements.lock
	@touch $@

lock:
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header \
		--extra build --extra test -c requirements.lock pyproject.toml -o tests/requirements.lock

clean:
	rm -rf $(VENV) build dist *.egg-info
