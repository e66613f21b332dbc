"""The zip file around a stranger's package: bounded before it is parsed, and never written out.

What its directory says is checked before anything is read; what Zstandard packed, whose size no
directory tells, while it is read.
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

MIB: Final = 1 << 20

Unpack: TypeAlias = Callable[[BinaryIO], BinaryIO]
"""Turns a stream of what is packed into one of what was."""

_PACKAGE_LIMIT: Final = 4096 * MIB
_CONTENT_LIMIT: Final = 8192 * MIB
_CONTENT_SMALL: Final = 512 * MIB  # as much a package may always hold, however small it is
_CONTENT_RATIO: Final = 16  # beyond that: of all that it holds to its own size
_MEMBER_LIMIT: Final = 1024 * MIB
_MEMBERS: Final = 65_000
_DIRECTORY_LIMIT: Final = 8 * MIB  # as much as `_MEMBERS` need, with what zip programs add to each
_RATIO: Final = 200  # of a member's size to its compressed size, once it is not small
_SMALL: Final = 8 * MIB

_KNOWN: Final = re.compile(r"collection\.anki2|collection\.anki21b?|media|meta|0|[1-9][0-9]{0,5}")
_METHODS: Final = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
_ENCRYPTED: Final = 0x1
_QUOTED: Final = 100  # characters
_HEADER: Final = struct.Struct("<4s4xH4xIIIHH")  # of a member; its name stands behind it
_LOCAL: Final = b"PK\x03\x04"
_END: Final = b"PK\x05\x06"
_END_SIZE: Final = 22
_END_REACH: Final = _END_SIZE + 0xFFFF  # an archive's comment may stand behind it

_DAMAGE: Final = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)


class Unreadable(Exception):  # noqa: N818 - it is a state of the file, in words for people
    """What is wrong with a package, as the end of a sentence that began with its name.

    `hint` is the way out, where there is one.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def cause(error: Exception) -> str:
    """Quote the cause of a failure, which may quote the package."""
    return quoted(str(error)).rstrip(".") or type(error).__name__


def quoted(words: str) -> str:
    """Quote a stranger's words: one short line that prints."""
    line = " ".join(words.split())[:_QUOTED]
    return "".join(each if each.isprintable() else "�" for each in line)


class Archive:
    """The members of a package. Nothing is read of them before every limit has been checked."""

    def __init__(self, source: BinaryIO) -> None:
        """Open it; `Unreadable` for what is no zip file, or one that no program made for Anki."""
        self._source = source
        self._room = _require_bounded_directory(source)
        with damage_told():
            self._zip = zipfile.ZipFile(source)
        self._members = {member.filename: member for member in self._zip.infolist()}
        self._ends = _require_harmless(self._zip.infolist(), self._zip.start_dir)
        self._take(sum(member.file_size for member in self._zip.infolist()))

    @property
    def names(self) -> frozenset[str]:
        """Names of all members."""
        return frozenset(self._members)

    def open(self, name: str) -> BinaryIO:
        """Open a member's content as it lies in the zip file."""
        with damage_told():
            return cast("BinaryIO", self._zip.open(self._members[name]))

    def checksum(self, name: str) -> tuple[int, int]:
        """Give the size and the CRC-32 that a member is said to have."""
        return self._members[name].file_size, self._members[name].CRC

    def header_agrees(self, name: str) -> bool:
        """Whether a member's own header says what the directory says of its content.

        It is stored, then, and as many bytes as it has lie behind that header. They are not read.
        """
        member, encoded = self._members[name], name.encode()
        self._source.seek(member.header_offset)
        head = self._source.read(_HEADER.size + len(encoded))
        if len(head) < _HEADER.size + len(encoded):
            return False
        magic, method, *sizes, named, extra = _HEADER.unpack_from(head)
        begin = member.header_offset + len(head) + extra
        return (
            (magic, method, named) == (_LOCAL, zipfile.ZIP_STORED, len(encoded))
            and head[_HEADER.size :] == encoded
            and sizes == [member.CRC, member.compress_size, member.file_size]
            and begin + member.file_size <= self._ends[name]
        )

    def read(self, name: str, limit: int, unpack: Unpack | None = None) -> bytearray:
        """Read a member's content; `Unreadable` when it has more bytes than `limit`."""
        data = bytearray()
        for chunk in self.chunks(name, limit, unpack):
            data += chunk
        return data

    def chunks(
        self, name: str, limit: int = _MEMBER_LIMIT, unpack: Unpack | None = None
    ) -> Iterator[bytes]:
        """Read a member's content in pieces of at most a MiB, `unpack` applied to its stream.

        Raises `Unreadable` as soon as it has more bytes than `limit`, or grows beyond measure.
        """
        packed = self._members[name].file_size
        _require_bounded(name, packed, limit)
        total = 0
        with self.open(name) as member, damage_told():
            stream = unpack(member) if unpack else member
            while chunk := stream.read(MIB):
                yield chunk
                if unpack:
                    total += len(chunk)
                    self._take(len(chunk))
                    _require_bounded(name, total, limit)
                    _require_ratio(name, total, packed)

    def _take(self, size: int) -> None:
        """Take what was unpacked out of what all members together may have."""
        self._room -= size
        if self._room < 0:
            msg = "unpacked it would be larger than any package for Anki of its size"
            raise Unreadable(msg)


