"""`flashdeck fmt`."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems
from flashdeck.cli.streams import log, print_result
from flashdeck.cli.summary import shown
from flashdeck.diagnostics import FlashdeckError
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.formatting.formatter import Formatted
    from flashdeck.project.project import Project

_STDIN = Path("-")


def fmt(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="[FILES]",
            show_default=False,
            help="Decks, note types, folders of them; - reads stdin. Default: all.",
        ),
    ] = None,
    directory: options.Directory = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; fail if a file is not formatted.")
    ] = False,
    only_diff: Annotated[
        bool, typer.Option("--diff", help="Write nothing; show what would change.")
    ] = False,
    stdin_name: Annotated[
        Path | None,
        typer.Option("--stdin-filename", metavar="FILE", help="Which file stdin is the text of."),
    ] = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Write deck files in the one way; nothing that is compiled from them changes."""
    from flashdeck.formatting.formatter import format_files, write_formatted
    from flashdeck.project.project import load_project

    is_filter = files == [_STDIN]
    if is_filter and stdin_name is not None and directory is None:
        directory = stdin_name.absolute().parent
    project, _ = load_project(options.project_root(directory))
    if is_filter:
        path = _named(stdin_name or project.cards / "stdin.yaml")
        project = _with_text(project, path, sys.stdin.buffer.read())
        wanted = [path]
    else:
        wanted = _wanted(project, files)
    found, problems = format_files(project, wanted)
    log_problems(problems, project.root, color, quiet=quiet)
    changed = [one for one in found if one.is_changed]
    if only_diff:
        print_result("".join(_diff(one) for one in changed), end="")
    elif is_filter and not only_check:
        print_result("".join(one.after.decode() for one in found), end="")
    elif not is_filter:
        if not only_check:
            write_formatted(project, changed)
        print_result("".join(f"{shown(project.root / one.path)}\n" for one in changed), end="")
    if not (quiet or is_filter):
        done = not (only_check or only_diff)
        log(_summary(len(changed), len(found) - len(changed), done=done))
    exit_with(problems)
    if only_check and changed:
        raise typer.Exit(1)


def _wanted(project: Project, files: Iterable[Path] | None) -> list[Path]:
    """Give the sources that are named, those in folders included; without a name all of them."""
    known = [*project.notetypes, *project.decks]
    if not files:
        return known
    found: list[Path] = []
    for named in files:
        path = _named(named)
        inside = [one for one in known if one == path or path in one.parents]
        if not inside:
            message = f"{named} is no deck and no note type of this project"
            if named == _STDIN:
                message = "'-' stands alone: text from stdin can't be formatted beside files"
            raise FlashdeckError(message, f"those lie in {shown(project.cards)}")
        found += [one for one in inside if one not in found]
    return found


def _named(path: Path) -> Path:
    """Give a path as projects name their sources; only a link to a file stays a link."""
    return path.resolve() if path.is_dir() else path.absolute().parent.resolve() / path.name


def _with_text(project: Project, path: Path, text: bytes) -> Project:
    """Put a text in the place of a source, which need not be there yet."""
    if not path.is_relative_to(project.cards):
        message = f"{shown(path)} lies outside of {shown(project.cards)}"
        raise FlashdeckError(message, "name the file that the text is meant for")
    is_known = path in project.decks or path in project.notetypes
    decks = project.decks if is_known else (*project.decks, path)
    return replace(project, decks=decks, unsaved={path: text})


def _diff(one: Formatted) -> str:
    before, after = (text.decode().splitlines(keepends=True) for text in (one.before, one.after))
    lines = difflib.unified_diff(before, after, one.path, one.path, lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _summary(changed: int, same: int, *, done: bool) -> str:
    words = "formatted" if done else "would be formatted"
    parts = [counted(changed, f"file(s) {words}")] if changed else []
    parts += [counted(same, "file(s) already formatted")] if same else []
    return ", ".join(parts)
