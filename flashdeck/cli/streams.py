"""The two streams that everything goes through: results on stdout, everything else on stderr."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress

TYPE_CHECKING = False  # typing takes longer to load than all the rest of this
if TYPE_CHECKING:
    from collections.abc import Iterator

    from flashdeck.diagnostics import FlashdeckError


def print_result(words: str, end: str = "\n") -> None:
    """Print what was asked for."""
    try:
        sys.stdout.write(words + end)
    except BrokenPipeError:
        pass  # whoever read it has gone, and wants no more
    except OSError as error:
        raise _unwritable(error) from error


def log(words: str, end: str = "\n") -> None:
    """Say something on the way. Where nobody can hear it, the work still goes on."""
    if words:
        with suppress(OSError):
            sys.stderr.write(words + end)


def log_error(error: FlashdeckError) -> None:
    """Say why the work cannot go on, and the way out."""
    log(f"error: {error}" + (f"\n      = {error.hint}" if error.hint else ""))


@contextmanager
def streams() -> Iterator[None]:
    """Prepare both streams for any text, and at the end bring out what they still hold.

    A stream that was closed before we began swallows everything. Raises `FlashdeckError` when what
    was put can't be written.
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
                # What could not be written must not be tried again when the program ends.
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
                if stream is sys.stdout and not isinstance(error, BrokenPipeError):
                    raise _unwritable(error) from error


def _unwritable(error: OSError) -> FlashdeckError:
    """Say why nothing can be put."""
    from flashdeck.diagnostics import FlashdeckError, reason

    return FlashdeckError(f"the output can't be written: {reason(error)}")
