"""A lost lock is rebuilt from the packages in build/, as if nothing had happened."""

from __future__ import annotations

import pytest

from flashdeck.project.lockfile import parse_lock

DAY = 86_400


@pytest.fixture
def history(two_notes):
    """A project with an edit, a removed note, and a note type of its own behind it."""
    two_notes.write(
        "cards/notetypes/own.yaml",
        "notetype: Own\nfields: [A, B]\ntemplates:\n"
        '  - {name: One, front: "{{A}}", back: "{{B}}"}\n',
    )
    two_notes.write(
        "cards/more.yaml",
        "deck: Flask::More\nnotes:\n  - {q: one, a: two}\n"
        "  - {notetype: Own, fields: {A: three, B: four}}\n",
    )
    two_notes.built()
    two_notes.now += DAY
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    two_notes.built()
    two_notes.now += DAY
    lines = two_notes.read("cards/more.yaml").splitlines(keepends=True)
    two_notes.write("cards/more.yaml", "".join(line for line in lines if "q: one" not in line))
    two_notes.built()
    two_notes.now += DAY
    return two_notes


def lose_lock(project):
    """Delete the lock, and the record of it in build/, which older versions did not write."""
    (project.root / "flashdeck.lock").unlink()
    (project.root / "build" / ".published").unlink()


def rules(built):
    return [problem.rule for problem in built.diagnostics]


def memory(project):
    """What a lock says that a package says too: numbers, contents, revisions, schemas."""
    lock, _ = parse_lock("flashdeck.lock", project.read("flashdeck.lock"))
    notes = {
        entry.id: entry._replace(
            deck="",
            ordinals=(),
            first_built=0,
            changed=bool(entry.changed),
            removed=bool(entry.removed),
            earlier=(),
        )
        for entry in lock.notes.values()
    }
    return notes, lock.notetypes, lock.packages


def test_the_lock_is_restored_from_the_last_build_as_it_was(history):
    before, package = history.read("flashdeck.lock"), history.package.read_bytes()
    (history.root / "flashdeck.lock").unlink()
    assert rules(history.built()) == ["lock-lost"]
    assert history.read("flashdeck.lock") == before
    assert history.package.read_bytes() == package
    assert rules(history.built()) == []


def test_the_lock_is_rebuilt_and_the_package_stays_the_same(history):
    before, package = memory(history), history.package.read_bytes()
    lose_lock(history)
    built = history.built()
    assert rules(built) == ["lock-lost"]
    assert "rebuilt from build/: flask.apkg" in built.diagnostics[0].message
    assert history.package.read_bytes() == package
    assert memory(history) == before


def test_an_edit_after_the_loss_goes_out(history):
    lose_lock(history)
    history.replace("cards/flask.yaml", "a: Armin", "a: Ronacher")
    (package,) = history.built().packages
    assert (package.counts.changed, package.counts.unchanged) == (1, 2)


def test_without_packages_the_loss_is_reported(history):
    lose_lock(history)
    history.package.unlink()
    built = history.built()
    assert rules(built) == ["lock-lost"]
    assert "the next import replaces learners' own tags" in built.diagnostics[0].message


def test_a_package_of_another_project_is_ignored(history, tmp_path):
    other = type(history)(tmp_path / "other", history.now)
    other.write("cards/other.yaml", "deck: Other\nnotes:\n  - {q: a, a: b}\n")
    other.built(output=history.root / "build" / "other.apkg")
    lose_lock(history)
    (history.root / "build" / "broken.apkg").write_bytes(b"PK nothing")
    built = history.built()
    assert "flask.apkg" in built.diagnostics[-1].message
    assert "other.apkg" not in built.diagnostics[-1].message
    assert "package\tother.apkg" not in history.read("flashdeck.lock")


def test_a_first_build_loses_nothing(two_notes):
    two_notes.write("flashdeck.yaml", "id: 0123456789abcdef\nname: Flask\n")
    assert rules(two_notes.built()) == []
