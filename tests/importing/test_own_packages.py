"""Packages that flashdeck built, imported by an author who lost the sources."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from conftest import NOW
from real_anki import Learner

import flashdeck
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.importing.importer import import_file
from flashdeck.importing.markdown import is_same

TOUR = Path(flashdeck.__file__).parents[1] / "cards"


@pytest.fixture
def tour(project):
    shutil.copy(TOUR / "tour.yaml", project.root / "cards")
    shutil.copytree(TOUR / "media", project.root / "cards/media")
    project.write("flashdeck.yaml", "name: My tour\ncss: '.card { color: navy }'\n")
    return project


def restored(project, package, root):
    done = import_file(package, root, now=project.now)
    return done, replace(project, root=root)


def notes_in(root):
    documents = yaml.safe_load_all((root / "cards/tour.yaml").read_text("utf-8"))
    return {note["id"]: note for document in documents for note in document["notes"]}


def test_sources_come_back_from_a_package(tour, tmp_path):
    (built,) = tour.built().packages
    done, again = restored(tour, built.path, tmp_path / "again")
    (made,) = again.built().packages
    counts = made.counts
    assert (counts.new, counts.changed, counts.unchanged) == (0, 0, done.new)
    before, after = read_apkg(built.path), read_apkg(made.path)
    assert after.notetypes == before.notetypes
    for old, new in zip(before.notes, after.notes, strict=True):
        assert (new.guid, new.id, new.mod, new.tags) == (old.guid, old.id, old.mod, old.tags)
        assert is_same(new.fields, old.fields)
    own, theirs = notes_in(again.root), notes_in(tour.root)
    assert own.keys() == theirs.keys()
    for guid, note in theirs.items():
        assert own[guid].keys() - {"tags", "markup"} == note.keys() - {"tags"}, note
    in_html = [guid for guid, note in own.items() if note.get("markup") == "html"]
    assert len(in_html) <= 1
    assert "| `uuid` | UUID strings |" in own["m55a0jf440mw"]["a"]
    assert own["8eab0ka1dzmv"]["a"].startswith("باريس (Paris)\n\n- ")
    assert own["4qmfx83s23he"]["a"] == ["`request`", "`session`"]
    assert own["n5teab12w3p2"]["occlude"][4]["group"] == own["n5teab12w3p2"]["occlude"][5]["group"]
    assert "```python\n" in own["vs5478crgxmm"]["cloze"]


def test_a_restored_project_is_unchanged_for_learners(tour, tmp_path):
    with Learner() as learner:
        (built,) = tour.built().packages
        learner.import_package(built.path)
        _, again = restored(tour, built.path, tmp_path / "again")
        again.replace("cards/tour.yaml", "Armin Ronacher", "Armin")
        (made,) = replace(again, now=NOW + 99).built().packages
        count = learner.import_package(made.path)
        assert (count.new, count.updated, count.conflicting) == (0, 1, 0)


def test_another_project_and_new_notes_of_it_go_on(tour, tmp_path):
    """As long as the ids of the note types stay, Anki takes every later edit."""
    (built,) = tour.built().packages
    _, again = restored(tour, built.path, tmp_path / "again")
    again.write("cards/more.yaml", "deck: Tour::More\nnotes:\n  - q: new\n    a: note\n")
    packages = replace(again, now=NOW + 99).built().packages
    assert [package.counts.new for package in packages] == [1]
    assert read_apkg(packages[0].path).notetypes == read_apkg(built.path).notetypes
    settings = (again.root / "flashdeck.yaml").read_text("utf-8")
    assert "name: My tour\n" in settings
    assert ".card { color: navy }" in (again.root / "cards/media/style.css").read_text("utf-8")


def test_the_style_of_another_release_is_updated(tour, tmp_path):
    (built,) = tour.built().packages
    package = read_apkg(built.path)
    older = tuple(replace(kind, css=".card {}" + kind.css) for kind in package.notetypes)
    path = tmp_path / "older.apkg"
    with path.open("w+b") as out:
        write_apkg(replace(package, notetypes=older), out)
    _, again = restored(tour, path, tmp_path / "again")
    (made,) = replace(again, now=NOW + 99).built().packages
    assert made.counts.changed == 0
    after = read_apkg(made.path).notetypes
    assert [kind.css for kind in after] == [kind.css for kind in package.notetypes]
    assert all(new.mod > old.mod for new, old in zip(after, older, strict=True))


def test_a_note_that_no_build_makes_keeps_its_fields(tour, tmp_path):
    (built,) = tour.built().packages
    package = read_apkg(built.path)
    first, *others = package.notes
    changed = replace(first, fields=(*first.fields[:-1], "another id"))
    path = tmp_path / "changed.apkg"
    with path.open("w+b") as out:
        write_apkg(replace(package, notes=(changed, *others)), out)
    done, again = restored(tour, path, tmp_path / "again")
    assert done.new == len(package.notes)
    assert "      Id: another id\n" in again.read("cards/tour.yaml")
    assert again.built().packages[0].counts.unchanged == done.new
