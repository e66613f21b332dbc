"""`flashdeck import`."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, now, progress
from flashdeck.cli.streams import log, print_result

if TYPE_CHECKING:
    from flashdeck.importing.result import Imported


def import_deck(
    *,
    file: Annotated[
        Path,
        typer.Argument(
            help="A package (.apkg, .colpkg), or CrowdAnki's folder or JSON file.",
            show_default=False,
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="The project's folder, new or not."),
    ] = None,
    deck: Annotated[
        str, typer.Option("--deck", metavar="NAME", help="Only that deck and those below it.")
    ] = "",
    markdown: Annotated[
        bool, typer.Option("--markdown", help="Write Markdown where it renders to the same HTML.")
    ] = False,
    quiet: options.Quiet = False,
    as_json: options.AsJson = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Make a deck that exists in Anki a project, or take its changes into one."""
    from flashdeck.importing.importer import import_file

    with progress(quiet=quiet or as_json) as show:
        done = import_file(
            file, _target(output), now=now(), deck=deck, markdown=markdown, progress=show
        )
    log_problems(done.diagnostics, done.root, color, quiet=quiet)
    if as_json:
        print_result(json.dumps(_report(done), ensure_ascii=False, indent=2))
    else:
        print_result(str(done.root))
        if not quiet:
            log(f"  {_summary(done)}")
    exit_with(done.diagnostics)


def _target(output: Path | None) -> Path | None:
    return output.absolute() if output is not None else None


def _report(done: Imported) -> dict[str, Any]:
    from flashdeck import report

    counts = asdict(done)
    return counts | {
        "root": done.root.as_posix(),
        "diagnostics": report.as_json(done.diagnostics),
    }


def _summary(done: Imported) -> str:
    from flashdeck.text import counted

    named = {
        "new": done.new,
        "changed": done.changed,
        "conflicting": done.conflicts,
        "unchanged": done.unchanged,
    }
    notes = ", ".join(f"{number:,} {word}" for word, number in named.items() if number)
    things = {"deck": done.decks, "note type": done.notetypes, "media file": done.media}
    others = (counted(number, name) for name, number in things.items())
    return f"notes: {notes or 'none'}; {', '.join(others)}"
