"""`flashdeck forget`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import packages
from flashdeck.cli.console import log_problems
from flashdeck.cli.streams import log, log_error, print_result

if TYPE_CHECKING:
    from flashdeck.release.forget import Forgotten


def forget(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="[ID | FILE.apkg]...",
            help="Ids of removed notes, or packages, for all removed notes in them.",
            show_default=False,
            autocompletion=packages,
        ),
    ] = None,
    *,
    example: Annotated[
        bool, typer.Option("--example", help="The notes of the example deck that init writes.")
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Show what would be dropped, and write nothing.")
    ] = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Drop removed notes that nobody ever got from the lock, and so from the packages."""
    from flashdeck.release.forget import forget as forget_notes

    if not (names or example):
        message = "name ids of removed notes, or a package, or use --example"
        raise typer.BadParameter(message, param_hint="ID")
    root = options.project_root(directory)
    done = forget_notes(root, names or (), example=example, dry_run=dry_run)
    log_problems(done.diagnostics, root, color, quiet=quiet)
    for error in done.refused:
        log_error(error)
    if done.diagnostics or done.refused:
        log("nothing was dropped")
        raise typer.Exit(1)
    _report(done, dry_run=dry_run, quiet=quiet)


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
        log(visible(f"{file} has no other notes, and is not built any more"))
    log("learners who have these notes keep their cards")
