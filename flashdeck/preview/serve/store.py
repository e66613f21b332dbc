"""The cards that are shown right now, and what changes when their sources do."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count
from threading import Condition
from typing import Any

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.model import Card, Collection, Media, Note, NoteType
from flashdeck.preview.frame import Face, face
from flashdeck.preview.serve.rows import Known, Row, make_row
from flashdeck.preview.serve.snapshot import LineOf, Snapshot

_KEPT_EVENTS = 50


@dataclass(frozen=True, slots=True)
class Shown:
    """One card, with the row that lists it."""

    note: Note
    card: Card
    notetype: NoteType
    known: Known
    row: Row

    def is_still(self, note: Note, card: Card, notetype: NoteType, known: Known) -> bool:
        """Whether it would come out the same again."""
        return (
            (self.note is note or (self.note == note and self.note.source == note.source))
            and self.card == card
            and self.known == known
            and (self.notetype is notetype or self.notetype == notetype)
        )


class PreviewStore:
    """Holds what is shown, for many threads; tells those who wait when it changes.

    `version` grows with every change.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._changed = Condition()
        self._keys = count(1)
        self._cards: dict[int, Shown] = {}
        self._media: dict[str, Media] = {}
        self._notetypes: dict[int, NoteType] = {}
        self._events: list[dict[str, Any]] = []
        self._problems: tuple[Diagnostic, ...] = ()
        self._framed: list[dict[str, Any]] = []
        self._name = snapshot.name
        self._closed = False
        self.version = 0
        self._take(snapshot)

    def update(self, snapshot: Snapshot) -> None:
        """Show something else from now on.

        While there are errors the last good cards stay, and only the problems are new.
        """
        with self._changed:
            before, framed_before = self._cards, self._framed
            if any(one.severity is Severity.ERROR for one in snapshot.problems):
                self._report(snapshot)
            else:
                self._take(snapshot)
            after = self._cards
            rows = [shown.row for key, shown in after.items() if before.get(key) is not shown]
            order = None if list(before) == list(after) else list(after)
            if rows or order is not None or self._framed != framed_before:
                self._publish({"rows": rows, "order": order, "problems": self._framed})

    def wait(self, version: int, seconds: float) -> list[dict[str, Any]] | None:
        """Give what happened since a version; [] after `seconds` of nothing, None at the end.

        Where too much happened, it is one event that says to load everything again.
        """
        with self._changed:
            self._changed.wait_for(lambda: self.version > version or self._closed, seconds)
            if self._closed:
                return None
            missed = self.version - version
            if missed > len(self._events):
                return [{"version": self.version, "reload": True}]
            return self._events[len(self._events) - missed :] if missed > 0 else []

    def close(self) -> None:
        """Let everybody go who waits."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def everything(self) -> dict[str, Any]:
        """Give all rows and problems, as a page that has just been opened needs them."""
        with self._changed:
            return {
                "version": self.version,
                "name": self._name,
                "cards": [shown.row for shown in self._cards.values()],
                "problems": self._framed,
                "media": len(self._media),
            }

    def faces(self, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Render some cards; those that are gone are left out."""
        with self._changed:
            wanted = [(key, self._cards[key]) for key in keys if key in self._cards]
            media = self._media
        return {key: _whole(shown, media) for key, shown in wanted}

    def media(self, name: str) -> Media | None:
        """Give a media file of the collection by its name."""
        return self._media.get(name)

    def place_of_card(self, key: int) -> tuple[str, int, int] | None:
        """Tell where a card is written: file, line, column."""
        with self._changed:
            shown = self._cards.get(key)
        if shown is None or shown.note.source is None:
            return None
        span = shown.note.source
        return span.path, span.line, span.column

    def place_of_problem(self, number: int) -> tuple[str, int, int] | None:
        """Tell where a problem is, by its number in the list of problems."""
        with self._changed:
            problems = self._problems
        if not 0 <= number < len(problems) or (span := problems[number].span) is None:
            return None
        return span.path, span.line, span.column

    def _publish(self, event: dict[str, Any]) -> None:
        self.version += 1
        self._events = [*self._events[1 - _KEPT_EVENTS :], {"version": self.version, **event}]
        self._changed.notify_all()

    def _report(self, snapshot: Snapshot) -> None:
        self._problems = tuple(sorted(snapshot.problems, key=_order))
        self._framed = [framed(one, snapshot.line_of) for one in self._problems]

    def _take(self, snapshot: Snapshot) -> None:
        self._report(snapshot)
        collection = snapshot.collection
        keys = _Keys(self._cards, collection, self._keys)
        old, self._cards = self._cards, {}
        # The same object for the same note type: comparing them anew for each card would take long.
        same = {one: one for one in self._notetypes.values()}
        self._notetypes = {one.id: same.get(one, one) for one in collection.notetypes}
        problems = _problems_by_note(collection, self._problems)
        for note in collection.notes:
            notetype = self._notetypes[note.notetype]
            known = Known(
                kind=snapshot.kinds.get(note.guid, notetype.name),
                changed=note.guid in snapshot.changed,
                problems=problems[note.guid],
            )
            for card in note.cards:
                key = keys.of(note, card)
                before = old.get(key)
                if before is None or not before.is_still(note, card, notetype, known):
                    version = before.row["version"] + 1 if before is not None else 0
                    row = make_row(key, version, note, card, notetype, known)
                    before = Shown(note, card, notetype, known, row)
                self._cards[key] = before
        self._media = {one.name: one for one in collection.media}


