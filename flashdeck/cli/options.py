"""Options and arguments shared by several commands."""

from __future__ import annotations

import os
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli.completion import packages
from flashdeck.diagnostics import FlashdeckError

GLOBAL = "Global options"


class UsageError(typer.BadParameter):
    """Wrong usage of a command."""

    def format_message(self) -> str:
        """Return the message alone; Typer begins with the name of a parameter."""
        return self.message


class Color(StrEnum):
    """When to use color."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


Directory = Annotated[
    Path | None,
    typer.Option(
        "-C",
        "--directory",
        metavar="DIR",
        help="The folder of the project, or one in it",
        rich_help_panel=GLOBAL,
    ),
]
Limit = Annotated[
    list[str] | None,
    typer.Option(
        "--limit",
        metavar="NAME=SIZE",
        help="Before the command: a limit instead of that of the settings",
        rich_help_panel=GLOBAL,
    ),
]
Colored = Annotated[
    Color,
    typer.Option(
        "--color",
        metavar="WHEN",
        help="Use color: auto, always or never",
        rich_help_panel=GLOBAL,
    ),
]
Quiet = Annotated[
    bool,
    typer.Option("-q", "--quiet", help="Print results and errors only", rich_help_panel=GLOBAL),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print the result as JSON")]
Scripts = Annotated[
    bool, typer.Option("--allow-scripts", help="Allow scripts and other active content")
]
Package = Annotated[
    Path | None,
    typer.Argument(
        metavar="PACKAGE",
        help="An .apkg file [default: the sources]",
        autocompletion=packages,
    ),
]
Sources = Annotated[
    list[str] | None,
    typer.Argument(metavar="FILE|DECK", help="Files, folders or decks [default: all]"),
]


def set_limits(words: Iterable[str]) -> None:
    """Set the limits of `--limit NAME=SIZE`. Raises `UsageError` for anything else."""
    from flashdeck import limits

    sizes: dict[str, int] = {}
    for word in words:
        name, _, size = word.partition("=")
        if name not in limits.CEILINGS:
            raise UsageError(f"--limit takes {', '.join(limits.CEILINGS)}, not '{name}'")
        if not (size.isdecimal() and size.isascii() and int(size[:20])):
            raise UsageError(f"--limit {name} takes a number, as in {name}=2000000")
        sizes[name] = int(size[:20])
    limits.set_limits(sizes)


def project_root(directory: Path | None, *, clean: bool = True) -> Path:
    """Find the root of the project in a folder or one of its parents.

    `clean` removes the temporary files of killed processes.
    """
    from flashdeck.project.paths import find_root

    start = directory or Path()
    try:
        start = start.resolve()
        exists = start.is_dir()
    except (OSError, RuntimeError, ValueError):  # too long, a symlink loop, or a NUL
        exists = False
    if not exists:
        message = f"there is no folder {directory}"
        raise FlashdeckError(message, "name the folder of the project with -C DIR")
    root = find_root(start)
    if clean:
        from flashdeck.project.project_lock import clean_up  # a build does it later, if at all

        clean_up(root)
    return root


def paths_and_decks(root: Path, words: Iterable[str]) -> tuple[list[str], list[str]]:
    """Split arguments into paths of files or folders, relative to the project, and decks."""
    paths: list[str] = []
    decks: list[str] = []
    for word in words:
        path = next((path for path in (Path(word), root / word) if os.path.lexists(path)), None)
        if path is None or not word:
            decks.append(word)
            continue
        path = path.parent.resolve() / path.name if path.name else path.resolve()
        if not path.is_relative_to(root):
            message = f"{word} is not in the project {root}"
            raise FlashdeckError(message, "name the project with -C DIR")
        paths.append(path.relative_to(root).as_posix())
    return paths, decks
