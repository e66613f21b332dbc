"""Notes whose times are in the future, as npm's anki-apkg-export writes them: edits arrive."""

from __future__ import annotations

import json
import shutil
import sqlite3
import time
import zipfile

import genanki
import pytest
from real_anki import Imported, Learner

from flashdeck.importing.importer import import_file
from flashdeck.project.lockfile import parse_lock

HOUR = 3600


@pytest.fixture(params=["milliseconds", "an hour", "the largest"])
def ahead(request, project):
    """A time that is later than now."""
    now = project.now = int(time.time()) - 60  # edits in Anki are later than the import
    times = {"milliseconds": 1_482_680_798_652, "an hour": now + HOUR, "the largest": 2**53}
    return times[request.param]


@pytest.fixture
def package(ahead, tmp_path):
    """A package of three notes, whose times and note type's are ahead of the clock."""
    model = genanki.Model(
        1_600_000_000_001,
        "Words",
        fields=[{"name": "F"}, {"name": "B"}],
        templates=[{"name": "Card", "qfmt": "{{F}}", "afmt": "{{B}}"}],
        css=".card { color: black }",
    )
    deck = genanki.Deck(1_600_000_000_002, "Words")
    for guid in ("first-note", "other-note", "third-note"):
        deck.add_note(genanki.Note(model, fields=[guid, "answer"], guid=guid))
    genanki.Package(deck).write_to_file(tmp_path / "plain.apkg")
    with zipfile.ZipFile(tmp_path / "plain.apkg") as old:
        (tmp_path / "col").write_bytes(old.read("collection.anki2"))
    with sqlite3.connect(tmp_path / "col") as database:
        database.execute("update notes set mod = ?", (ahead,))
        (models,) = database.execute("select models from col").fetchone()
        changed = {key: {**value, "mod": ahead} for key, value in json.loads(models).items()}
        database.execute("update col set models = ?", (json.dumps(changed),))
    with zipfile.ZipFile(tmp_path / "words.apkg", "w") as new:
        new.write(tmp_path / "col", "collection.anki2")
        new.writestr("media", "{}")
    return tmp_path / "words.apkg"


@pytest.fixture
def imported(package, project):
    """The project of the imported package, and what the import reported."""
    project.root = project.root.parent / "words"
    return project, import_file(package, project.root, now=project.now)


def test_an_import_reports_times_in_the_future(imported):
    _, done = imported
    (problem,) = done.diagnostics
    assert problem.message == ("times in the future, such as milliseconds: 3 notes and 1 note type")


def test_the_first_build_is_no_news_and_every_later_edit_arrives(imported, package):
    project, _ = imported
    with Learner() as learner:
        learner.import_package(package)
        project.built()
        assert learner.import_package(project.package) == Imported(new=0, duplicate=3)
        for text in ("second", "third"):
            project.now += 10
            cards = project.read("cards/words.yaml")
            before = "answer" if text == "second" else "second"
            project.write("cards/words.yaml", cards.replace(before, text, 1))
            project.built()
            assert learner.import_package(project.package).updated == 1
            assert learner.note("first-note").fields[1] == text
        project.write("cards/notetypes/words/style.css", ".card { color: red }")
        project.now += 10
        project.built()
        learner.import_package(project.package)
        assert "red" in learner.notetype("Words")["css"]


def test_a_later_import_of_the_same_package_takes_nothing_back(imported, package):
    project, _ = imported
    project.replace("cards/words.yaml", "answer", "edited")
    project.now += 10
    project.built()
    done = import_file(package, project.root, now=project.now)
    assert (done.changed, done.conflicts) == (0, 0)
    assert "edited" in project.read("cards/words.yaml")


def test_an_edit_in_anki_is_imported(imported, package, tmp_path):
    project, _ = imported
    with Learner() as learner:
        learner.import_package(package)
        note = learner.collection.get_note(learner.note("first-note").id)
        note["B"] = "from Anki"
        learner.collection.update_note(note)
        assert learner.note("first-note").mod <= project.now + HOUR
        path = tmp_path / "edited.apkg"
        learner.collection.export_anki_package(
            out_path=str(path),
            options=_export_options(),
            limit=None,
        )
    done = import_file(path, project.root, now=project.now + 2 * HOUR)
    assert (done.changed, done.conflicts) == (1, 0)


def _export_options():
    from anki.import_export_pb2 import ExportAnkiPackageOptions

    return ExportAnkiPackageOptions(legacy=True)


def test_a_lost_lock_is_rebuilt_with_these_times(imported, package):
    project, _ = imported
    project.built()
    before, _ = parse_lock("flashdeck.lock", project.read("flashdeck.lock"))
    (project.root / "flashdeck.lock").unlink()
    shutil.rmtree(project.root / ".git", ignore_errors=True)
    project.built()
    after, _ = parse_lock("flashdeck.lock", project.read("flashdeck.lock"))
    for guid, entry in before.notes.items():
        rebuilt = after.notes[guid]
        assert rebuilt.first_built + rebuilt.ahead == entry.first_built + entry.ahead
    with Learner() as learner:
        learner.import_package(package)
        assert learner.import_package(project.package) == Imported(new=0, duplicate=3)
