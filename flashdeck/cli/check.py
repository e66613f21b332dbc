"""`flashdeck check`."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import colored, leave
from flashdeck.cli.streams import put, say


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
    allow_scripts: options.Scripts = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show every problem in the sources, with its place and the way out."""
    from flashdeck import report
    from flashdeck.check import check as check_project

    root = options.project_root(directory)
    problems = check_project(root, allow_scripts=allow_scripts)
    if form is Format.JSON:
        put(json.dumps(report.as_json(problems), ensure_ascii=False, indent=2))
    elif form is Format.GITHUB:
        put(report.as_github(problems), end="")
    else:
        lines = report.source_lines(root)
        put(report.framed(problems, lines, color=colored(color, sys.stdout)), end="")
        say(report.summary(problems) or "no problems")
    leave(problems, strict=strict)
