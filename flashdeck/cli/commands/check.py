"""`flashdeck check`."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import colored, exit_with
from flashdeck.cli.streams import log, print_result
from flashdeck.text import counted


class Format(StrEnum):
    """How `check` writes what it found."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"


def check(
    *,
    directory: options.Directory = None,
    form: Annotated[
        Format, typer.Option("--format", help="How to write what is found.")
    ] = Format.TEXT,
    strict: Annotated[bool, typer.Option("--strict", help="Fail on warnings too.")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Mend the sources where it is clear what was meant.")
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="With --fix: show what would be written, and stop."),
    ] = False,
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show every problem in the sources, with its place and the way out."""
    from flashdeck import report
    from flashdeck.checking.check import check as check_project

    root = options.project_root(directory)
    if diff and not fix:
        raise typer.BadParameter("it shows what --fix would write: add --fix", param_hint="--diff")
    if fix:
        _mend(root, show=diff, allow_scripts=allow_scripts)
    problems = check_project(root, allow_scripts=allow_scripts)
    if form is Format.JSON:
        print_result(json.dumps(report.as_json(problems), ensure_ascii=False, indent=2))
    elif form is Format.GITHUB:
        print_result(report.as_github(problems), end="")
    else:
        lines = report.source_lines(root)
        print_result(report.framed(problems, lines, color=colored(color, sys.stdout)), end="")
        log(report.summary(problems) or "no problems")
    exit_with(problems, strict=strict)


def _mend(root: Path, *, show: bool, allow_scripts: bool) -> None:
    """Mend the sources; or show how, and end with 1 if anything would be written."""
    from flashdeck.checking.fix import as_diff, mend, write_fixed

    mended = mend(root, allow_scripts=allow_scripts)
    files = counted(len(mended), "file")
    if show:
        print_result(as_diff(mended), end="")
        log(f"{files} would be mended" if mended else "nothing to mend")
        raise typer.Exit(1 if mended else 0)
    write_fixed(root, mended)
    log(f"{files} mended: {', '.join(one.path for one in mended)}" if mended else "nothing to mend")