class _Keys:
    """Finds each card's key again: by its note's id, else by the place where it is written."""

    def __init__(self, old: Mapping[int, Shown], collection: Collection, fresh: count[int]) -> None:
        self._fresh = fresh
        ids = {note.guid for note in collection.notes}
        self._by_id: dict[tuple[str, int], int] = {}
        self._by_place: dict[tuple[str, int, int], int] = {}
        for key, shown in old.items():
            note, ordinal = shown.note, shown.card.ordinal
            self._by_id[note.guid, ordinal] = key
            if note.source is not None and note.guid not in ids:
                self._by_place[note.source.path, note.source.line, ordinal] = key

    def of(self, note: Note, card: Card) -> int:
        key = self._by_id.pop((note.guid, card.ordinal), None)
        if key is None and note.source is not None:
            place = (note.source.path, note.source.line, card.ordinal)
            key = self._by_place.pop(place, None)
        return next(self._fresh) if key is None else key


def _problems_by_note(collection: Collection, problems: Iterable[Diagnostic]) -> Counter[str]:
    """Count the problems of each note: those from where it is written to where the next one is."""
    found: Counter[str] = Counter()
    wanted = [one.span for one in problems if one.span is not None]
    paths = {span.path for span in wanted}
    starts: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for note in collection.notes if paths else ():
        if note.source is not None and note.source.path in paths:
            starts[note.source.path].append((note.source.line, note.source.column, note.guid))
    for notes in starts.values():
        notes.sort()
    for span in wanted:
        notes = starts[span.path]
        at = bisect_right(notes, (span.line, span.column, "\U0010ffff"))
        if at:
            found[notes[at - 1][2]] += 1
    return found


def _order(one: Diagnostic) -> tuple[bool, tuple[Any, ...]]:
    grave = list(Severity).index(one.severity)
    return (one.span is None, (grave, *(one.span or ())))


def _whole(shown: Shown, media: Mapping[str, Media]) -> dict[str, Any]:
    rendered: Face = face(shown.notetype, shown.note, shown.card, media)
    names = (field.name for field in shown.notetype.fields)
    fields = [
        [name, text] for name, text in zip(names, shown.note.fields, strict=False) if text.strip()
    ]
    return {**rendered, "version": shown.row["version"], "fields": fields}


_AROUND = 2
_WIDEST = 400


def framed(problem: Diagnostic, line_of: LineOf) -> dict[str, Any]:
    """Give a diagnostic as a page shows it: `lines` are pairs of a number and a text.

    `from` and `to` are the columns that it is about, from 0, on line `line`.
    """
    span = problem.span
    plain: dict[str, Any] = {
        "rule": problem.rule,
        "severity": str(problem.severity),
        "message": problem.message,
        "hint": problem.hint,
        "file": span.path if span else "",
        "line": span.line if span else 0,
        "column": span.column if span else 0,
        "lines": [],
        "from": 0,
        "to": 0,
    }
    if span is None:
        return plain
    numbers = range(max(1, span.line - _AROUND), span.line + _AROUND + 1)
    lines = [(number, line_of(span.path, number)) for number in numbers]
    plain["lines"] = [[number, text[:_WIDEST]] for number, text in lines if text is not None]
    here = next((text for number, text in lines if number == span.line and text is not None), "")
    plain["from"] = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(here)
    plain["to"] = max(end, span.column)
    return plain
