"""`flashdeck diff`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from flashdeck.cli import options
from flashdeck.cli.completion import versions
from flashdeck.cli.console import colored, exit_with, log_problems, now, print_json
from flashdeck.cli.streams import log, print_result

if TYPE_CHECKING:
    from flashdeck.comparison.versions import Version

_WIDTH = 100


def diff(
    old: Annotated[
        str | None,
        typer.Argument(
            metavar="OLD",
            help="A package or a git revision [default: build/*.apkg]",
            autocompletion=versions,
        ),
    ] = None,
    new: Annotated[
        str | None,
        typer.Argument(
            metavar="NEW",
            help="A package or a git revision [default: the sources]",
            autocompletion=versions,
        ),
    ] = None,
    *,
    as_json: options.AsJson = False,
    as_markdown: Annotated[
        bool, typer.Option("--markdown", help="Print release notes for learners")
    ] = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Show what an import will change.

    Also lists what learners must do by hand, since Anki does not do it on import.
    """
    from flashdeck.comparison import compare
    from flashdeck.comparison.output import json_report, markdown, text

    if as_json and as_markdown:
        raise options.UsageError("--json and --markdown exclude each other")
    with ExitStack() as stack:
        before = stack.enter_context(_version(old, directory, is_old=True))
        after = stack.enter_context(_version(new, directory, is_old=False))
        _check(before, color, quiet=True)
        _check(after, color, quiet=quiet or new is not None)
        if new is None and not quiet:
            _log_older_lock(after, color)
        before, after = _narrowed(before, after, old, new)
        changes = compare.diff(
            before.collection, after.collection, empties_removed=after.empties_removed
        )
    if as_json:
        report = {"old": before.name, "new": after.name, **json_report.as_json(changes)}
        print_json(report)
    elif as_markdown:
        print_result(markdown.as_markdown(changes), end="")
    else:
        if not quiet:
            log(f"{before.name} → {after.name}")
        width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
        paint = colored(color, sys.stdout)
        shown = text.as_text(changes, color=paint, width=max(40, width))
        print_result(shown, end="", styled=paint)


@contextmanager
def _version(name: str | None, directory: Path | None, *, is_old: bool) -> Iterator[Version]:
    from flashdeck.comparison import versions

    if name is not None and versions.is_package(name):
        yield versions.read_package(Path(name))
        return
    root = options.project_root(directory)
    if name is not None:
        with versions.read_revision(root, name) as version:
            yield _timed(version, None)
    else:
        yield versions.read_built(root) if is_old else _timed(versions.read_sources(root), now())


def _timed(version: Version, built_at: int | None) -> Version:
    """Add the times of notes, by which some are sent again."""
    from flashdeck.release.make import with_times

    assert version.outcome is not None, "only packages have none"
    return replace(version, collection=with_times(version.outcome, built_at))


def _check(version: Version, color: options.Color, *, quiet: bool) -> None:
    """Report problems in the sources, and exit on errors: a partial deck can't be compared."""
    if version.project is not None:
        log_problems(version.problems, version.project.root, color, quiet=quiet)
        exit_with(version.problems)


def _log_older_lock(version: Version, color: options.Color) -> None:
    """Report a lock that is older than what was published."""
    from flashdeck.project.published import healed

    if version.project is not None:
        state = healed(version.project, version.problems)
        ids = {note.guid for note in version.collection.notes}
        problems = (*state.problems, *state.left_out(ids))
        log_problems(problems, version.project.root, color)


def _narrowed(
    before: Version, after: Version, old: str | None, new: str | None
) -> tuple[Version, Version]:
    """Narrow a project to the decks of the package that it is compared with."""
    from flashdeck.comparison import versions

    left_out: tuple[str, ...] = ()
    if old is not None and before.project is None:
        after, left_out = versions.narrowed(after, before.collection, before.name)
    elif new is not None and after.project is None:
        before, left_out = versions.narrowed(before, after.collection, after.name)
    if left_out:
        log(f"not compared, since they share no note: {', '.join(left_out)}")
    return before, after
