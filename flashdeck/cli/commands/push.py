"""`flashdeck push`."""

from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.console import exit_with, log_problems, now, print_json
from flashdeck.cli.streams import log, print_result
from flashdeck.diagnostics import FlashdeckError
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.project.project import Project
    from flashdeck.push.push import Prepared, Push

_KEY = "ANKICONNECT_KEY"
_WIDTH = 80
_LISTED = 5  # notes of each kind of change
_STICKY = (
    "Anki will propose “Import any learning progress”, “deck presets” and “Merge note types”\n"
    "at your next import: switch them off there."
)


def push(  # noqa: PLR0913 - one for each option
    *,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what would change, and change nothing")
    ] = False,
    first: Annotated[
        bool, typer.Option("--first", help="Push into a profile that has none of the notes")
    ] = False,
    profile: Annotated[
        str, typer.Option("--profile", metavar="NAME", help="Push only into this profile")
    ] = "",
    keep_removed: Annotated[
        bool, typer.Option("--keep-removed", help="Delete no notes in Anki")
    ] = False,
    accept_removals: Annotated[
        bool, typer.Option("--accept-removals", help="Allow many notes to be deleted")
    ] = False,
    ours: Annotated[
        bool, typer.Option("--ours", help="Replace texts that both you and the deck changed")
    ] = False,
    direct: Annotated[
        bool, typer.Option("--direct", help="Import without Anki's dialog, from Anki 26.09 on")
    ] = False,
    sync: Annotated[
        bool, typer.Option("--sync", help="Sync with AnkiWeb before and after")
    ] = False,
    restore: Annotated[
        Path | None,
        typer.Option("--restore", metavar="BACKUP", help="Take back a push, by its backup"),
    ] = None,
    port: Annotated[
        int,
        typer.Option("--port", metavar="N", min=1, max=65535, help="The port of AnkiConnect"),
    ] = 8765,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Bring the built packages into the running Anki.

    Unlike an import this also moves cards, renames decks, deletes removed notes, keeps reviews when
    a note changes its kind, and leaves your own texts and tags alone. Needs AnkiConnect.
    """
    from flashdeck.push.ankiconnect import AnkiConnect
    from flashdeck.push.push import Options, Push

    root = options.project_root(directory)
    project, packages = _built(root, color)
    anki = AnkiConnect(port, os.environ.get(_KEY, ""))
    chosen = Options(
        now=now(),
        first=first,
        profile=profile,
        keep_removed=keep_removed,
        accept_removals=accept_removals,
        overwrite=ours,
        direct=direct,
        sync=sync and not dry_run,
    )
    job = Push(project, packages, anki, chosen, wait=lambda: time.sleep(1))
    if restore is not None:
        _restore(job, restore, as_json=as_json, quiet=quiet)
        return
    _run(job, packages, chosen.now, dry_run=dry_run, direct=direct, as_json=as_json, quiet=quiet)


def _built(root: Path, color: options.Color) -> tuple[Project, list[Path]]:
    """Return the project and its packages, which must be up to date."""
    from flashdeck.project.project import load_project
    from flashdeck.release.build import build
    from flashdeck.release.result import Options

    result = build(root, Options(now=now(), frozen=True, digests=False))
    stale = [problem for problem in result.diagnostics if problem.rule == "frozen"]
    log_problems([one for one in result.diagnostics if one not in stale], root, color, quiet=True)
    if stale:
        raise FlashdeckError(stale[0].message, "flashdeck build, and push again")
    exit_with(result.diagnostics)
    if not result.packages:
        raise FlashdeckError("there is no note to push", "write notes, and build")
    return load_project(root)[0], [
        package.path for package in result.packages if not package.edition
    ]


def _run(
    job: Push,
    packages: list[Path],
    now: int,
    *,
    dry_run: bool,
    direct: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    from flashdeck.push.report import as_json as plan_json
    from flashdeck.push.report import as_text

    prepared = job.prepare()
    plan = prepared.plan
    speaks = not (as_json or quiet)
    if speaks:
        log(_head(prepared, packages, job.revision, now))
    if not as_json:
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
        text = as_text(plan, now, width=max(60, width), most=None if dry_run else _LISTED)
        print_result(text, end="\n" if text else "")
    differences: list[str] = []
    if dry_run:
        job.backup.discard()
    else:
        job.check(prepared)
        if speaks and plan.imports:
            log(_before_import(prepared, direct=direct))
        differences = job.run(prepared)
    if as_json:
        report = {"profile": prepared.profile, "done": not dry_run, **plan_json(plan)}
        print_json({**report, "differences": differences})
    elif speaks:
        log(_after(prepared, job, dry_run=dry_run, direct=direct))
    for line in differences:
        log(f"error: after the push {line}")
    if differences:
        raise typer.Exit(1)


def _head(prepared: Prepared, packages: list[Path], revision: int, now: int) -> str:
    from flashdeck.push.report import date

    there, notes = prepared.plan.notes
    profile = f", profile “{prepared.profile}”" if prepared.profile else ""
    last = f"; last push {date(prepared.last.time, now)}" if prepared.last else ""
    names = ", ".join(package.name for package in packages)
    known = f"{there} of {counted(notes, 'note')} there{last}"
    return f"{names} of {date(revision, now)} → Anki{profile}\n{known}"


def _before_import(prepared: Prepared, *, direct: bool) -> str:
    if not prepared.learner.study.is_new:
        return ""
    if direct:
        return _STICKY
    tick = ", tick “Import any learning progress”" if prepared.plan.kinds else ""
    return f"Switch to Anki{tick}, and click Import …"


def _after(prepared: Prepared, job: Push, *, dry_run: bool, direct: bool) -> str:
    plan = prepared.plan
    if plan.is_empty:
        return "Nothing to do."
    lines = ["Anki forgets what could be undone before."] * bool(plan.moved)
    if plan.imports and direct and prepared.learner.study.is_new and dry_run:
        lines.append(_STICKY)
    if dry_run:
        return "\n".join([*lines, "Nothing was done."])
    lines.append(f"Take it back: flashdeck push --restore {_shown(job.backup.folder)}")
    return "\n".join([*lines, "Done. Now sync, so that the phone gets it, too."])


def _restore(job: Push, folder: Path, *, as_json: bool, quiet: bool) -> None:
    if not (as_json or quiet):
        log("If Anki shows its import dialog: tick “Import any learning progress”, click Import.")
    done = job.restore(folder)
    plan = done.plan
    if as_json:
        print_json(
            {
                "notes": [note.guid for note in plan.new],
                "texts": [edit.after.guid for edit in plan.edits],
                "moves": [move._asdict() for move in plan.moves],
                "left": list(done.left),
            }
        )
        return
    cards = sum(len(move.cards) for move in plan.moves)
    print_result(
        f"restored {counted(len(plan.new), 'deleted note')}, "
        f"{counted(len(plan.edits), 'text')}, and the decks of {counted(cards, 'card')}"
    )
    for line in () if quiet else done.left:
        log(f"not restored: {line}")


def _shown(folder: Path) -> str:
    here = Path.cwd()
    return str(folder.relative_to(here)) if folder.is_relative_to(here) else str(folder)
