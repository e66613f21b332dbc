"""Seals for files below `build/`: only those written there by this installation are trusted."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from flashdeck import __version__

_FORMAT = 1
_RENDERERS = ("pyromark", "pygments")
# Nanoseconds. A file younger than this may be written again within the same tick of the file
# system's clock, with the same time, so its time is not trusted. Usual clocks tick every 10 ms.
TICK = 100_000_000


@cache
def fingerprint() -> tuple[object, ...]:
    """Return what identifies this installation of flashdeck.

    Its version, the number of its files and the time of the latest; the version of Python, since
    Unicode differs; and the times of the packages that render text.
    """
    count = latest = 0
    for file in _files(Path(__file__).parents[1]):
        count += 1
        latest = max(latest, file.stat().st_mtime_ns)
    return _FORMAT, __version__, count, latest, sys.hexversion, *map(_installed, _RENDERERS)


def _installed(package: str) -> int:
    """Return the modification time of a package in ns, without importing it."""
    spec = PathFinder.find_spec(package)
    origin = spec.origin if spec is not None else None
    return Path(origin).stat().st_mtime_ns if origin is not None else 0


def seal(stat: os.stat_result) -> list[object]:
    """Return the seal of a file: this installation, and the device and inode of the file."""
    return [*fingerprint(), stat.st_dev, stat.st_ino]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _files(Path(entry.path))
            else:
                yield entry
