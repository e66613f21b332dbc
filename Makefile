# `make deck` and `make test` install what they need; `make help` lists the other targets.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/pip --disable-pip-version-check --quiet
# A process for each core.
ALL_TESTS := $(BIN)/python -m pytest --numprocesses auto --dist worksteal

# One release of each generation of Anki's importer; AnkiDroid has the backend of 25.9.2 up to 2.24,
# and newer ones that of 26.5.
ANKIDROID := 25.9.2 26.5
RELEASES := 2.1.49 2.1.66 24.11 $(ANKIDROID) 26.9.3
HISTORIES ?= 200
STEPS ?= 15
SEED ?= 1
NOTES ?= 1000,10000,100000
MEDIA ?= 1024

# The YAML support of VS Code and most other editors.
YAML_LANGUAGE_SERVER := yaml-language-server@1.25.0

# The desktop app of Anki, for pictures of cards.
DESKTOP := .venv-anki/desktop
CARDS ?=
PICTURES ?=

# The folder of an installed AnkiConnect, for the transcripts of pushes.
ADDON := $(HOME)/.local/share/Anki2/addons21/2055492159

.PHONY: help deck check test browser lint format pictures bench modules editors reference site \
	anki-matrix anki-templates fidelity push-desktop speech webkit clean

help:
	@echo "make deck            build build/flask.apkg, the deck that ships with flashdeck"
	@echo "make check           check style and types, and run the fast tests: after every edit"
	@echo "make test            run every test, with browsers and the real Anki backend"
	@echo "make lint            check style and types"
	@echo "make format          write the code in the one style"
	@echo
	@echo "make reference       write what is made from the program in docs/reference and docs/shell"
	@echo "make site            build the documentation site, site/index.html"
	@echo "make pictures        take docs/pictures again, with Chromium"
	@echo
	@echo "make bench           measure speed, as ratios; fewer: NOTES=1000 MEDIA=100"
	@echo "make modules         count the modules that a build of one note enters; each: LIST=1"
	@echo "make fidelity        hold the preview against the real Anki, to the pixel; fewer: CARDS=hard-typed;"
	@echo "                     the documents' pictures: PICTURES=docs/pictures"
	@echo "make webkit          look at the tour's cards in WebKit, the engine of AnkiMobile"
	@echo "make anki-templates  hold the template language against AnkiDroid's backends, $(ANKIDROID)"
	@echo "make anki-matrix     prove with random histories and accidents that no review is lost, on Anki"
	@echo "                     $(RELEASES), each in an environment of its own;"
	@echo "                     fewer: HISTORIES=20 RELEASES=24.11; others: SEED=2; all at once: -j2;"
	@echo "                     tried with Python 3.11 to 3.13; where yours can't install an old"
	@echo "                     release: PYTHON=python3.11"
	@echo "make push-desktop    push into the real Anki, offscreen, and record what it answers;"
	@echo "                     the folder of the add-on AnkiConnect: ADDON=DIR"
	@echo "make speech          make recordings with espeak-ng"
	@echo "make editors         hold the schemas against a real YAML language server (needs npm)"
	@echo
	@echo "make clean           remove what make made"

deck: $(VENV)/.deck
	@$(BIN)/flashdeck build --quiet
	@echo "To learn a deck, open its package with Anki or AnkiDroid: a double click, or File ▸ Import."

check: lint
	@$(ALL_TESTS) -m "not slow"

test: $(VENV)/.test browser
	@$(ALL_TESTS)

# The preview is tested in a real browser, installed here if permitted.
browser:
	@for name in chromium chromium-browser google-chrome chrome; do \
		command -v $$name >/dev/null && exit 0; \
	done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null; then \
		echo "Installing Chromium, to test the preview (apt-get, about a minute) …"; \
		apt-get update -qq >/dev/null && apt-get install -y -qq chromium >/dev/null && exit 0; \
	fi; \
	echo "The preview is tested in a real browser: install Chromium, as in 'apt-get install chromium'."

lint: $(VENV)/.test
	@$(BIN)/ruff format --check .
	@$(BIN)/ruff check .
	@$(BIN)/mypy

format: $(VENV)/.test
	@$(BIN)/ruff format .
	@$(BIN)/ruff check --fix .

