"""The project's id: lost or changed settings strand no edit."""

from __future__ import annotations

import shutil
import subprocess

import pytest
from real_anki import Learner

from flashdeck.project.lockfile import parse_lock

DAY = 86_400


@pytest.fixture
def released(two_notes):
    """A project whose first build a learner has, a day later."""
    two_notes.built()
    with Learner() as learner:
        learner.import_package(two_notes.package)
        for guid in learner.guids():
            learner.answer(guid)
        two_notes.learner = learner
        two_notes.now += DAY
        yield two_notes


def id_of(project):
    (entry,) = parse_lock("flashdeck.lock", project.read("flashdeck.lock"))[0].projects.values()
    return entry.id


def rules(problems):
    return [(problem.rule, problem.severity.value) for problem in problems]


def lose_file(project):
    (project.root / "flashdeck.yaml").unlink()


def lose_line(project):
    lines = project.read("flashdeck.yaml").splitlines(keepends=True)
    project.write("flashdeck.yaml", "".join(line for line in lines if not line.startswith("id:")))


def empty_file(project):
    project.write("flashdeck.yaml", "")


def only_other_settings(project):
    project.write("flashdeck.yaml", "# mine\nmarkup: markdown\n")


def lose_state(project):
    lose_file(project)
    shutil.rmtree(project.root / "build")


LOSSES = (lose_file, lose_line, empty_file, only_other_settings, lose_state)


@pytest.mark.parametrize("lose", LOSSES)
def test_a_lost_id_is_taken_back_from_the_lock_and_edits_go_on(released, lose):
    before = id_of(released)
    lose(released)
    released.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    assert ("project-id-restored", "warning") in rules(released.check())
    built = released.built()
    assert rules(built.diagnostics) == [("project-id-restored", "warning")]
    assert before in built.diagnostics[0].message
    assert f"id: {before}" in released.read("flashdeck.yaml")
    assert id_of(released) == before
    learner = released.learner
    imported = learner.import_package(released.package)
    assert (imported.new, imported.updated, imported.conflicting) == (0, 1, 0)
    assert all(learner.review_log(guid) for guid in learner.guids())
    assert {name for name in learner.notetypes() if name.startswith("Flask")} == {
        "Flask Question",
        "Flask Cloze",
    }


def test_it_is_reported_once(released):
    lose_file(released)
    released.built()
    assert rules(released.built().diagnostics) == []


def test_a_lost_name_is_taken_back_too(released):
    released.write("flashdeck.yaml", f"id: {id_of(released)}\n")
    released.replace("cards/flask.yaml", "deck: Flask", "deck: Flasks")
    released.built()
    entry = next(iter(parse_lock("x", released.read("flashdeck.lock"))[0].projects.values()))
    assert entry.name == "Flask"


@pytest.mark.parametrize(
    "settings", ["id: 0123456789abcdef\nname: Other\n", "id: 0123456789abcdef\n"]
)
def test_another_id_is_an_error_that_shows_both_and_changes_nothing(released, settings):
    released.write("flashdeck.yaml", settings)
    released.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    before = {path: path.read_bytes() for path in released.root.rglob("*.*") if path.is_file()}
    problems = released.check()
    assert rules(problems) == [("project-id", "error")]
    (problem,) = problems
    assert "0123456789abcdef" in problem.message
    assert id_of(released) in problem.message
    assert (problem.span.path, problem.span.line, problem.span.column) == ("flashdeck.yaml", 1, 5)
    assert rules(released.build().diagnostics) == [("project-id", "error")]
    assert {path: path.read_bytes() for path in before} == before


def test_another_id_is_all_that_is_reported_of_a_project_with_its_own_note_types(released):
    released.write(
        "cards/notetypes/own.yaml",
        "notetype: Own\nfields: [A, B]\ntemplates:\n"
        '  - {name: One, front: "{{A}}", back: "{{B}}"}\n',
    )
    released.write("cards/own.yaml", "notetype: Own\nnotes:\n  - fields: {A: a, B: b}\n")
    released.built()
    released.write("flashdeck.yaml", "id: 0123456789abcdef\n")
    assert rules(released.build().diagnostics) == [("project-id", "error")]


