"""`flashdeck schema`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.streams import print_result


class Which(StrEnum):
    """The files that have a schema."""

    DECK = "deck"
    NOTETYPE = "notetype"
    SETTINGS = "settings"


def schema(
    which: Annotated[Which, typer.Argument(metavar="WHICH", help="What it is for.")] = Which.DECK,
    *,
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Write all three into a folder."),
    ] = None,
    directory: options.Directory = None,
) -> None:
    """Print a JSON Schema, by which editors complete keys and show mistakes."""
    from flashdeck.editor.files import schema_texts, write_schemas

    start = (directory or Path()).resolve()
    if output is None:
        print_result(schema_texts(start)[which], end="")
        return
    for path in write_schemas(start, output):
        print_result(str(path))
