"""Where rendered texts are kept between builds: `build/.texts`.

Whoever could write into that file could put any HTML on a card, so it is believed only where it was
written: it names its own place on the disk, which a copy from elsewhere has not. It is as good as
the flashdeck that wrote it, and another one begins anew.
"""

from __future__ import annotations

import os
from pathlib import Path

from flashdeck.cache import TextCache, decoded
from flashdeck.files import Publication, RefusedFileError, read_regular
from flashdeck.roots import BUILD_NAME
from flashdeck.uptodate import fingerprint

_NAME = ".texts"
_LARGEST = 2**29


def kept_texts(root: Path) -> TextCache:
    """Read the texts that the last build rendered; nothing where they were lost or damaged."""
    path = root / BUILD_NAME / _NAME
    try:
        data = read_regular(path, root, _LARGEST)
        return decoded(data, _seal(path.stat()))
    except (RefusedFileError, OSError):
        return TextCache()


def keep_texts(root: Path, texts: TextCache, publication: Publication) -> None:
    """Write down the texts of a build, where they are others than before."""
    if texts.is_news:
        stream = publication.stage(root / BUILD_NAME / _NAME, root)
        stream.write(texts.encoded(_seal(os.fstat(stream.fileno()))))


def _seal(place: os.stat_result) -> list[object]:
    return [*fingerprint(), place.st_dev, place.st_ino]
