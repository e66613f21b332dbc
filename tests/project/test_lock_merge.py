"""Two people's branches, each built, then merged by git."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg

DAY = 86_400
FILES = ("cards/flask.yaml", "flashdeck.lock")


@pytest.fixture
def branches(two_notes, tmp_path):
    """The base, and two branches of it at later times."""
    two_notes.built()

    def branch(name, days):
        root = tmp_path / name
        shutil.copytree(two_notes.root, root)
        return type(two_notes)(root, two_notes.now + days * DAY)

    return two_notes, branch("ours", 1), branch("theirs", 2)


def merge(base, ours, theirs):
    """Merge as git does, conflict markers included; say which files it left in conflict."""
    conflicts = []
    for name in FILES:
        paths = [str(branch.root / name) for branch in (ours, base, theirs)]
        merged = subprocess.run(
            ["git", "merge-file", "-p", *paths], capture_output=True, text=True, check=False
        )
        ours.write(name, merged.stdout)
        conflicts += [name] if merged.returncode else []
    ours.now = theirs.now + DAY
    return conflicts


def published(project):
    """Build, and keep the package where the next build won't replace it."""
    return shutil.copy(project.built().packages[0].path, project.root / "published.apkg")


def texts(project):
    return {note.guid: note.fields for note in read_apkg(project.package).notes}


def test_both_edits_reach_learners_of_either_branch(branches):
    base, ours, theirs = branches
    ours.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    theirs.replace("cards/flask.yaml", "{{c2::Jinja2}}", "{{c2::Jinja}}")
    packages = [published(branch) for branch in (ours, theirs)]
    assert merge(base, ours, theirs) == ["flashdeck.lock"]
    merged = ours.built()
    assert [problem.rule for problem in merged.diagnostics] == ["lock-merged"]
    assert "<<<<" not in ours.read("flashdeck.lock")
    for package in packages:
        with Learner() as learner:
            learner.import_package(package)
            for guid in learner.guids():
                learner.answer(guid)
            imported = learner.import_package(merged.packages[0].path)
            assert (imported.new, imported.conflicting) == (0, 0)
            assert {guid: learner.note(guid).fields for guid in learner.guids()} == texts(ours)
            assert all(learner.review_log(guid) for guid in learner.guids())


def test_a_note_that_both_edited_becomes_what_the_merge_says(branches):
    base, ours, theirs = branches
    ours.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    theirs.replace("cards/flask.yaml", "Armin Ronacher", "Ronacher")
    packages = [published(branch) for branch in (ours, theirs)]
    assert merge(base, ours, theirs) == list(FILES)
    source = base.read("cards/flask.yaml").replace("a: Armin Ronacher", "a: A. R.")
    ours.write("cards/flask.yaml", source)
    merged = ours.built().packages[0].path
    for package in packages:
        with Learner() as learner:
            learner.import_package(package)
            assert learner.import_package(merged).updated == 1
            assert "A. R." in {learner.note(guid).fields[1] for guid in learner.guids()}


def test_equal_edits_on_both_branches_still_reach_everyone(branches):
    base, ours, theirs = branches
    for branch in (ours, theirs):
        branch.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
        package = published(branch)
    merge(base, ours, theirs)
    with Learner() as learner:
        learner.import_package(package)
        learner.import_package(ours.built().packages[0].path)
        assert {guid: learner.note(guid).fields for guid in learner.guids()} == texts(ours)


def test_new_notes_of_both_branches_live_side_by_side(branches):
    base, ours, theirs = branches
    ours.write("cards/ours.yaml", "deck: Flask\nnotes:\n  - {q: ours, a: x}\n")
    theirs.write("cards/theirs.yaml", "deck: Flask\nnotes:\n  - {q: theirs, a: x}\n")
    for branch in (ours, theirs):
        branch.built()
    merge(base, ours, theirs)
    shutil.copy(theirs.root / "cards/theirs.yaml", ours.root / "cards/theirs.yaml")
    (package,) = ours.built().packages
    assert package.notes == 4
    assert len({note.id for note in read_apkg(package.path).notes}) == 4
