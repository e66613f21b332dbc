"""Every command reports the same diagnostics, with the same severities and suppressions."""

from __future__ import annotations

import pytest
from conftest import NOW

from flashdeck.cli.app import app
from flashdeck.cli.run import run

DECK = """\
deck: Flask
notes:
  - q: What does this print?
    a: |
      ```pyhton
      print(1)
      ```
    id: aaaaaaaa1x
"""
COMMANDS = {
    "build": ["build"],
    "check": ["check"],
    "cards": ["cards"],
    "stats": ["stats"],
    "diff": ["diff"],
    "export": ["export", "out", "--to", "json"],
}
# These print no diagnostics, or have tests of their own.
OTHERS = {
    "explain",
    "fmt",
    "forget",
    "help",
    "import",
    "init",
    "open",
    "preview",
    "push",
    "schema",
    "send",
    "speak",
}


def test_every_command_is_tested_here_or_known_to_differ():
    names = {command.name for command in app().registered_commands}
    assert names == COMMANDS.keys() | OTHERS


@pytest.fixture
def built(project, monkeypatch):
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    project.write("cards/flask.yaml", DECK)
    project.built()
    return project


def output_of(name, capfd):
    capfd.readouterr()
    run(COMMANDS[name])
    out, err = capfd.readouterr()
    return out + err


@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.usefixtures("built")
def test_a_warning_is_reported_by_every_command(capfd, name):
    assert "unknown-language" in output_of(name, capfd)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_comment_suppresses_a_warning_in_every_command(built, capfd, name):
    built.replace("cards/flask.yaml", "  - q:", "  # flashdeck: ignore unknown-language\n  - q:")
    assert "unknown-language" not in output_of(name, capfd)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_setting_suppresses_a_warning_in_every_command(built, capfd, name):
    settings = built.read("flashdeck.yaml")
    built.write("flashdeck.yaml", settings + "rules: {unknown-language: off}\n")
    assert "unknown-language" not in output_of(name, capfd)
