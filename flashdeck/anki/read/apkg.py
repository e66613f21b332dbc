"""An Anki package as a `Collection`, whoever made it.

Packages come from strangers: everything is read into memory with limits, nothing is unpacked to
disk, and whatever is wrong is one sentence.
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

    Every container that Anki has had is read, `.apkg` and `.colpkg`. `decks` are all decks stored
    in the package, parents included; Anki's own deck `Default`, which stands in every package, and
    filtered decks only when cards lie in them for good. Notes are in study order: by the position
    of their first card, then by id; those without cards come last. Cards that were studied have
    position 0. Media are read once, for their digests; opened later, they come from the same file
    or stream. Raises `FlashdeckError` for what can't be read: one sentence that names the file.
    """
    return read_package(source)[0]


def read_package(source: Path | BinaryIO) -> tuple[Collection, Skipped]:
    """Read a package as `read_apkg` does, and count what it holds besides."""
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
        (notetypes, decks, notes), beyond = read_collection(container)
        media = read_media(container, reopen=reopen)
    except Unreadable as problem:
        msg = f"{name} can't be read: {problem}"
        raise FlashdeckError(msg, problem.hint) from problem
    return Collection(notetypes, decks, notes, media), beyond


def read_media(
    container: Container, known: Iterable[Media] = (), reopen: Opener | None = None
) -> tuple[Media, ...]:
    """Read the media through for their digests, in order of their names.

    Of `known` ones, those with a checksum, the digest is taken over where name, size and checksum
    agree with what the package says. `reopen` opens a member another time, if not the container.
    """
    digests = {(one.name, one.size, one.crc32): one.sha256 for one in known if one.crc32}
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
