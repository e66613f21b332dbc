"""Schemas in a real YAML language server, run by `make editors`."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from language_server import LanguageServer

from flashdeck.cli.run import run

DOCS = ROOT / "docs"
COUNTRY = """\
notetype: Country
fields: [Country, Capital]
templates:
  - {name: Card, front: "{{Country}}", back: "{{Capital}}"}
"""
LINE = "# yaml-language-server: $schema=../.schemas/deck.json\n"
NOTES = LINE + "deck: Flask\nnotes:\n"


@pytest.fixture(scope="module")
def server(tmp_path_factory) -> Iterator[LanguageServer]:
    """A server with a project open, whose schemas were written by `flashdeck schema`."""
    root = tmp_path_factory.mktemp("project")
    (root / "cards" / "notetypes").mkdir(parents=True)
    (root / "cards" / "notetypes" / "country.yaml").write_text(COUNTRY, "utf-8")
    assert run(["schema", "-C", str(root), "-o", str(root / ".schemas")]) == 0
    page = (DOCS / "how-to" / "editors.md").read_text("utf-8")
    settings = json.loads(re.findall(r"```json\n(.*?)```", page, re.DOTALL)[0])
    program = Path(os.environ["FLASHDECK_LANGUAGE_SERVER"]).absolute()
    with LanguageServer(program, root, settings) as running:
        yield running


def test_an_unknown_key_is_reported_at_its_place(server):
    problems = server.problems("cards", NOTES + "  - q: Who?\n    a: no\n    revers: true\n")
    assert problems == ["6: Property revers is not allowed."]


def test_a_note_without_an_answer_is_reported(server):
    assert server.problems("cards", NOTES + "  - q: Who?\n") == ['4: Missing property "a".']


def test_what_is_text_to_flashdeck_is_fine(server):
    text = "  - {q: no, a: 012, tags: [2024], extra: ~, hint: 1:30, typed: 1e3}\n"
    assert server.problems("cards", NOTES + text) == []


def test_reverse_completes_and_so_do_its_values(server):
    note = NOTES + "  - q: Who?\n    a: Armin\n    "
    assert server.completions("cards", note + "re|")["reverse"] == "reverse: "
    assert set(server.completions("cards", note + "reverse: |")) == {"true", "false"}


def test_only_what_the_kind_has_completes(server):
    completions = server.completions("cards", NOTES + "  - cloze: x\n    |")
    assert {"extra", "hint", "typed", "tags"} <= set(completions)
    assert not {"reverse", "choices", "a", "occlude"} & set(completions)


def test_a_note_that_is_just_begun_may_become_any_kind(server):
    completions = server.completions("cards", NOTES + "  - |")
    assert {"q", "cloze", "image", "fields", "notetype"} <= set(completions)


def test_words_complete(server):
    picture = NOTES + "  - image: a.png\n    occlude: []\n    mode: |"
    assert set(server.completions("cards", picture)) == {"hide-all", "hide-one"}
    assert set(server.completions("cards", LINE + "markup: |")) == {"markdown", "html", "text"}


def test_plain_text_is_offered_nothing(server):
    assert server.completions("cards", NOTES + "  - q: |") == {}


def test_the_fields_of_ones_own_note_types_complete_and_slips_are_reported(server):
    note = NOTES + "  - notetype: Country\n    fields:\n      "
    assert {"Country", "Capital"} <= set(server.completions("cards", note + "|"))
    assert server.problems("cards", note + "Kapital: Paris\n") == [
        "6: Property Kapital is not allowed."
    ]


def test_a_key_tells_what_it_means(server):
    hover = server.hover("cards", NOTES + "  - q: Who?\n    a: Armin\n    rev|erse: true\n")
    assert "makes a second card that asks the other way round" in hover


def test_settings_and_note_types_have_schemas_of_their_own(server):
    line = "# yaml-language-server: $schema=.schemas/settings.json\n"
    assert server.problems(".", line + "removed: kept\n") == [
        '2: Value is not accepted. Valid values: "empty", "keep".'
    ]
    line = "# yaml-language-server: $schema=../../.schemas/notetype.json\n"
    assert server.problems("cards/notetypes", line + COUNTRY) == []


def test_vs_codes_settings_do_without_the_line_in_the_file(server):
    note = "deck: A\nnotes:\n  - {q: x, a: y, revers: true}\n"
    assert server.problems("cards", note) == ["3: Property revers is not allowed."]
    assert server.problems("cards/verbs", note) == ["3: Property revers is not allowed."]
    assert server.problems("cards/notetypes", COUNTRY) == []
