"""The current cards of the preview, and the events that update them."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from itertools import count
from threading import Condition
from typing import Any, NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.model import Card, Collection, Media, Note, NoteType
from flashdeck.preview.frame import Face, face
from flashdeck.preview.serve.rows import Content, Row, make_row
from flashdeck.preview.serve.snapshot import (
    Figures,
    Known,
    LineOf,
    NoteGroup,
    NotePlace,
    Snapshot,
)

_MAX_EVENTS = 50


class Shown(NamedTuple):
    """A card with its row."""

    content: Content
    row: Row


class ShownGroup(NamedTuple):
    """The cards of a group of notes by their keys, and the number of problems of each note."""

    group: NoteGroup
    problems: Counter[str]
    cards: dict[int, Shown]


class PreviewStore:
    """The thread-safe state of the preview, which notifies waiting threads of changes.

    `version` grows with every change.
    """

    def __init__(self, snapshot: Snapshot) -> None:
        self._changed = Condition()
        self._keys = count(1)
        self._groups: list[ShownGroup] = []
        self._cards: dict[int, Shown] = {}
        self._media: dict[str, Media] = {}
        self._notetypes: dict[int, NoteType] = {}
        self._events: list[dict[str, Any]] = []
        self._problems: tuple[Diagnostic, ...] = ()
        self._framed: list[dict[str, Any]] = []
        self._name = snapshot.name
        self._built = snapshot.built
        self._figures = snapshot.figures
        self._closed = False
        self.version = 0
        self._take(snapshot)

    def update(self, snapshot: Snapshot) -> None:
        """Replace the snapshot.

        While it has errors, the last good cards stay and only the problems are replaced.
        """
        with self._changed:
            before, framed_before, rows = list(self._cards), self._framed, []
            if any(problem.severity is Severity.ERROR for problem in snapshot.problems):
                self._report(snapshot)
            else:
                rows = self._take(snapshot)
            after = list(self._cards)
            order = after if before != after else None
            if rows or order is not None or self._framed != framed_before:
                self._publish(
                    {
                        "rows": rows,
                        "order": order,
                        "problems": self._framed,
                        "built": self._built,
                        "media": len(self._media),
                    }
                )

    def wait(self, version: int, seconds: float) -> list[dict[str, Any]] | None:
        """Wait for events after a version: [] after `seconds` without any, None once closed.

        If older events were dropped, a single event tells the page to reload everything.
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
        """Wake up all waiting threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def everything(self) -> dict[str, Any]:
        """All rows and problems, for a page that was just opened."""
        with self._changed:
            return {
                "version": self.version,
                "name": self._name,
                "cards": [shown.row for shown in self._cards.values()],
                "problems": self._framed,
                "media": len(self._media),
                "built": self._built,
            }

    def figures(self) -> Figures:
        """Count words and study time."""
        with self._changed:
            figures = self._figures
        return figures()

    def faces(self, keys: Iterable[int]) -> dict[int, dict[str, Any]]:
        """Render cards; unknown keys are skipped."""
        with self._changed:
            cards = [(key, self._cards[key]) for key in keys if key in self._cards]
            media = self._media
        return {key: _face(shown, media) for key, shown in cards}

    def media(self, name: str) -> Media | None:
        """A media file of the collection by its name."""
        return self._media.get(name)

    @property
    def has_errors(self) -> bool:
        """Whether the sources have errors, so that they may be later than the cards."""
        with self._changed:
            return any(problem.severity is Severity.ERROR for problem in self._problems)

    def note_of_card(self, key: int) -> NotePlace | None:
        """A card's note, and where it starts in the sources."""
        with self._changed:
            shown = self._cards.get(key)
        if shown is None or (span := shown.content.note.source) is None:
            return None
        return NotePlace(shown.content.note.guid, span.path, span.line, span.column)

    def place_of_problem(self, number: int) -> tuple[str, int, int] | None:
        """The file, line and column of a problem, by its index."""
        with self._changed:
            problems = self._problems
        if not 0 <= number < len(problems) or (span := problems[number].span) is None:
            return None
        return span.path, span.line, span.column

    def _publish(self, event: dict[str, Any]) -> None:
        self.version += 1
        self._events = [*self._events[1 - _MAX_EVENTS :], {"version": self.version, **event}]
        self._changed.notify_all()

    def _report(self, snapshot: Snapshot) -> None:
        self._problems = tuple(sorted(snapshot.problems, key=_order))
        self._framed = [framed(problem, snapshot.line_of) for problem in self._problems]

    def _take(self, snapshot: Snapshot) -> list[Row]:
        """Show the cards of a snapshot; returns the rows that are new or have changed."""
        self._report(snapshot)
        notetypes = {notetype.id: notetype for notetype in snapshot.collection.notetypes}
        held = self._groups if notetypes == self._notetypes else []
        known = {id(shown.group): shown for shown in held}
        groups = [
            (group, _problems_of(group, self._problems))
            for group in snapshot.groups or (_whole(snapshot.collection),)
        ]
        kept = {
            id(group): known[id(group)]
            for group, problems in groups
            if id(group) in known and known[id(group)].problems == problems
        }
        fresh = _Fresh(
            (shown for shown in self._groups if id(shown.group) not in kept),
            (group for group, _ in groups if id(group) not in kept),
            notetypes,
            self._keys,
        )
        self._notetypes = notetypes
        self._groups = [kept.get(id(one)) or fresh.group(one, problems) for one, problems in groups]
        self._cards = {}
        for shown in self._groups:
            self._cards.update(shown.cards)
        self._media = {file.name: file for file in snapshot.collection.media}
        self._built = snapshot.built
        self._figures = snapshot.figures
        return fresh.rows


