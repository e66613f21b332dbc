"""`flashdeck check`."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import colored, exit_with, log_fixable
from flashdeck.cli.streams import log, print_result
from flashdeck.text import counted


class Format(StrEnum):
    """The output format of `check`."""

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
        bool, typer.Option("--fix", help="Fix the sources where the intention is clear.")
    ] = False,
    diff: Annotated[
        bool,
        typer.Option("--diff", help="With --fix: show what would be written, and stop."),
    ] = False,
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show every problem in the sources, with its place and how to fix it."""
    from flashdeck import report
    from flashdeck.checking.check import check as check_project

    root = options.project_root(directory)
    if diff and not fix:
        raise typer.BadParameter("it shows what --fix would write: add --fix", param_hint="--diff")
    if fix:
        _fix(root, show=diff, allow_scripts=allow_scripts)
    problems = check_project(root, allow_scripts=allow_scripts)
    if form is Format.JSON:
        print_result(json.dumps(report.as_json(problems), ensure_ascii=False, indent=2))
    elif form is Format.GITHUB:
        print_result(report.as_github(problems), end="")
    else:
        lines = report.source_lines(root)
        print_result(report.framed(problems, lines, color=colored(color, sys.stdout)), end="")
        log(report.summary(problems) or "no problems")
        if problems and not fix:
            log_fixable(problems, root)
    exit_with(problems, strict=strict)


def _fix(root: Path, *, show: bool, allow_scripts: bool) -> None:
    """Fix the sources; with `show`, print a diff instead and exit with 1 if it is not empty."""
    from flashdeck.checking.fix import as_diff, fixed_sources, write_fixed

    fixed = fixed_sources(root, allow_scripts=allow_scripts)
    files = counted(len(fixed), "file")
    if show:
        print_result(as_diff(fixed), end="")
        log(f"{files} would be fixed" if fixed else "nothing to fix")
        raise typer.Exit(1 if fixed else 0)
    write_fixed(root, fixed)
    log(f"{files} fixed: {', '.join(file.path for file in fixed)}" if fixed else "nothing to fix")
