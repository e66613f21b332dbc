"""Bounded reading of the zip file of an untrusted package.

The sizes in the zip directory are checked before any member is read. The size of a Zstandard stream
is not in the directory, so it is checked while reading.
"""

from __future__ import annotations

import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias, cast

from flashdeck.diagnostics import FlashdeckError

MIB: Final = 1 << 20

Unpack: TypeAlias = Callable[[BinaryIO], BinaryIO]
"""Wraps a compressed stream in one that decompresses it."""

_PACKAGE_LIMIT: Final = 4096 * MIB
_CONTENT_LIMIT: Final = 8192 * MIB
_CONTENT_SMALL: Final = 512 * MIB  # allowed for a package of any size
_CONTENT_RATIO: Final = 16  # beyond that, of the total content to the size of the package
_MEMBER_LIMIT: Final = 1024 * MIB
_MEMBERS: Final = 65_000
_DIRECTORY_LIMIT: Final = 8 * MIB  # enough for `_MEMBERS`, with the extra fields of zip programs
_RATIO: Final = 200  # of a member's size to its compressed size, above `_SMALL`
_SMALL: Final = 8 * MIB

_KNOWN: Final = re.compile(r"collection\.anki2|collection\.anki21b?|media|meta|0|[1-9][0-9]{0,5}")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_QUOTED: Final = 100  # characters
_HEADER: Final = struct.Struct("<4s4xH4xIIIHH")  # of a member, followed by its name
_LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_END_REACH: Final = _END_SIZE + 0xFFFF  # an archive comment may follow
_LOCATOR: Final = (
    b"PK\x06\x07"  # right before the end: of a zip64 record, which `zipfile` reads instead
)
_LOCATOR_SIZE: Final = 20

_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


class Unreadable(Exception):  # noqa: N818 - a state of the file, not a fault of the program
    """Why a package can't be read, as the end of a sentence that begins with its name.

    `hint` says how to fix it, if known.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def cause(error: Exception) -> str:
    """Return the text of an error, which may contain text from the package."""
    return quoted(str(error)).rstrip(".") or type(error).__name__


def quoted(text: str) -> str:
    """Return untrusted text as one short printable line."""
    line = " ".join(text.split())[:_QUOTED]
    return "".join(character if character.isprintable() else "�" for character in line)


class Archive:
    """The members of a package; all limits are checked before any member is read."""

    def __init__(self, source: BinaryIO) -> None:
        """Open the zip file. Raises `Unreadable` if it is not an Anki package."""
        self._source = source
        self._room = _require_bounded_directory(source)
        with damage_as_unreadable():
            self._zip = zipfile.ZipFile(source)
        self._members = {member.filename: member for member in self._zip.infolist()}
        self._ends = _require_harmless(self._zip.infolist(), self._zip.start_dir)
        self._take(sum(member.file_size for member in self._zip.infolist()))

    @property
    def names(self) -> frozenset[str]:
        """Names of all members."""
        return frozenset(self._members)

    def open(self, name: str) -> BinaryIO:
        """Open a member's content as stored in the zip file."""
        with damage_as_unreadable():
            return cast("BinaryIO", self._zip.open(self._members[name]))

    def checksum(self, name: str) -> tuple[int, int]:
        """Return the size and CRC-32 of a member as recorded in the directory."""
        return self._members[name].file_size, self._members[name].CRC

    def header_agrees(self, name: str) -> bool:
        """Whether the header of a stored member agrees with the directory.

        The content must fit after the header; it is not read.
        """
        member, encoded = self._members[name], name.encode()
        self._source.seek(member.header_offset)
        header = self._source.read(_HEADER.size + len(encoded))
        if len(header) < _HEADER.size + len(encoded):
            return False
        magic, method, *sizes, name_size, extra = _HEADER.unpack_from(header)
        start = member.header_offset + len(header) + extra
        return (
            (magic, method, name_size) == (_LOCAL, zipfile.ZIP_STORED, len(encoded))
            and header[_HEADER.size :] == encoded
            and sizes == [member.CRC, member.compress_size, member.file_size]
            and start + member.file_size <= self._ends[name]
        )

    def read(self, name: str, limit: int, unpack: Unpack | None = None) -> bytearray:
        """Read a member's content. Raises `Unreadable` if it has more bytes than `limit`."""
        data = bytearray()
        for chunk in self.chunks(name, limit, unpack):
            data += chunk
        return data

    def chunks(
        self, name: str, limit: int = _MEMBER_LIMIT, unpack: Unpack | None = None
    ) -> Iterator[bytes]:
        """Read a member's content in chunks of at most 1 MiB, decompressed by `unpack`.

        Raises `Unreadable` once it has more bytes than `limit`, or its ratio is too high.
        """
        packed = self._members[name].file_size
        _require_bounded(name, packed, limit)
        total = 0
        with self.open(name) as member, damage_as_unreadable():
            stream = unpack(member) if unpack else member
            while chunk := stream.read(MIB):
                yield chunk
                if unpack:
                    total += len(chunk)
                    self._take(len(chunk))
                    _require_bounded(name, total, limit)
                    _require_ratio(name, total, packed)

    def _take(self, size: int) -> None:
        """Subtract from the number of bytes that all members together may have."""
        self._room -= size
        if self._room < 0:
            msg = "unpacked it would be larger than any package for Anki of its size"
            raise Unreadable(msg)


