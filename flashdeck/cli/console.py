"""What commands share in speaking: problems, colour, the time, how far long work has come."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

import typer

from flashdeck.cli.options import Color
from flashdeck.cli.streams import log
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

# Fewer things than this are done before anybody could read about them.
_WORTH_A_BAR = 2_000


def log_problems(
    problems: Sequence[Diagnostic], root: Path, color: Color, *, quiet: bool = False
) -> None:
    """Say every problem in its frame, then how many there are; only errors when quiet."""
    if quiet:
        problems = [one for one in problems if one.severity is Severity.ERROR]
    if problems:
        from flashdeck import report

        lines = report.source_lines(root)
        log(report.framed(problems, lines, color=colored(color, sys.stderr)), end="")
        log(report.summary(problems))


def exit_with(problems: Sequence[Diagnostic], *, strict: bool = False) -> None:
    """End with exit code 1 if there are errors, or warnings when strict."""
    grave = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(problem.severity in grave for problem in problems):
        raise typer.Exit(1)


def colored(color: Color, stream: TextIO) -> bool:
    """Whether to color what goes to a stream (no-color.org, force-color.org)."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()


def now() -> int:
    """Give the time in seconds; SOURCE_DATE_EPOCH sets it (reproducible-builds.org)."""
    words = os.environ.get("SOURCE_DATE_EPOCH")
    if words is None:
        return int(time.time())
    if not (words.isascii() and words.isdigit()):
        message = f"SOURCE_DATE_EPOCH is '{words}', not a number of seconds"
        raise FlashdeckError(message, "set it to a time in seconds since 1970, or unset it")
    return int(words)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show how far long work has come, on a terminal only."""
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _all: None
        return
    with ExitStack() as stack:
        bars: list[Progress] = []
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if total < _WORTH_A_BAR:
                return
            if not bars:  # loaded now: most builds end before anybody could read a bar
                from rich.console import Console
                from rich.progress import Progress

                bar = Progress(console=Console(stderr=True), transient=True)
                bars.append(stack.enter_context(bar))
            if what not in tasks:
                tasks[what] = bars[0].add_task(what, total=total)
            bars[0].update(tasks[what], completed=done)

        yield show
