"""`forget`: removed notes that nobody has leave the lock, and nothing else changes."""

from __future__ import annotations

import pytest
from conftest import ProjectFolder
from real_anki import Imported, Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.lock import lock
from flashdeck.release.forget import forget
from flashdeck.scaffold.distribution import Source
from flashdeck.scaffold.start import start

DAY = 86_400
FLASK = """\
deck: Flask
notes:
  - {q: Who created Flask?, a: Armin Ronacher, id: flask0000001}
  - {q: What is WSGI?, a: an interface, id: flask0000002}
  - {q: What is Jinja?, a: a template engine, id: flask0000003}
"""
CODE = """\
deck: Code
notes:
  - {q: What is a compiler?, a: a translator, id: code00000001}
  - {q: What is a linker?, a: a binder, id: code00000002}
"""


@pytest.fixture
def removed(project):
    """A project with a removed deck and a removed note: `flask0000003`."""
    project.write("cards/flask.yaml", FLASK)
    project.write("cards/code.yaml", CODE)
    project.built()
    project.now += DAY
    (project.root / "cards/code.yaml").unlink()
    project.write("cards/flask.yaml", FLASK[: FLASK.index("  - {q: What is Jinja")])
    project.built()
    project.now += DAY
    return project


def empty_notes(project):
    """Give the ids of the removed notes of each package."""
    return {
        path.name: {note.guid for note in read_apkg(path).notes if not note.cards}
        for path in (project.root / "build").glob("*.apkg")
    }


def test_a_removed_note_leaves_the_lock_and_every_other_line_stays(removed):
    before = removed.read("flashdeck.lock").splitlines(keepends=True)
    done = forget(removed.root, ["flask0000003"])
    assert ([note.id for note in done.notes], done.packages) == (["flask0000003"], ())
    after = removed.read("flashdeck.lock").splitlines(keepends=True)
    assert after == [line for line in before if "flask0000003" not in line]
    result = removed.built()
    assert empty_notes(removed) == {
        "flask.apkg": set(),
        "code.apkg": {"code00000001", "code00000002"},
    }
    flask = next(package for package in result.packages if package.path.name == "flask.apkg")
    assert (flask.counts.unchanged, flask.counts.removed, flask.counts.changed) == (2, 0, 0)


def test_a_package_of_nothing_but_removed_notes_is_gone(removed):
    before = removed.read("flashdeck.lock").splitlines(keepends=True)
    flask = (removed.root / "build/flask.apkg").read_bytes()
    done = forget(removed.root, ["build/code.apkg"])
    assert ({note.id for note in done.notes}, done.packages) == (
        {"code00000001", "code00000002"},
        ("code.apkg",),
    )
    after = removed.read("flashdeck.lock").splitlines(keepends=True)
    assert after == [line for line in before if "code0000000" not in line]
    assert empty_notes(removed) == {"flask.apkg": {"flask0000003"}}
    removed.built()
    assert (removed.root / "build/flask.apkg").read_bytes() == flask
    assert removed.read("flashdeck.lock").splitlines(keepends=True) == after


def test_all_removed_notes_of_a_package_with_others_are_dropped(removed):
    done = forget(removed.root, ["flask.apkg"])
    assert ([note.id for note in done.notes], done.packages) == (["flask0000003"], ())
    removed.built()
    assert empty_notes(removed)["flask.apkg"] == set()


def test_a_note_may_be_forgotten_before_the_build_that_would_empty_it(removed):
    removed.write("cards/flask.yaml", FLASK[: FLASK.index("  - {q: What is WSGI")])
    forget(removed.root, ["flask0000002"])
    removed.built()
    assert empty_notes(removed)["flask.apkg"] == {"flask0000003"}


def test_a_dry_run_writes_nothing(removed):
    before = removed.read("flashdeck.lock")
    done = forget(removed.root, ["code.apkg", "flask0000003"], dry_run=True)
    assert (len(done.notes), done.packages) == (3, ("code.apkg",))
    assert removed.read("flashdeck.lock") == before
    assert (removed.root / "build/code.apkg").exists()


@pytest.mark.parametrize(
    ("name", "message", "hint"),
    [
        (
            "flask0000001",
            "the note 'flask0000001' is in the sources: cards/flask.yaml:3:52",
            "delete it there first",
        ),
        ("flask000003", "flashdeck.lock has no note 'flask000003'", "did you mean 'flask0000003'?"),
        ("x", "flashdeck.lock has no note 'x'", "no removed note has a similar id"),
        (
            "cod.apkg",
            "flashdeck.lock has no note of a package 'cod.apkg'",
            "did you mean 'code.apkg'?",
        ),
    ],
)
def test_what_is_refused_changes_nothing(removed, name, message, hint):
    before = removed.read("flashdeck.lock")
    done = forget(removed.root, ["code.apkg", name])
    assert [(str(error), error.hint) for error in done.refused] == [(message, hint)]
    assert done.notes == ()
    assert removed.read("flashdeck.lock") == before


