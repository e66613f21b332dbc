"""Zstandard, which packs the members of Anki's newer packages; the only module that sees it.

Part of Python from 3.14 on, before that the same code from its backport.
"""

from __future__ import annotations

import sys
from typing import BinaryIO, Final, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# How far back a packed text may refer, and so how much memory reading it takes: 32 MiB. Anki packs
# with 2 MiB.
_WINDOW: Final = 25


class _Unpacking(zstd.ZstdFile):
    """Says of damage what a stream of zip's says of it."""

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(size)
        except zstd.ZstdError as error:
            raise ValueError(str(error)) from error


def unpacking(stream: BinaryIO) -> BinaryIO:
    """Give what a stream packs, as a stream that unpacks no more than is read from it.

    Reading raises `ValueError` or `EOFError` where the stream is damaged.
    """
    options = {int(zstd.DecompressionParameter.window_log_max): _WINDOW}
    return cast("BinaryIO", _Unpacking(stream, options=options))
