"""Note types over time: what may change once they are released, and what stops a build."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.model import NoteType
from flashdeck.project.digest import notetype_digest, schema
from flashdeck.project.lockfile import Lock
from flashdeck.project.paths import LOCK_NAME
from flashdeck.text import counted

_CONSEQUENCE = (
    "in learners' collections every note of this type would stay as it is, now and in every later "
    "build, beside a second note type for new notes; only who imports with 'Merge note types', "
    "'Update notes: Always' and 'Update note types: Always' gets the change"
)
_HINT = "undo it; or make a note type of another name; or, if you mean it: --accept-schema-change"


def dated_notetypes(notetypes: Iterable[NoteType], lock: Lock, now: int) -> dict[int, NoteType]:
    """Give each note type the time of the build that brought its present content.

    A time that grows only with the content leaves alone what a learner changed about the type.
    """
    dated: dict[int, NoteType] = {}
    for notetype in notetypes:
        old = lock.notetypes.get(notetype.id)
        time = now
        if old is not None:
            same = old.content == notetype_digest(notetype)
            time = old.time if same else max(old.time + 1, now)
        dated[notetype.id] = replace(notetype, mod=time)
    return dated


def schema_problems(
    notetypes: Mapping[str, NoteType], lock: Lock, *, accept: bool
) -> list[Diagnostic]:
    """Say which released note types changed in a way that Anki won't carry over.

    `notetypes` are those of the sources, by the kinds that the lock knows. With `accept` such
    changes are warnings.
    """
    severity = Severity.WARNING if accept else Severity.ERROR
    problems = []
    present = {one.id: one for one in notetypes.values()}
    for number, entry in lock.notetypes.items():
        notetype = present.get(number)
        if notetype is None:
            kind = f"custom:{number}"
            left = [one for one in lock.notes.values() if one.kind == kind]
            problems += [_gone(number, len(left))] if left else []
            continue
        before, after = json.loads(entry.schema), json.loads(schema(notetype))
        for change in _changes(before, after):
            message = f"the note type '{notetype.name}' {change}: {_CONSEQUENCE}"
            span = Span.point(LOCK_NAME)
            problems.append(Diagnostic("schema-change", message, span, severity, _HINT))
        for change in _renames(before, after):
            message = (
                f"the note type '{notetype.name}' {change}; Anki before 23.10 can't follow, and "
                "leaves the notes of this type as they are"
            )
            span = Span.point(LOCK_NAME)
            problems.append(Diagnostic("schema-rename", message, span, Severity.WARNING))
    return problems


def _gone(number: int, notes: int) -> Diagnostic:
    return Diagnostic(
        "notetype-gone",
        f"the note type with the id {number} is gone, but {counted(notes, 'note')} of it "
        "came with earlier builds",
        Span.point(LOCK_NAME),
        hint="put its file back, removed notes need it too; if it has another name now, give it "
        f"'id: {number}'",
    )


def _changes(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    found = []
    for what in ("fields", "templates"):
        old, new = _keys(before[what]), _keys(after[what])
        one = what.removesuffix("s")
        lost = [name for (name, _), key in zip(before[what], old, strict=True) if key not in new]
        added = [name for (name, _), key in zip(after[what], new, strict=True) if key not in old]
        found += [f"lost its {one} '{name}'" for name in lost]
        found += [f"has a new {one} '{name}'" for name in added]
        if not lost and not added and old != new:
            found.append(f"has its {what} in another order")
    if before["sort"] != after["sort"]:
        found.append("is sorted by another field")
    if before["cloze"] != after["cloze"]:
        found.append("is of another kind")
    return found


def _renames(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [
        f"has its {what.removesuffix('s')} '{old}' renamed to '{new}'"
        for what in ("fields", "templates")
        for old, number in before[what]
        for new, same in after[what]
        if number is not None and number == same and old != new
    ]


def _keys(pairs: list[list[Any]]) -> list[Any]:
    """What Anki recognises fields and templates by: their id, or their name where there is none."""
    return [number if number is not None else name for name, number in pairs]
