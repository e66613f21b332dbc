"""Reads note types, decks, cards and notes of a package, and checks that they fit together."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from collections.abc import Container as Used
from functools import partial
from itertools import pairwise
from operator import attrgetter
from types import MappingProxyType
from typing import Final, TypeAlias

from flashdeck.anki.read import schema11, schema18
from flashdeck.anki.read.archive import Unreadable, quoted
from flashdeck.anki.read.container import Container
from flashdeck.anki.read.database import DATABASE_LIMIT, Database
from flashdeck.limits import LAST_ORDINAL, POSITIONS, field_limit
from flashdeck.model import Card, Deck, Note, NoteType
from flashdeck.records import dataclass


@dataclass(frozen=True, slots=True)
class Skipped:
    """Counts of what a package holds and a `Collection` does not.

    `studied` cards are those that are not new, `reviews` the entries of the review log, `presets`
    deck options besides the default and flashdeck's own; `filtered` are the names of filtered
    decks, `addon_keys` describe what add-ons store in fields and templates. Suspended, buried and
    flagged cards count even if they are new.
    """

    studied: int = 0
    reviews: int = 0
    suspended: int = 0
    buried: int = 0
    flagged: int = 0
    presets: int = 0
    filtered: tuple[str, ...] = ()
    addon_keys: tuple[str, ...] = ()


Parts: TypeAlias = tuple[tuple[NoteType, ...], tuple[Deck, ...], tuple[Note, ...]]

_DEFAULT: Final = 1  # the id of the deck Default, and of the default deck options
_NEW: Final = 0
_SUSPENDED: Final = -1
_BURIED: Final = frozenset({-2, -3})  # by the scheduler, by the user
_FLAGS: Final = 0b111
_TEXT: Final = 60  # bytes of overhead of a string

_COL: Final = ("ver", "models", "decks", "dconf")
NOTES: Final = ("id", "guid", "mid", "mod", "tags", "flds")
_NOTE_TYPES: Final = (int, str, int, int, str, str)
# Some old cards have a fraction as their position.
_DUE: Final = "CASE typeof(due) WHEN 'integer' THEN due ELSE 0 END"
CARDS: Final = ("id", "nid", "did", "odid", "ord", "type", _DUE, "queue", "flags")
_CARD_TYPES: Final = (int,) * len(CARDS)

# The start of the only note in the older collection of newer packages.
_ASKS_TO_UPDATE: Final = "Please update to the latest Anki version"


def read_collection(container: Container) -> tuple[Parts, Skipped]:
    """Read all but the media, and count what is skipped."""
    database = Database(container.image(DATABASE_LIMIT))
    try:
        return CollectionReader(database).read()
    finally:
        database.close()


class CollectionReader:
    """Reads the tables of a collection."""

    def __init__(self, database: Database, names: Mapping[int, str] = MappingProxyType({})) -> None:
        """Read note types and decks; `names` are those of decks that may be missing."""
        self._database = database
        self._names = names
        self._decks: dict[int, Deck] = {}
        self._filtered: set[int] = set()
        self._counts: Counter[str] = Counter()
        self._addon_keys: Callable[[], Iterator[str]] = partial(iter, ())
        self._notetypes = self._read_names()

    @property
    def notetypes(self) -> tuple[NoteType, ...]:
        """All note types, in order of their ids."""
        return tuple(notetype for _, notetype in sorted(self._notetypes.items()))

    def decks(self, used: Used[str]) -> tuple[Deck, ...]:
        """Return the decks by name; the default and filtered decks only if `used`."""
        special = self._filtered | {_DEFAULT}
        listed = (
            deck for id_, deck in self._decks.items() if id_ not in special or deck.name in used
        )
        return tuple(sorted(listed, key=attrgetter("name")))

    def read(self) -> tuple[Parts, Skipped]:
        """Read everything."""
        notes = self._read_notes()
        if len(notes) == 1 and notes[0].fields[0].startswith(_ASKS_TO_UPDATE):
            msg = "its only note is the one in which Anki asks to be updated"
            raise Unreadable(msg, "export it from Anki again")
        decks = self.decks({card.deck for note in notes for card in note.cards})
        skipped = Skipped(
            reviews=self._database.count("revlog"),
            filtered=tuple(sorted(self._decks[id_].name for id_ in self._filtered)),
            addon_keys=tuple(self._addon_keys()),
            **self._counts,
        )
        return (self.notetypes, decks, tuple(sorted(notes, key=_study_order))), skipped

    def _cards(self) -> Iterator[tuple[int, Card]]:
        """Read each card with the id of its note, in order of the cards' ids."""
        names = {**self._names, **{id_: deck.name for id_, deck in self._decks.items()}}
        for row in self._database.rows("cards", CARDS, _CARD_TYPES):
            id_, note, deck, home, ordinal, kind, due, queue, flags = row
            name = names.get(home or deck)  # the home deck, for a card in a filtered deck
            if name is None or id_ <= 0 or not 0 <= ordinal <= LAST_ORDINAL:
                msg = f"its card {id_} has no deck, or an impossible id or ordinal"
                raise Unreadable(msg)
            position = due if kind == _NEW and 0 <= due < POSITIONS else 0
            if kind != _NEW or queue or flags:
                self._count(kind, queue, flags)
            yield note, Card(ordinal, name, position, id_)

    def _read_names(self) -> dict[int, NoteType]:
        """Read note types and decks, of either schema."""
        rows = list(self._database.rows("col", _COL, (int, str, str, str)))
        if len(rows) != 1:
            msg = f"its table col has {len(rows)} rows instead of one"
            raise Unreadable(msg)
        version, models, decks, presets = rows[0]
        if version == schema11.VERSION:
            notetypes = [*schema11.read_notetypes(models)]
            self._addon_keys = partial(schema11.addon_keys, models)
            known = schema11.read_presets(presets)
            stored = [*schema11.read_decks(decks, known)]
            ids = [id_ for id_, preset in known.items() if preset is None]
        elif version == schema18.VERSION:
            notetypes = [*schema18.read_notetypes(self._database)]
            self._addon_keys = partial(schema18.addon_keys, self._database)
            stored = [*schema18.read_decks(self._database)]
            ids = schema18.preset_ids(self._database)
        else:
            msg = f"its collection is in Anki's format {version}, and only 11 and 18 are supported"
            raise Unreadable(msg, "export it again with 'Support older Anki versions' ticked")
        self._decks = {deck.id: deck for deck, _ in stored}
        self._filtered = {deck.id for deck, filtered in stored if filtered}
        self._counts["presets"] = len(set(ids) - {_DEFAULT})
        by_id = {notetype.id: notetype for notetype in notetypes}
        names = {deck.name for deck in self._decks.values()}
        if len(by_id) < len(notetypes) or len(names) < len(stored):
            msg = "it has two note types with the same id, or two decks with the same name"
            raise Unreadable(msg)
        return by_id

    def _count(self, kind: int, queue: int, flags: int) -> None:
        """Count the state of a card that is not just new."""
        self._counts["studied"] += kind != _NEW
        self._counts["suspended"] += queue == _SUSPENDED
        self._counts["buried"] += queue in _BURIED
        self._counts["flagged"] += flags & _FLAGS > 0

    def _read_notes(self) -> list[Note]:
        """Read all notes with their cards. Raises `Unreadable` for a card without a note."""
        cards: dict[int, list[Card]] = defaultdict(list)
        for note, card in self._cards():
            cards[note].append(card)
        widths = {notetype.id: len(notetype.fields) for notetype in self._notetypes.values()}
        notes = []
        for id_, guid, notetype, mod, stored_tags, flds in self._database.rows(
            "notes", NOTES, _NOTE_TYPES
        ):
            fields, tags = tuple(flds.split("\x1f")), _tags(stored_tags)
            if widths.get(notetype) != len(fields) or id_ <= 0 or mod < 0:
                msg = (
                    f"its note {guid[:60]!r} does not fit a note type, "
                    "or has an impossible id or time"
                )
                raise Unreadable(msg)
            require_short(guid, fields)
            self._database.spend(_TEXT * (len(fields) + len(tags)))
            own = cards.pop(id_, [])
            if len(own) > 1:
                _sort(own, guid)
            notes.append(Note(guid, notetype, fields, tags, tuple(own), id_, mod))
        if cards:
            msg = "it has cards without a note"
            raise Unreadable(msg)
        return notes


def require_short(guid: str, fields: Iterable[str]) -> None:
    """Raise `Unreadable` for a note with a field that is too long."""
    longest, most = max(map(len, fields), default=0), field_limit()
    if longest > most:
        msg = (
            f"its note {quoted(guid)!r} has a field of {longest:,} characters, "
            f"and {most:,} are allowed"
        )
        raise Unreadable(msg, f"if you trust it: flashdeck --limit scalar={longest} …")


def _sort(cards: list[Card], guid: str) -> None:
    cards.sort(key=attrgetter("ordinal"))
    if any(card.ordinal == following.ordinal for card, following in pairwise(cards)):
        msg = f"its note {guid[:60]!r} has two cards with the same ordinal"
        raise Unreadable(msg)


def _tags(text: str) -> tuple[str, ...]:
    """Split tags at spaces, ASCII and ideographic, as Anki does."""
    return tuple(filter(None, text.replace("\u3000", " ").split(" ")))


def _study_order(note: Note) -> tuple[bool, int, int]:
    return (False, note.cards[0].position, note.id) if note.cards else (True, 0, note.id)
