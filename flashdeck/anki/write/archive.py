"""Reproducible zip files: equal members give equal bytes."""

from __future__ import annotations

import io
import os
import zipfile
from typing import BinaryIO, Final, Self

from flashdeck.files.copy import copied
from flashdeck.model import Seen

_CHUNK: Final = 1 << 17
_DATE: Final = (1980, 1, 1, 0, 0, 0)  # the earliest date of a zip file
_UNIX: Final = 3
_REGULAR_FILE: Final = 0o100644 << 16


class Archive:
    """A writer of a zip file without compression.

    Compressed bytes would depend on the version of zlib, and images and sounds are compressed
    already.
    """

    def __init__(self, out: BinaryIO) -> None:
        self._zip = zipfile.ZipFile(out, "w", zipfile.ZIP_STORED)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._zip.close()
        else:
            # Otherwise the garbage collector would close it, which writes a directory, and the
            # package would look complete.
            self._zip.fp = None

    def add(self, name: str, data: bytes | bytearray) -> None:
        """Add a member from memory."""
        self.copy(name, io.BytesIO(data), len(data))

    def copy(self, name: str, source: BinaryIO, size: int) -> tuple[int, int]:
        """Add a member from a stream of `size` bytes, in chunks.

        Return the number of bytes read and their CRC-32.
        """
        member = _member(name, size)
        total = 0
        with self._zip.open(member, "w") as target:
            while chunk := source.read(_CHUNK):
                total += target.write(chunk)
        return total, member.CRC

    def copy_unread(self, name: str, source: BinaryIO, seen: Seen, crc32: int) -> bool:
        """Add a member from a file whose CRC-32 is known, copied by the kernel.

        Return whether it was added: not if the system can't copy it, or if its status differs from
        `seen`. Another member must have been added before.
        """
        out = self._zip.fp
        if out is None:
            return False
        member = _member(name, seen.size)
        member.header_offset = out.seek(self._zip.start_dir)  # the end of the last member
        member.compress_size, member.CRC = seen.size, crc32
        out.write(member.FileHeader(zip64=False))
        if not copied(source, out, seen.size) or Seen.of(os.fstat(source.fileno())) != seen:
            return False
        self._zip.filelist.append(member)
        self._zip.NameToInfo[name] = member
        self._zip.start_dir = out.tell()
        return True


def _member(name: str, size: int) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, _DATE)
    member.create_system = _UNIX
    member.external_attr = _REGULAR_FILE
    member.file_size = size
    return member