def merge_other_first_build(project, days):
    """Put the project line of another first build, so many days later, into the lock."""
    lock = project.read("flashdeck.lock")
    (line,) = (entry for entry in lock.splitlines() if entry.startswith("project\t"))
    word, _, name, time = line.split("\t")
    other = "\t".join([word, "0123456789abcdef", name, str(int(time) + days * DAY)])
    project.write("flashdeck.lock", lock.replace(line, f"{line}\n{other}"))


@pytest.mark.parametrize("days", [-1, 1])
def test_of_two_first_builds_the_one_in_the_settings_stays(released, days):
    before = id_of(released)
    merge_other_first_build(released, days)
    built = released.built()
    assert rules(built.diagnostics) == [("project-id-restored", "warning")]
    assert "0123456789abcdef" in built.diagnostics[0].message
    assert id_of(released) == before
    assert rules(released.built().diagnostics) == []


@pytest.mark.parametrize("days", [-1, 1])
def test_of_two_first_builds_the_older_stays_where_the_settings_are_lost(released, days):
    before = id_of(released)
    merge_other_first_build(released, days)
    lose_file(released)
    released.built()
    assert id_of(released) == ("0123456789abcdef" if days < 0 else before)


def test_two_ids_say_what_they_mean_at_the_id(released):
    merge_other_first_build(released, 1)
    (problem,) = released.check()
    assert "Anki refuses edits" in problem.message
    assert "id: 0123456789abcdef" in problem.hint
    line = released.read("flashdeck.yaml").splitlines()[problem.span.line - 1]
    assert (problem.span.path, line[: problem.span.column - 1]) == ("flashdeck.yaml", "id: ")


def lose_both(project):
    lose_file(project)
    (project.root / "flashdeck.lock").unlink()


@pytest.mark.parametrize("in_git", [False, True])
def test_the_id_is_taken_back_from_the_last_build_or_from_git(released, in_git):
    before = id_of(released)
    if in_git:
        git(released.root, "init", "-q")
        git(released.root, "add", "-A")
        git(released.root, "commit", "-qm", "build")
        shutil.rmtree(released.root / "build")
    lose_both(released)
    released.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    expected = [("lock-lost", "warning"), ("project-id-restored", "warning")]
    assert rules(released.check()) == expected
    assert rules(released.built().diagnostics) == expected
    assert id_of(released) == before
    assert f"id: {before}" in released.read("flashdeck.yaml")
    imported = released.learner.import_package(released.package)
    assert (imported.new, imported.updated, imported.conflicting) == (0, 1, 0)


def test_a_project_of_its_own_without_the_lock_takes_nothing_of_the_other(released):
    released.write("flashdeck.yaml", "id: 0123456789abcdef\n")
    (released.root / "flashdeck.lock").unlink()
    released.write("cards/flask.yaml", "deck: Flask\nnotes:\n  - {q: mine, a: x}\n")
    (released.root / "build" / "flask.apkg").unlink()
    (package,) = released.built().packages
    assert (package.notes, package.counts.tombstones) == (1, 0)
    assert id_of(released) == "0123456789abcdef"


def test_an_id_that_is_nowhere_any_more_stops_the_build_while_packages_have_it(released):
    (released.root / "build" / ".published").unlink()
    lose_both(released)
    package = released.package.read_bytes()
    assert rules(released.check()) == [("project-id", "error")]
    assert rules(released.build().diagnostics) == [("project-id", "error")]
    assert released.package.read_bytes() == package
    assert not (released.root / "flashdeck.yaml").exists()


def git(root, *arguments, code=0):
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    run = subprocess.run(
        ["git", "-C", str(root), *who, *arguments], capture_output=True, check=False
    )
    assert run.returncode == code, run.stderr


