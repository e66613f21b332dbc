"""`flashdeck import`."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, now, print_json, progress
from flashdeck.cli.streams import log, print_result
from flashdeck.importing.result import Rewriting

if TYPE_CHECKING:
    from flashdeck.importing.result import Imported


def import_deck(  # noqa: PLR0913 - one for each option
    *,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A package (.apkg, .colpkg), plain text of Anki (.txt, .csv), or "
            "a folder or JSON file of CrowdAnki or of export",
        ),
    ],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="DIR", help="The folder of the project, new or existing"
        ),
    ] = None,
    deck: Annotated[
        str, typer.Option("--deck", metavar="NAME", help="Only this deck and its subdecks")
    ] = "",
    markdown: Annotated[
        Rewriting | None,
        typer.Option(
            "--markdown",
            metavar="[=rewrite]",
            help="Write Markdown; =rewrite also replaces tags, which learners get as edits",
        ),
    ] = None,
    short_keys: Annotated[
        bool,
        typer.Option("--short-keys", help="Write q and a, or cloze, for fields of any note type"),
    ] = False,
    allow_scripts: Annotated[
        bool,
        typer.Option("--allow-scripts", help="Accept the scripts, in the new settings"),
    ] = False,
    delete_missing: Annotated[
        bool,
        typer.Option("--delete-missing", help="Remove notes that the package no longer holds"),
    ] = False,
    accept_removals: Annotated[
        bool,
        typer.Option("--accept-removals", help="Remove even more than ten notes, or a fifth"),
    ] = False,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Create or update a project from an Anki package.

    In a project, edits that were made in Anki are taken over; elsewhere a new project is created.
    """
    from flashdeck.importing.importer import import_file

    target = output.absolute() if output is not None else None
    if target is None and directory is not None:
        target = options.project_root(directory)
    with progress(quiet=quiet or as_json) as show:
        imported = import_file(
            file,
            target,
            now=now(),
            deck=deck,
            markdown=markdown,
            keys=short_keys,
            allow_scripts=allow_scripts,
            delete_missing=delete_missing,
            accept_removals=accept_removals,
            progress=show,
        )
    log_problems(imported.diagnostics, imported.root, color, quiet=quiet)
    if as_json:
        print_json(_report(imported))
    else:
        print_result(str(imported.root))
        if not quiet:
            log(f"  {_summary(imported)}")
    exit_with(imported.diagnostics)


def _report(imported: Imported) -> dict[str, Any]:
    from flashdeck import report

    return asdict(imported) | {
        "root": imported.root.as_posix(),
        "diagnostics": report.as_json(imported.diagnostics),
    }


def _summary(imported: Imported) -> str:
    from flashdeck.text import counted

    numbers = {
        "new": imported.new,
        "changed": imported.changed,
        "conflicting": imported.conflicts,
        "unchanged": imported.unchanged,
        "missing": imported.missing,
    }
    notes = ", ".join(f"{number:,} {word}" for word, number in numbers.items() if number)
    things = {"deck": imported.decks, "note type": imported.notetypes, "media file": imported.media}
    others = (counted(number, name) for name, number in things.items())
    return f"notes: {notes or 'none'}; {', '.join(others)}"
