"""Imports of each command: only the modules that it needs, for a fast start."""

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
from flashdeck.cli.help import Command
from flashdeck.cli.run import run

# Slow imports, and modules that few commands need.
HEAVY = {"asyncio", "genanki", "pygments", "pyromark", "rich", "sqlite3", "yaml", "zipfile"}
HEAVY |= {"email", "hashlib", "http", "pydantic", "secrets", "xml"}
# Modules that a build needs only for tables, drawings, custom note types, new projects, reports or
# diagnostics.
NOT_IN_EVERY_PROJECT = {"csv", "email", "http", "pydantic", "rich", "tinycss2", "xml"}
NOT_IN_EVERY_PROJECT |= {
    f"flashdeck.{name}"
    for name in (
        *("comparison", "report", "source.csv_table", "source.patterns", "source.tables"),
        *("anki.template.problems", "rules"),
    )
}


def loaded(root: Path, *arguments: str) -> tuple[str, set[str]]:
    """Run a successful command; returns its output and the modules that it imported."""
    code = (
        "import json, sys\nfrom flashdeck.cli.run import run\n"
        f"code = run({list(arguments)!r})\n"
        "print(json.dumps([code, sorted(sys.modules)]))"
    )
    process = subprocess.run(
        [sys.executable, "-c", code],
        cwd=root,
        env={"SOURCE_DATE_EPOCH": str(NOW), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    *output, last = process.stdout.splitlines()
    code, modules = json.loads(last)
    assert code == 0, process.stderr
    return "\n".join(output), set(modules)


def test_version_does_not_import_the_command_line(tmp_path):
    output, modules = loaded(tmp_path, "--version")
    assert output == f"flashdeck {__version__}"
    assert modules & (HEAVY | {"typer", "typing", "pathlib", "dataclasses"}) == set()


@pytest.mark.parametrize("arguments", [["--help"], ["build", "--help"], ["help", "build"]])
def test_help_does_not_import_the_modules_of_commands(tmp_path, arguments):
    output, modules = loaded(tmp_path, *arguments)
    assert "Usage: flashdeck" in output
    assert modules & HEAVY == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["build"],
        ["build", "--quiet", "-C", ".", "--color", "never"],
        ["-C", "cards", "build"],
        ["--directory=cards", "build"],
    ],
)
def test_an_up_to_date_build_does_not_import_the_compiler(two_notes, arguments):
    for _ in range(2):  # the first build writes ids
        rest(two_notes.root)  # recent files are compared by content
        two_notes.built()
    output, modules = loaded(two_notes.root, *arguments)
    assert "flask.apkg" in output
    assert modules & (HEAVY | {"flashdeck.release.make", "flashdeck.report"}) == set()


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--format", "json", "cards"],
        ["stats", "--per-day", "3"],
        ["export", "out", "--to", "csv"],
        ["cards", "-C", "cards"],
    ],
)
def test_values_of_options_are_read_without_pydantic(two_notes, arguments):
    two_notes.built()
    assert "pydantic" not in loaded(two_notes.root, *arguments)[1]


def test_a_build_imports_only_what_its_project_needs(two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "Armin", "the one and only Armin")
    output, modules = loaded(two_notes.root, "build", "--quiet")
    assert "flask.apkg" in output
    assert "flashdeck.release.make" in modules
    assert modules & NOT_IN_EVERY_PROJECT == set()


def test_usage_errors_show_all_parameters(capsys):
    assert run(["explain", "--color", "pink"]) == 2
    output = capsys.readouterr().err
    assert "Usage: flashdeck explain [OPTIONS] [RULE]" in output
    assert "'pink' is not one of" in output


@pytest.mark.parametrize(
    ("words", "output"), [([], "env 1 nobody"), (["x", "--count=2", "--name=me"], "x env 2 me")]
)
def test_parameters_are_read_from_arguments_and_the_environment(monkeypatch, capsys, words, output):
    monkeypatch.setenv("PLACE", "env")
    program = typer.Typer()

    @program.command(cls=Command)
    def _print(
        rest: Annotated[list[str] | None, typer.Argument()] = None,
        *,
        place: Annotated[str, typer.Option(envvar="PLACE")] = "nowhere",
        count: int = 1,
        name: str = "nobody",
    ) -> None:
        typer.echo(" ".join([*(rest or []), place, str(count), name]))

    program(words, standalone_mode=False)
    assert capsys.readouterr().out == f"{output}\n"
