"""Removed notes that nobody has: the example, forgotten ones, and packages without any."""

from __future__ import annotations

import pytest
from conftest import ProjectFolder

from flashdeck.compile.example import example_notes
from flashdeck.project.lockfile import parse_lock
from flashdeck.project.project import load_project
from flashdeck.scaffold.distribution import Source
from flashdeck.scaffold.start import start

DAY = 86_400


def ids(project, folder="build"):
    """Give the ids of the notes of each package, those of removed notes with a `-`."""
    from flashdeck.anki.read.apkg import read_apkg

    return {
        path.name: {("" if note.cards else "-") + note.guid for note in read_apkg(path).notes}
        for path in sorted((project.root / folder).glob("*.apkg"))
    }


def lock(project):
    return parse_lock("flashdeck.lock", project.read("flashdeck.lock"))[0]


@pytest.fixture
def begun(tmp_path):
    """A project as `init` leaves it, built once."""
    start(tmp_path / "spanish", Source("flashdeck"))
    project = ProjectFolder(tmp_path / "spanish")
    project.built()
    project.now += DAY
    return project


def test_every_note_of_the_example_is_known_under_any_name_of_its_deck(tmp_path):
    for folder, deck in (("spanish", None), ("x", "Some other::Deck")):
        start(tmp_path / folder, Source("flashdeck"))
        project = ProjectFolder(tmp_path / folder)
        if deck:
            project.replace("cards/moon.yaml", "deck: X::The Moon", f"deck: {deck}")
        project.built()
        settings = load_project(project.root)[0].settings
        entries = lock(project).notes.values()
        assert len(entries) == 7
        assert example_notes(settings.id, entries) == [*entries]


def test_an_example_that_is_replaced_leaves_nothing_behind(begun):
    (begun.root / "cards/moon.yaml").unlink()
    begun.write("cards/own.yaml", "deck: Code\nnotes:\n  - {q: a, a: b, id: own000000001}\n")
    (package,) = begun.built().packages
    assert ids(begun) == {"code.apkg": {"own000000001"}}
    assert (package.counts.removed, package.counts.tombstones) == (0, 0)
    assert [*lock(begun).notes] == ["own000000001"]


def test_an_example_that_is_replaced_in_its_package_leaves_nothing_behind(begun):
    (begun.root / "cards/moon.yaml").unlink()
    begun.write("cards/own.yaml", "deck: Spanish\nnotes:\n  - {q: a, a: b, id: own000000001}\n")
    begun.built()
    assert ids(begun) == {"spanish.apkg": {"own000000001"}}
    begun.now += DAY
    before = begun.read("flashdeck.lock")
    begun.built()
    assert begun.read("flashdeck.lock") == before


def test_an_example_that_is_only_deleted_leaves_nothing_behind(begun):
    (begun.root / "cards/moon.yaml").unlink()
    assert begun.built().packages == ()
    assert ids(begun) == {}
    assert lock(begun).notes == {}


def test_an_example_note_that_became_ones_own_is_removed_as_any_other(begun):
    source = begun.read("cards/moon.yaml")
    start, end = source.index("  - q: How far"), source.index("  # `reverse`")
    begun.replace("cards/moon.yaml", "thirty times the Earth's width", "30 widths of the Earth")
    begun.built()
    begun.now += DAY
    begun.write("cards/moon.yaml", source[:start] + source[end:])
    begun.built()
    (names,) = ids(begun).values()
    assert sum(name.startswith("-") for name in names) == 1


def test_an_example_note_edited_before_the_first_build_is_ones_own(tmp_path):
    start(tmp_path / "spanish", Source("flashdeck"))
    project = ProjectFolder(tmp_path / "spanish")
    project.replace("cards/moon.yaml", "How far away is the Moon?", "How far away is the Sun?")
    project.built()
    project.write("cards/moon.yaml", "deck: Spanish\nnotes:\n  - {q: a, a: b}\n")
    project.built()
    (names,) = ids(project).values()
    assert sum(name.startswith("-") for name in names) == 1


def test_a_name_in_the_lock_that_is_a_path_deletes_nothing_outside(begun):
    outside = begun.write("x.apkg", "mine")
    text = begun.read("flashdeck.lock").replace("spanish.apkg", "../x.apkg")
    begun.write("flashdeck.lock", text)
    (begun.root / "cards/moon.yaml").unlink()
    begun.build()
    assert outside.read_text() == "mine"


OWN = "deck: Code\nnotes:\n  - {q: a, a: b, id: code00000001}\n"
OTHER = "deck: Other\nnotes:\n  - {q: c, a: d, id: other0000001}\n"


@pytest.fixture
def only_removed(project):
    """A project whose package code.apkg has nothing but a removed note."""
    project.write("cards/code.yaml", OWN)
    project.write("cards/other.yaml", OTHER)
    project.built()
    project.now += DAY
    (project.root / "cards/code.yaml").unlink()
    return project


def test_a_package_of_nothing_but_removed_notes_is_reported_by_every_build(only_removed):
    for _ in range(4):
        (problem,) = only_removed.built().diagnostics
        assert (problem.rule, problem.severity.value) == ("only-removed", "info")
        assert problem.message == ("code.apkg has only 1 removed note, for learners who have them")
        assert problem.hint == "if nobody has them: flashdeck forget code.apkg"
        assert problem.span.path == "flashdeck.lock"
        only_removed.now += DAY


def test_one_package_for_all_decks_names_the_packages_to_forget(only_removed, tmp_path):
    (only_removed.root / "cards/other.yaml").unlink()
    (problem,) = only_removed.built(output=tmp_path / "all.apkg").diagnostics[-1:]
    assert problem.message.startswith("all.apkg has only 2 removed notes")
    assert problem.hint == "if nobody has them: flashdeck forget code.apkg other.apkg"


def test_a_package_with_other_notes_is_not_reported(only_removed):
    only_removed.write("cards/code.yaml", OWN.replace("code00000001", "code00000002"))
    assert only_removed.built().diagnostics == ()


def test_after_180_days_it_is_dropped_with_a_change_of_another_package(only_removed):
    only_removed.built()
    only_removed.now += 179 * DAY
    only_removed.replace("cards/other.yaml", "a: d", "a: e")
    only_removed.built()
    assert ids(only_removed)["code.apkg"] == {"-code00000001"}
    only_removed.now += 2 * DAY
    before = only_removed.read("flashdeck.lock")
    only_removed.built(frozen=True)
    only_removed.built()
    assert only_removed.read("flashdeck.lock") == before
    only_removed.replace("cards/other.yaml", "a: e", "a: f")
    assert only_removed.built().diagnostics == ()
    assert ids(only_removed) == {"other.apkg": {"other0000001"}}
    assert not (only_removed.root / "build/code.apkg").exists()
    assert [*lock(only_removed).notes] == ["other0000001"]


def test_a_package_that_only_held_an_example_is_not_written_for_all_decks_either(begun, tmp_path):
    (begun.root / "cards/moon.yaml").unlink()
    assert begun.built(output=tmp_path / "all.apkg").packages == ()
    assert not (tmp_path / "all.apkg").exists()
