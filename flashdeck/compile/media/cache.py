"""Digests of media files, kept in `build/.media`: a file that was not written since is not read.

Whoever could write it could give a picture the name of another, so it is believed only where it was
written, as the cache of notes is.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.files.seal import TICK, seal
from flashdeck.model import Seen
from flashdeck.project.paths import BUILD_NAME, HOLD_NAME

_NAME = ".media"
_LARGEST = 2**28
_SHA256 = re.compile("[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Counted:
    """The SHA-256 (in hex) and the CRC-32 of a file that looked as `seen` when it was read.

    `drawing` says that it was looked through as a drawing, too, and is nothing more than one.
    """

    seen: Seen
    sha256: str
    crc32: int
    drawing: bool = False


_NOTHING: Mapping[str, Counted] = MappingProxyType({})


class MediaCache:
    """What was counted, by the files' paths in the project.

    `settled` is a time by the disk's clock, in ns. A file that was written before it and is read
    now shows any later writing by its times, and so may be kept. Without one nothing is.
    """

    def __init__(self, held: Mapping[str, Counted] = _NOTHING, settled: int = 0) -> None:
        self._held = held
        self._used: dict[str, Counted] = {}
        self._settled = settled

    def get(self, path: str, seen: Seen, *, drawing: bool) -> Counted | None:
        """Give what is known of a file that looks so; of a drawing, only if it was good."""
        known = self._used.get(path) or self._held.get(path)
        if known is None or known.seen != seen or (drawing and not known.drawing):
            return None
        self._used[path] = known
        return known

    def keep(self, path: str, counted: Counted) -> bool:
        """Keep what was counted just now, where that can be believed later; say whether it can."""
        seen = counted.seen
        if max(seen.written, seen.changed) >= self._settled:
            return False
        self._used[path] = counted
        return True

    def later(self, settled: int) -> MediaCache:
        """Give what is known by now, for another look at a later time by the disk's clock."""
        return MediaCache({**self._held, **self._used}, max(settled, self._settled))

    def news(self, *, whole: bool) -> Mapping[str, Counted] | None:
        """Give what is to be kept from now on; None where that is what was held at first.

        What nobody asked for is gone, if the `whole` project was looked at.
        """
        kept = self._used if whole else {**self._held, **self._used}
        return kept if kept != self._held else None


def load_media_cache(root: Path) -> MediaCache:
    """Read what was counted of media; nothing where that was lost or damaged.

    Whoever keeps more of it must hold the project.
    """
    path, settled = root / BUILD_NAME / _NAME, 0
    with suppress(OSError):  # who takes the lock writes it, and so it tells the disk's own time
        settled = (root / BUILD_NAME / HOLD_NAME).stat().st_mtime_ns - TICK
    try:
        sealed, rows = json.loads(read_regular(path, root, _LARGEST))
        good = sealed == seal(path.stat())
        held = {name: _counted(*row) for name, row in rows.items()} if good else {}
    except (RefusedFileError, OSError, ValueError, TypeError, AttributeError, RecursionError):
        held = {}
    return MediaCache(held, settled)


def save_media_cache(root: Path, media: MediaCache, *, whole: bool) -> None:
    """Write down what was counted of media, where that is something else than before.

    It holds whether or not the build succeeds, and no build fails for want of it.
    """
    kept = media.news(whole=whole)
    if kept is None:
        return
    rows = {path: _row(one) for path, one in kept.items()}
    try:
        with Publication() as publication:
            stream = publication.stage(root / BUILD_NAME / _NAME, root)
            sealed = seal(os.fstat(stream.fileno()))
            stream.write(json.dumps([sealed, rows], separators=(",", ":")).encode())
            publication.commit()
    except FlashdeckError:
        return  # the next build counts again


def _row(one: Counted) -> list[object]:
    return [*one.seen, one.sha256, one.crc32, one.drawing]


def _counted(*row: object) -> Counted:
    """Read a row; raises `ValueError` or `TypeError` for one that nobody wrote."""
    *seen, sha256, crc32, drawing = row
    numbers = [one for one in (*seen, crc32) if type(one) is int]
    if len(numbers) <= len(seen) or not (isinstance(sha256, str) and _SHA256.fullmatch(sha256)):
        msg = "no row of ours"
        raise ValueError(msg)
    return Counted(Seen(*numbers[:-1]), sha256, numbers[-1], drawing is True)
