"""Packages of note types that grow come back with their reserves, also from the real Anki."""

from __future__ import annotations

from dataclasses import replace

import pytest
from growing import DAY, FRANCE, add_flag, begin
from owned_deck import export
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.importing.importer import import_file
from flashdeck.release.build import build
from flashdeck.release.result import Options

TYPE = "cards/notetypes/country.yaml"


@pytest.fixture
def grown(project):
    """A project whose note type took a field and a template."""
    begin(project).built()
    add_flag(project)
    return project


def imported(project, package):
    """Import a package as a new project, and build that."""
    root = project.root.parent / "again"
    import_file(package, root, now=project.now)
    built = build(root, Options(project.now + DAY))
    assert [problem.rule for problem in built.diagnostics] == []
    return root, built.packages[0].path


def plain(package):
    return [replace(notetype, mod=0) for notetype in read_apkg(package).notetypes]


def test_reserves_come_back_as_they_are(grown):
    root, package = imported(grown, grown.package)
    text = (root / TYPE).read_text("utf-8")
    assert "reserve: {fields: 2, cards: 1}" in text
    assert "{name: Flag, anki: Extra 1, id: " in text
    assert "name: Flag → Country" in text
    assert "Extra 2" not in text
    assert plain(package) == plain(grown.package)
    assert (root / "cards/notetypes/country/flag-country-front.html").read_text() == (
        "{{#Flag}}{{Flag}}{{/Flag}}"
    )


def test_an_imported_note_type_goes_on_growing(grown):
    root, package = imported(grown, grown.package)
    with Learner() as learner:
        learner.import_package(package)
        learner.answer(FRANCE, 2)
        path = root / TYPE
        path.write_text(
            path.read_text("utf-8").replace("  - {name: Flag, ", "  - Area\n  - {name: Flag, ")
        )
        built = build(root, Options(grown.now + 2 * DAY))
        assert "reserve-used" in [problem.rule for problem in built.diagnostics]
        assert learner.import_package(built.packages[0].path).conflicting == 0
        assert learner.review_log(FRANCE, 2) == [3]


def test_what_anki_exports_comes_back_the_same(grown):
    with Learner() as learner:
        learner.import_package(grown.package)
        _, package = imported(grown, export(learner, grown.root.parent / "out.apkg"))
    assert plain(package) == plain(grown.package)


def test_a_reserve_that_was_filled_in_anki_is_a_field_like_others(grown):
    with Learner() as learner:
        learner.import_package(grown.package)
        learner.edit(FRANCE, 4, "my own")
        root, package = imported(grown, export(learner, grown.root.parent / "out.apkg"))
    text = (root / TYPE).read_text("utf-8")
    assert "reserve" not in text
    assert "name: Extra 1" in text
    (notetype,) = read_apkg(package).notetypes
    assert [field.name for field in notetype.fields][3:] == ["Extra 1", "Extra 2", "Card 3 on"]
    assert read_apkg(package).notes[0].fields[4] == "my own"


def test_edits_in_anki_come_back_under_the_author_s_names(grown):
    with Learner() as learner:
        learner.import_package(grown.package)
        learner.edit(FRANCE, 3, "blue, white, red")
        exported = export(learner, grown.root.parent / "out.apkg")
    done = import_file(exported, grown.root, now=grown.now + DAY)
    assert (done.changed, done.conflicts) == (1, 0)
    assert "Flag: blue, white, red" in grown.read("cards/world.yaml").replace('"', "")


def test_a_text_in_a_spare_field_is_a_conflict(grown):
    before = grown.read("cards/world.yaml")
    with Learner() as learner:
        learner.import_package(grown.package)
        learner.edit(FRANCE, 4, "my own")
        exported = export(learner, grown.root.parent / "out.apkg")
    done = import_file(exported, grown.root, now=grown.now + DAY)
    assert (done.changed, done.conflicts) == (0, 1)
    assert grown.read("cards/world.yaml") == before


def test_an_import_into_a_project_brings_a_grown_note_type(grown, tmp_path):
    other = tmp_path / "other"
    (other / "cards").mkdir(parents=True)
    (other / "cards/a.yaml").write_text("notes:\n  - {q: a, a: b}\n")
    build(other, Options(grown.now))
    import_file(grown.package, other, now=grown.now)
    built = build(other, Options(grown.now + DAY))
    assert [problem.rule for problem in built.diagnostics] == []
    path = next(item.path for item in built.packages if item.path.name.startswith("world"))
    assert plain(path) == plain(grown.package)
