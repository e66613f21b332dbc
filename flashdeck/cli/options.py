"""Options shared by several commands."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli.completion import packages
from flashdeck.diagnostics import FlashdeckError


class Color(StrEnum):
    """When to use color."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


Directory = Annotated[
    Path | None,
    typer.Option("-C", "--directory", metavar="DIR", help="The project's folder, or one in it."),
]
Colored = Annotated[Color, typer.Option("--color", help="Color what is said.")]
Scripts = Annotated[
    bool, typer.Option("--allow-scripts", help="Let scripts and other active content pass.")
]
Package = Annotated[
    Path | None,
    typer.Argument(
        metavar="FILE.apkg",
        help="A package; default: the sources.",
        autocompletion=packages,
    ),
]
Quiet = Annotated[bool, typer.Option("-q", "--quiet", help="Say nothing but errors.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print everything as JSON.")]


def project_root(directory: Path | None) -> Path:
    """Find the root of the project in a folder or one of its parents."""
    from flashdeck.project.paths import find_root

    start = directory or Path()
    try:
        start = start.resolve()
        exists = start.is_dir()
    except (OSError, RuntimeError, ValueError):  # too long, a symlink loop, or a NUL
        exists = False
    if not exists:
        message = f"there is no folder {directory}"
        raise FlashdeckError(message, "name the project's folder with -C DIR")
    return find_root(start)
