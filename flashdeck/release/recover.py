"""Rebuilds a lost lock from the packages in `build/`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.digest import package_digest
from flashdeck.project.lockfile import Lock, NoteEntry, PackageEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.release.entries import note_entry, notetype_entry
from flashdeck.release.numbering import BLOCK, Numbers, card_block
from flashdeck.source.names import OUR_TAG

_HINT = "restore it from git; its times keep learners' own tags and edits"


def recover_lock(
    folder: Path, kinds: Mapping[int, str], now: int, parts: tuple[str, ...] = ()
) -> tuple[Lock, list[Diagnostic]]:
    """Rebuild the lock from the packages in `folder`, with a warning.

    `kinds` are by the ids of note types. Times later than `now` are ahead of it. Without packages
    the lock is empty: reviews are kept, but the times of all notes change. Packages whose names end
    in one of `parts` are parts of others.
    """
    collections: dict[str, Collection] = {}
    problems: list[Diagnostic] = []
    paths = sorted(folder.glob("*.apkg"))
    wholes = [path for path in paths if not path.name.endswith(parts)] if parts else paths
    for path in wholes or paths:
        try:
            collection = read_apkg(path)
        except FlashdeckError as error:
            problems.append(_warning(f"{path.name} can't be used to rebuild {LOCK_NAME}: {error}"))
            continue
        if _is_ours(collection, kinds):
            collections[path.name] = collection
    lock = Lock()
    first = BLOCK * (1 + sum(len(collection.notes) for collection in collections.values()))
    for name, collection in collections.items():
        _add(lock, name, collection, kinds, first, now)
    if collections:
        message = f"{LOCK_NAME} was missing and is rebuilt from build/: {', '.join(collections)}"
    else:
        message = (
            f"{LOCK_NAME} is missing, and build/ has no package to rebuild it from: reviews and "
            "note types are kept, but the next import replaces learners' own tags on all notes"
        )
    return lock, [*problems, _warning(message)]


def _warning(message: str) -> Diagnostic:
    return Diagnostic("lock-lost", message, Span.point(LOCK_NAME), Severity.WARNING, _HINT)


def _is_ours(collection: Collection, kinds: Mapping[int, str]) -> bool:
    return all(notetype.id in kinds for notetype in collection.notetypes)


def _add(
    lock: Lock, file: str, collection: Collection, kinds: Mapping[int, str], first: int, now: int
) -> None:
    """Add the entries of a package.

    A note's id is at most `first` milliseconds before its first build, the range of all blocks.
    """
    revision = 0
    for notetype in collection.notetypes:
        time, ahead = _split(notetype.mod, now)
        revision = max(revision, time)
        lock.notetypes[notetype.id] = notetype_entry(notetype, time)._replace(ahead=ahead)
    types = {notetype.id: notetype for notetype in collection.notetypes}
    for note in collection.notes:
        time, ahead = _split(note.mod, now)
        revision = max(revision, time)
        entry = _entry(note, file, types[note.notetype], kinds[note.notetype], time)
        edited = time * 1000 - note.id > first
        changed = time if edited else 0
        lock.notes[note.guid] = entry._replace(changed=changed, ahead=ahead)
    lock.packages[file] = PackageEntry(file, revision, package_digest(collection))


def _split(mod: int, now: int) -> tuple[int, int]:
    """Return a time up to `now`, and by how much it is later in Anki."""
    return min(mod, now), max(0, mod - now)


def _entry(note: Note, file: str, notetype: NoteType, kind: str, time: int) -> NoteEntry:
    numbers = Numbers(note.id, card_block(note))
    entry = note_entry(note, kind, file, notetype, numbers, time)
    removed = not note.cards and OUR_TAG in note.tags
    return entry._replace(removed=time) if removed else entry
