"""The format of a package: its collection, its media, and how they are compressed.

Anki has three formats, numbered in the member `meta`. The latest is compressed with Zstandard and
lists its media as protobuf. Both newer formats also hold an older collection with a single note
that asks the user to update Anki.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from typing import BinaryIO, Final, TypeAlias

from flashdeck.anki.read.archive import MIB, Archive, Unpack, Unreadable
from flashdeck.anki.read.protobuf import Message
from flashdeck.anki.read.schema11 import read_object
from flashdeck.limits import MEDIA_NAME_BYTES
from flashdeck.records import dataclass

Digests: TypeAlias = Mapping[tuple[str, int, int], str]
"""SHA-256 of known media, by name, size and CRC-32."""

_META: Final = "meta"
_MEDIA: Final = "media"
_VERSION: Final = 1  # the field number in `meta`
_COLLECTIONS: Final = {1: "collection.anki2", 2: "collection.anki21", 3: "collection.anki21b"}
_PACKED: Final = 3

_META_LIMIT: Final = 1024
_MEDIA_LIST_LIMIT: Final = 16 * MIB
_ENTRIES, _NAME, _SIZE, _SHA1 = 1, 1, 2, 3
_QUOTED: Final = 60
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f/\\:]")  # folders, drives, streams, control characters

_SUPPORT_OLDER: Final = "export it again with 'Support older Anki versions' ticked"
_EXPORT_AGAIN: Final = "import it into Anki, and export it from there"


@dataclass(frozen=True, slots=True)
class MediaEntry:
    """A media file in a package: its name, and the member that holds it.

    `size` and `sha1` are recorded in newer packages, None in older ones.
    """

    name: str
    member: str
    size: int | None = None
    sha1: bytes | None = None


@dataclass(frozen=True, slots=True)
class Container:
    """The format of a package; `unpack` decompresses its members."""

    archive: Archive
    collection: str
    unpack: Unpack | None

    def image(self, limit: int) -> bytearray:
        """Return the database of the collection."""
        return self.archive.read(self.collection, limit, self.unpack)

    def media(self) -> tuple[MediaEntry, ...]:
        """Return the media entries, checked for safe names and existing members."""
        if _MEDIA not in self.archive.names:
            return ()
        data = self.archive.read(_MEDIA, _MEDIA_LIST_LIMIT, self.unpack)
        entries = tuple(_messages(data) if self.unpack else _json(data))
        names, members = set(), self.archive.names
        for entry in entries:
            if problem := _problem(entry.name):
                msg = f"it has a media file whose name {problem}: {entry.name[:_QUOTED]!r}"
                raise Unreadable(msg, _EXPORT_AGAIN)
            if not entry.member.isdecimal() or entry.member not in members:
                msg = f"the media file {entry.name[:_QUOTED]!r} is not in it"
                raise Unreadable(msg)
            names.add(entry.name)
        if len(names) < len(entries):
            msg = "it has two media files with the same name"
            raise Unreadable(msg)
        return entries

    def digest(self, entry: MediaEntry, known: Digests) -> tuple[str, int]:
        """Return the SHA-256 (hex) and size of a media file.

        A known file is not read if the header of its member agrees with the directory.
        """
        recorded = self.archive.checksum(entry.member)
        is_known = self.unpack is None and entry.sha1 is None and (entry.name, *recorded) in known
        if is_known and self.archive.header_agrees(entry.member):
            return known[entry.name, *recorded], recorded[0]
        sha256, sha1, size = hashlib.sha256(), hashlib.sha1(usedforsecurity=False), 0
        for chunk in self.archive.chunks(entry.member, unpack=self.unpack):
            size += len(chunk)
            sha256.update(chunk)
            if entry.sha1 is not None:
                sha1.update(chunk)
        if entry.sha1 is not None and (size, sha1.digest()) != (entry.size, entry.sha1):
            msg = f"the media file {entry.name[:_QUOTED]!r} is not the one in its list"
            raise Unreadable(msg)
        return sha256.hexdigest(), size


def open_container(archive: Archive) -> Container:
    """Choose the collection by `meta` as Anki does; without it, the newest."""
    if _META in archive.names:
        version = Message(bytes(archive.read(_META, _META_LIMIT)), "meta").number(_VERSION)
        if version not in _COLLECTIONS:
            msg = f"its package format is {version}, and only those up to {_PACKED} are supported"
            raise Unreadable(msg, _SUPPORT_OLDER)
        if _COLLECTIONS[version] not in archive.names:
            msg = f"the collection that its meta names, {_COLLECTIONS[version]}, is not in it"
            raise Unreadable(msg)
    else:
        present = [number for number, name in _COLLECTIONS.items() if name in archive.names]
        if not present:
            msg = "it has no collection in it"
            raise Unreadable(msg)
        version = max(present)
    return Container(archive, _COLLECTIONS[version], _unpacking if version == _PACKED else None)


def _unpacking(stream: BinaryIO) -> BinaryIO:
    from flashdeck.anki.read.zstd import unpacking  # only for newer packages

    return unpacking(stream)


def _messages(data: bytearray) -> Iterator[MediaEntry]:
    """Read the media list of the latest format; entry n is for the member named n."""
    what = "list of media"
    for index, entry_data in enumerate(Message(bytes(data), what).several(_ENTRIES)):
        entry = Message(entry_data, what)
        sha1 = entry.several(_SHA1)
        yield MediaEntry(
            entry.text(_NAME), str(index), entry.number(_SIZE), sha1[-1] if sha1 else None
        )


def _json(data: bytearray) -> Iterator[MediaEntry]:
    for member, name in read_object(bytes(data), "list of media").items():
        if not isinstance(name, str):
            msg = "its list of media can't be read (a name that is not text)"
            raise Unreadable(msg)
        yield MediaEntry(name, member)


def _problem(name: str) -> str:
    if name in {"", ".", ".."} or _NO_NAME.search(name):
        return "is not a plain file name"
    if len(name.encode()) > MEDIA_NAME_BYTES:
        return f"has more than {MEDIA_NAME_BYTES} bytes"
    return ""
