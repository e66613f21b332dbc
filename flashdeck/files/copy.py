"""Copies between files inside the kernel, where the system supports it."""

from __future__ import annotations

import io
import os
from typing import IO, BinaryIO


def copied(source: BinaryIO, target: IO[bytes], size: int) -> bool:
    """Copy the first `size` bytes of a file to the position of `target`; return whether it worked.

    It fails where the system or the disk refuses, a stream is not a file, or the file is shorter.
    Then the position of `target` is unchanged, but bytes after it may have been overwritten.
    """
    copy = getattr(os, "copy_file_range", None)  # only on Linux
    if copy is None or not isinstance(target, io.BufferedRandom | io.BufferedWriter):
        return False
    target.flush()
    start, done = target.tell(), 0
    try:
        source_fd, target_fd = source.fileno(), target.fileno()
        while done < size:
            count = copy(source_fd, target_fd, size - done, done, start + done)
            if not count:
                return False
            done += count
    except OSError:  # the fallback, an ordinary copy, reports a full disk better
        return False
    target.seek(start + size)
    return True
