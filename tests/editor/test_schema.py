"""The schemas agree with the readers: what builds is valid, unknown keys are not."""

from __future__ import annotations

import json
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from conftest import ROOT
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft7Validator
from yamlvalues import as_json

from flashdeck.cli.run import run
from flashdeck.diagnostics import Severity, Span
from flashdeck.editor import schemas
from flashdeck.editor.files import schema_texts
from flashdeck.editor.shapes import MARKUPS
from flashdeck.kinds.registry import ITEM, KINDS, LIMITS, MASK, NOTETYPE, SETTINGS, Shape
from flashdeck.model import Field, NoteType
from flashdeck.project.settings import Settings
from flashdeck.source.decks import read_decks
from flashdeck.source.note import SourceNoteType
from flashdeck.yamlnode import Limits, YamlFile, read_yaml

CASES = ROOT / "tests" / "cases" / "problems"
COUNTRY = """\
notetype: Country
fields: [Country, Capital, {name: Flag, size: 12}]
templates:
  - {name: Card, front: "{{Country}}", back: "{{Capital}}"}
"""


def errors(
    name: str,
    text: str,
    own: dict[str, list[str]] | None = None,
    short: dict[str, list[str]] | None = None,
) -> list[str]:
    """Return the errors of a schema for each document of a file."""
    validator = _validator(name, json.dumps(own or {}), json.dumps(short or {}))
    nodes = read_yaml("file.yaml", text.encode()).documents
    return [error.message for node in nodes for error in validator.iter_errors(as_json(node))]


@cache
def _validator(name: str, own: str, short: str) -> Draft7Validator:
    return Draft7Validator(schemas(json.loads(own), json.loads(short))[name])


@pytest.mark.parametrize("name", ["deck", "notetype", "settings"])
def test_each_schema_is_one(name):
    Draft7Validator.check_schema(schemas({"Country": ["Capital"]})[name])


def test_every_deck_that_ships_is_valid():
    decks = sorted((ROOT / "cards").glob("*.yaml"))
    assert len(decks) > 1
    assert {path.name: errors("deck", path.read_text("utf-8")) for path in decks} == {
        path.name: [] for path in decks
    }
    assert errors("settings", (ROOT / "flashdeck.yaml").read_text("utf-8")) == []


def _unknown_keys() -> list[Any]:
    params = []
    for path in sorted(CASES.glob("*.txt")):
        for section in path.read_text("utf-8").split("=== ")[1:]:
            title, _, rest = section.partition("\n")
            source, _, expected = rest.partition("--- expect\n")
            if "unknown-key" in expected:
                params.append(pytest.param(source, id=title))
    return params


@pytest.mark.parametrize("source", _unknown_keys())
def test_every_unknown_key_is_one_for_the_schema(source):
    assert errors("deck", source) != []


FIELDS = ("Country", "Capital", "Flag")
OWN_TYPE = NoteType(1, "Country", tuple(Field(name) for name in FIELDS), ())
OWN = {
    "Country": SourceNoteType(
        OWN_TYPE, Span.point("country.yaml"), YamlFile("country.yaml", "", (), ())
    )
}


def _flow(items: list[str]) -> str:
    return f"[{', '.join(items)}]"


WORDS = st.sampled_from(["x", "'x y'", "no", "012", "1:30", "1e3", "~", "2024-01-01", "'true'"])
FLAG = st.sampled_from(["true", "FALSE", "'true'", "True", "false"])
# Of each shape what a reader takes.
GOOD: dict[Shape, st.SearchStrategy[str]] = {
    Shape.TEXT: WORDS,
    Shape.TEXTS: st.just("[x, 012, '7']"),
    Shape.ANSWER: st.one_of(st.just("x"), WORDS),
    Shape.FLAG: FLAG,
    Shape.TYPED: st.one_of(FLAG, WORDS.filter(lambda one: one != "no")),
    Shape.PLACE: st.sampled_from(["[10%, 10.5 %, '20%', 10%]", "[0%, 0%, 100%, 007%]"]),
    Shape.TAGS: st.sampled_from(["[a, b::c]", "[2024, 'x', ~]", "[]", ""]),
    Shape.FIELDS: st.sampled_from(["{Country: France, Capital: 7}", "{Flag: , Capital: ~}"]),
    Shape.ID: st.sampled_from(["f3k9x2m7qa8w", "12345678", "'0000000000'"]),
    Shape.MARKUP: st.sampled_from(MARKUPS),
    Shape.DECK: st.sampled_from(["Deck", "'::Below'", "2024"]),
    Shape.NUMBER: st.sampled_from(["1", "'12'", "1_0", "007"]),
    Shape.SPEECH: st.sampled_from(["fr_FR", "'de_DE voices=A,B speed=.8'", "{}"]),
}
BAD = st.sampled_from(["", "{}", "[]", "[[x]]", "{x: y}", "yes", "''", "0", "[5]", "[1%, 2%]"])


