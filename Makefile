# `make deck` and `make test` set up what they need; `make help` lists the rest.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet

.PHONY: help deck test lint format pictures clean

help:
	@echo "make deck    build build/flask.apkg, the deck that ships with flashdeck"
	@echo "make test    run every test, with the real Anki backend"
	@echo "make lint    check style and types"
	@echo "make format  write the code in the one style"
	@echo "make pictures  make docs/pictures anew, with Chromium"
	@echo "make clean   remove what make made"

deck: $(VENV)/.deck
	@$(BIN)/flashdeck build --quiet

test: $(VENV)/.test
	@$(BIN)/python -m pytest

lint: $(VENV)/.test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

pictures: $(VENV)/.deck
	@$(BIN)/python docs/make_pictures.py

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.deck: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: pyproject.toml constraints.txt
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable ".[test]"
	@touch $@ $(VENV)/.deck
