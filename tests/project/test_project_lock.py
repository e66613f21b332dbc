"""What killed processes left in a project is removed by the next command, whichever it is."""

from __future__ import annotations

import pytest

from flashdeck.cli.run import run
from flashdeck.files.files import temporary
from flashdeck.files.lock import lock

COMMANDS = {
    "build": ["build"],
    "check": ["check"],
    "check --fix": ["check", "--fix"],
    "fmt": ["fmt"],
    "cards": ["cards"],
    "stats": ["stats"],
    "diff": ["diff"],
    "export": ["export", "--to", "json", "out.json"],
    "preview --terminal": ["preview", "--terminal"],
    "forget": ["forget", "--example", "--dry-run"],
}
PLACES = ("flashdeck.lock", "cards/flask.yaml", "cards/media/a.png", "build/a.apkg", "build")


@pytest.fixture
def killed(two_notes, monkeypatch):
    """A built project with a temporary file in each folder."""
    two_notes.write("cards/media/a.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>")
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin", "Herr Armin")
    for place in PLACES:
        temporary(two_notes.root / place).write_text("half")
    temporary(two_notes.root / "build").mkdir()
    monkeypatch.chdir(two_notes.root)
    return two_notes


def left(project):
    return [path.name for path in project.root.rglob("*.tmp")]


@pytest.mark.parametrize("command", COMMANDS)
def test_the_next_command_removes_temporary_files(killed, command):
    run(COMMANDS[command])
    assert left(killed) == []


def test_temporary_files_of_a_running_build_stay(killed):
    with lock(killed.root / "build" / ".lock"):
        assert run(["cards"]) == 0
    assert len(left(killed)) == len(PLACES) + 1


def test_a_command_that_has_nothing_to_write_creates_no_folder(two_notes, monkeypatch):
    monkeypatch.chdir(two_notes.root)
    for command in ("check", "check --fix", "cards", "stats", "preview --terminal"):
        run(COMMANDS[command])
    assert [path.name for path in two_notes.root.iterdir()] == ["cards"]


@pytest.mark.parametrize("parts", [{"flashdeck.lock"}, {"flashdeck.lock", "cards"}])
def test_the_next_command_finishes_moving_an_imported_project(two_notes, monkeypatch, parts):
    two_notes.built()
    pending = two_notes.root / ".flashdeck-import"
    pending.mkdir()
    for name in {"flashdeck.lock", "cards", "flashdeck.yaml"} - parts:
        (two_notes.root / name).rename(pending / name)
    monkeypatch.chdir(two_notes.root)
    run(["import", "x.apkg"]) if parts == {"flashdeck.lock"} else run(["stats"])
    assert pending.exists() == (parts == {"flashdeck.lock"})


def test_a_pending_folder_replaces_nothing(two_notes, monkeypatch):
    two_notes.built()
    two_notes.write(".flashdeck-import/flashdeck.yaml", "name: theirs\n")
    two_notes.write(".flashdeck-import/Makefile", "all: theirs\n")
    before = two_notes.read("flashdeck.yaml")
    monkeypatch.chdir(two_notes.root)
    run(["stats"])
    assert two_notes.read("flashdeck.yaml") == before
    assert not (two_notes.root / "Makefile").exists()
