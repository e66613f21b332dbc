"""`flashdeck schema`."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import print_json
from flashdeck.cli.streams import print_exact, print_result


class Which(StrEnum):
    """The files that have a schema."""

    DECK = "deck"
    NOTETYPE = "notetype"
    SETTINGS = "settings"


def schema(
    which: Annotated[
        Which, typer.Argument(metavar="KIND", help="The kind of file: deck, notetype or settings")
    ] = Which.DECK,
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="Write the schemas of all kinds into a folder"
        ),
    ] = None,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
) -> None:
    """Print a JSON Schema for editors.

    With it, editors complete keys and show mistakes while you type.
    """
    from flashdeck.editor.files import schema_texts, write_schemas

    start = (directory or Path()).resolve()
    if output is None:
        print_exact(schema_texts(start)[which])
        return
    paths = [str(path) for path in write_schemas(start, output)]
    if as_json:
        print_json(paths)
    else:
        print_result("\n".join(paths))
