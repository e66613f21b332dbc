"""`flashdeck forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import packages
from flashdeck.cli.console import log_problems, print_json
from flashdeck.cli.streams import log, log_error, print_result

if TYPE_CHECKING:
    from flashdeck.release.forget import Forgotten


def forget(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="ID|PACKAGE",
            help="Ids of removed notes, or packages with removed notes",
            autocompletion=packages,
        ),
    ] = None,
    *,
    example: Annotated[
        bool, typer.Option("--example", help="Drop the notes of the example deck, too")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="List the notes, and write nothing")
    ] = False,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Drop removed notes that nobody has imported.

    They leave flashdeck.lock now, and the packages with the next build. Other removed notes stay
    for a while, so that learners' copies of them are removed, too.
    """
    from flashdeck.release.forget import forget as forget_notes

    if not (names or example):
        raise options.UsageError("name ids of removed notes, or a package, or use --example")
    root = options.project_root(directory, clean=False)
    done = forget_notes(root, names or (), example=example, dry_run=dry_run)
    log_problems(done.diagnostics, root, color, quiet=quiet)
    for error in done.refused:
        log_error(error)
    if as_json:
        print_json(_plain(done))
    if done.diagnostics or done.refused:
        log("nothing was dropped")
        raise typer.Exit(1)
    if not as_json:
        _report(done, dry_run=dry_run, quiet=quiet)


def _plain(done: Forgotten) -> dict[str, Any]:
    from flashdeck import report

    return {
        "notes": [{"id": note.id, "deck": note.deck} for note in done.notes],
        "packages": list(done.packages),
        "errors": [str(error) for error in done.refused],
        "diagnostics": report.as_json(done.diagnostics),
    }


def _report(done: Forgotten, *, dry_run: bool, quiet: bool) -> None:
    from flashdeck.project.paths import LOCK_NAME
    from flashdeck.text import counted, visible

    for note in done.notes:
        print_result(visible(f"{note.id}  {note.deck}"))
    if quiet:
        return
    would = "would be " if dry_run else ""
    log(f"{counted(len(done.notes), 'removed note')} {would}dropped from {LOCK_NAME}")
    for file in done.packages:
        log(visible(f"{file} has no other notes; it is no longer built"))
    log("learners who have these notes keep their cards")
