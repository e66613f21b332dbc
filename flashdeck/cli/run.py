"""The entry point: run a command and return its exit code."""

from __future__ import annotations

import gc
import sys
from contextlib import suppress

from flashdeck import __version__
from flashdeck.cli.streams import log, log_error, print_result, streams

TYPE_CHECKING = False  # importing typing takes longer than the rest of this module
if TYPE_CHECKING:
    from collections.abc import Sequence

FINE, PROBLEMS, BUG, INTERRUPTED = 0, 1, 3, 130


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code; every exception is reported."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    with suppress(KeyboardInterrupt):
        try:
            with streams():
                return _run(arguments)
        except Exception as error:  # noqa: BLE001 - the only handler of internal errors
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


def _run(arguments: Sequence[str]) -> int:
    if [*arguments] in (["--version"], ["-V"]):
        # Importing the commands would take ten times as long.
        print_result(f"flashdeck {__version__}")
        return FINE
    # A command creates millions of objects that live until it ends. Cyclic garbage collection would
    # double its time.
    gc.disable()
    from flashdeck.cli.app import WITHOUT_DIRECTORY, app
    from flashdeck.cli.parser import command_first

    arguments = command_first(arguments, WITHOUT_DIRECTORY)
    try:
        app(arguments)(args=arguments, prog_name="flashdeck")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else PROBLEMS
    return FINE
