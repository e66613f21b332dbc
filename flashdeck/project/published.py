"""What was published, where the lock is older: after a revert, a checkout or a stash.

`build/.published` holds the lock of the last build. git does not take it back together with
`flashdeck.lock`. Where it is missing, as in a fresh clone, its history in git replaces it.
Both are trusted like the lock itself: they raise times, and restore entries of notes.
"""

from __future__ import annotations

import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.project.lock_history import FOREIGN, PARTIAL, SHALLOW, lock_history
from flashdeck.project.lockfile import Lock, NoteEntry, PackageEntry, lock_text, newer, parse_lock
from flashdeck.project.paths import BUILD_NAME, LOCK_NAME
from flashdeck.project.project import Project
from flashdeck.project.project_id import lost_id, with_id
from flashdeck.text import counted

_NAME = ".published"
_LARGEST = 2**29
_DAY = 86_400
_EVER = 2**62
_MOST_SHOWN = 5
_HINTS = {
    PARTIAL: "clone again without --filter",
    SHALLOW: "fetch all of it: git fetch --unshallow",
    FOREIGN: "trust it, if it is yours: git config --global --add safe.directory FOLDER",
}


class Healed(NamedTuple):
    """A project with a lock that is not older than what was published.

    `elsewhere` are notes of builds that are not in the history of the current commit, and that the
    lock does not have; `named` are those of them that earlier builds reported. `dropped` are notes
    of the history that the lock does not have.
    """

    project: Project
    problems: list[Diagnostic]
    elsewhere: Mapping[str, NoteEntry] = MappingProxyType({})
    named: Container[str] = ()
    dropped: Mapping[str, NoteEntry] = MappingProxyType({})

    def with_notes(self, ids: Container[str]) -> Project:
        """Return the project, with the entries of published notes that the sources have.

        `ids` are those of the notes in the sources.
        """
        lock = self.project.lock
        known = {**self.dropped, **self.elsewhere}
        found = {name: entry for name, entry in known.items() if name in ids}
        return replace(self.project, lock=replace(lock, notes={**lock.notes, **found}))

    def with_all_notes(self) -> Project:
        """Return the project with the entries of all published notes, so that they are removed."""
        return self.with_notes(self.elsewhere)

    def left_out(self, ids: Container[str]) -> list[Diagnostic]:
        """Report published notes that neither the sources nor the lock have, once."""
        names = [
            name
            for name, entry in self.elsewhere.items()
            if name not in ids and name not in self.named and not entry.removed
        ]
        if not names:
            return []
        shown = ", ".join(f"'{name}'" for name in names[:_MOST_SHOWN])
        rest = f" and {len(names) - _MOST_SHOWN:,} more" if len(names) > _MOST_SHOWN else ""
        message = (
            f"the sources and {LOCK_NAME} lack {counted(len(names), 'note')} of another build: "
            f"{shown}{rest}; learners who imported that build keep them"
        )
        hint = "to remove them for these learners as well: flashdeck build --take-back"
        return [_report("published-elsewhere", message, Severity.INFO, hint)]


def healed(project: Project, problems: Iterable[Diagnostic], now: int = _EVER) -> Healed:
    """Bring a lock that is older than what was published up to date.

    A lock that `problems` are about is left as it is. Entries that are more than a day later than
    `now` are left out: they are of a wrong clock.
    """
    if any(problem.rule == "lock" for problem in problems):
        return Healed(project, [])
    recorded, elsewhere = _recorded(project.root)
    elsewhere = _without(elsewhere, project.lock)
    if recorded == project.lock_text and recorded:
        return Healed(project, [], elsewhere, elsewhere)
    history = lock_history(project.root)
    entries, newest = _until(history.entries, now + _DAY), _until(history.newest, now + _DAY)
    last = _until(parse_lock(LOCK_NAME, recorded)[0], now + _DAY)
    if not project.lock_text:
        return _restored(project, last, newest)
    lock = project.lock
    found_problems = [_cut_off(history.cut_off)] if history.cut_off else []
    dropped: dict[str, NoteEntry] = {}
    if _is_of(project, entries):
        lock = _with_ancestors(lock, entries, newest)
        dropped = _without(entries.notes, lock)
    found: dict[str, NoteEntry] = {}
    if recorded and _is_of(project, last) and not history.has(recorded):
        found = _left(lock, last)
        lock = _with_floor(lock, last)
    if lock != project.lock:
        found_problems = [_older(project.lock, lock), *found_problems]
    if _is_of(project, entries):
        lock = _with_reserves(lock, entries)
    named = _without(elsewhere, lock)
    return Healed(replace(project, lock=lock), found_problems, {**named, **found}, named, dropped)


