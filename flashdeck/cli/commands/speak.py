"""`flashdeck speak`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import print_json
from flashdeck.cli.streams import log, print_result
from flashdeck.text import counted, visible


def speak(
    *,
    engine: Annotated[
        str | None,
        typer.Option(
            "--engine",
            metavar="COMMAND",
            help="'espeak-ng', or a command that writes a sound file [default: $FLASHDECK_SPEECH]",
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List what is missing, and write nothing")
    ] = False,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
) -> None:
    """Record spoken texts with a speech engine.

    The files go to cards/speech/ and are named after their texts: commit them. No file of the
    project can choose the engine, and no shell runs it.
    """
    from flashdeck.recording import engine_parts, record

    root = options.project_root(directory)
    parts: list[str] = []
    if not dry_run:
        parts = engine_parts(os.environ.get("FLASHDECK_SPEECH", "") if engine is None else engine)

    def report(path: str) -> None:
        if not as_json:
            print_result(visible(path))

    done = record(root, parts, report, dry_run=dry_run)
    if as_json:
        print_json({"written": done.missing, "present": done.present})
    elif dry_run:
        for path in done.missing:
            print_result(visible(path))
    if not quiet:
        would = "missing" if dry_run else "written"
        present = f"{len(done.present):,} were there"
        log(f"{counted(len(done.missing), 'recording')} {would}; {present}")
