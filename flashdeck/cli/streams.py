"""Output streams: results go to stdout, everything else to stderr."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress

TYPE_CHECKING = False  # importing typing takes longer than the rest of this module
if TYPE_CHECKING:
    from collections.abc import Iterator

    from flashdeck.diagnostics import FlashdeckError


def print_result(text: str, end: str = "\n", *, styled: bool = False) -> None:
    """Print a result to stdout; control characters are made visible unless it is `styled`."""
    _write(text if styled else _shown(text), end)


def print_exact(text: str) -> None:
    """Print the content of a file or a patch: other programs get exactly this text."""
    _write(_shown(text) if sys.stdout.isatty() else text, "")


def _write(text: str, end: str) -> None:
    try:
        sys.stdout.write(text + end)
    except BrokenPipeError:
        pass  # the reader has closed the pipe
    except OSError as error:
        raise _unwritable(error) from error


def log(text: str, end: str = "\n", *, styled: bool = False) -> None:
    """Print a message to stderr, as `print_result` does; errors are ignored."""
    if text:
        with suppress(OSError):
            sys.stderr.write((text if styled else _shown(text)) + end)


def _shown(text: str) -> str:
    if text.replace("\n", "").isprintable():
        return text
    from flashdeck.text import visible_lines  # most texts need it not

    return visible_lines(text)


def log_error(error: FlashdeckError) -> None:
    """Print an error and its hint."""
    log(f"error: {error}" + (f"\n      = {error.hint}" if error.hint else ""))


@contextmanager
def streams() -> Iterator[None]:
    """Set both streams to UTF-8, and flush them at the end.

    A stream that was closed before the start discards everything. Raises `FlashdeckError` if
    stdout can't be written.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: PTH123, SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
    try:
        yield
    finally:
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except OSError as error:
                # Python would try to flush it again at exit.
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
                if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                    raise _unwritable(error) from error


def _unwritable(error: OSError) -> FlashdeckError:
    from flashdeck.diagnostics import FlashdeckError, reason

    return FlashdeckError(f"the output can't be written: {reason(error)}")
