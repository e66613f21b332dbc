"""A plan as text for a terminal, and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any

from flashdeck.anki.html_text import readable
from flashdeck.comparison.changes import Entry
from flashdeck.comparison.output.words import Kind, compare_words
from flashdeck.comparison.search import card_search, note_searches
from flashdeck.model import Note
from flashdeck.push.plan import Edit, FieldEdit, Kept, Move, Plan, Rename
from flashdeck.text import columns, counted, shortened, visible

_LABEL, _TITLE, _LEFT = 8, 22, 43
_MARKS = {Kind.SAME: ("", ""), Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}")}

Details = Iterable[tuple[Note, Sequence[str]]]
"""Notes, and what becomes of each."""


def date(time: int, now: int) -> str:
    """Format a time in seconds as a day, with the year unless it is the present one."""
    day, today = (datetime.fromtimestamp(one).astimezone() for one in (time, now))
    year = f" {day.year}" if day.year != today.year else ""
    return f"{day.day} {day:%b}{year}"


def as_text(plan: Plan, now: int, *, width: int = 80, most: int | None = None) -> str:
    """Format a plan; at most `most` notes of each kind of change are listed."""
    return "\n".join(_Page(plan, now, width, most).lines())


class _Page:
    def __init__(self, plan: Plan, now: int, width: int, most: int | None) -> None:
        self._plan = plan
        self._now = now
        self._width = width
        self._most = most

    def lines(self) -> Iterator[str]:
        plan = self._plan
        for rename in plan.renames:
            right = f"{counted(len(rename.cards), 'card')}, options stay"
            yield from self._row("deck", f"{rename.old} → {rename.new}", right)
        renamed = {rename.old for rename in plan.renames}
        for deck in plan.obsolete:
            if deck not in renamed:
                yield from self._row("deck", f"{deck}, which is empty", "deleted")
        for notetype in plan.notetypes:
            yield from self._row("type", f"{notetype.name}: style or templates", "")
        yield from self._group("new", plan.new, "", [(note, ()) for note in plan.new])
        yield from self._edits()
        yield from self._kinds()
        for move in plan.moves:
            yield from self._row("move", _moved(move), "")
        yield from self._removals()
        yield from self._left_alone()
        yield from self._then()

    def _edits(self) -> Iterator[str]:
        late = [edit for edit in self._plan.edits if edit.late]
        others = [edit for edit in self._plan.edits if not edit.late]
        details = [(edit.after, _edited(edit)) for edit in others]
        yield from self._group("edit", others, "your tags on them stay", details)
        details = [
            (edit.after, [*_edited(edit), f"you changed it on {date(edit.before.mod, self._now)}"])
            for edit in late
        ]
        yield from self._group("late", late, "importing would skip it", details)

    def _kinds(self) -> Iterator[str]:
        kinds = self._plan.kinds
        reviews = sum(kind.reviews for kind in kinds)
        right = f"{counted(reviews, 'review(s)')} go{'es' * (reviews == 1)} along"
        details = [
            (
                kind.after,
                [f"{counted(kind.left, 'review')} only in the statistics"] * bool(kind.left)
                + ["a flag does not"] * kind.loses_flag,
            )
            for kind in kinds
        ]
        yield from self._group("kind", kinds, right, details, " of another kind")

    def _removals(self) -> Iterator[str]:
        removals = self._plan.removals
        if not removals:
            return
        cards = sum(len(removal.note.cards) for removal in removals)
        reviews = sum(removal.reviews for removal in removals)
        what = f", {counted(cards, 'card')}, {counted(reviews, 'review')}"
        details = [(removal.note, ()) for removal in removals]
        yield from self._group("remove", removals, "kept in build/backup/", details, what)

    def _left_alone(self) -> Iterator[str]:
        plan = self._plan
        details = [(edit.after, _conflicts(edit)) for edit in plan.conflicts]
        yield from self._group("both", plan.conflicts, "yours stays; or --ours", details)
        kept = _whys(plan.kept)
        yield from self._group("yours", kept, "left alone", kept)
        for notetype in plan.kept_notetypes:
            yield from self._row("yours", f"the note type {notetype.name}", "left alone; or --ours")
        for move in plan.postponed:
            yield from self._row("wait", f"{_moved(move)}, now in a filtered deck", "")
        yield from self._group("skip", plan.skipped, "left alone", _whys(plan.skipped))

    def _then(self) -> Iterator[str]:
        empty = self._plan.empty
        if not empty:
            return
        cards = sum(len(one.ordinals) for one in empty)
        yield from self._row("then", f"{counted(cards, 'empty card')}: Tools ▸ Empty Cards", "")
        for one in self._chosen(empty):
            (search,) = note_searches([Entry(one.note, one.notetype)])
            yield f"{'':12}{card_search(one.ordinals)} {search}"

    def _row(self, label: str, left: str, right: str) -> Iterator[str]:
        left = visible(left)
        line = f"  {label:<{_LABEL}}{left}"
        if not right:
            yield line
        elif columns(left) < _LEFT:
            yield f"{line}{' ' * (_LEFT - columns(left))}{right}"
        else:
            yield line
            yield f"{'':{2 + _LABEL + _LEFT}}{right}"

    def _group(
        self, label: str, items: Sequence[object], right: str, details: Details, more: str = ""
    ) -> Iterator[str]:
        """Format a number of notes, and what becomes of each."""
        if not items:
            return
        yield from self._row(label, f"{counted(len(items), 'note')}{more}", right)
        for note, parts in self._chosen([*details]):
            yield from self._detail(note, parts)
        if self._most is not None and len(items) > self._most:
            yield f"{'':12}… and {len(items) - self._most:,} more"

    def _detail(self, note: Note, parts: Sequence[str]) -> Iterator[str]:
        """Format a note with what becomes of it, in lines as long as they fit."""
        title = visible(readable(note.fields[0])) or note.guid
        if not parts:
            yield f"{'':12}{shortened(title, self._width - 12)}"
            return
        title = shortened(title, _TITLE)
        start = f"{'':12}{title}{' ' * (_TITLE + 1 - columns(title))}"
        room = self._width - columns(start)
        line = ""
        for part in parts:
            if line and columns(line) + 2 + columns(part) > room:
                yield f"{start}{line}"
                start, line = " " * columns(start), ""
            line += f"{'  ' * bool(line)}{shortened(part, room)}"
        yield f"{start}{line}"

    def _chosen(self, items: Sequence[Any]) -> Sequence[Any]:
        return items if self._most is None else items[: self._most]


def _moved(move: Move) -> str:
    return f"{counted(len(move.cards), 'card')}  {move.old} → {move.new}"


def _whys(kept: Iterable[Kept]) -> list[tuple[Note, list[str]]]:
    """Return the notes, each once, with all that stays."""
    whys: dict[str, tuple[Note, list[str]]] = {}
    for one in kept:
        whys.setdefault(one.note.guid, (one.note, []))[1].append(one.why)
    return [*whys.values()]


def _edited(edit: Edit) -> list[str]:
    parts = [f"{field.name}: {_words(field)}" for field in edit.fields]
    parts += [f"+{tag}" for tag in edit.added] + [f"-{tag}" for tag in edit.removed]
    parts += [counted(len(edit.cards), "new card")] * bool(edit.cards)
    return [visible(part) for part in parts]


def _words(field: FieldEdit) -> str:
    before, after = readable(field.before), readable(field.after)
    if before == after:
        return "(only markup or spacing)"
    pieces = compare_words(before, after)
    marked = (f"{_MARKS[one.kind][0]}{one.text}{_MARKS[one.kind][1]}" for one in pieces)
    return "".join(marked)


def _conflicts(edit: Edit) -> list[str]:
    return [
        visible(f"{one.name}: yours “{readable(one.before)}”, new “{readable(one.after)}”")
        for one in edit.conflicts
    ]


def as_json(plan: Plan) -> dict[str, Any]:
    """Return a plan as JSON."""
    return {
        "notes": plan.notes[1],
        "there": plan.notes[0],
        "renames": [_move(rename) for rename in plan.renames],
        "obsolete_decks": list(plan.obsolete),
        "notetypes": [notetype.name for notetype in plan.notetypes],
        "new": [note.guid for note in plan.new],
        "edits": [_edit(edit) for edit in plan.edits],
        "kinds": [
            {
                "old": kind.before.guid,
                "id": kind.after.guid,
                "reviews": kind.reviews,
                "left": kind.left,
                "keeps_old": kind.keeps_old,
                "loses_flag": kind.loses_flag,
            }
            for kind in plan.kinds
        ],
        "moves": [_move(move) for move in plan.moves],
        "removals": [
            {"id": one.note.guid, "cards": len(one.note.cards), "reviews": one.reviews}
            for one in plan.removals
        ],
        "conflicts": [
            {"id": edit.after.guid, "fields": [_field(field) for field in edit.conflicts]}
            for edit in plan.conflicts
        ],
        "kept": [{"id": one.note.guid, "why": one.why} for one in plan.kept],
        "kept_notetypes": [notetype.name for notetype in plan.kept_notetypes],
        "postponed": [_move(move) for move in plan.postponed],
        "skipped": [{"id": one.note.guid, "why": one.why} for one in plan.skipped],
        "empty_cards": [
            {"id": one.note.guid, "ordinals": list(one.ordinals)} for one in plan.empty
        ],
    }


def _move(move: Move | Rename) -> dict[str, Any]:
    return {"old": move.old, "new": move.new, "cards": list(move.cards)}


def _edit(edit: Edit) -> dict[str, Any]:
    return {
        "id": edit.after.guid,
        "late": edit.late,
        "fields": [_field(field) for field in edit.fields],
        "tags_added": list(edit.added),
        "tags_removed": list(edit.removed),
        "cards_added": list(edit.cards),
    }


def _field(field: FieldEdit) -> dict[str, str]:
    return field._asdict()