def _mapping(keys: Any, others: st.SearchStrategy[str] | None = None) -> st.SearchStrategy[str]:
    """Write mappings of some of these keys, with all that are required."""
    inner = {Shape.MASKS: MASK, Shape.ITEMS: ITEM} if keys not in (MASK, ITEM) else {}
    lists = {
        shape: st.lists(_mapping(part, others), min_size=1, max_size=2).map(_flow)
        for shape, part in inner.items()
    }
    shapes = GOOD | lists
    named = {
        key.name: st.one_of(shapes.get(key.shape, st.sampled_from(key.words or ("x",))), others)
        if others is not None
        else shapes.get(key.shape, st.sampled_from(key.words or ("x",)))
        for key in keys
    }
    if "notetype" in named:
        named["notetype"] = st.just("Country")
    least = {key.name: named.pop(key.name) for key in keys if key.required}
    if others is not None:
        named |= least | {"lable": WORDS}
        least = {}
    mappings = st.fixed_dictionaries(least, optional=named)
    return mappings.map(lambda note: "{" + ", ".join(f"{k}: {v}" for k, v in note.items()) + "}")


def _read(note: str) -> tuple[set[str], list[str]]:
    """Give the rules that a note breaks, and what the schema says of it."""
    text = f"deck: Deck\nnotetype: Country\nnotes:\n- {note}\n"
    _, problems = read_decks(read_yaml("a.yaml", text.encode()), "Deck", "markdown", OWN)
    rules = {problem.rule for problem in problems if problem.severity is Severity.ERROR}
    return rules, errors("deck", text, {"Country": list(FIELDS)})


@settings(max_examples=200)
@given(note=st.one_of(*(_mapping(kind.keys) for kind in KINDS)))
def test_what_the_reader_takes_is_valid(note):
    rules, messages = _read(note)
    # What only reading can know: choices and answers that don't fit, labels to type, twin masks.
    known = {"no-such-choice", "typed-choices", "missing-key", "duplicate-n", "group-n"}
    known |= {"duplicate-choice"}
    assert rules <= known, (note, rules)
    assert messages == []


ALL_KEYS = tuple({key.name: key for kind in KINDS for key in kind.keys}.values())
RULES_OF_SHAPES = {
    "unknown-key",
    "unknown-field",
    "unknown-word",
    "no-kind",
    "not-a-flag",
    "not-a-list",
    "not-a-mapping",
    "not-a-note",
    "not-text",
}


@settings(max_examples=200)
@given(note=st.one_of(*(_mapping(keys, BAD) for keys in (ALL_KEYS, *(k.keys for k in KINDS)))))
def test_what_breaks_a_rule_of_keys_and_shapes_is_invalid(note):
    rules, messages = _read(note)
    if rules & RULES_OF_SHAPES:
        assert messages != [], (note, rules)
    if not rules:
        assert messages == [], note


def test_a_note_type_is_valid_and_its_slips_are_not():
    assert errors("notetype", COUNTRY) == []
    assert errors("notetype", COUNTRY.replace("fields:", "field:")) != []
    assert errors("notetype", COUNTRY.replace("size:", "sise:")) != []
    assert errors("notetype", COUNTRY.replace("front:", "frnt:")) != []
    assert errors("notetype", COUNTRY + "kind: clozes\n") != []
    sized = "size: 12"
    assert errors("notetype", COUNTRY.replace(sized, f"{sized}, id: -42")) == []
    assert errors("notetype", COUNTRY.replace(sized, f"{sized}, id: x42")) != []


def test_settings_are_valid_and_their_slips_are_not():
    good = (
        "id: nzcq86nza31542tk\nname: 2024\nremoved: keep\npackages: {a.apkg: [A, 7]}\n"
        "rules: {leech: off}\nlimits: {size: 1_000}\ncss: x.css\nmarkup: html\n"
        "resend_days: 0\n"
    )
    assert errors("settings", good) == []
    for old, new in (
        ("name", "nmae"),
        ("keep", "kept"),
        ("a.apkg", "a.zip"),
        ("off", "of"),
        ("size", "sise"),
        ("1_000", "none"),
        ("html", "htm"),
        ("days: 0", "days: -1"),
        ("days: 0", "days: never"),
    ):
        assert errors("settings", good.replace(old, new)) != [], new


def test_fields_are_those_of_the_note_type_that_the_note_or_its_document_names():
    own = {"Country": ["Country", "Capital"], "Verb": ["Infinitive"]}
    good = "deck: A\nnotetype: Country\nnotes:\n- fields: {Capital: Paris}\n"
    assert errors("deck", good, own) == []
    assert errors("deck", good.replace("Capital", "Kapital"), own) != []
    named = "deck: A\nnotetype: Country\nnotes:\n- {notetype: Verb, fields: {Infinitive: go}}\n"
    assert errors("deck", named, own) == []
    assert errors("deck", named.replace("Infinitive", "Capital"), own) != []


