"""A learner with a real Anki: a throw-away collection that packages are imported into.

Drives every generation of Anki's importer from 2.1.49 on, each in the way its own desktop program
does, so that a test says what a learner does and not how a release wants to be called. Knows
nothing of flashdeck, and so runs under any Python that has an `anki` package.
"""

from __future__ import annotations

import importlib
import tempfile
from pathlib import Path
from typing import Any, NamedTuple, Self

try:
    import anki.buildinfo
    import anki.lang
    from anki.collection import Collection
except ImportError as error:
    raise ImportError("Anki's own backend is missing: pip install 'flashdeck[test]'") from error

VERSION = tuple(int(part) for part in anki.buildinfo.version.split("."))
_RUST_IMPORTER = (2, 1, 55)
_OPTIONS = (23, 10)
_ONLY_V3_SCHEDULER = (23, 10)
_CONDITIONS = {"if newer": 0, "always": 1, "never": 2}


class Imported(NamedTuple):
    """Anki's report on the notes of an imported package.

    `duplicate` notes were skipped as not newer, `conflicting` ones as of another note type.
    """

    new: int
    updated: int = 0
    duplicate: int = 0
    conflicting: int = 0


class LearnerNote(NamedTuple):
    """A note in the learner's collection."""

    id: int
    notetype: str
    mod: int
    tags: tuple[str, ...]
    fields: tuple[str, ...]


class LearnerCard(NamedTuple):
    """A card with its scheduling state."""

    id: int
    ordinal: int
    deck: str
    kind: int
    queue: int
    due: int
    interval: int
    reviews: int
    flag: int

    @property
    def history(self) -> tuple[int, ...]:
        """What a new import must not touch."""
        return self.kind, self.queue, self.due, self.interval, self.reviews, self.flag


class EmptyCards(NamedTuple):
    """What *Tools > Empty Cards* would delete of one note."""

    note: int
    cards: tuple[int, ...]
    deletes_note: bool


class Rendered(NamedTuple):
    """Both sides of a card as the backend renders them, sounds as `[anki:play:q:0]`."""

    question: str
    answer: str


