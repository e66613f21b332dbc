"""The zip file around a package: the same members give the same bytes, everywhere and always."""

from __future__ import annotations

import io
import zipfile
from typing import BinaryIO, Final, Self

_CHUNK: Final = 1 << 20
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest that a zip file can name
_UNIX: Final = 3
_REGULAR_FILE: Final = 0o100644 << 16


class Archive:
    """A zip file that is being written, stored without compression.

    Compression would make the bytes depend on the zlib at hand, and what a package is large by
    (pictures, sounds) is compressed already.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._zip.close()
        else:
            # Otherwise it is closed when it is collected, and writes the directory of a package
            # that looks whole.
            self._zip.fp = None

    def add(self, name: str, data: bytes | bytearray) -> None:
        """Add a member from memory."""
        self.copy(name, io.BytesIO(data), len(data))

    def copy(self, name: str, source: BinaryIO, size: int) -> tuple[int, int]:
        """Add a member from a stream of `size` bytes, a piece at a time.

        Give how many bytes there were and their CRC-32, for the caller to compare.
        """
        member = zipfile.ZipInfo(name, _DATE)
        member.create_system = _UNIX
        member.external_attr = _REGULAR_FILE
        member.file_size = size
        copied = 0
        with self._zip.open(member, "w") as target:
            while chunk := source.read(_CHUNK):
                copied += target.write(chunk)
        return copied, member.CRC
