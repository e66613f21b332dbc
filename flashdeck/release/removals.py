"""Notes that are gone from the sources, and how many of them a build accepts."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from flashdeck.compile.compiler import Compiled
from flashdeck.compile.example import example_notes
from flashdeck.compile.identity import ids_of_others
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Span
from flashdeck.project.lockfile import Lock, NoteEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.project.project import Project
from flashdeck.project.project_id import kinds_of_others
from flashdeck.text import natural, shortened

# The number of notes that may be removed from a package without an error.
_FEW = 10
_NAMED = 5  # of these
_TITLE = 40  # characters


def gone_notes(project: str, lock: Lock, ids: Container[str]) -> list[NoteEntry]:
    """Return the released notes that are not among `ids`, without unedited ones of the example.

    `project` is the project's id.
    """
    absent = [entry for entry in lock.notes.values() if entry.id not in ids]
    examples = {entry.id for entry in example_notes(project, absent) if not entry.changed}
    return [entry for entry in absent if entry.id not in examples]


def many_removals(
    gone: Iterable[NoteEntry], lock: Lock, texts_of: Callable[[str], Mapping[str, str]]
) -> list[Diagnostic]:
    """Report packages that lose a fifth of their notes, which is probably a mistake.

    `texts_of` returns the first texts of the notes in a package of the last build, by note id.
    """
    lost: dict[str, list[NoteEntry]] = defaultdict(list)
    for entry in gone:
        if not entry.removed:
            lost[entry.package].append(entry)
    totals = Counter(entry.package for entry in lock.notes.values() if not entry.removed)
    problems: list[Diagnostic] = []
    for file, entries in sorted(lost.items(), key=lambda item: natural(item[0])):
        count = len(entries)
        if count > _FEW and count * 5 > totals[file]:
            texts = texts_of(file)
            named = ", ".join(f"'{texts.get(one.id, one.id)}'" for one in entries[:_NAMED])
            message = (
                f"{count} of {totals[file]} notes of {file} are gone from the sources: {named}, …"
            )
            hint = "their cards would be emptied for learners; if you mean it: --accept-removals"
            span = Span.point(LOCK_NAME)
            problems.append(Diagnostic("many-removals", message, span, hint=hint))
    return problems


def last_texts(folder: Path, file: str) -> dict[str, str]:
    """Return the first text of each note of a package, by id; none if it can't be read."""
    from flashdeck.anki.html_text import readable
    from flashdeck.anki.read.apkg import read_apkg

    with suppress(FlashdeckError):
        notes = read_apkg(folder / file).notes
        return {note.guid: shortened(readable(note.fields[0]), _TITLE) for note in notes}
    return {}


def without_others(project: Project, compiled: Compiled) -> Project:
    """Leave out the notes of other first builds of the same sources.

    Learners who have them have other note types, so that they can't be removed.
    """
    lock, project_id = project.lock, project.settings.id
    names = {kind: notetype.name for kind, notetype in compiled.notetypes.items()}
    kinds = kinds_of_others(project_id, lock, names)
    ids = ids_of_others(project_id, lock.projects, compiled.notes)
    notes = {
        name: entry._replace(kind=kinds.get(entry.kind, entry.kind))
        for name, entry in lock.notes.items()
        if name in compiled.kinds or not (name in ids or entry.kind in kinds)
    }
    return replace(project, lock=replace(lock, notes=notes))
