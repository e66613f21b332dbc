"""The shipped decks in the real Anki."""

from __future__ import annotations

import json
import re
import shutil

import pytest
from conftest import NOW, ROOT, ProjectFolder
from real_anki import Learner

from flashdeck.compile.compiler import compile_project
from flashdeck.kinds.registry import COMMON, KINDS
from flashdeck.project.project import load_project
from flashdeck.rendered_cards import cards
from flashdeck.source.note import Texts


@pytest.fixture
def shipped(tmp_path):
    """A copy of the repository's own project with the committed lock."""
    for name in ("cards", "flashdeck.yaml", "flashdeck.lock"):
        source = ROOT / name
        (shutil.copytree if source.is_dir() else shutil.copy)(source, tmp_path / name)
    latest = max(
        int(time) for time in re.findall(r"\t(\d{10})\b", (ROOT / "flashdeck.lock").read_text())
    )
    return ProjectFolder(tmp_path, now=max(NOW, latest + 1000))


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


def package_of(shipped, name):
    return next(package for package in shipped.built().packages if package.path.name == name)


def compiled_at(root):
    project, _ = load_project(root)
    compiled, problems = compile_project(project)
    assert problems == []
    return compiled


def test_its_ids_and_its_lock_are_committed(shipped):
    built = shipped.build(frozen=True)
    assert built.diagnostics == ()


def test_there_are_enough_notes_of_every_kind(shipped):
    notes = [item.note for item in compiled_at(shipped.root).notes]
    kinds = [note.kind.name for note in notes if note.deck.startswith("Flask")]
    assert len(kinds) >= 30
    assert kinds.count("cloze") >= 5
    assert sum(note.values.get("reverse") is True for note in notes) >= 3


def test_the_tour_shows_every_key_of_every_built_in_kind(shipped):
    notes = [item.note for item in compiled_at(shipped.root).notes if item.note.deck == "Tour"]
    for kind in KINDS:
        if kind.notetype:
            own = [set(note.values) for note in notes if note.kind is kind]
            keys = {key.name for key in kind.keys} - {key.name for key in COMMON}
            assert keys - set().union(*own) - {"extra", "hint", "typed"} == set()
    drawn = [note.values["occlude"] for note in notes if "occlude" in note.values]
    masks = [mask for each in drawn for mask in each.masks]
    assert {mask.shape for mask in masks} == {"rectangle", "ellipse"}
    assert any(mask.group for mask in masks)
    assert any(isinstance(note.values.get("a"), Texts) for note in notes)
    assert any(
        "choices" in note.values and not isinstance(note.values["a"], Texts) for note in notes
    )


@pytest.mark.parametrize("name", ["flask.apkg", "tour.apkg"])
def test_anki_imports_all_of_it(shipped, learner, name):
    package = package_of(shipped, name)
    imported = learner.import_package(package.path)
    assert imported == (package.notes, 0, 0, 0)
    assert len(learner.guids()) == package.notes
    assert learner.card_count() == package.cards
    assert set(learner.decks()) >= set(package.decks)
    assert name.removesuffix(".apkg") in learner.tags()
    assert learner.empty_cards() == []
    assert learner.check_database() == ""
    assert len(learner.media()) == package.media


def test_anki_renders_every_card_the_same(shipped, learner):
    for package in shipped.built().packages:
        learner.import_package(package.path)
    for card in cards(compiled_at(shipped.root).collection):
        shown = learner.render(card.note.guid, card.card.ordinal)
        assert (shown.question, shown.answer) == (card.question, card.answer)
        assert learner.card(card.note.guid, card.card.ordinal).deck == card.card.deck
        assert learner.note(card.note.guid).fields == card.note.fields
        assert set(learner.note(card.note.guid).tags) == set(card.note.tags)


def test_one_edit_updates_that_note_and_keeps_every_review(shipped, learner):
    package = package_of(shipped, "flask.apkg")
    learner.import_package(package.path)
    guids = learner.guids()
    for guid in guids:
        learner.answer(guid)
    before = {
        guid: (learner.note(guid), learner.cards(guid), learner.review_log(guid)) for guid in guids
    }

    shipped.now += 86_400
    shipped.replace("cards/flask.yaml", "a: Armin Ronacher\n", "a: Armin Ronacher, in 2010\n")
    package = package_of(shipped, "flask.apkg")
    assert learner.import_package(package.path) == (0, 1, len(guids) - 1, 0)
    changed = []
    for guid, (note, cards_before, reviews) in before.items():
        assert learner.cards(guid) == cards_before
        assert learner.review_log(guid) == reviews
        if learner.note(guid) != note:
            changed.append(learner.note(guid).fields[1])
    assert changed == ["Armin Ronacher, in 2010"]


def test_an_import_of_the_same_build_changes_nothing(shipped, learner):
    package = package_of(shipped, "flask.apkg")
    learner.import_package(package.path)
    assert learner.import_package(package.path) == (0, 0, package.notes, 0)


def test_the_lock_is_readable_text():
    lines = (ROOT / "flashdeck.lock").read_text().splitlines()
    assert [line.split("\t")[0] for line in lines[1:3]] == ["format", "project"]
    assert lines[3:] == sorted(lines[3:], key=lambda line: line.split("\t")[:1])
    assert json.loads(next(line for line in lines if line.startswith("notetype")).split("\t")[2])
