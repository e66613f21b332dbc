"""What was read and published while somebody looked, so that it can be told later what changed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple


class Print(NamedTuple):
    """What tells that a file was written anew: its size, its time in ns, its place on the disk."""

    size: int
    time: int
    inode: int

    @classmethod
    def of(cls, found: os.stat_result) -> Print:
        """Take the print of a file."""
        return cls(found.st_size, found.st_mtime_ns, found.st_ino)


@dataclass(slots=True)
class Witness:
    """What was read and published while somebody looked: every file with its print.

    One that was looked for in vain has none. A file that was read twice and was another one the
    second time is `torn`.
    """

    read: dict[str, Print | None] = field(default_factory=dict)
    published: dict[str, Print] = field(default_factory=dict)
    torn: bool = False

    def saw(self, path: Path | str, found: Print | None) -> None:
        """Note that a file was opened, or that there is none."""
        self.torn |= self.read.setdefault(str(path), found) != found


_WITNESS: ContextVar[Witness | None] = ContextVar("witness", default=None)


@contextmanager
def witnessed() -> Iterator[Witness]:
    """Note every file that is read or published meanwhile."""
    witness = Witness()
    token = _WITNESS.set(witness)
    try:
        yield witness
    finally:
        _WITNESS.reset(token)


def noticed(path: Path | str, found: Print | None) -> None:
    """Note that a file was read, or that something would be otherwise if there were one."""
    witness = _WITNESS.get()
    if witness is not None:
        witness.saw(path, found)


def published(path: Path, found: Print) -> None:
    """Note that a file was published."""
    witness = _WITNESS.get()
    if witness is not None:
        witness.published[str(path)] = found