def record(
    publication: Publication, root: Path, text: str, elsewhere: Mapping[str, NoteEntry]
) -> None:
    """Stage the record of what a build publishes: its lock, and notes of other builds."""
    rest = _without(elsewhere, parse_lock(LOCK_NAME, text)[0]) if elsewhere else {}
    data = {"lock": text, "elsewhere": lock_text(Lock(notes=rest))}
    stream = publication.stage(root / BUILD_NAME / _NAME, root)
    stream.write(json.dumps(data, ensure_ascii=False).encode())


def _recorded(root: Path) -> tuple[str, dict[str, NoteEntry]]:
    """Return the text of the lock that the last build wrote, and notes of other builds."""
    try:
        data = json.loads(read_regular(root / BUILD_NAME / _NAME, root, _LARGEST))
        text, elsewhere = str(data["lock"]), str(data["elsewhere"])
    except (RefusedFileError, OSError, ValueError, KeyError, TypeError, RecursionError):
        return "", {}
    return text, parse_lock(LOCK_NAME, elsewhere)[0].notes


def _is_of(project: Project, lock: Lock) -> bool:
    """Whether a lock is of this project."""
    return not lock.projects or bool(
        lock.projects.keys() & {project.settings.id, *project.lock.projects}
    )


def _restored(project: Project, last: Lock, newest: Lock) -> Healed:
    """Restore a lock that is missing; without a settings' id that comes from there, too."""
    for lock, place in ((last, f"{BUILD_NAME}/"), (newest, "git's history")):
        is_ours = not project.settings.id or _is_of(project, lock)
        if lock.packages and is_ours:
            settings, problems = with_id(project.settings, lock)
            message = f"{LOCK_NAME} was missing and is restored from {place}"
            hint = "commit it: its times keep learners' own tags and edits"
            problems = [_report("lock-lost", message, Severity.WARNING, hint), *problems]
            restored = replace(project, lock=lock, settings=settings)
            return Healed(restored, problems)
    is_lost = not project.settings.id and any(project.build.glob("*.apkg"))
    return Healed(project, [lost_id()] if is_lost else [])


def _with_ancestors(lock: Lock, entries: Lock, newest: Lock) -> Lock:
    """Bring a lock up to date with its history; removed notes and added ones as well.

    A note that the history has and the lock does not is missing only in a package that is behind:
    in any other the author, or a build, dropped it.
    """
    behind = {
        file for file, entry in entries.packages.items() if entry.revision > _revision(lock, file)
    }
    packages = {file: _latest(file, entries, newest) for file in behind}
    missing = {
        name: entry
        for name, entry in _without(newest.notes, lock).items()
        if entry.package in behind
    }
    notetypes = {
        number: entry
        for number, entry in newest.notetypes.items()
        if number not in lock.notetypes or entry.time > lock.notetypes[number].time
    }
    return Lock(
        lock.projects,
        {**_edited(lock, entries), **missing},
        {**lock.notetypes, **notetypes} if behind else lock.notetypes,
        {**lock.packages, **packages},
    )


def _with_reserves(lock: Lock, entries: Lock) -> Lock:
    """Add what reserves of note types became in the history, also on branches of a merge."""
    known = entries.notetypes
    notetypes = {
        number: entry.with_reserves(known[number].reserves if number in known else "")
        for number, entry in lock.notetypes.items()
    }
    return replace(lock, notetypes=notetypes)


