"""Which flashdeck wrote a file below `build/`, and where: nothing else there is believed."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from functools import cache
from importlib.machinery import PathFinder
from pathlib import Path

from flashdeck import __version__

_FORMAT = 1
_RENDERERS = ("markdown_it", "pygments")
# A file that was written so shortly before we began may have been written again after we read it,
# within one tick of the disk's clock, unseen: it is not believed. In nanoseconds; the clocks of
# today's usual disks tick every 10 ms at least.
TICK = 100_000_000


@cache
def fingerprint() -> tuple[object, ...]:
    """Tell one flashdeck from another: what one wrote for itself is nothing to the next.

    Its version, how many files it has, and the time of the latest; Python, whose Unicode counts,
    and what else renders texts.
    """
    count = latest = 0
    for one in _files(Path(__file__).parents[1]):
        count += 1
        latest = max(latest, one.stat().st_mtime_ns)
    return _FORMAT, __version__, count, latest, sys.hexversion, *map(_installed, _RENDERERS)


def _installed(package: str) -> int:
    """Give when a package was written, in ns, without loading it."""
    spec = PathFinder.find_spec(package)
    origin = spec.origin if spec is not None else None
    return Path(origin).stat().st_mtime_ns if origin is not None else 0


def seal(place: os.stat_result) -> list[object]:
    """Tell a file that this flashdeck wrote from one of another, or one from elsewhere."""
    return [*fingerprint(), place.st_dev, place.st_ino]


def _files(folder: Path) -> Iterator[os.DirEntry[str]]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    yield from _files(Path(entry.path))
            else:
                yield entry