pictures: $(VENV)/.test
	@$(BIN)/python docs/make_pictures.py
	@$(BIN)/python docs/make_preview_pictures.py

# NOTES are deck sizes; MEDIA is in MiB; PEERS=1 compares other programs, too; RECORD=1 writes the
# history.
bench: $(VENV)/.test
	@PYTHONPATH=tests $(BIN)/python -m bench --notes $(NOTES) --media $(MEDIA) \
		$(if $(PEERS),--peers) $(if $(RECORD),--record docs/reference/bench.md)

modules: $(VENV)/.deck
	@PYTHONPATH=tests $(BIN)/python -m bench.modules $(if $(LIST),--list)

reference: $(VENV)/.deck
	@$(BIN)/python docs/make_reference.py

site: $(VENV)/.site
	@$(BIN)/python docs/make_site.py

anki-matrix: $(RELEASES:%=anki-%)

editors: $(VENV)/.test .venv-editors/.ready
	@FLASHDECK_LANGUAGE_SERVER=.venv-editors/node_modules/.bin/yaml-language-server \
		$(BIN)/python -m pytest tests/editor/language_server_cases.py

# On the desktop's release; tests/push/test_push_story.py holds the double against the transcripts.
push-desktop: $(DESKTOP)/.ready
	@cd tests && PYTHONPATH=. ../$(DESKTOP)/bin/python -m push_desktop $(ADDON) push/transcripts

speech: $(VENV)/.test
	@$(BIN)/python -m pytest tests/kinds/espeak_cases.py

anki-templates: $(ANKIDROID:%=templates-%)

templates-%: .venv-anki/%/.ready
	@PYTHONPATH=tests $(<D)/bin/python -m pytest --noconftest -p summary -q \
		tests/anki/test_template_anki.py

# Changed fronts, accidents and random histories on one release of Anki.
anki-%: .venv-anki/%/.ready
	@PYTHONPATH=tests .venv-anki/$*/bin/python -m pytest --noconftest -p summary -q \
		tests/release/test_numbering_anki.py
	@PYTHONPATH=tests .venv-anki/$*/bin/python -m proof.run \
		--histories $(HISTORIES) --steps $(STEPS) --seed $(SEED)

fidelity: $(DESKTOP)/.ready
	@PYTHONPATH=tests $(DESKTOP)/bin/python -m fidelity.run --cards "$(CARDS)" \
		$(if $(PICTURES),--pictures "$(PICTURES)")

webkit: $(VENV)/.test
	@PYTHONPATH=tests $(BIN)/python -m webkit.run

clean:
	rm -rf $(VENV) .venv-anki .venv-editors site .mypy_cache .pytest_cache .ruff_cache .hypothesis

$(VENV)/.deck: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) (Python packages, about a minute) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable .
	@touch $@

$(VENV)/.test: WHAT := the tests (Python packages and Anki's backend, about two minutes)
$(VENV)/.site: WHAT := the site (Python packages, about a minute)
$(VENV)/.test $(VENV)/.site: pyproject.toml constraints.txt
	@echo "Setting up $(VENV) for $(WHAT) …"
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install --constraint constraints.txt --editable ".[$(patsubst .%,%,$(suffix $@))]"
	@touch $@ $(VENV)/.deck

.venv-editors/.ready: Makefile
	@npm install --silent --no-audit --no-fund --no-save --prefix $(@D) $(YAML_LANGUAGE_SERVER)
	@touch $@

$(DESKTOP)/.ready: pyproject.toml constraints.txt
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip --disable-pip-version-check --quiet install --constraint constraints.txt \
		aqt==26.9.3 pyqt6==6.11.0 pyqt6-webengine==6.11.0 --editable ".[test]"
	@touch $@

# Anki is pinned here; 2.1.49 needs an older protobuf than it declares.
.venv-anki/%/.ready: pyproject.toml
	@test -x $(@D)/bin/python || $(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip --disable-pip-version-check --quiet install --only-binary anki "anki==$*" \
		$(if $(filter 2.1.4%,$*),"protobuf<3.21") "hypothesis>=6.100" "pytest>=8.3" --editable .
	@touch $@
.PRECIOUS: .venv-anki/%/.ready