class Learner:
    """A learner's collection in a temporary folder, deleted when closed."""

    def __init__(self) -> None:
        """Open an empty collection, in English, with the scheduler of that release."""
        anki.lang.set_lang("en")
        self._folder = tempfile.TemporaryDirectory(prefix="learner-", ignore_cleanup_errors=True)
        # Any, because its types differ between releases.
        self.collection: Any = Collection(str(Path(self._folder.name) / "collection.anki2"))
        if VERSION < _ONLY_V3_SCHEDULER and self.collection.sched_ver() == 1:
            self.collection.upgrade_to_v2_scheduler()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the collection and remove it."""
        self.collection.close()
        self._folder.cleanup()

    # Importing

    def import_package(
        self,
        path: Path,
        *,
        merge: bool = False,
        notes: str = "if newer",
        notetypes: str = "if newer",
    ) -> Imported:
        """Import a package with the importer and the defaults of this release's window.

        `merge`, `notes` and `notetypes` are the options of the import window, which came with
        23.10; `notes` and `notetypes` are "if newer", "always" or "never". Raises what Anki raises.
        """
        if VERSION < _RUST_IMPORTER:
            done = self._import_in_python(path)
        elif VERSION < _OPTIONS:
            done = _counted(self.collection.import_anki_package(str(path)))
        else:
            messages = importlib.import_module("anki.import_export_pb2")
            options = messages.ImportAnkiPackageOptions(
                merge_notetypes=merge,
                update_notes=_CONDITIONS[notes],
                update_notetypes=_CONDITIONS[notetypes],
            )
            request = messages.ImportAnkiPackageRequest(package_path=str(path), options=options)
            done = _counted(self.collection.import_anki_package(request))
        self.collection.models._clear_cache()  # as a reset of Anki's window does
        return done

    def _import_in_python(self, path: Path) -> Imported:
        importer = importlib.import_module("anki.importing.apkg").AnkiPackageImporter(
            self.collection, str(path)
        )
        importer.run()
        conflicting = len(importer._ignoredGuids)  # not reported elsewhere
        return Imported(importer.added, importer.updated, importer.dupes, conflicting)

    # Looking

    def guids(self) -> list[str]:
        """The GUIDs of all notes, in order of the notes' ids."""
        return self._column("select guid from notes order by id")

    def note(self, guid: str) -> LearnerNote:
        """The only note with a GUID; `LookupError` if there are none or several."""
        rows = self._rows("select id, mid, mod, tags, flds from notes where guid = ?", guid)
        if len(rows) != 1:
            message = f"{len(rows)} notes have the GUID {guid!r}"
            raise LookupError(message)
        ((id_, notetype, mod, tags, fields),) = rows
        name = self.collection.models.get(notetype)["name"]
        return LearnerNote(id_, name, mod, tuple(tags.split()), tuple(fields.split("\x1f")))

    def cards(self, guid: str) -> list[LearnerCard]:
        """The cards of a note, in order of their ordinals."""
        rows = self._rows(
            "select id, ord, did, type, queue, due, ivl, reps, flags & 7 from cards"
            " where nid = ? order by ord",
            self.note(guid).id,
        )
        return [
            LearnerCard(row[0], row[1], self.collection.decks.name(row[2]), *row[3:])
            for row in rows
        ]

    def card(self, guid: str, ordinal: int = 0) -> LearnerCard:
        """One card of a note; `LookupError` when the note has no such card."""
        for card in self.cards(guid):
            if card.ordinal == ordinal:
                return card
        message = f"the note {guid!r} has no card {ordinal}"
        raise LookupError(message)

    def card_count(self) -> int:
        """How many cards there are."""
        return len(self._column("select id from cards"))

    def decks(self) -> dict[str, int]:
        """The number of cards in each deck, by name."""
        entries = self.collection.decks.all_names_and_ids()
        count = "select count() from cards where did = ?"
        return {deck.name: self._column(count, deck.id)[0] for deck in entries}

    def description(self, deck: str) -> str:
        """A deck's description."""
        return str(self.collection.decks.by_name(deck)["desc"])

    def tags(self) -> set[str]:
        """All tags on notes."""
        return {tag for tags in self._column("select tags from notes") for tag in tags.split()}

    def notetype(self, name: str) -> dict[str, Any]:
        """A note type in Anki's legacy format."""
        return dict(self.collection.models.by_name(name))

    def notetypes(self) -> set[str]:
        """The names of all note types, Anki's own included."""
        return {entry.name for entry in self.collection.models.all_names_and_ids()}

    def media(self) -> dict[str, bytes]:
        """The files in the media folder, by name."""
        folder = Path(self.collection.media.dir())
        return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}

    def render(self, guid: str, ordinal: int = 0) -> Rendered:
        """Both sides of a card, without its CSS."""
        output = self.collection.get_card(self.card(guid, ordinal).id).render_output()
        return Rendered(output.question_text, output.answer_text)

    def review_log(self, guid: str, ordinal: int = 0) -> list[int]:
        """The buttons pressed for a card, oldest first."""
        card = self.card(guid, ordinal).id
        return self._column("select ease from revlog where cid = ? order by id", card)

    def empty_cards(self) -> list[EmptyCards]:
        """What *Empty Cards* would delete, without deleting it."""
        report = self.collection.get_empty_cards()
        return [
            EmptyCards(note.note_id, tuple(note.card_ids), note.will_delete_note)
            for note in report.notes
        ]

    def check_database(self) -> str:
        """The report of *Check Database*; '' if there were no problems."""
        problems, fine = self.collection.fix_integrity()
        return "" if fine else problems

    def optimize(self) -> None:
        """Optimize the database, as Anki's window does every 14 days."""
        self.collection.optimize()

    def doubled_cards(self) -> list[tuple[str, int]]:
        """The GUIDs and ordinals of cards that a note has more than once."""
        rows = self._rows(
            "select n.guid, c.ord from cards c join notes n on n.id = c.nid"
            " group by c.nid, c.ord having count() > 1"
        )
        return [(guid, ordinal) for guid, ordinal in rows]

    def schema_time(self) -> int:
        """A time that changes when the next sync must be a full sync."""
        return int(self.collection.db.scalar("select scm from col"))

    # Learning

    def answer(self, guid: str, ordinal: int = 0, button: int = 3) -> None:
        """Answer a card: 1 again, 2 hard, 3 good, 4 easy."""
        if VERSION < _ONLY_V3_SCHEDULER:
            self.collection.reset()
        card = self.collection.get_card(self.card(guid, ordinal).id)
        card.start_timer()
        self.collection.sched.answerCard(card, button)

    def suspend(self, guid: str, ordinal: int = 0) -> None:
        """Suspend a card."""
        self.collection.sched.suspend_cards([self.card(guid, ordinal).id])

    def bury(self, guid: str, ordinal: int = 0) -> None:
        """Bury a card by hand."""
        self.collection.sched.bury_cards([self.card(guid, ordinal).id])

    def flag(self, guid: str, ordinal: int = 0, colour: int = 1) -> None:
        """Set a card's flag; 0 removes it."""
        self.collection.set_user_flag_for_cards(colour, [self.card(guid, ordinal).id])

    def move(self, guid: str, deck: str, ordinal: int = 0) -> None:
        """Move a card into a deck, which is created if necessary."""
        self.collection.set_deck([self.card(guid, ordinal).id], self.collection.decks.id(deck))

    def rename_deck(self, old: str, new: str) -> None:
        """Rename a deck and its subdecks."""
        self.collection.decks.rename(self.collection.decks.by_name(old)["id"], new)

    def add_tag(self, guid: str, tag: str) -> None:
        """Add a tag to a note."""
        self.collection.tags.bulk_add([self.note(guid).id], tag)

    def edit(self, guid: str, field: int, text: str) -> None:
        """Replace the text of a field."""
        note = self.collection.get_note(self.note(guid).id)
        note.fields[field] = text
        self.collection.update_note(note)

    def copy(self, guid: str) -> int:
        """Copy a note with its tags and decks, as *Create Copy* does; return the copy's id."""
        note = self.collection.get_note(self.note(guid).id)
        copied = self.collection.new_note(note.note_type())
        copied.fields, copied.tags = list(note.fields), list(note.tags)
        self.collection.add_note(copied, note.cards()[0].did)
        return int(copied.id)

    def delete(self, guid: str) -> None:
        """Delete a note with its cards."""
        self.collection.remove_notes([self.note(guid).id])

    def delete_empty_cards(self) -> None:
        """Do what *Empty Cards* does after a click on its button."""
        cards = [card for entry in self.empty_cards() for card in entry.cards]
        self.collection.remove_cards_and_orphaned_notes(cards)

    def touch(self, guid: str, mod: int) -> None:
        """Set the time of a note's last change, in seconds, as if it had been edited then."""
        self.collection.db.execute("update notes set mod = ? where guid = ?", mod, guid)

    def _rows(self, query: str, *values: int | str) -> list[list[Any]]:
        return list(self.collection.db.all(query, *values))

    def _column(self, query: str, *values: int | str) -> list[Any]:
        return list(self.collection.db.list(query, *values))


def _counted(response: Any) -> Imported:
    log = response.log
    counts = (log.new, log.updated, log.duplicate, log.conflicting)
    return Imported(*(len(notes) for notes in counts))
