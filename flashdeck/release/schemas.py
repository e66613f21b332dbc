"""Checks how the schemas of released note types change."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.model import NoteType
from flashdeck.project.digest import schema
from flashdeck.project.lockfile import Lock, NoteTypeEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.release.entries import notetype_entry
from flashdeck.text import counted

_CONSEQUENCE = (
    "in learners' collections every note of this type would stay as it is, now and in every later "
    "build, beside a second note type for new notes; only learners who import with 'Merge "
    "note types', 'Update notes: Always' and 'Update note types: Always' get the change"
)
_HINT = "undo it; or make a note type of another name; or, if you mean it: --accept-schema-change"
_NEW = "has a new "


def notetype_entries(
    notetypes: Iterable[NoteType], lock: Lock, now: int
) -> dict[int, NoteTypeEntry]:
    """Return the new lock entries of note types.

    An edit is later than every package of earlier builds, since those may have any of their
    revisions as the time of the note type.
    """
    shipped = max((package.revision for package in lock.packages.values()), default=0)
    entries: dict[int, NoteTypeEntry] = {}
    for notetype in notetypes:
        entry = notetype_entry(notetype, now)
        old = lock.notetypes.get(notetype.id)
        if old is not None and old.content == entry.content:
            entry = entry._replace(time=old.time, edited=old.edited, fronts=old.fronts)
        elif old is not None:
            entry = entry._replace(time=max(old.time + 1, shipped + 1, now), edited=True)
        if old is not None:  # names that reserves had first are kept
            reserves = old.with_reserves(entry.reserves).reserves
            entry = entry.after(old)._replace(reserves=reserves, ahead=old.ahead)
        entries[notetype.id] = entry
    return entries


def missing_notetypes(notetypes: Iterable[NoteType], lock: Lock) -> list[Diagnostic]:
    """Report released note types that are not in the sources, though notes of them are released."""
    present = {notetype.id for notetype in notetypes}
    counts = Counter(note.kind for note in lock.notes.values())
    return [
        _missing(number, counts[f"custom:{number}"])
        for number in lock.notetypes
        if number not in present and counts[f"custom:{number}"]
    ]


def schema_problems(
    notetypes: Iterable[NoteType],
    lock: Lock,
    places: Mapping[int, Span],
    *,
    accept: bool = False,
) -> list[Diagnostic]:
    """Report changes of released note types that an import will not carry over.

    `places` are those of custom note types, by id. With `accept` such changes are warnings.
    """
    severity = Severity.WARNING if accept else Severity.ERROR
    problems = []
    for notetype in notetypes:
        entry = lock.notetypes.get(notetype.id)
        if entry is None:
            continue
        span = places.get(notetype.id, Span.point(LOCK_NAME))
        before, after = json.loads(entry.schema), json.loads(schema(notetype))
        for change, renamed in _changes(before, after):
            message = f"the note type '{notetype.name}' {change}: {_CONSEQUENCE}"
            left = f"{_reserve(notetype, entry)}; " if change.startswith(_NEW) else ""
            was = f"if it was renamed: {renamed}; " if renamed else ""
            hint = f"{left}{was}{_HINT}"
            problems.append(Diagnostic("schema-change", message, span, severity, hint))
        for change in _renames(before, after):
            message = (
                f"the note type '{notetype.name}' {change}; Anki before 23.10 can't follow, and "
                "leaves the notes of this type as they are"
            )
            problems.append(Diagnostic("schema-rename", message, span, Severity.WARNING))
    return problems


def _missing(number: int, notes: int) -> Diagnostic:
    return Diagnostic(
        "notetype-gone",
        f"the note type with the id {number} is gone, but {counted(notes, 'note')} of it "
        "came with earlier builds",
        Span.point(LOCK_NAME),
        hint="put its file back, removed notes need it too; if it has another name now, give it "
        f"'id: {number}'",
    )


def _reserve(notetype: NoteType, entry: NoteTypeEntry) -> str:
    """Describe what is left of the reserve of a note type."""
    if not entry.reserves:
        return "it was released without a reserve"
    left = entry.slots.left(notetype)
    return f"its reserve has {counted(left.fields, 'field')} and {counted(left.cards, 'card')} left"


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[tuple[str, str]]:
    """Return the changes, each with how to write it if a part was only renamed, else ''."""
    changes: list[tuple[str, str]] = []
    for what in ("fields", "templates"):
        old, new = _keys(before[what]), _keys(after[what])
        item = what.removesuffix("s")
        lost = [name for (name, _), key in zip(before[what], old, strict=True) if key not in new]
        added = [name for (name, _), key in zip(after[what], new, strict=True) if key not in old]
        pairs = zip(added, lost, strict=True) if len(added) == len(lost) else ()
        renamed = {name: f"{{name: {name}, was: {was}}}" for name, was in pairs}
        changes += [(f"lost its {item} '{name}'", "") for name in lost]
        changes += [(f"{_NEW}{item} '{name}'", renamed.get(name, "")) for name in added]
        if not lost and not added and old != new:
            changes.append((f"has its {what} in another order", ""))
    if before["sort"] != after["sort"] and not changes:
        changes.append(("is sorted by another field", ""))
    if before["cloze"] != after["cloze"]:
        changes.append(("is of another kind", ""))
    return changes


def _renames(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        f"has its {what.removesuffix('s')} '{old}' renamed to '{new}'"
        for what in ("fields", "templates")
        for old, number in before[what]
        for new, same in after[what]
        if number is not None and number == same and old != new
    ]


def _keys(pairs: list[list[Any]]) -> list[Any]:
    """Return the ids of fields or templates, or their names if there is none, as Anki does."""
    return [number if number is not None else name for name, number in pairs]