class Reopened:
    """The members of a package that was read before, opened once more when they are asked for."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._zip: zipfile.ZipFile | None = None

    def open(self, name: str) -> BinaryIO:
        """Open a member's content as a stream; the package stays open from then on."""
        if self._zip is None:
            self._zip = zipfile.ZipFile(self._path)
        return cast("BinaryIO", self._zip.open(name))


@contextmanager
def damage_told() -> Iterator[None]:
    """Put what goes wrong inside a zip file into words: it raises `Unreadable`."""
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
    """Look at what the end of the file says about its directory, before it is parsed.

    An archive with more members than fit into 16 bits says so elsewhere; it has too many for us.
    Gives how many bytes its members may have together.
    """
    size = source.seek(0, 2)
    if size > _PACKAGE_LIMIT:
        msg = f"it has {size // MIB} MiB, more than the {_PACKAGE_LIMIT // MIB} allowed"
        raise Unreadable(msg)
    source.seek(max(0, size - _END_REACH))
    tail = source.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_SIZE:
        msg = "it is no zip file, as every Anki package is"
        raise Unreadable(msg)
    members = int.from_bytes(tail[at + 10 : at + 12], "little")
    directory = int.from_bytes(tail[at + 12 : at + 16], "little")
    if members > _MEMBERS or directory > _DIRECTORY_LIMIT:
        msg = f"it has more than {_MEMBERS} files in it"
        raise Unreadable(msg)
    return min(_CONTENT_LIMIT, max(_CONTENT_SMALL, _CONTENT_RATIO * size))


def _require_harmless(members: list[zipfile.ZipInfo], directory: int) -> dict[str, int]:
    """Refuse what nobody made for Anki; give where the bytes for each member end."""
    if len(members) > _MEMBERS:
        msg = f"it has more than {_MEMBERS} files in it"
        raise Unreadable(msg)
    if len({member.filename for member in members}) < len(members):
        msg = "it has two files of one name in it"
        raise Unreadable(msg)
    for member in members:
        if problem := _problem(member):
            raise Unreadable(problem)
        _require_bounded(member.filename, member.file_size, _MEMBER_LIMIT)
        _require_ratio(member.filename, member.file_size, member.compress_size)
    places = sorted((one.header_offset, one.compress_size, one.filename) for one in members)
    ends: dict[str, int] = {}
    for (at, size, name), (after, *_) in pairwise([*places, (directory, 0, "")]):
        if at + _HEADER.size + size > after:
            msg = "files in it lie over each other"
            raise Unreadable(msg)
        ends[name] = after
    return ends


def _problem(member: zipfile.ZipInfo) -> str:
    """Say what no package made for Anki does; '' for an ordinary member."""
    name = member.filename
    if not _KNOWN.fullmatch(name):
        return f"it has a file in it that Anki packages don't have: {name[:60]!r}"
    if member.flag_bits & _ENCRYPTED or member.compress_type not in _METHODS:
        return f"its {name} is encrypted, or compressed in a way that Anki does not know"
    if stat.S_IFMT(member.external_attr >> 16) not in (0, stat.S_IFREG):
        return f"its {name} is no regular file"
    return ""