def _with_floor(lock: Lock, last: Lock) -> Lock:
    """Bring the revisions, and the notes that both have, up to date with another build."""
    packages = {
        file: PackageEntry(file, last.packages[file].revision, "")
        for file, entry in lock.packages.items()
        if file in last.packages and last.packages[file].revision > entry.revision
    }
    notetypes = {
        number: entry._replace(
            time=later.time, content=entry.content if later.content == entry.content else ""
        ).with_reserves(later.reserves)
        for number, entry in lock.notetypes.items()
        if (later := last.notetypes.get(number)) is not None and later.time > entry.time
    }
    return Lock(
        lock.projects,
        _edited(lock, last),
        {**lock.notetypes, **notetypes},
        {**lock.packages, **packages},
    )


def _edited(lock: Lock, published: Lock) -> dict[str, NoteEntry]:
    """Return the notes of a lock, those that were published later as they were then."""
    notes = dict(lock.notes)
    for name, entry in lock.notes.items():
        later = published.notes.get(name)
        if later is not None and later.changed > entry.time:
            notes[name] = newer(entry, later)
    return notes


def _left(lock: Lock, last: Lock) -> dict[str, NoteEntry]:
    """Return notes of another build that a lock does not have.

    Where the package is the same as in the lock, they were dropped from the lock on purpose.
    """
    return {
        name: entry
        for name, entry in _without(last.notes, lock).items()
        if entry.package in last.packages
        and last.packages[entry.package].revision != _revision(lock, entry.package)
    }


def _latest(file: str, entries: Lock, newest: Lock) -> PackageEntry:
    entry = entries.packages[file]
    same = newest.packages.get(file)
    return same if same is not None and same.revision == entry.revision else entry


def _without(notes: Mapping[str, NoteEntry], lock: Lock) -> dict[str, NoteEntry]:
    """Return the notes that a lock does not have."""
    return {name: entry for name, entry in notes.items() if name not in lock.notes}


def _revision(lock: Lock, file: str) -> int:
    entry = lock.packages.get(file)
    return entry.revision if entry is not None else -1


def _until(lock: Lock, latest: int) -> Lock:
    """Return the entries of a lock up to a time."""
    return Lock(
        lock.projects,
        {name: entry for name, entry in lock.notes.items() if entry.time <= latest},
        {number: entry for number, entry in lock.notetypes.items() if entry.time <= latest},
        {file: entry for file, entry in lock.packages.items() if entry.time <= latest},
    )


def _older(before: Lock, after: Lock) -> Diagnostic:
    changed = sum(
        entry.content != after.notes[name].content for name, entry in before.notes.items()
    )
    added = len(after.notes) - len(before.notes)
    files = [
        file
        for file, entry in sorted(after.packages.items())
        if entry.revision > _revision(before, file)
    ]
    notes = [f"changed {counted(changed, 'note')}"] if changed else []
    notes += [f"added {counted(added, 'note')}"] if added else []
    of = f" of {', '.join(files)}" if files else ""
    what = f", which {' and '.join(notes)}" if notes else ""
    message = (
        f"{LOCK_NAME} is older than the last build{of}{what}; what reads differently in the "
        "sources counts as edited now, so that learners of that build get it"
    )
    return _report("older-lock", message, Severity.WARNING, "build, and commit the lock")


def _cut_off(why: str) -> Diagnostic:
    message = f"git's history of {LOCK_NAME} is cut off, as {why}: an older lock may go unnoticed"
    hint = _HINTS.get(why, f"keep {BUILD_NAME}/ between builds")
    return _report("history-cut-off", message, Severity.INFO, hint)


def _report(rule: str, message: str, severity: Severity, hint: str) -> Diagnostic:
    return Diagnostic(rule, message, Span.point(LOCK_NAME), severity, hint)
