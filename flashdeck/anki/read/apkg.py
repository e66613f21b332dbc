"""Reads an Anki package into a `Collection`.

Packages are not trusted: they are read into memory within limits, and nothing is unpacked to disk.
Every problem is a `FlashdeckError` with one sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, TypeAlias

from flashdeck.anki.read.archive import Archive, Reopened, Unpack, Unreadable
from flashdeck.anki.read.collection import Skipped, read_collection
from flashdeck.anki.read.container import Container, open_container
from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.model import Collection, Media

Opener: TypeAlias = Callable[[str], BinaryIO]


def read_apkg(source: Path | BinaryIO) -> Collection:
    """Read the collection in a package, given by its path or as a seekable stream.

    All formats of `.apkg` and `.colpkg` are supported. `decks` are all decks in the package,
    parents included; the deck `Default`, which every package has, and filtered decks are included
    only if they are the home deck of a card. Notes are in study order: by the position of their
    first card, then by id; notes without cards come last. Studied cards have position 0. Media are
    read once for their digests, and opened later from the same file or stream. Raises
    `FlashdeckError` if the package can't be read.
    """
    return read_package(source)[0]


def read_package(source: Path | BinaryIO) -> tuple[Collection, Skipped]:
    """Read a package as `read_apkg` does, and count what is skipped."""
    if isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            msg = f"{source} can't be opened: {reason(error)}"
            raise FlashdeckError(msg) from error
        with stream:
            return _read(stream, str(source), Reopened(source).open)
    name = getattr(source, "name", None)
    return _read(source, name if isinstance(name, str) else "the package", None)


def _read(stream: BinaryIO, name: str, reopen: Opener | None) -> tuple[Collection, Skipped]:
    try:
        container = open_container(Archive(stream))
        (notetypes, decks, notes), skipped = read_collection(container)
        media = read_media(container, reopen=reopen)
    except Unreadable as problem:
        msg = f"{name} can't be read: {problem}"
        raise FlashdeckError(msg, problem.hint) from problem
    return Collection(notetypes, decks, notes, media), skipped


def read_media(
    container: Container, known: Iterable[Media] = (), reopen: Opener | None = None
) -> tuple[Media, ...]:
    """Read the media for their digests, in order of their names.

    Media whose name, size and checksum match one of `known` are not read. `reopen` opens a member
    later; the default is the container.
    """
    digests = {
        (media.name, media.size, media.crc32): media.sha256 for media in known if media.crc32
    }
    return tuple(
        Media(
            entry.name,
            *container.digest(entry, digests),
            partial(_open, reopen or container.archive.open, entry.member, container.unpack),
        )
        for entry in sorted(container.media(), key=attrgetter("name"))
    )


def _open(opener: Opener, member: str, unpack: Unpack | None) -> BinaryIO:
    stream = opener(member)
    return unpack(stream) if unpack else stream
