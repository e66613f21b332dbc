"""`--json` and `--quiet` of every command."""

from __future__ import annotations

import json
import re

import pytest
import typer.main
from conftest import NOW, ROOT

from flashdeck.cli.app import app
from flashdeck.cli.run import run

# Arguments with which each command has a result, and the keys of the JSON.
COMMANDS = {
    "init": (["init", "new"], {"root", "written", "kept"}),
    "build": (["build"], {"packages", "fresh", "diagnostics"}),
    "preview": (["preview", "--html", "page.html"], {"file"}),
    "fmt": (["fmt"], {"changed", "unchanged", "diagnostics"}),
    "schema": (["schema"], {"$schema", "title", "type", "properties"}),
    "forget": (["forget", "build/gone.apkg"], {"notes", "packages", "errors", "diagnostics"}),
    "check": (["check"], []),
    "explain": (["explain", "yes-no"], {"name", "severity", "fixable", "what", "why", "fix"}),
    "diff": (["diff"], {"old", "new", "notes"}),
    "cards": (["cards"], []),
    "stats": (["stats"], {"notes", "cards", "words", "study"}),
    "import": (
        ["import", "build/flask.apkg", "-o", "imported"],
        {"root", "new", "changed", "diagnostics"},
    ),
    "export": (
        ["export", "out", "--to", "csv"],
        {"paths", "notes", "media", "left_out"},
    ),
}


@pytest.fixture
def call(two_notes, monkeypatch, capsys):
    """A project with a warning, a removed note and a file to be formatted."""
    monkeypatch.chdir(two_notes.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    two_notes.write("cards/gone.yaml", "deck: Gone\nnotes: [{q: one, a: two}]\n")
    two_notes.built()
    (two_notes.root / "cards/gone.yaml").unlink()
    two_notes.replace("cards/flask.yaml", "tags: [web]", "tags:   [web]")
    two_notes.replace("cards/flask.yaml", "a: Armin", "a: '__init_x__ Armin' #")

    def run_command(*arguments):
        code = run(arguments)
        return code, *capsys.readouterr()

    return run_command


def test_every_command_is_covered():
    others = {"help", "open", "push", "send", "speak"}  # they need Anki, a phone or recordings
    assert {*COMMANDS} == {*typer.main.get_command(app()).commands} - others


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_prints_json_alone(call, name):
    arguments, keys = COMMANDS[name]
    code, out, err = call(*arguments, "--json", *([] if name in {"explain", "schema"} else ["-q"]))
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert isinstance(data, list) if not keys else keys <= data.keys()
    if name not in {"schema", "diff"}:  # these have pages of their own
        page = (ROOT / "docs/reference/commands.md").read_text("utf-8")
        (row,) = re.findall(rf"^\| `{name}` \| (.*) \|$", page, re.MULTILINE)
        assert keys_of(data) - {*re.findall(r"`(\w+)`", row)} == set()


def keys_of(data):
    """Return the keys of the first level of a result, or of the items of a list."""
    items = data if isinstance(data, list) else [data]
    return {key for item in items for key in item}
