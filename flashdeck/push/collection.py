"""Reads a learner's collection through AnkiConnect, and tells what is missing afterwards."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from flashdeck.anki.deck_names import is_within
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Note
from flashdeck.push.ankiconnect import AnkiConnect
from flashdeck.push.learner import Learner, read_learner
from flashdeck.push.plan import Plan

_COLLECTIONS = ("collection.anki21", "collection.anki2", "meta")


def fetch(anki: AnkiConnect, notetypes: Iterable[int], folder: Path) -> Learner:
    """Export the decks with notes of the note types into a folder, and read them.

    The exports keep no media: they are the backup of notes, and Anki keeps media.
    """
    query = " or ".join(f"mid:{number}" for number in sorted(notetypes))
    cards = anki.call("findCards", list, query=query)
    names = [*anki.call("getDecks", dict, cards=cards)] if cards else ["Default"]
    known = anki.call("deckNamesAndIds", dict)
    exports = []
    for index, name in enumerate(_topmost(names)):
        path = (folder / f"{index}.apkg").resolve()
        if anki.call("exportPackage", bool, deck=name, path=str(path), includeSched=True):
            _without_media(path)
            exports.append(path)
    return read_learner(exports, known)


def _topmost(names: Iterable[str]) -> Iterator[str]:
    """Leave out decks below others: an export contains them."""
    ordered = sorted(names, key=len)
    for index, name in enumerate(ordered):
        if not any(is_within(name, above) for above in ordered[:index]):
            yield name


def _without_media(path: Path) -> None:
    """Remove media from an export, and let nobody else read it."""
    try:
        with zipfile.ZipFile(path) as export:
            parts = {name: export.read(name) for name in _COLLECTIONS if name in export.namelist()}
        path.unlink()
        path.touch(mode=0o600)
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as backup:
            for name, data in parts.items():
                backup.writestr(name, data)
            backup.writestr("media", "{}")
    except (OSError, zipfile.BadZipFile) as error:
        message = f"Anki has exported a deck, and there is no {path.name} in {path.parent}"
        hint = "Anki must run on this computer, and outside of a sandbox such as Flatpak or Snap"
        raise FlashdeckError(message, hint) from error


def deviations(before: Learner, after: Learner, plan: Plan) -> list[str]:
    """Compare a collection after a push with what was planned, note by note."""
    return [*_Comparison(before, after, plan).all()]


class _Comparison:
    def __init__(self, before: Learner, after: Learner, plan: Plan) -> None:
        self._before = before
        self._after = after
        self._plan = plan
        self._decks: Mapping[int, str] = {
            card: move.new for move in plan.moved for card in move.cards
        }

    def all(self) -> Iterator[str]:
        gone = {note.guid for note in self._plan.deleted}
        edited = {edit.after.guid: edit.after for edit in self._plan.edits}
        imported = {note.guid: note for note in self._plan.new}
        imported |= {kind.after.guid: kind.after for kind in self._plan.kinds}
        for guid, note in self._before.notes.items():
            now = self._after.notes.get(guid)
            if guid in gone:
                if now is not None:
                    yield f"{guid} is still there, and should be deleted"
            elif guid not in imported:
                yield from self._note(edited.get(guid, note), now)
                yield from self._cards(note, now)
        for guid, note in imported.items():
            yield from self._note(note, self._after.notes.get(guid))
        for kind in self._plan.kinds:
            yield from self._history(kind.after, kind.reviews)
        digests = {notetype.id: notetype for notetype in self._after.notetypes.values()}
        for notetype in self._plan.notetypes:
            now_type = digests.get(notetype.id)
            if now_type is None or now_type.css != notetype.css:
                yield f"the note type {notetype.name} is not updated"

    def _note(self, expected: Note, now: Note | None) -> Iterator[str]:
        guid = expected.guid
        if now is None:
            yield f"{guid} is missing"
            return
        for index, (text, other) in enumerate(zip(expected.fields, now.fields, strict=False)):
            if text != other:
                yield f"{guid}: its field {index + 1} reads otherwise"
        own, others = ({tag.casefold() for tag in note.tags} for note in (expected, now))
        for tag in sorted(own ^ others):
            yield f"{guid}: the tag {tag} is {'missing' if tag in own else 'still there'}"
        missing = {card.ordinal for card in expected.cards} - {card.ordinal for card in now.cards}
        for ordinal in sorted(missing):
            yield f"{guid}: its card {ordinal + 1} is missing"

    def _cards(self, note: Note, now: Note | None) -> Iterator[str]:
        cards = {card.id: card for card in now.cards} if now is not None else {}
        for card in note.cards:
            found = cards.get(card.id)
            if found is None:
                yield f"{note.guid}: its card {card.ordinal + 1} is missing"
                continue
            if found.deck.casefold() != self._decks.get(card.id, card.deck).casefold():
                yield f"{note.guid}: its card {card.ordinal + 1} is in “{found.deck}”"
            old, new = (one.study.reviews.get(card.id, ()) for one in (self._before, self._after))
            if len(new) < len(old):
                yield f"{note.guid}: {len(old) - len(new)} reviews are missing"
            before, after = (one.study.schedules[card.id] for one in (self._before, self._after))
            if len(new) == len(old) and before[3:] != after[3:] and not before.home:
                yield f"{note.guid}: the schedule of its card {card.ordinal + 1} differs"

    def _history(self, note: Note, reviews: int) -> Iterator[str]:
        now = self._after.notes.get(note.guid)
        if now is not None and reviews and not self._after.reviews(now):
            yield f"{note.guid}: the reviews of the note that it replaces are missing"