def _whole(collection: Collection) -> NoteGroup:
    return NoteGroup(collection.notes, [Known()] * len(collection.notes))


class _Fresh:
    """Shows groups that have changed; `rows` are the new ones of their cards."""

    def __init__(
        self,
        old: Iterable[ShownGroup],
        new: Iterable[NoteGroup],
        notetypes: Mapping[int, NoteType],
        keys: count[int],
    ) -> None:
        self.rows: list[Row] = []
        self._notetypes = notetypes
        self._old = {key: shown for group in old for key, shown in group.cards.items()}
        self._keys = _Keys(self._old, (note for group in new for note in group.notes), keys)

    def group(self, group: NoteGroup, problems: Counter[str]) -> ShownGroup:
        """Show a group."""
        cards: dict[int, Shown] = {}
        for note, known in zip(group.notes, group.known, strict=True):
            notetype, count = self._notetypes[note.notetype], problems[note.guid]
            for card in note.cards:
                key = self._keys.of(note, card)
                cards[key] = self._shown(key, Content(note, card, notetype, known, count))
        return ShownGroup(group, problems, cards)

    def _shown(self, key: int, content: Content) -> Shown:
        before = self._old.get(key)
        if before is not None and before.content.is_still(content):
            return before
        version = before.row["version"] + 1 if before is not None else 0
        shown = Shown(content, make_row(key, version, content))
        self.rows.append(shown.row)
        return shown


class _Keys:
    """The keys of known cards: by note id, else by source position."""

    def __init__(self, old: Mapping[int, Shown], notes: Iterable[Note], fresh: count[int]) -> None:
        self._fresh = fresh
        ids = {note.guid for note in notes}
        self._by_id: dict[tuple[str, int], int] = {}
        self._by_place: dict[tuple[str, int, int], int] = {}
        for key, shown in old.items():
            note, ordinal = shown.content.note, shown.content.card.ordinal
            self._by_id[note.guid, ordinal] = key
            if note.source is not None and note.guid not in ids:
                self._by_place[note.source.path, note.source.line, ordinal] = key

    def of(self, note: Note, card: Card) -> int:
        key = self._by_id.pop((note.guid, card.ordinal), None)
        if key is None and note.source is not None:
            place = (note.source.path, note.source.line, card.ordinal)
            key = self._by_place.pop(place, None)
        return next(self._fresh) if key is None else key


def _problems_of(group: NoteGroup, problems: Iterable[Diagnostic]) -> Counter[str]:
    """Count the problems of each note, from its start to that of the next note."""
    counts: Counter[str] = Counter()
    spans = [one.span for one in problems if one.span is not None and one.span.path in group.paths]
    starts: defaultdict[str, list[tuple[int, int, str]]] = defaultdict(list)
    for note in group.notes if spans else ():
        if note.source is not None:
            starts[note.source.path].append((note.source.line, note.source.column, note.guid))
    for notes in starts.values():
        notes.sort()
    for span in spans:
        notes = starts[span.path]
        at = bisect_right(notes, (span.line, span.column, "\U0010ffff"))
        if at:
            counts[notes[at - 1][2]] += 1
    return counts


def _order(problem: Diagnostic) -> tuple[bool, int, tuple[object, ...]]:
    span, severity = problem.span, list(Severity).index(problem.severity)
    return span is None, severity, span.order if span is not None else ()


def _face(shown: Shown, media: Mapping[str, Media]) -> dict[str, Any]:
    note, card, notetype, _, _ = shown.content
    rendered: Face = face(notetype, note, card, media)
    names = (field.name for field in notetype.fields)
    fields = [[name, text] for name, text in zip(names, note.fields, strict=False) if text.strip()]
    return {**rendered, "version": shown.row["version"], "fields": fields}


_CONTEXT = 2
_MAX_WIDTH = 400


def framed(problem: Diagnostic, line_of: LineOf) -> dict[str, Any]:
    """A diagnostic with its source lines, for the page; `lines` are pairs of number and text.

    `from` and `to` are its columns on line `line`, from 0.
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
    numbers = range(max(1, span.line - _CONTEXT), span.line + _CONTEXT + 1)
    lines = [(number, line_of(span.path, number)) for number in numbers]
    plain["lines"] = [[number, text[:_MAX_WIDTH]] for number, text in lines if text is not None]
    here = next((text for number, text in lines if number == span.line and text is not None), "")
    plain["from"] = span.column - 1
    end = span.end_column - 1 if span.end_line == span.line else len(here)
    plain["to"] = max(end, span.column)
    return plain
