"""One process at a time: a lock that the system releases however its holder ends."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from flashdeck.diagnostics import FlashdeckError, reason

_HOW: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be, and names the process that holds it.

    The system releases it when the process ends, however that happens; the file stays. Raises
    `FlashdeckError` when another process, or this one, holds it already, or when a link stands in
    its place: what it points to is none of ours.
    """
    from filelock import lock_descriptor, unlock_descriptor  # a build with nothing to do needs none

    try:
        descriptor = os.open(path, _HOW, 0o666)
    except OSError as error:
        msg = f"{path} can't be written: {reason(error)}"
        raise FlashdeckError(msg) from error
    with io.FileIO(descriptor, "r+") as file:
        with suppress(OSError):  # some network drives know no locks
            if not lock_descriptor(descriptor, blocking=False):
                raise _busy(file)
        with suppress(OSError):  # on a full disk the lock is still a lock
            file.truncate(0)
            file.write(b"%d\n" % os.getpid())
        try:
            yield
        finally:
            with suppress(OSError):
                unlock_descriptor(descriptor)


def _busy(file: io.FileIO) -> FlashdeckError:
    holder = ""
    with suppress(OSError):  # Windows lets nobody else read
        holder = file.read(20).decode("ascii", "replace").strip()
    who = f" (process {holder})" if holder.isdecimal() else ""
    return FlashdeckError(
        f"another flashdeck build{who} is running here", "wait until it has ended, or end it"
    )
