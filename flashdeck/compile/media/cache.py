"""Cache of media digests, in `build/.media`: unchanged files are not read again.

Like the cache of notes, it is read only in the project in which it was written.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType

from flashdeck.compile.media.content import Fault
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.files.seal import TICK, seal
from flashdeck.model import Seen
from flashdeck.project.paths import BUILD_NAME, HOLD_NAME
from flashdeck.records import dataclass

_NAME = ".media"
_LARGEST = 2**28
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Counted:
    """The SHA-256 (in hex) and CRC-32 of a file, and its fingerprint `seen` when it was read.

    `fault` is the reason why no app would show it, if there is one.
    """

    seen: Seen
    sha256: str
    crc32: int
    fault: Fault | None = None


_NOTHING: Mapping[str, Counted] = MappingProxyType({})


class MediaCache:
    """Digests of files, by their paths in the project.

    `settled` is a time by the disk's clock, in ns. Only files that were written before it are
    cached, since any later change shows in their times.
    """

    def __init__(self, entries: Mapping[str, Counted] = _NOTHING, settled: int = 0) -> None:
        self._held = entries
        self._used: dict[str, Counted] = {}
        self._settled = settled

    def get(self, path: str, seen: Seen) -> Counted | None:
        """Return the entry of an unchanged file."""
        known = self._used.get(path) or self._held.get(path)
        if known is None or known.seen != seen:
            return None
        self._used[path] = known
        return known

    def keep(self, path: str, counted: Counted) -> bool:
        """Add an entry, unless the file is too recent; returns whether it was added."""
        seen = counted.seen
        if max(seen.written, seen.changed) >= self._settled:
            return False
        self._used[path] = counted
        return True

    def later(self, settled: int) -> MediaCache:
        """Return the cache for a later build, at a time by the disk's clock."""
        return MediaCache({**self._held, **self._used}, max(settled, self._settled))

    def news(self, *, whole: bool) -> Mapping[str, Counted] | None:
        """Return the entries to write; None if they have not changed.

        Unused entries are dropped if the `whole` project was compiled.
        """
        entries = self._used if whole else {**self._held, **self._used}
        return entries if entries != self._held else None


def load_media_cache(root: Path) -> MediaCache:
    """Read the cache of a project; an empty one if it is missing or damaged.

    The project must be locked to add entries.
    """
    path, settled = root / BUILD_NAME / _NAME, 0
    with suppress(OSError):  # the lock file has the start time of the build
        settled = (root / BUILD_NAME / HOLD_NAME).stat().st_mtime_ns - TICK
    try:
        sealed, rows = json.loads(read_regular(path, root, _LARGEST))
        is_valid = sealed == seal(path.stat())
        entries = {name: _counted(*row) for name, row in rows.items()} if is_valid else {}
    except (RefusedFileError, OSError, ValueError, TypeError, AttributeError, RecursionError):
        entries = {}
    return MediaCache(entries, settled)


def save_media_cache(root: Path, media: MediaCache, *, whole: bool) -> None:
    """Write the cache if it has changed, also after a failed build; errors are ignored."""
    entries = media.news(whole=whole)
    if entries is None:
        return
    rows = {path: _row(counted) for path, counted in entries.items()}
    try:
        with Publication() as publication:
            stream = publication.stage(root / BUILD_NAME / _NAME, root)
            sealed = seal(os.fstat(stream.fileno()))
            stream.write(json.dumps([sealed, rows], separators=(",", ":")).encode())
            publication.commit()
    except FlashdeckError:
        return  # only the next build is slower


def _row(counted: Counted) -> list[object]:
    return [*counted.seen, counted.sha256, counted.crc32, counted.fault]


def _counted(*row: object) -> Counted:
    """Parse a row; raises `ValueError` or `TypeError` for an invalid one."""
    *seen, sha256, crc32, fault = row
    numbers = [number for number in (*seen, crc32) if type(number) is int]
    if len(numbers) <= len(seen) or not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        msg = "invalid row"
        raise ValueError(msg)
    return Counted(Seen(*numbers[:-1]), sha256, numbers[-1], _fault(fault))


def _fault(row: object) -> Fault | None:
    if row is None:
        return None
    if isinstance(row, list) and all(isinstance(text, str) for text in row):
        return Fault(*row)
    msg = "invalid row"
    raise ValueError(msg)
