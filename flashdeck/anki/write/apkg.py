"""Writes a `Collection` as an Anki package, byte for byte reproducible.

The only module that imports genanki. Its `Model`, `Deck` and `Package` write the schema, note types
and decks. Notes and cards are inserted in bulk, with their own ids, times and ordinals, and the zip
file does not depend on the current time.
"""

from __future__ import annotations

import functools
import hashlib
import io
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Any, BinaryIO, Final, TypeAlias

from flashdeck.anki.read.schema11 import MARK
from flashdeck.anki.read.study import NOTHING, Schedule, Study
from flashdeck.anki.template.reserves import in_anki, mark
from flashdeck.anki.write.archive import Archive
from flashdeck.anki.write.contract import require_writable
from flashdeck.anki.write.database import canonical_image, new_database
from flashdeck.anki.write.schema11 import field_json, given, preset_json, template_json
from flashdeck.diagnostics import FlashdeckError

# genanki takes this from a package that imports asyncio, a sixth of a small build.
_given = sys.modules.setdefault("cached_property", functools)
import genanki  # noqa: E402
from genanki.apkg_col import APKG_COL  # noqa: E402
from genanki.apkg_schema import APKG_SCHEMA  # noqa: E402

if _given is functools:
    del sys.modules["cached_property"]

if TYPE_CHECKING:
    import sqlite3

    from flashdeck.model import Collection, Deck, Media, NoteType

Progress: TypeAlias = Callable[[int, int], None]
"""Called with the finished and the total number of notes and media files."""

_BATCH: Final = 2_000
_COLLECTION: Final = "collection.anki2"  # read by every version of Anki
_STUDIED_COLLECTION: Final = "collection.anki21"
_SCHEDULER: Final = 2  # Anki converts reviews of the first one
_MEDIA: Final = "media"
_NOTE: Final = "INSERT INTO notes VALUES(?, ?, ?, ?, -1, ?, ?, ?, 0, 0, '')"
_CARD: Final = "INSERT INTO cards VALUES(?, ?, ?, ?, ?, -1, 0, 0, ?, 0, 0, 0, 0, 0, 0, 0, 0, '')"
_STUDIED: Final = "INSERT INTO cards VALUES(?, ?, ?, ?, ?, -1, ?, ?, ?, ?, ?, ?, ?, ?, 0, 0, ?, ?)"
_REVIEW: Final = "INSERT INTO revlog VALUES(?, ?, -1, ?, ?, ?, ?, ?, ?)"
_TAG: Final = re.compile("<[^<>]*>")
_NUMBER: Final = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")


def write_apkg(
    collection: Collection,
    out: BinaryIO,
    *,
    progress: Progress | None = None,
    study: Study = NOTHING,
) -> None:
    """Write a dated collection as a package; `out` must be seekable and at its start.

    `study` has schedules and reviews of some of its cards; none are in filtered decks.

    Equal collections give equal bytes on any machine, Python and SQLite, and `read_apkg` returns an
    equal collection. Raises `ValueError` for a collection that breaks a rule of `contract`, before
    anything is written, and `FlashdeckError` for media that have changed.
    """
    require_writable(collection)
    total = len(collection.notes) + len(collection.media)
    report = progress or (lambda _done, _total: None)
    with Archive(out) as archive:
        name = _COLLECTION if study is NOTHING else _STUDIED_COLLECTION
        archive.add(name, _database(collection, study, lambda done: report(done, total)))
        names = {str(index): media.name for index, media in enumerate(collection.media)}
        archive.add(_MEDIA, _json(names).encode())
        for index, media in enumerate(collection.media):
            _copy(archive, str(index), media)
            report(len(collection.notes) + index + 1, total)


def _copy(archive: Archive, member: str, media: Media) -> None:
    with media.open() as source:
        if media.seen is not None and media.crc32 is not None:
            if archive.copy_unread(member, source, media.seen, media.crc32):
                return
            source.seek(0)
        size, crc32 = archive.copy(member, source, media.size)
    if size != media.size or media.crc32 not in {None, crc32}:
        message = f"{media.name} has changed while it was packed"
        raise FlashdeckError(message, "once nothing writes to it any more, try again")


