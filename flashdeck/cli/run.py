"""Runs a command and gives its exit code."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress

from flashdeck import __version__
from flashdeck.cli.streams import log, log_error, print_result, streams

TYPE_CHECKING = False  # typing takes longer to load than all the rest of this
if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, PROBLEMS, BUG, INTERRUPTED = 0, 1, 3, 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and give its exit code; whatever happens becomes words."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    with suppress(KeyboardInterrupt):
        try:
            with streams():
                return _run(given)
        except Exception as error:  # noqa: BLE001 - the one place where a bug of ours is caught
            return _failed(error)
    log("stopped")
    return INTERRUPTED


def _failed(error: Exception) -> int:
    from flashdeck.diagnostics import FlashdeckError

    if isinstance(error, FlashdeckError):
        log_error(error)
        return PROBLEMS
    from flashdeck.cli.bug import bug_report

    log(bug_report(error))
    return BUG


def _run(arguments: list[str]) -> int:
    if arguments == ["--version"]:
        # Answered here, since loading the commands takes ten times as long as the answer.
        print_result(f"flashdeck {__version__}")
        return FINE
    # A command makes millions of objects that live to its end, and loading it makes the first;
    # looking for circles among them again and again would double its time.
    gc.disable()
    from flashdeck.cli.app import app

    try:
        app(arguments)(args=arguments, prog_name="flashdeck")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else PROBLEMS
    return FINE