def test_a_package_without_removed_notes_is_refused(project):
    project.write("cards/flask.yaml", FLASK)
    project.built()
    (error,) = forget(project.root, ["flask.apkg"]).refused
    assert str(error) == "no note of flask.apkg is removed"


def test_a_note_that_is_to_get_another_id_is_in_the_sources(removed):
    removed.replace("cards/flask.yaml", "q: What is WSGI?, a: an", "cloze: 'WSGI is {{c1::an}}'")
    removed.replace("cards/flask.yaml", " interface,", ",")
    assert [str(error)[:46] for error in forget(removed.root, ["flask0000002"]).refused] == [
        "the note 'flask0000002' is in the sources: car"
    ]


def test_a_source_that_can_not_be_read_may_hold_the_note(removed):
    removed.write("cards/code.yaml", CODE.replace("}\n", "\n"))
    before = removed.read("flashdeck.lock")
    done = forget(removed.root, ["code00000001"])
    assert {problem.span.path for problem in done.diagnostics} == {"cards/code.yaml"}
    assert removed.read("flashdeck.lock") == before


def test_a_lock_with_a_conflict_is_built_first(removed):
    text = removed.read("flashdeck.lock")
    removed.write("flashdeck.lock", f"{text}<<<<<<< a\n=======\n>>>>>>> b\n")
    with pytest.raises(FlashdeckError, match="has git's conflict markers"):
        forget(removed.root, ["code.apkg"])
    assert "code00000001" in removed.read("flashdeck.lock")


def test_without_a_lock_there_is_nothing_to_forget(two_notes):
    with pytest.raises(FlashdeckError, match=r"there is no flashdeck\.lock"):
        forget(two_notes.root, ["x"])


def test_learners_who_have_a_forgotten_note_keep_its_cards(project):
    project.write("cards/flask.yaml", FLASK)
    project.built()
    with Learner() as learner:
        learner.import_package(project.package)
        learner.answer("flask0000003")
        before = learner.note("flask0000003"), learner.cards("flask0000003")
        project.now += DAY
        project.write("cards/flask.yaml", FLASK[: FLASK.index("  - {q: What is Jinja")])
        project.replace("cards/flask.yaml", "an interface", "the interface")
        forget(project.root, ["flask0000003"])
        project.built()
        assert learner.import_package(project.package) == Imported(0, updated=1, duplicate=1)
        assert (learner.note("flask0000003"), learner.cards("flask0000003")) == before
        assert learner.empty_cards() == []


def test_it_waits_for_no_build(removed):
    with (
        lock(removed.root / "build/.lock"),
        pytest.raises(FlashdeckError, match="another flashdeck build"),
    ):
        forget(removed.root, ["code.apkg"])


def test_a_released_note_type_may_be_deleted_when_its_notes_are_forgotten(project):
    project.write("cards/flask.yaml", FLASK)
    project.write(
        "cards/land.yaml",
        "deck: Land\nnotetype: Land\nnotes:\n  - {fields: {A: x, B: y}, id: land00000001}\n",
    )
    notetype = project.write(
        "cards/notetypes/land.yaml",
        "notetype: Land\nfields: [A, B]\n"
        'templates:\n  - {name: Card, front: "{{A}}", back: "{{B}}"}\n',
    )
    project.built()
    (project.root / "cards/land.yaml").unlink()
    notetype.unlink()
    assert [problem.rule for problem in project.build().diagnostics] == ["notetype-gone"]
    forget(project.root, ["land.apkg"])
    assert project.built().diagnostics == ()


def test_an_edited_example_is_forgotten_on_request(tmp_path):
    start(tmp_path / "spanish", Source("flashdeck"))
    project = ProjectFolder(tmp_path / "spanish")
    project.built()
    (error,) = forget(project.root, [], example=True).refused
    assert "is in the sources: cards/moon.yaml:" in str(error)
    project.replace("cards/moon.yaml", "thirty times", "30 times")
    project.now += DAY
    project.built()
    project.now += DAY
    project.write("cards/moon.yaml", "deck: Spanish\nnotes:\n  - {q: a, a: b, id: own000000001}\n")
    project.built()
    assert len(empty_notes(project)["spanish.apkg"]) == 1
    assert len(forget(project.root, [], example=True).notes) == 1
    project.built()
    assert empty_notes(project) == {"spanish.apkg": set()}
    (error,) = forget(project.root, [], example=True).refused
    assert str(error) == "flashdeck.lock has no note of the example deck"
