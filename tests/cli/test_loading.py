"""What a command loads: nothing that it can do without, since it starts anew each time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Annotated

import pytest
import typer
from conftest import NOW, ROOT, rest

from flashdeck import __version__
from flashdeck.cli.app import Command
from flashdeck.cli.run import run

# What takes longest to load, and what only one thing of many needs.
HEAVY = {"asyncio", "genanki", "markdown_it", "pygments", "rich", "sqlite3", "yaml", "zipfile"}
HEAVY |= {"email", "hashlib", "http", "pydantic", "secrets", "xml"}
# What a build needs only for tables, drawings, an author's own note types, a new project, a report,
# or what it has to say.
NOT_IN_EVERY_PROJECT = {"csv", "email", "http", "pydantic", "rich", "tinycss2", "xml"}
NOT_IN_EVERY_PROJECT |= {
    f"flashdeck.{name}"
    for name in (
        *("comparison", "report", "source.csv_table", "source.tables"),
        *("anki.template.problems", "rules"),
    )
}


def loaded(root: Path, *arguments: str) -> tuple[str, set[str]]:
    """Run a command that goes well; give what it said and the modules that it loaded."""
    code = (
        "import json, sys\nfrom flashdeck.cli.run import run\n"
        f"code = run({list(arguments)!r})\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    shown = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"SOURCE_DATE_EPOCH": str(NOW), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *said, last = shown.stdout.splitlines()
    code, modules = json.loads(last)
    assert code == 0, shown.stderr
    return "\n".join(said), set(modules)


def test_the_version_is_said_without_loading_the_command_line(tmp_path):
    said, modules = loaded(tmp_path, "--version")
    assert said == f"flashdeck {__version__}"
    assert modules & (HEAVY | {"typer", "typing", "pathlib", "dataclasses"}) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"]])
def test_help_loads_nothing_that_only_commands_need(tmp_path, arguments):
    said, modules = loaded(tmp_path, *arguments)
    assert "Usage: flashdeck" in said
    assert modules & HEAVY == set()


@pytest.mark.parametrize("arguments", [[], ["--quiet"]])
def test_a_build_with_nothing_to_do_loads_nothing_to_do_it_with(two_notes, arguments):
    for _ in range(2):  # the first one has ids to write
        rest(two_notes.root)  # what is young is compared by its content
        two_notes.built()
    said, modules = loaded(two_notes.root, "build", *arguments)
    assert "flask.apkg" in said
    assert modules & (HEAVY | {"flashdeck.release.make", "flashdeck.report"}) == set()


def test_a_build_loads_nothing_that_its_project_does_not_have(two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin", "the one and only Armin")
    said, modules = loaded(two_notes.root, "build", "--quiet")
    assert "flask.apkg" in said
    assert "flashdeck.release.make" in modules
    assert modules & NOT_IN_EVERY_PROJECT == set()


def test_what_is_wrong_is_said_by_a_command_that_knows_all_of_its_parameters(capsys):
    assert run(["explain", "--color", "pink"]) == 2
    said = capsys.readouterr().err
    assert "Usage: flashdeck explain [OPTIONS] [RULE]" in said
    assert "'pink' is not one of" in said


@pytest.mark.parametrize(
    ("words", "heard"), [([], "env 1 nobody"), (["x", "--count=2", "--name=me"], "x env 2 me")]
)
def test_a_parameter_is_read_where_it_may_be_given(monkeypatch, capsys, words, heard):
    monkeypatch.setenv("HEARD_FROM", "env")
    program = typer.Typer()

    @program.command(cls=Command)
    def _hear(
        rest: Annotated[list[str] | None, typer.Argument()] = None,
        *,
        place: Annotated[str, typer.Option(envvar="HEARD_FROM")] = "nowhere",
        count: int = 1,
        name: str = "nobody",
    ) -> None:
        typer.echo(" ".join([*(rest or []), place, str(count), name]))

    program(words, standalone_mode=False)
    assert capsys.readouterr().out == f"{heard}\n"