def apkg_bytes(collection: Collection) -> bytes:
    """Return the package as bytes."""
    out = io.BytesIO()
    write_apkg(collection, out)
    return out.getvalue()


def _database(collection: Collection, study: Study, report: Callable[[int], None]) -> bytearray:
    connection = new_database()
    try:
        connection.execute("BEGIN")
        _Package(collection, study, report).write_to_db(connection.cursor(), 0, iter(()))
        connection.execute("COMMIT")
        return canonical_image(connection)
    finally:
        connection.close()


class _Package(genanki.Package):  # type: ignore[misc]
    """Writes rows in bulk in the order of their ids, then the indexes."""

    def __init__(self, collection: Collection, study: Study, report: Callable[[int], None]) -> None:
        ids = _deck_ids([deck.name for deck in collection.decks])
        super().__init__([_Deck(ids[deck.name], deck) for deck in collection.decks])
        self._deck_ids = ids
        self._presets = {deck.preset for deck in collection.decks if deck.preset is not None}
        self._models = {notetype.id: _Model(notetype) for notetype in collection.notetypes}
        self._notes = collection.notes
        self._report = report
        self._study = study

    def write_to_db(
        self,
        cursor: sqlite3.Cursor,
        timestamp: float,
        id_gen: Iterator[int],  # noqa: ARG002 - notes and cards have ids
    ) -> None:
        """Write note types, decks, notes and cards."""
        tables, first_index, indexes = APKG_SCHEMA.partition("CREATE INDEX")
        _run(cursor, tables)
        _run(cursor, APKG_COL)
        self._write_names(cursor, timestamp)
        _insert(cursor, _NOTE, self._note_rows(), self._report)
        _insert(cursor, _CARD, self._card_rows())
        if self._study is not NOTHING:
            _insert(cursor, _STUDIED, self._studied_rows())
            _insert(cursor, _REVIEW, self._review_rows())
            (stored,) = cursor.execute("SELECT conf FROM col").fetchone()
            conf = json.loads(stored) | {"schedVer": _SCHEDULER}
            cursor.execute("UPDATE col SET crt = ?, conf = ?", (self._study.created, _json(conf)))
        _run(cursor, first_index + indexes)

    def _write_names(self, cursor: sqlite3.Cursor, timestamp: float) -> None:
        """Add note types and decks to genanki's row, which has the deck `Default`."""
        (stored,) = cursor.execute("SELECT decks FROM col").fetchone()
        decks = json.loads(stored) | {str(deck.deck_id): deck.to_json() for deck in self.decks}
        models = {str(id_): model.to_json(timestamp, None) for id_, model in self._models.items()}
        cursor.execute("UPDATE col SET models = ?, decks = ?", (_json(models), _json(decks)))
        if self._presets:
            (stored,) = cursor.execute("SELECT dconf FROM col").fetchone()
            presets = {str(preset.id): preset_json(preset) for preset in self._presets}
            cursor.execute("UPDATE col SET dconf = ?", (_json(json.loads(stored) | presets),))

    def _note_rows(self) -> list[tuple[object, ...]]:
        sort = {id_: model.sort_field_index for id_, model in self._models.items()}
        return [
            (
                note.id,
                note.guid,
                note.notetype,
                note.mod,
                f" {' '.join(note.tags)} ",
                "\x1f".join(note.fields),
                _sort_text(note.fields[sort[note.notetype]]),
            )
            for note in sorted(self._notes, key=attrgetter("id"))
        ]

    def _card_rows(self) -> list[tuple[object, ...]]:
        decks = self._deck_ids
        return sorted(
            [
                (card.id, note.id, decks[card.deck], card.ordinal, card.id // 1000, card.position)
                for note in self._notes
                for card in note.cards
                if card.id not in self._study.schedules
            ]
        )

    def _studied_rows(self) -> list[tuple[object, ...]]:
        decks, schedules = self._deck_ids, self._study.schedules
        return [
            (card.id, note.id, decks[card.deck], card.ordinal, *_schedule_row(schedules[card.id]))
            for note in self._notes
            for card in note.cards
            if card.id in schedules
        ]

    def _review_rows(self) -> list[tuple[object, ...]]:
        """Return the reviews without their usn, in order of their ids."""
        cards = {card.id for note in self._notes for card in note.cards}
        reviews = self._study.reviews.items()
        return sorted(
            (*row[:2], *row[3:]) for card, rows in reviews if card in cards for row in rows
        )


def _schedule_row(schedule: Schedule) -> tuple[object, ...]:
    """Return a schedule in the order of the columns, without usn and filtered deck."""
    return (
        *(schedule.mod, schedule.kind, schedule.queue, schedule.due, schedule.interval),
        *(schedule.factor, schedule.reviews, schedule.lapses, schedule.left),
        *(schedule.flags, schedule.data),
    )


class _Deck(genanki.Deck):  # type: ignore[misc]
    """A deck with the key that genanki lacks."""

    def __init__(self, id_: int, deck: Deck) -> None:
        super().__init__(id_, deck.name, deck.description)
        self._markdown = deck.markdown
        self._preset = deck.preset

    def to_json(self) -> dict[str, Any]:
        """Return the JSON of the deck."""
        preset = {"conf": self._preset.id} if self._preset is not None else {}
        return {**super().to_json(), **given({"md": self._markdown}), **preset}


class _Model(genanki.Model):  # type: ignore[misc]
    """A note type with its own time and the keys that genanki lacks."""

    _req = ()  # required fields: Anki computes them itself, and genanki fails on some fronts

    def __init__(self, notetype: NoteType) -> None:
        plain = in_anki(notetype)
        super().__init__(
            notetype.id,
            notetype.name,
            [
                field_json(field) | given({MARK: mark(own)})
                for field, own in zip(plain.fields, notetype.fields, strict=True)
            ],
            [
                template_json(template) | given({MARK: mark(own)})
                for template, own in zip(plain.templates, notetype.templates, strict=True)
            ],
            notetype.css,
            self.CLOZE if notetype.cloze else self.FRONT_BACK,
            _latex(notetype.latex_pre, self.DEFAULT_LATEX_PRE),
            _latex(notetype.latex_post, self.DEFAULT_LATEX_POST),
            notetype.sort,
        )
        self._notetype = notetype

    def to_json(
        self,
        timestamp: float,  # noqa: ARG002 - a note type has its own time
        deck_id: int | None,
    ) -> dict[str, Any]:
        """Return the JSON of the note type."""
        more = {
            "originalStockKind": self._notetype.stock,
            "latexsvg": self._notetype.latex_svg,
        }
        return {**super().to_json(self._notetype.mod, deck_id), **given(more)}


def _latex(text: str | None, default: str) -> str:
    """Return the LaTeX to write; Anki's default must be None in the collection."""
    if text == default:
        msg = "a note type spells out the LaTeX that Anki puts around formulas anyway"
        raise ValueError(msg)
    return default if text is None else text


def _sort_text(field: str) -> str:
    """Return the value of the sort field; Anki computes it again on import.

    Numbers become '': the column would convert them, and their last digit depends on the version
    of SQLite.
    """
    text = (_TAG.sub("", field) if "<" in field else field).strip()
    return "" if _NUMBER.fullmatch(text) else text


def _deck_ids(names: list[str]) -> dict[str, int]:
    """Return an id for each deck, a hash of its name in the range of past times in milliseconds.

    Anki matches decks by name on import; the ids only matter within the package.
    """
    ids: dict[str, int] = {}
    taken: set[int] = set()
    for name in names:
        digest = hashlib.sha256(name.encode()).digest()
        id_ = int.from_bytes(digest[:8], "big") % 600_000_000_000 + 1_000_000_000_000
        while id_ in taken:
            id_ += 1
        taken.add(id_)
        ids[name] = id_
    return ids


def _insert(
    cursor: sqlite3.Cursor,
    statement: str,
    rows: Sequence[tuple[object, ...]],
    report: Callable[[int], None] = lambda _: None,
) -> None:
    """Insert rows, and report the number of finished ones."""
    for start in range(0, len(rows), _BATCH):
        cursor.executemany(statement, rows[start : start + _BATCH])
        report(min(start + _BATCH, len(rows)))


def _run(cursor: sqlite3.Cursor, script: str) -> None:
    """Run the statements one by one: `executescript` would commit the transaction."""
    for statement in script.split(";"):
        if statement.strip():
            cursor.execute(statement)


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))