@pytest.mark.parametrize("side", ["--ours", "--theirs"])
def test_two_first_builds_in_two_clones_meet_in_one_id(two_notes, tmp_path, side):
    """The learner has the package of the one whose settings and ids stay."""
    git(two_notes.root, "init", "-q", "-b", "main")
    git(two_notes.root, "add", "-A")
    git(two_notes.root, "commit", "-qm", "cards")
    other = type(two_notes)(tmp_path / "other", two_notes.now + DAY)
    git(tmp_path, "clone", "-q", str(two_notes.root), str(other.root))
    with Learner() as learner:
        for project in (two_notes, other):
            project.built()
            git(project.root, "add", "-A")
            git(project.root, "commit", "-qm", "build")
        learner.import_package((other if side == "--ours" else two_notes).package)
        guids = learner.guids()
        for guid in guids:
            learner.answer(guid)
        git(other.root, "pull", "-q", "--no-rebase", "origin", "main", code=1)
        conflicts = [problem.rule for problem in other.check()]
        assert conflicts == ["merge-conflict", "lock-merged", "merge-conflict"]
        git(other.root, "checkout", "-q", side, "cards", "flashdeck.yaml")
        other.now += DAY
        other.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
        once = [("lock-merged", "warning"), ("project-id-restored", "warning")]
        assert rules(other.check()) == once
        assert rules(other.built().diagnostics) == once
        git(other.root, "add", "-A")
        git(other.root, "commit", "-qm", "merge")
        assert rules(other.check()) == []
        assert rules(other.built().diagnostics) == []
        assert learner.import_package(other.package).conflicting == 0
        assert "Armin" in {learner.note(guid).fields[1] for guid in guids}
        assert all(learner.review_log(guid) for guid in guids)
        assert len([name for name in learner.notetypes() if name.startswith("Flask")]) == 2


def test_notes_of_another_first_build_are_not_removed_notes(two_notes, tmp_path):
    two_notes.write(
        "cards/notetypes/own.yaml",
        "notetype: Own\nfields: [A, B]\ntemplates:\n"
        '  - {name: One, front: "{{A}}", back: "{{B}}"}\n',
    )
    twice = "  - {q: twice, a: b}\n  - {q: twice, a: c}\n"
    items = "".join(f"  - {{q: question {number}, a: b}}\n" for number in range(20))
    two_notes.write("cards/more.yaml", f"notes:\n{twice}{items}")
    two_notes.write("cards/own.yaml", "notetype: Own\nnotes:\n  - fields: {A: a, B: b}\n")
    other = type(two_notes)(tmp_path / "other", two_notes.now + DAY)
    shutil.copytree(two_notes.root, other.root)
    added = "  - fields: {A: theirs, B: b}\n"
    other.write("cards/own.yaml", other.read("cards/own.yaml") + added)
    two_notes.built()
    before = [package.notes for package in two_notes.built().packages]
    other.built()
    theirs = other.read("cards/own.yaml").partition("theirs")[2].splitlines()[1]
    lock = two_notes.read("flashdeck.lock") + other.read("flashdeck.lock")
    two_notes.write("flashdeck.lock", lock)
    two_notes.write("cards/own.yaml", two_notes.read("cards/own.yaml") + f"{added}{theirs}\n")
    two_notes.now += 2 * DAY
    built = two_notes.built()
    assert rules(built.diagnostics) == [("project-id-restored", "warning")]
    assert theirs in two_notes.read("cards/own.yaml")
    assert sum(package.notes for package in built.packages) == sum(before) + 1
    assert [package.counts.tombstones for package in built.packages] == [0] * len(before)


def without_project_line(project):
    """Make the lock one of format 1."""
    lines = ["format\t1"]
    for line in project.read("flashdeck.lock").splitlines():
        parts = line.split("\t")
        if parts[0] == "note":
            lines.append("\t".join([*parts[:9], *parts[11:13]]))
        elif parts[0] == "notetype":
            lines.append("\t".join(parts[:5]))
        elif parts[0] == "package":
            lines.append(line)
    project.write("flashdeck.lock", "\n".join([*lines, ""]))


def test_an_older_lock_gets_the_id(released):
    before = id_of(released)
    without_project_line(released)
    assert rules(released.built().diagnostics) == []
    assert id_of(released) == before


@pytest.mark.parametrize("settings", ["", "id: 0123456789abcdef\n"])
def test_beside_an_older_lock_a_lost_or_changed_id_stops_the_build(released, settings):
    without_project_line(released)
    released.write("flashdeck.yaml", settings)
    before = released.read("cards/flask.yaml")
    assert ("project-id", "error") in rules(released.build().diagnostics)
    assert (released.read("cards/flask.yaml"), released.read("flashdeck.yaml")) == (
        before,
        settings,
    )


def test_a_frozen_build_reports_the_loss_and_writes_nothing(released):
    lose_file(released)
    built = released.build(frozen=True)
    assert ("frozen", "error") in rules(built.diagnostics)
    assert not (released.root / "flashdeck.yaml").exists()
