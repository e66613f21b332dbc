"""`flashdeck send` and `flashdeck open` on the command line."""

from __future__ import annotations

import json
import os
import stat
import urllib.request
from threading import Thread

import pytest
from conftest import NOW

from flashdeck.cli.commands.open import opener
from flashdeck.cli.run import run


@pytest.fixture
def deck(two_notes, monkeypatch):
    monkeypatch.chdir(two_notes.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    return two_notes


def read(url):
    with urllib.request.urlopen(url) as answer:  # noqa: S310 - on loopback
        answer.read()


@pytest.mark.parametrize("as_json", [False, True])
def test_the_address_is_printed_and_the_download_ends_it(deck, monkeypatch, capsys, as_json):
    from flashdeck.send import server

    monkeypatch.setattr(server, "_GRACE", 0.01)
    ends, said = [], []

    def download(text):
        said.append(text)
        url = json.loads(text)["url"] if as_json else text
        if not ends:
            ends.append(Thread(target=read, args=(f"{url}flask.apkg",)))
            ends[0].start()

    monkeypatch.setattr("flashdeck.cli.commands.send.print_result", download)
    monkeypatch.setattr(
        "flashdeck.cli.commands.send.print_json", lambda data: download(json.dumps(data))
    )
    assert run(["send", "--host", "127.0.0.1", *["--json"] * as_json]) == 0
    ends[0].join()
    err = capsys.readouterr().err
    assert ("Downloaded." in err, "scan it with the phone" in err) == (not as_json, not as_json)
    if as_json:
        assert json.loads(said[0]).keys() == {"url", "file", "size", "sha256"}
    else:
        assert len(said) == 1  # no code where it could not be drawn
    assert (deck.root / "build/flask.apkg").exists()


def test_one_of_several_packages_must_be_named(deck, capsys):
    deck.write("cards/other.yaml", "deck: Other\nnotes: [{q: a, a: b}]\n")
    for command in ("send", "open"):
        assert run([command, "-q"]) == 1
        assert capsys.readouterr().err == (
            "error: there are 2 packages\n      = name one of flask.apkg, other.apkg\n"
        )


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # it is left alone
def test_anki_opens_the_package(deck, tmp_path, monkeypatch, capsys):
    seen = tmp_path / "seen"
    program = tmp_path / "bin/anki"
    program.parent.mkdir()
    os.mkfifo(seen)
    program.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    program.chmod(program.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    assert run(["open"]) == 0
    assert seen.read_text().strip() == str(deck.root / "build/flask.apkg")
    out, err = capsys.readouterr()
    assert out == "build/flask.apkg\n"
    assert err.endswith("keep the settings of the import, and click Import.\n")


def test_each_system_has_its_way_to_open(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert opener("darwin", tmp_path) == ["open", str(tmp_path)]
    assert opener("linux", tmp_path) == ["xdg-open", str(tmp_path)]
    assert opener("win32", tmp_path) == []
