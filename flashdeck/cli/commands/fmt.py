"""`flashdeck fmt`."""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, print_json
from flashdeck.cli.streams import log, print_exact, print_result
from flashdeck.cli.summary import shown
from flashdeck.diagnostics import FlashdeckError
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.diagnostics import Diagnostic
    from flashdeck.formatting.formatter import Formatted
    from flashdeck.project.project import Project

_STDIN = Path("-")


def fmt(
    *,
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="FILE",
            help="Decks, note types or folders of them; - reads stdin [default: all]",
        ),
    ] = None,
    only_check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 1 if a file is not formatted")
    ] = False,
    only_diff: Annotated[bool, typer.Option("--diff", help="Write nothing; print a diff")] = False,
    stdin_name: Annotated[
        Path | None,
        typer.Option("--stdin-filename", metavar="FILE", help="The file that stdin is the text of"),
    ] = None,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Format deck files.

    Only the layout changes: the cards stay the same, which is verified before anything is written.
    """
    from flashdeck.formatting.formatter import format_files, write_formatted
    from flashdeck.project.project import load_project

    is_filter = files == [_STDIN]
    if is_filter:
        project, paths = _with_stdin(directory, stdin_name)
    else:
        project, _ = load_project(options.project_root(directory))
        paths = _selected(project, files)
    formatted, problems = format_files(project, paths)
    log_problems(problems, project.root, color, quiet=quiet, on_disk=not is_filter)
    changed = [file for file in formatted if file.is_changed]
    done = not (only_check or only_diff or is_filter)
    if done:
        write_formatted(project, changed)
    if as_json:
        print_json(_report(formatted, problems))
    elif only_diff:
        print_exact("".join(map(_diff, changed)))
    elif not is_filter:
        print_result("".join(f"{shown(project.root / file.path)}\n" for file in changed), end="")
    elif not only_check:
        print_exact("".join(file.after.decode() for file in formatted))
    if not (quiet or is_filter or as_json):
        log(_summary(len(changed), len(formatted) - len(changed), done=done))
    exit_with(problems)
    if only_check and changed:
        raise typer.Exit(1)


def _with_stdin(directory: Path | None, name: Path | None) -> tuple[Project, list[Path]]:
    """Load the project with the text from stdin in place of a source."""
    from flashdeck.project.project import load_project

    if name is not None and directory is None:
        directory = name.absolute().parent
    project, _ = load_project(options.project_root(directory))
    path = _resolved(name or project.cards / "stdin.yaml")
    return _with_text(project, path, sys.stdin.buffer.read()), [path]


def _report(formatted: Iterable[Formatted], problems: Iterable[Diagnostic]) -> dict[str, Any]:
    from flashdeck import report

    return {
        "changed": [file.path for file in formatted if file.is_changed],
        "unchanged": [file.path for file in formatted if not file.is_changed],
        "diagnostics": report.as_json(problems),
    }


def _selected(project: Project, files: Iterable[Path] | None) -> list[Path]:
    """Select the named sources, including those in named folders; all of them by default."""
    sources = [*project.notetypes, *project.decks]
    if not files:
        return sources
    selected: list[Path] = []
    for file in files:
        path = _resolved(file)
        inside = [source for source in sources if source == path or path in source.parents]
        if not inside:
            message = f"{file} is not a deck or note type of this project"
            if file == _STDIN:
                message = "'-' can't be used together with files"
            raise FlashdeckError(message, f"they are in {shown(project.cards)}")
        selected += [source for source in inside if source not in selected]
    return selected


def _resolved(path: Path) -> Path:
    """Resolve a path as projects do: a symlink to a file is not followed."""
    return path.resolve() if path.is_dir() else path.absolute().parent.resolve() / path.name


def _with_text(project: Project, path: Path, text: bytes) -> Project:
    """Replace the text of a source, which need not exist yet."""
    if not path.is_relative_to(project.cards):
        message = f"{shown(path)} is outside of {shown(project.cards)}"
        raise FlashdeckError(message, "name the file that the text is meant for")
    is_known = path in project.decks or path in project.notetypes
    decks = project.decks if is_known else (*project.decks, path)
    return replace(project, decks=decks, unsaved={path: text})


def _diff(file: Formatted) -> str:
    before, after = (text.decode().splitlines(keepends=True) for text in (file.before, file.after))
    lines = difflib.unified_diff(before, after, file.path, file.path, lineterm="\n")
    return "".join(line if line.endswith("\n") else f"{line}\n" for line in lines)


def _summary(changed: int, same: int, *, done: bool) -> str:
    words = "formatted" if done else "would be formatted"
    parts = [counted(changed, f"file(s) {words}")] if changed else []
    parts += [counted(same, "file(s) already formatted")] if same else []
    return ", ".join(parts)
