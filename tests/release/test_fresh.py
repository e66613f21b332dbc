"""`--fresh`: packages without removed notes, for newcomers. The real Anki imports both kinds."""

from __future__ import annotations

import zipfile
from dataclasses import replace

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError

DAY = 86_400
PNG = b"\x89PNG\r\n"
LAND = """\
notetype: Land
fields: [A, B]
css: ".land {background: url(media/land.png)}"
templates:
  - {name: Card, front: "{{A}}", back: "{{B}}"}
"""


@pytest.fixture
def removed(two_notes):
    """A project of one package with an edited note and a removed one, of a type of its own."""
    two_notes.write("cards/notetypes/land.yaml", LAND)
    two_notes.write("cards/notetypes/media/land.png", "").write_bytes(PNG)
    land = two_notes.write(
        "cards/land.yaml",
        "deck: Flask\nnotetype: Land\nnotes:\n  - {fields: {A: x, B: y}, id: land00000001}\n",
    )
    two_notes.built()
    two_notes.now += DAY
    land.unlink()
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    two_notes.built()
    two_notes.now += DAY
    return two_notes


def two_packages(project):
    """Add a second package to a project, and a third of nothing but a removed note."""
    project.write("cards/es.yaml", "deck: Es\nnotes:\n  - {q: sí, a: yes!, id: es0000000001}\n")
    gone = project.write("cards/x.yaml", "deck: X\nnotes:\n  - {q: x, a: y, id: x00000000001}\n")
    project.built()
    gone.unlink()
    project.now += DAY
    project.built()


def test_it_is_the_package_without_removed_notes(removed, tmp_path):
    lock = removed.read("flashdeck.lock")
    target = tmp_path / "new.apkg"
    result = removed.built(fresh=target)
    whole, fresh = read_apkg(removed.package), read_apkg(target)
    assert [note.guid for note in whole.notes if not note.cards] == ["land00000001"]
    assert fresh == replace(
        whole,
        notes=tuple(note for note in whole.notes if note.cards),
        notetypes=tuple(one for one in whole.notetypes if one.name != "Land"),
        media=(),
    )
    assert len(whole.media) == 1
    ((path, notes, counts),) = [(one.path, one.notes, one.counts.new) for one in result.fresh]
    assert (path, notes, counts) == (target, 2, 2)
    assert removed.read("flashdeck.lock") == lock


def test_without_removed_notes_both_are_the_same_bytes(two_notes, tmp_path):
    two_notes.built(fresh=tmp_path / "new.apkg")
    assert (tmp_path / "new.apkg").read_bytes() == two_notes.package.read_bytes()


def test_it_is_written_also_when_nothing_has_changed(removed, tmp_path):
    target = tmp_path / "new.apkg"
    removed.built(fresh=target)
    first = target.read_bytes()
    target.unlink()
    package = removed.package.read_bytes()
    removed.built()
    assert not target.exists()
    removed.built(fresh=target, frozen=True)
    assert (target.read_bytes(), removed.package.read_bytes()) == (first, package)


def test_of_several_packages_the_name_says_which(removed, tmp_path):
    two_packages(removed)
    with pytest.raises(FlashdeckError) as refused:
        removed.build(fresh=tmp_path / "new.apkg")
    assert str(refused.value) == "new.apkg can be only one of the packages: es.apkg, flask.apkg"
    assert refused.value.hint == "give the file the name of one, or name a folder for all"
    removed.built(fresh=tmp_path / "es.apkg")
    assert [note.guid for note in read_apkg(tmp_path / "es.apkg").notes] == ["es0000000001"]


def test_a_folder_takes_all_packages_that_have_notes(removed, tmp_path):
    two_packages(removed)
    folder = tmp_path / "first"
    folder.mkdir()
    removed.built(fresh=folder)
    assert sorted(path.name for path in folder.iterdir()) == ["es.apkg", "flask.apkg"]
    assert all(note.cards for path in folder.iterdir() for note in read_apkg(path).notes)


def test_with_one_package_for_all_decks_there_is_no_doubt(removed, tmp_path):
    two_packages(removed)
    removed.built(output=tmp_path / "all.apkg", fresh=tmp_path / "new.apkg")
    assert len(read_apkg(tmp_path / "new.apkg").notes) == 3


@pytest.mark.parametrize("name", ["collection.apkg", "new.zip", "nul.apkg", "backup-1.apkg"])
def test_names_are_refused_as_for_output(two_notes, tmp_path, name):
    for option in ("output", "fresh"):
        with pytest.raises(FlashdeckError, match="name"):
            two_notes.build(**{option: tmp_path / name})
    assert not two_notes.root.joinpath("flashdeck.lock").exists()


@pytest.mark.parametrize("path", ["build", "build/new.apkg", "build/flask.apkg"])
def test_it_is_not_written_beside_the_others(removed, path):
    with pytest.raises(FlashdeckError, match="can't be in build/, beside the others"):
        removed.build(fresh=removed.root / path)


def test_it_is_not_the_output(removed, tmp_path):
    target = tmp_path / "all.apkg"
    with pytest.raises(FlashdeckError, match="is written twice"):
        removed.build(output=target, fresh=target)
    assert not target.exists()


def test_a_project_without_notes_has_nothing_for_newcomers(removed, tmp_path):
    (removed.root / "cards/flask.yaml").unlink()
    with pytest.raises(FlashdeckError, match=r"there are no notes for new\.apkg"):
        removed.build(fresh=tmp_path / "new.apkg")


def seen(learner, collection):
    """Give what a learner has of the notes of a package: texts, tags, times, and cards."""
    guids = [note.guid for note in collection.notes if note.cards]
    return {guid: (learner.note(guid), learner.cards(guid)) for guid in guids}


@pytest.mark.parametrize("first", ["fresh", "whole"])
def test_importing_one_after_the_other_changes_nothing(removed, tmp_path, first):
    removed.built(fresh=tmp_path / "new.apkg")
    both = [tmp_path / "new.apkg", removed.package]
    (before, after) = both if first == "fresh" else reversed(both)
    collection = read_apkg(before)
    with Learner() as learner:
        learner.import_package(before)
        guid = next(note.guid for note in collection.notes if note.cards)
        learner.answer(guid)
        held, cards, types = seen(learner, collection), learner.card_count(), learner.notetypes()
        done = learner.import_package(after)
        assert (done.updated, done.conflicting) == (0, 0)
        assert done.new == (first == "fresh")  # the removed note, which has no cards
        assert seen(learner, collection) == held
        assert (learner.card_count(), learner.empty_cards()) == (cards, [])
        assert learner.notetypes() >= types
        learner.import_package(before)
        assert seen(learner, collection) == held


def test_check_database_makes_no_card_for_newcomers(removed, tmp_path):
    removed.built(fresh=tmp_path / "new.apkg")
    for path, decks in ((tmp_path / "new.apkg", 0), (removed.package, 1)):
        with Learner() as learner:
            learner.import_package(path)
            learner.check_database()
            assert learner.decks().get("Default", 0) == decks
            assert len(learner.empty_cards()) == decks


def test_the_command_prints_both_paths(removed, monkeypatch, capsys):
    monkeypatch.chdir(removed.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(removed.now))
    assert run(["build", "--fresh", "../new.apkg"]) == 0
    out, err = capsys.readouterr()
    assert [line.rpartition("/")[2] for line in out.splitlines()] == ["flask.apkg", "new.apkg"]
    assert err.endswith("  2 notes, 3 cards (2 new)\n")
    assert zipfile.is_zipfile(removed.root.parent / "new.apkg")