class Reopened:
    """The members of a package that was read before, reopened on first use."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None

    def open(self, name: str) -> BinaryIO:
        """Open a member's content as a stream; the package stays open from then on.

        Raises `FlashdeckError` where it is another file by now.
        """
        try:
            if self._zip is None:
                with self._path.open("rb") as stream:
                    Archive(stream)
                self._zip = zipfile.ZipFile(self._path)
            return cast("BinaryIO", self._zip.open(name))
        except (Unreadable, OSError, KeyError) as error:
            msg = f"{self._path} was changed while it was read"
            raise FlashdeckError(msg) from error


@contextmanager
def damage_as_unreadable() -> Iterator[None]:
    """Raise `Unreadable` for the errors of a damaged zip file."""
    try:
        yield
    except _DAMAGE as error:
        msg = f"it is damaged or incomplete ({cause(error)})"
        raise Unreadable(msg) from error


def _require_bounded(name: str, size: int, limit: int) -> None:
    if size > limit:
        msg = f"its {name} has {size // MIB} MiB or more, and {limit // MIB} are allowed"
        raise Unreadable(msg)


def _require_ratio(name: str, size: int, packed: int) -> None:
    if size > _SMALL and size > _RATIO * packed:
        msg = f"its {name} would grow more than {_RATIO} times when unpacked"
        raise Unreadable(msg)


def _require_bounded_directory(source: BinaryIO) -> int:
    """Check the end record of the zip file before the directory is parsed.

    Return how many bytes the members may have together. A zip64 record is refused: it would
    replace the figures of the end record, and only packages beyond these limits need one.
    """
    size = source.seek(0, 2)
    if size > _PACKAGE_LIMIT:
        msg = f"it has {size // MIB} MiB, more than the {_PACKAGE_LIMIT // MIB} allowed"
        raise Unreadable(msg)
    source.seek(max(0, size - _END_REACH - _LOCATOR_SIZE))
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        msg = "it is not a zip file, as every Anki package is"
        raise Unreadable(msg)
    if tail[max(0, at - _LOCATOR_SIZE) : at].startswith(_LOCATOR):
        msg = "it is a zip64 file, which only larger packages than Anki's need to be"
        raise Unreadable(msg)
    members = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    if members > _MEMBERS or directory > _DIRECTORY_LIMIT:
        msg = f"it has more than {_MEMBERS} files in it"
        raise Unreadable(msg)
    return min(_CONTENT_LIMIT, max(_CONTENT_SMALL, _CONTENT_RATIO * size))


def _require_harmless(members: list[zipfile.ZipInfo], directory: int) -> dict[str, int]:
    """Check all members; return where the bytes of each end."""
    if len(members) > _MEMBERS:
        msg = f"it has more than {_MEMBERS} files in it"
        raise Unreadable(msg)
    if len({member.filename for member in members}) < len(members):
        msg = "two files in it have the same name"
        raise Unreadable(msg)
    for member in members:
        if problem := _problem(member):
            raise Unreadable(problem)
        _require_bounded(member.filename, member.file_size, _MEMBER_LIMIT)
        _require_ratio(member.filename, member.file_size, member.compress_size)
    extents = sorted(
        (member.header_offset, member.compress_size, member.filename) for member in members
    )
    ends: dict[str, int] = {}
    for (start, size, name), (next_start, *_) in pairwise([*extents, (directory, 0, "")]):
        if start < 0 or start + _HEADER.size + size > next_start:
            msg = "files in it overlap"
            raise Unreadable(msg)
        ends[name] = next_start
    return ends


def _problem(member: zipfile.ZipInfo) -> str:
    """Return what is wrong with a member, or ''."""
    name = member.filename
    if not _KNOWN.fullmatch(name):
        return f"it contains a file that Anki packages don't have: {name[:60]!r}"
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        return f"its {name} is encrypted, or compressed in a way that Anki does not know"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return f"its {name} is not a regular file"
    return ""
