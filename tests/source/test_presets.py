"""Deck options in the sources: what is read, and each mistake at its place."""

from __future__ import annotations

import json
import sqlite3
from zipfile import ZipFile

import pytest

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.compile.compiler import compile_project
from flashdeck.editor.schemas import schemas
from flashdeck.project.project import load_project

NOTES = "notes:\n  - {q: sol, a: sun, id: f3k9x2m7qa8w}\n"


def presets(project):
    """The presets of the decks by name."""
    compiled, _ = compile_project(load_project(project.root)[0])
    return {deck.name: deck.preset for deck in compiled.collection.decks}


def test_every_option_is_read(project):
    project.write(
        "cards/a.yaml",
        "deck: Spanish\npreset:\n  name: Gentle\n  new_per_day: 10\n  reviews_per_day: 0\n"
        "  retention: 85 %\n  order: random\n  steps: [30s, 1m, 2h]\n  relearning_steps: []\n"
        "  leech_threshold: 5\n  leeches: suspend\n  bury: true\n" + NOTES,
    )
    assert project.check() == []
    preset = presets(project)["Spanish"]
    assert preset.name == "Gentle"
    assert preset.chosen == {
        "new_per_day": 10,
        "reviews_per_day": 0,
        "retention": 85,
        "order": "random",
        "steps": (30, 60, 7200),
        "relearning_steps": (),
        "leech_threshold": 5,
        "leeches": "suspend",
        "bury": True,
    }


def test_subdecks_have_the_options_of_the_nearest_deck_with_some(project):
    project.write("cards/a.yaml", "deck: Spanish\npreset: {new_per_day: 10}\nnotes: []\n")
    project.write("cards/b.yaml", "deck: Spanish::Verbs::Past\n" + NOTES)
    project.write(
        "cards/c.yaml",
        "deck: Spanish::Food\npreset: {new_per_day: 5}\nnotes:\n  - {q: pan, a: bread}\n",
    )
    found = presets(project)
    assert [*found] == ["Spanish", "Spanish::Food", "Spanish::Verbs", "Spanish::Verbs::Past"]
    assert found["Spanish"] == found["Spanish::Verbs"] == found["Spanish::Verbs::Past"]
    assert found["Spanish"].name == "Spanish"
    assert found["Spanish::Food"].new_per_day == 5


def test_the_id_follows_from_the_contents(project):
    project.write("cards/a.yaml", "deck: Spanish\npreset: {new_per_day: 10}\n" + NOTES)
    project.build()
    first = presets(project)["Spanish"].id
    project.replace("cards/a.yaml", "10", "11")
    second = presets(project)["Spanish"].id
    project.replace("cards/a.yaml", "{new_per_day: 11}", "{order: deck, new_per_day: 10}")
    assert second != first == presets(project)["Spanish"].id


@pytest.mark.parametrize("given", ["", "preset: {new_per_day: 7}\n"])
def test_a_build_with_the_cache_has_the_same_options(project, given):
    project.write("cards/a.yaml", f"deck: Spanish\n{given}{NOTES}")
    first = project.build().packages[0].path.read_bytes()
    again = project.build().packages[0].path
    assert again.read_bytes() == first
    (deck,) = read_apkg(again).decks
    assert (deck.preset.new_per_day if deck.preset else None) == (7 if given else None)


def test_changed_options_are_a_revision_without_changed_notes(project):
    project.write("cards/a.yaml", "deck: Spanish\npreset: {new_per_day: 10}\n" + NOTES)
    project.build()
    project.replace("cards/a.yaml", "10", "11")
    project.now += 1_000
    (package,) = project.build().packages
    assert (package.counts.unchanged, package.counts.changed) == (1, 0)
    (deck,) = read_apkg(package.path).decks
    assert deck.preset.new_per_day == 11


