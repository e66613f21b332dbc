"""An Anki package as a `Collection`, whoever made it.

Packages come from strangers: everything is read into memory with limits, nothing is unpacked to
disk, and whatever is wrong is one sentence.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import partial
from itertools import pairwise
from operator import attrgetter
from pathlib import Path
from typing import BinaryIO, Final, TypeAlias

from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Deck, Media, Note, NoteType
from flashdeck.read.archive import MIB, Archive, Reopened, Unreadable
from flashdeck.read.database import Database
from flashdeck.read.schema11 import JsonObject, read_deck, read_notetype, read_object

Opener: TypeAlias = Callable[[str], BinaryIO]

_MEDIA: Final = "media"
_DATABASE_LIMIT: Final = 512 * MIB
_MEDIA_LIST_LIMIT: Final = 16 * MIB
_SCHEMA: Final = 11
_DEFAULT_DECK: Final = 1
_NEW: Final = 0
_ORDINALS: Final = 65_536  # Anki keeps them in 16 bits
_POSITIONS: Final = 2**31

_NOTES: Final = ("id", "guid", "mid", "mod", "tags", "flds")
_NOTE_TYPES: Final = (int, str, int, int, str, str)
_CARDS: Final = ("id", "nid", "did", "odid", "ord", "type", "due")
_CARD_TYPES: Final = (int, int, int, int, int, int, int)


def read_apkg(source: Path | BinaryIO) -> Collection:
    """Read the collection in a package, given by its path or as a seekable stream.

    `decks` are all decks stored in the package, parents included; Anki's own deck `Default`, which
    stands in every package, only when cards lie in it. Notes are in study order: by the position of
    their first card, then by id; those without cards come last. Cards that were studied have
    position 0. Media are read once, for their digests; opened later, they come from the same file
    or stream. Raises `FlashdeckError` for what can't be read: one sentence that names the file.
    """
    if isinstance(source, Path):
        try:
            stream = source.open("rb")
        except OSError as error:
            msg = f"{source} can't be opened: {(error.strerror or str(error)).lower()}"
            raise FlashdeckError(msg) from error
        with stream:
            return _read(stream, str(source), Reopened(source).open)
    name = getattr(source, "name", None)
    return _read(source, name if isinstance(name, str) else "the package", None)


def _read(stream: BinaryIO, name: str, reopen: Opener | None) -> Collection:
    try:
        archive = Archive(stream)
        notetypes, decks, notes = _read_database(archive)
        media = sorted(_read_media(archive, reopen or archive.open), key=lambda each: each.name)
    except Unreadable as problem:
        msg = f"{name} can't be read: {problem}"
        raise FlashdeckError(msg) from problem
    return Collection(notetypes, decks, notes, tuple(media))


def _read_database(
    archive: Archive,
) -> tuple[tuple[NoteType, ...], tuple[Deck, ...], tuple[Note, ...]]:
    image = bytearray(archive.read(_collection_name(archive), _DATABASE_LIMIT))
    database = Database(image)
    try:
        notetypes, decks = _read_names(database)
        cards = _read_cards(database, decks)
        notes = _read_notes(database, notetypes, cards)
    finally:
        database.close()
    used = {card.deck for note in notes for card in note.cards}
    listed = (deck for id_, deck in decks.items() if id_ != _DEFAULT_DECK or deck.name in used)
    return (
        tuple(notetypes[id_] for id_ in sorted(notetypes)),
        tuple(sorted(listed, key=lambda deck: deck.name)),
        tuple(sorted(notes, key=_study_order)),
    )


def _collection_name(archive: Archive) -> str:
    """Choose the member with the collection: newer formats have an empty older one beside them.

    Raises `Unreadable` where there is none that can be read.
    """
    if "collection.anki21b" in archive.names:
        msg = (
            "it is in Anki's newest format, which is not read yet; "
            "export it from Anki with 'Support older Anki versions' ticked"
        )
        raise Unreadable(msg)
    for name in ("collection.anki21", "collection.anki2"):
        if name in archive.names:
            return name
    msg = "it has no collection in it"
    raise Unreadable(msg)


def _read_names(database: Database) -> tuple[dict[int, NoteType], dict[int, Deck]]:
    rows = list(database.rows("col", ("ver", "models", "decks"), (int, str, str)))
    if len(rows) != 1 or rows[0][0] != _SCHEMA:
        msg = f"its collection is not in Anki's format {_SCHEMA}"
        raise Unreadable(msg)
    notetypes = [read_notetype(each) for each in _entries(rows[0][1], "list of note types")]
    decks = [read_deck(each) for each in _entries(rows[0][2], "list of decks")]
    by_id, names = dict(decks), {deck.name for _, deck in decks}
    if len({each.id for each in notetypes}) < len(notetypes) or len(names) < len(by_id):
        msg = "it has two note types of one id, or two decks of one name"
        raise Unreadable(msg)
    return {each.id: each for each in notetypes}, by_id


def _entries(text: str, what: str) -> list[JsonObject]:
    values = list(read_object(text, what).values())
    if not all(isinstance(value, dict) for value in values):
        msg = f"its {what} is not what Anki writes"
        raise Unreadable(msg)
    return values


def _read_cards(database: Database, decks: dict[int, Deck]) -> dict[int, list[Card]]:
    """Read the cards of each note, by the note's id."""
    names = {id_: deck.name for id_, deck in decks.items()}
    cards: dict[int, list[Card]] = defaultdict(list)
    for id_, note, deck, home, ordinal, kind, due in database.rows("cards", _CARDS, _CARD_TYPES):
        name = names.get(home or deck)  # the home deck of a card that visits a filtered deck
        if name is None or id_ <= 0 or not 0 <= ordinal < _ORDINALS:
            msg = f"its card {id_} lies in no deck, or has an impossible id or ordinal"
            raise Unreadable(msg)
        position = due if kind == _NEW and 0 <= due < _POSITIONS else 0
        cards[note].append(Card(ordinal, name, position, id_))
    return cards


