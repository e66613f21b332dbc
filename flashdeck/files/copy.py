"""Bytes from one file into another that never pass through Python, where the system offers that."""

from __future__ import annotations

import io
import os
from typing import IO, BinaryIO


def copied(source: BinaryIO, target: IO[bytes], size: int) -> bool:
    """Copy the first `size` bytes of a file to where `target` stands; say whether that was done.

    Where it was not, since the system or the disk refuses, a stream is no file, or the file has
    fewer bytes, something may have been written there, and `target` stands where it stood.
    """
    copy = getattr(os, "copy_file_range", None)  # Linux has it
    if copy is None or not isinstance(target, io.BufferedRandom | io.BufferedWriter):
        return False
    target.flush()
    start, done = target.tell(), 0
    try:
        here, there = source.fileno(), target.fileno()
        while done < size:
            count = copy(here, there, size - done, done, start + done)
            if not count:
                return False
            done += count
    except OSError:  # whoever goes on the long way hears of a full disk in better words
        return False
    target.seek(start + size)
    return True