@pytest.mark.parametrize(
    ("options", "rule", "at"),
    [
        ("10", "not-a-mapping", "2:9"),
        ("{new: 10}", "unknown-key", "2:10"),
        ("{new_per_day: few}", "not-a-number", "2:23"),
        ("{new_per_day: 10000}", "not-a-number", "2:23"),
        ("{leech_threshold: 0}", "not-a-number", "2:27"),
        ("{retention: 0.9}", "not-a-percentage", "2:21"),
        ("{retention: 100%}", "not-a-percentage", "2:21"),
        ("{steps: 1m}", "not-a-list", "2:17"),
        ("{steps: [1m, 10]}", "not-a-time", "2:22"),
        ("{steps: [0m]}", "not-a-time", "2:18"),
        ("{order: shuffled}", "unknown-word", "2:17"),
        ("{bury: yes}", "not-a-flag", "2:16"),
        ("{name: ''}", "empty", "2:10"),
    ],
)
def test_a_mistake_is_reported_at_its_place(project, options, rule, at):
    project.write("cards/a.yaml", f"deck: Spanish\npreset: {options}\n{NOTES}")
    (problem,) = project.check()
    assert (problem.rule, f"{problem.span.line}:{problem.span.column}") == (rule, at)


def test_a_deck_with_two_presets_is_an_error(project):
    project.write("cards/a.yaml", "deck: Spanish\npreset: {bury: true}\n" + NOTES)
    project.write("cards/b.yaml", "deck: Spanish\npreset: {bury: true}\nnotes: []\n")
    (problem,) = project.check()
    assert problem.rule == "deck-preset"
    assert "cards/a.yaml:1" in problem.message


def test_the_schema_knows_the_options():
    properties = schemas({})["deck"]["properties"]["preset"]["properties"]
    assert properties["order"]["enum"] == ["deck", "position", "random"]


def test_fmt_orders_the_options(project):
    project.write("cards/a.yaml", f"deck: S\npreset: {{bury: true, new_per_day: 5}}\n{NOTES}")
    assert run(["fmt", "-C", str(project.root), "-q"]) == 0
    assert "preset: {new_per_day: 5, bury: true}\n" in project.read("cards/a.yaml")


def test_a_package_without_options_has_only_the_default_of_anki(project):
    project.write("cards/a.yaml", "deck: Spanish\n" + NOTES)
    package = project.build().packages[0].path
    with ZipFile(package) as archive:
        database = sqlite3.connect(":memory:")
        database.deserialize(archive.read("collection.anki2"))
    decks, presets = map(json.loads, database.execute("SELECT decks, dconf FROM col").fetchone())
    assert {deck["conf"] for deck in decks.values()} == {1}
    assert [*presets] == ["1"]


def test_an_import_and_an_export_keep_the_options(project, tmp_path):
    project.write(
        "cards/a.yaml",
        "deck: Spanish\npreset: {retention: 85%, steps: [90s, 2d], relearning_steps: []}\n" + NOTES,
    )
    package = project.build().packages[0].path
    assert run(["import", str(package), "-o", str(tmp_path / "new"), "-q"]) == 0
    text = "preset: {name: Spanish, retention: 85%, steps: [90s, 2d], relearning_steps: []}"
    assert text in (tmp_path / "new/cards/spanish.yaml").read_text()
    assert (
        run(["export", str(tmp_path / "out"), "--to", "json", "-C", str(project.root), "-q"]) == 0
    )
    (exported,) = (tmp_path / "out").glob("*.json")
    assert run(["import", str(exported), "-o", str(tmp_path / "json"), "-q"]) == 0
    assert text in (tmp_path / "json/cards/spanish.yaml").read_text()


def test_a_diff_names_the_decks_with_new_options(project, tmp_path, capsys):
    project.write("cards/a.yaml", "deck: Spanish\npreset: {bury: true}\n" + NOTES)
    old = tmp_path / "old.apkg"
    old.write_bytes(project.build().packages[0].path.read_bytes())
    project.replace("cards/a.yaml", "bury: true", "bury: true, name: Gentle")
    assert run(["diff", str(old), "-C", str(project.root)]) == 0
    shown = capsys.readouterr().out
    assert "1 deck with new options" in shown
    assert "Tick “Import any deck presets”" in shown
    assert run(["diff", str(old), "-C", str(project.root), "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["decks"]["presets"] == [{"deck": "Spanish", "preset": "Gentle"}]
