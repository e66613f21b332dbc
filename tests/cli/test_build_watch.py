"""`flashdeck build --watch`: its output while sources are edited."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from threading import Event

import pytest
from terminal import Terminal

from flashdeck.cli.run import run
from flashdeck.files.watch import Watched, changes, look_at


@pytest.fixture
def terminal(two_notes) -> Iterator[Terminal]:
    running = Terminal(two_notes.root)
    yield running
    running.process.kill()
    running.process.communicate()


def test_watch_builds_at_the_start_and_on_every_save_until_ctrl_c(terminal, two_notes):
    assert terminal.line() == "build/flask.apkg: 2 notes, 3 cards (2 new)"
    assert terminal.line() == "watching for changes (Ctrl-C to stop)"
    # Ids written by the build don't trigger another build: the next line reports the edit.
    assert "id:" in two_notes.read("cards/flask.yaml")
    two_notes.replace("cards/flask.yaml", "Armin Ronacher", "Armin")
    assert terminal.line() == "build/flask.apkg: 2 notes, 3 cards (1 changed, 1 unchanged)"

    two_notes.replace("cards/flask.yaml", "Armin", "Armin  # who?\n    b: x")
    assert "unknown-key" in terminal.line()
    assert [terminal.line() for _ in range(4)][-1] == "1 error"
    assert terminal.line() == "1 error; nothing was built"

    two_notes.replace("cards/flask.yaml", "\n    b: x", "")
    assert terminal.line() == "nothing new"

    # A second package. Within a second of the first build, the ids of its cards may change, too.
    two_notes.write("cards/new.yaml", "deck: New\nnotes:\n  - {q: 1, a: 2}\n")
    while "new.apkg" not in (line := terminal.line()):
        assert "flask.apkg" in line
    assert line == "build/new.apkg: 1 note, 1 card (1 new)"

    terminal.process.send_signal(signal.SIGINT)
    assert [terminal.line(), terminal.line()] == ["", "stopped"]
    assert terminal.process.wait() == 130


def test_an_unreadable_lock_does_not_end_the_watch(terminal, two_notes):
    assert terminal.line().startswith("build/flask.apkg")
    terminal.line()
    lock = two_notes.root / "flashdeck.lock"
    good = lock.read_bytes()
    two_notes.write("flashdeck.lock.new", "").write_bytes(b"\xff")
    assert terminal.line() == "nothing new"
    (two_notes.root / "flashdeck.lock.new").replace(lock)
    assert terminal.line() == "error: flashdeck.lock can't be read: it is not UTF-8"
    assert terminal.line() == "      = restore it from git"
    lock.write_bytes(good)
    assert terminal.line() == "nothing new"


def test_watch_and_json_exclude_each_other(two_notes, capsys):
    assert run(["build", "--watch", "--json", "-C", str(two_notes.root)]) == 2
    assert "exclude each other" in capsys.readouterr().err


def test_a_change_before_the_watch_starts_is_reported(tmp_path):
    watched = Watched(trees=(tmp_path,))
    known = look_at(watched)
    (tmp_path / "deck.yaml").write_text("notes: []\n")
    paths = next(changes(watched, Event(), known=known))
    assert paths == {str(tmp_path / "deck.yaml")}
