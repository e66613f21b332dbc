"""Zstandard decompression for newer packages; the only module that imports it."""

from __future__ import annotations

import sys
from typing import BinaryIO, Final, cast

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# The window, and so the memory that decompression takes: 32 MiB. Anki uses 2 MiB.
_WINDOW: Final = 25


class _Unpacking(zstd.ZstdFile):
    """A stream that raises `ValueError` for damage, as the streams of `zipfile` do."""

    def read(self, size: int | None = -1) -> bytes:
        try:
            return super().read(size)
        except zstd.ZstdError as error:
            raise ValueError(str(error)) from error


def unpacking(stream: BinaryIO) -> BinaryIO:
    """Wrap a compressed stream in one that decompresses it as it is read.

    Reading raises `ValueError` or `EOFError` if the stream is damaged.
    """
    options = {int(zstd.DecompressionParameter.window_log_max): _WINDOW}
    return cast("BinaryIO", _Unpacking(stream, options=options))