def _read_notes(
    database: Database, notetypes: dict[int, NoteType], cards: dict[int, list[Card]]
) -> list[Note]:
    """Read all notes, and take the cards of each out of `cards`: none may be left."""
    widths = {notetype.id: len(notetype.fields) for notetype in notetypes.values()}
    notes = []
    for id_, guid, notetype, mod, tags, flds in database.rows("notes", _NOTES, _NOTE_TYPES):
        fields = tuple(flds.split("\x1f"))
        if widths.get(notetype) != len(fields) or id_ <= 0 or mod < 0:
            msg = (
                f"its note {guid[:60]!r} does not fit a note type, or has an impossible id or time"
            )
            raise Unreadable(msg)
        own = cards.pop(id_, [])
        if len(own) > 1:
            own.sort(key=attrgetter("ordinal"))
            if any(one.ordinal == other.ordinal for one, other in pairwise(own)):
                msg = f"its note {guid[:60]!r} has two cards of one ordinal"
                raise Unreadable(msg)
        notes.append(Note(guid, notetype, fields, _tags(tags), tuple(own), id_, mod))
    if cards:
        msg = "it has cards without a note"
        raise Unreadable(msg)
    return notes


def _tags(text: str) -> tuple[str, ...]:
    """Tags stand between spaces, of which Anki knows two kinds."""
    return tuple(filter(None, text.replace("\u3000", " ").split(" ")))


def _study_order(note: Note) -> tuple[bool, int, int]:
    return (False, note.cards[0].position, note.id) if note.cards else (True, 0, note.id)


def _read_media(archive: Archive, reopen: Opener) -> Iterator[Media]:
    if _MEDIA not in archive.names:
        return
    names = read_object(archive.read(_MEDIA, _MEDIA_LIST_LIMIT), "list of media")
    if len(set(map(str, names.values()))) < len(names):
        msg = "it has two media files of one name"
        raise Unreadable(msg)
    for member, name in names.items():
        if not isinstance(name, str) or not _is_plain(name):
            msg = f"it has a media file whose name is no plain file name: {str(name)[:60]!r}"
            raise Unreadable(msg)
        if not member.isdecimal() or member not in archive.names:
            msg = f"the media file {name[:60]!r} is not in it"
            raise Unreadable(msg)
        digest = hashlib.sha256()
        for chunk in archive.chunks(member):
            digest.update(chunk)
        yield Media(name, digest.hexdigest(), archive.size(member), partial(reopen, member))


def _is_plain(name: str) -> bool:
    return name not in {"", ".", ".."} and not any(mark in name for mark in "/\\\0")
