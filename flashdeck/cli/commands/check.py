"""`flashdeck check`."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck import __version__
from flashdeck.cli import options
from flashdeck.cli.console import colored, exit_with, log_fixable, print_json
from flashdeck.cli.streams import log, print_exact, print_result
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.checking.fix import Fixed
    from flashdeck.diagnostics import Diagnostic


class Format(StrEnum):
    """The output format of `check`."""

    TEXT = "text"
    JSON = "json"
    GITHUB = "github"
    SARIF = "sarif"


def check(  # noqa: PLR0913 - one for each option
    sources: options.Sources = None,
    *,
    form: Annotated[
        Format,
        typer.Option("--format", metavar="FORMAT", help="The output: text, json, github or sarif"),
    ] = Format.TEXT,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the result as JSON, as --format json")
    ] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Exit with 1 on warnings, too")] = False,
    fix: Annotated[
        bool, typer.Option("--fix", help="Fix the sources where only one fix is possible")
    ] = False,
    diff: Annotated[
        bool, typer.Option("--diff", help="With --fix: print a diff, and write nothing")
    ] = False,
    allow_scripts: options.Scripts = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Report problems and how to fix them.

    Reports the problems that a build reports, and findings of the rules for good cards.
    """
    from flashdeck.checking.check import check as check_project

    if diff and not fix:
        raise options.UsageError("--diff needs --fix")
    root = options.project_root(directory)
    paths, decks = options.paths_and_decks(root, sources or ())
    if fix:
        from flashdeck.checking.fix import fixed_sources

        _fix(
            root,
            fixed_sources(root, allow_scripts=allow_scripts, paths=paths, decks=decks),
            show=diff,
            quiet=quiet,
        )
    problems = check_project(root, allow_scripts=allow_scripts, paths=paths, decks=decks)
    _print(problems, root, Format.JSON if as_json else form, color)
    if form is Format.TEXT and not as_json and not quiet:
        _summarize(problems, root, fixed=fix)
    exit_with(problems, strict=strict)


def _print(problems: list[Diagnostic], root: Path, form: Format, color: options.Color) -> None:
    from flashdeck import report

    if form is Format.JSON:
        print_json(report.as_json(problems))
    elif form is Format.SARIF:
        print_json(report.as_sarif(problems, __version__))
    elif form is Format.GITHUB:
        print_result(report.as_github(problems), end="")
    else:
        lines = report.source_lines(root)
        paint = colored(color, sys.stdout)
        print_result(report.framed(problems, lines, color=paint), end="", styled=True)


def _summarize(problems: list[Diagnostic], root: Path, *, fixed: bool) -> None:
    from flashdeck import report

    log(report.summary(problems) or "no problems")
    if problems and not fixed:
        log_fixable(problems, root)


def _fix(root: Path, fixed: list[Fixed], *, show: bool, quiet: bool) -> None:
    """Write fixed sources; with `show`, print a diff instead and exit with 1 if it is not empty."""
    from flashdeck.checking.fix import as_diff, write_fixed

    files = counted(len(fixed), "file")
    if show:
        print_exact(as_diff(fixed))
        if not quiet:
            log(f"{files} would be fixed" if fixed else "nothing to fix")
        raise typer.Exit(1 if fixed else 0)
    write_fixed(root, fixed)
    if not quiet:
        names = ", ".join(file.path for file in fixed)
        log(f"{files} fixed: {names}" if fixed else "nothing to fix")
