"""A lock file that lets one process run at a time."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from flashdeck.diagnostics import FlashdeckError, reason

_FLAGS: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)


@contextmanager
def lock(path: Path) -> Iterator[None]:
    """Lock a file, which is created if needed and records the process id.

    The system releases the lock when the process ends, even if it is killed; the file stays. Raises
    `FlashdeckError` if the lock is taken, by this process too, or if the path is a symlink.
    """
    from filelock import lock_descriptor, unlock_descriptor  # not needed when the build is current

    try:
        descriptor = os.open(path, _FLAGS, 0o666)
    except OSError as error:
        msg = f"{path} can't be written: {reason(error)}"
        raise FlashdeckError(msg) from error
    with io.FileIO(descriptor, "r+") as file:
        with suppress(OSError):  # some network drives lack locks
            if not lock_descriptor(descriptor, blocking=False):
                raise _busy(file)
        with suppress(OSError):  # the lock works on a full disk too
            file.truncate(0)
            file.write(b"%d\n" % os.getpid())
        try:
            yield
        finally:
            with suppress(OSError):
                unlock_descriptor(descriptor)


def _busy(file: io.FileIO) -> FlashdeckError:
    pid = ""
    with suppress(OSError):  # not readable by others on Windows
        pid = file.read(20).decode("ascii", "replace").strip()
    process = f" (process {pid})" if pid.isdecimal() else ""
    return FlashdeckError(
        f"another flashdeck build{process} is running here", "wait until it ends, or stop it"
    )
