"""Helpers shared by commands: diagnostics, exit codes, color, the clock and progress bars."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import typer

from flashdeck.cli.options import Color
from flashdeck.cli.streams import log, print_result
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity
from flashdeck.text import counted

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_BAR_THRESHOLD = 2_000  # items; fewer finish before a bar could be read


def log_problems(
    problems: Sequence[Diagnostic],
    root: Path,
    color: Color,
    *,
    quiet: bool = False,
    on_disk: bool = True,
) -> None:
    """Print each problem with its source lines, then a summary; only errors when quiet.

    `on_disk`: the problems are those of the files on disk, which `check --fix` can fix.
    """
    if quiet:
        problems = [problem for problem in problems if problem.severity is Severity.ERROR]
    if problems:
        from flashdeck import report

        lines = report.source_lines(root)
        paint = colored(color, sys.stderr)
        log(report.framed(problems, lines, color=paint), end="", styled=True)
        log(report.summary(problems))
        if on_disk and not quiet:
            log_fixable(problems, root)


def log_fixable(problems: Sequence[Diagnostic], root: Path) -> None:
    """Print how many problems `flashdeck check --fix` fixes, if any."""
    from flashdeck.checking.fix import count_fixable

    count = count_fixable(root, problems)
    if count:
        log(f"{counted(count, 'problem')} can be fixed with flashdeck check --fix")


def print_json(data: Any) -> None:
    """Print a result as JSON; characters that a terminal would not show are escaped."""
    import json

    from flashdeck.text import UNSEEN

    text = json.dumps(data, ensure_ascii=False, indent=2)
    print_result(UNSEEN.sub(lambda match: f"\\u{ord(match.group()):04x}", text), styled=True)


def exit_with(problems: Sequence[Diagnostic], *, strict: bool = False) -> None:
    """Exit with code 1 on errors, or on warnings when strict."""
    failing = {Severity.ERROR, Severity.WARNING} if strict else {Severity.ERROR}
    if any(problem.severity in failing for problem in problems):
        raise typer.Exit(1)


def colored(color: Color, stream: TextIO) -> bool:
    """Whether to color output to a stream (no-color.org, force-color.org, terminfo's dumb)."""
    if color is not Color.AUTO:
        return color is Color.ALWAYS
    if os.environ.get("NO_COLOR"):
        return False
    return bool(os.environ.get("FORCE_COLOR")) or is_terminal(stream)


def is_terminal(stream: TextIO) -> bool:
    """Whether a stream is a terminal that understands escape codes."""
    return stream.isatty() and os.environ.get("TERM") != "dumb"


def now() -> int:
    """The current time in seconds, or SOURCE_DATE_EPOCH (reproducible-builds.org)."""
    value = os.environ.get("SOURCE_DATE_EPOCH")
    if value is None:
        return int(time.time())
    if not (value.isascii() and value.isdigit()):
        message = f"SOURCE_DATE_EPOCH is '{value}', not a number of seconds"
        raise FlashdeckError(message, "set it to a time in seconds since 1970, or unset it")
    return int(value)


@contextmanager
def progress(*, quiet: bool) -> Iterator[Callable[[str, int, int], None]]:
    """Show progress bars, on a terminal only."""
    if quiet or not is_terminal(sys.stderr):
        yield lambda _what, _done, _all: None
        return
    with ExitStack() as stack:
        bars: list[Progress] = []
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if total < _BAR_THRESHOLD:
                return
            if not bars:  # imported late: most builds need no bar
                from rich.console import Console
                from rich.progress import Progress

                bar = Progress(console=Console(stderr=True), transient=True)
                bars.append(stack.enter_context(bar))
            if what not in tasks:
                tasks[what] = bars[0].add_task(what, total=total)
            bars[0].update(tasks[what], completed=done)

        yield show
