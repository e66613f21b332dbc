"""One process at a time: a lock that the system lets go of however its holder ends."""

from __future__ import annotations

import errno
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from flashdeck.diagnostics import FlashdeckError, reason

_BUSY: Final = frozenset({errno.EAGAIN, errno.EACCES})
_HOW: Final = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
_LOCK_AT: Final = 1 << 20  # Windows locks bytes against reading, too: not those of the process id


@contextmanager
def hold(path: Path) -> Iterator[None]:
    """Hold the lock on a file, which is made if need be, and names the process that holds it.

    The system lets go of it when the process ends, however that happens; the file stays. Raises
    `FlashdeckError` when another process, or this one, holds it already, or when a link stands in
    its place: what it points to is none of ours.
    """
    try:
        descriptor = os.open(path, _HOW, 0o666)
    except OSError as error:
        msg = f"{path} can't be written: {reason(error)}"
        raise FlashdeckError(msg) from error
    with io.FileIO(descriptor, "r+") as file:
        if not _lock(descriptor):
            holder = file.read(20).decode("ascii", "replace").strip()
            who = f" (process {holder})" if holder.isdecimal() else ""
            msg = f"another flashdeck build{who} is running here"
            raise FlashdeckError(msg, "wait until it has ended, or end it")
        with suppress(OSError):  # on a full disk the lock is still a lock
            file.truncate(0)
            file.write(b"%d\n" % os.getpid())
        try:
            yield
        finally:
            _unlock(descriptor)


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> bool:
        os.lseek(descriptor, _LOCK_AT, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        finally:
            os.lseek(descriptor, 0, os.SEEK_SET)
        return True

    def _unlock(descriptor: int) -> None:
        os.lseek(descriptor, _LOCK_AT, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> bool:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            return error.errno not in _BUSY  # some network drives know no locks
        return True

    def _unlock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_UN)