def test_short_keys_are_known_where_the_reader_knows_them():
    own = {"Country": ["Country", "Capital"], "Verb": ["Infinitive"]}
    short = {"Country": ["land", "a"]}

    def messages(text: str) -> list[str]:
        return errors("deck", text, own, short)

    good = "deck: A\nnotetype: Country\nnotes:\n- {land: Peru, a: Lima, tags: [x], markup: html}\n"
    assert messages(good) == []
    assert messages(good.replace("a: Lima", "b: Lima")) != []
    assert messages(good.replace("Country", "Verb")) != []
    assert messages(good.replace("{land", "{notetype: Verb, land")) != []
    assert messages(good.replace("land: Peru, a: Lima", "q: x, a: y")) != []  # `a` is a field here
    assert messages(good.replace("land: Peru, a: Lima", "fields: {Capital: Lima}")) == []
    assert messages(good.replace("land: Peru, a: Lima", "cloze: '{{c1::x}}'")) == []
    named = "notes:\n- {notetype: Country, land: Peru}\n- {q: x, a: y}\n"
    assert messages(named) == []
    assert messages(named.replace("q: x", "land: x")) != []


def test_the_schemas_words_are_the_readers():
    assert {key.name for key in LIMITS} == {one.name for one in fields(Limits)}
    assert {key.name for key in SETTINGS} == {one.name for one in fields(Settings)} - {
        "yaml",
        "css_file",
    }
    assert any(key.words for key in NOTETYPE)


def test_every_key_says_what_it_means():
    deck = schemas({})["deck"]["definitions"]
    assert deck["question"]["properties"]["reverse"]["markdownDescription"] == (
        "`true` makes a second card that asks the other way round.\n\n*true or false*"
    )


def test_schema_prints_one_and_writes_all_with_the_fields_of_the_project(
    project, capsys, monkeypatch
):
    project.write("cards/notetypes/country.yaml", COUNTRY)
    monkeypatch.chdir(project.root)
    assert run(["schema", "settings"]) == 0
    assert json.loads(capsys.readouterr().out)["title"] == "Settings of a flashdeck project"
    assert run(["schema", "-o", ".schemas"]) == 0
    assert capsys.readouterr().out.split() == [
        str(Path(".schemas", f"{name}.json")) for name in ("deck", "notetype", "settings")
    ]
    assert '"Capital"' in project.read(".schemas/deck.json")


def test_schema_needs_no_project(tmp_path, capsys):
    assert run(["schema", "-C", str(tmp_path)]) == 0
    assert "reverse" in capsys.readouterr().out


def test_a_build_refreshes_the_schemas_when_a_note_type_changes(project):
    project.write("cards/a.yaml", "deck: A\nnotes:\n  - {q: q, a: a}\n")
    project.built()
    assert not (project.root / ".schemas").exists()  # nobody asked for it
    assert run(["schema", "-C", str(project.root), "-o", str(project.root / ".schemas")]) == 0
    project.write("cards/notetypes/country.yaml", COUNTRY)
    result = project.built()
    assert '"Capital"' in project.read(".schemas/deck.json")
    assert project.root / ".schemas/deck.json" in result.written
    assert project.root / ".schemas/settings.json" not in result.written
    project.replace("cards/notetypes/country.yaml", "Capital", "Main city")
    project.built(frozen=True)
    assert '"Capital"' in project.read(".schemas/deck.json")  # a frozen build writes only packages
    project.built()
    assert '"Main city"' in project.read(".schemas/deck.json")
    (project.root / ".schemas/deck.json").unlink()
    project.replace("cards/notetypes/country.yaml", "Main city", "Capital")
    assert '"Main' not in project.read(".schemas/notetype.json")
    project.built()
    assert not (project.root / ".schemas/deck.json").exists()


def test_a_build_leaves_other_files_in_the_folder_of_schemas_alone(project, tmp_path):
    project.write("cards/a.yaml", "deck: A\nnotes:\n  - {q: q, a: a}\n")
    project.write(".schemas/deck.json", '{"title": "My own"}')
    (tmp_path / "elsewhere.json").write_text(schema_texts(project.root)["settings"] + "\n")
    (project.root / ".schemas/settings.json").symlink_to(tmp_path / "elsewhere.json")
    before = (tmp_path / "elsewhere.json").read_text()
    project.built()
    assert project.read(".schemas/deck.json") == '{"title": "My own"}'
    assert (tmp_path / "elsewhere.json").read_text() == before


def test_a_text_may_have_its_language():
    part = "{text: un, speak: fr_FR}"
    for note in (f"{{q: {part}, a: {part}}}", f"{{fields: {{Country: {part}}}}}"):
        assert _read(note) == (set(), [])
    assert _read("{q: {text: un, say: fr_FR}, a: one}")[1] != []


def test_a_pattern_may_have_columns_wherever_a_note_has_a_value():
    head = "deck: D\ntable:\n  file: a.csv\n  make:\n    - name: past\n"
    good = (
        head + '      q: "{{a}}"\n      a: "{{b}}"\n      reverse: "{{c}}"\n      tags: "{{t}}"\n'
    )
    assert errors("deck", good + "      when: [a, b]\n") == []
    assert errors("deck", good + "      revers: true\n") != []
    assert errors("deck", good.replace("name: past\n      ", "")) != []
    assert (
        errors("deck", good.replace("name: past", "name: past\n      occlude: [{label: 1}]")) != []
    )
