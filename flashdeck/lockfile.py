"""`flashdeck.lock`: what was released when, as text that git merges line by line.

Identity never depends on it. It remembers what only time knows: when a note was first built and
last changed, which revision each package has, which notes were removed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity, Span

LOCK_NAME = "flashdeck.lock"
_FORMAT = 1
_HEADER = (
    "# Written by `flashdeck build`. Commit it: with it learners keep their tags and edits.\n"
    f"format\t{_FORMAT}\n"
)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?")
_NONE = "-"
_NOTE_COLUMNS = 11  # or one more: when it was imported
GONE = "-"


class NoteEntry(NamedTuple):
    """A note that was released.

    `kind` is the kind's name; `clozes` gives a short hash of each cloze's text by its number, "-"
    for a number that is gone;
    `content` is the hash that tells an edit. `born` is in milliseconds and is the note's id in
    Anki; `changed` (seconds) is the revision that brought the last edit, 0 for a note never
    edited; `removed` (seconds) is the revision that emptied it, 0 for a living note. `imported`
    (seconds) is the time that the note had in Anki when it was imported, 0 for a note born here.
    """

    id: str
    kind: str
    package: str
    deck: str
    ordinals: tuple[int, ...]
    clozes: tuple[tuple[int, str], ...]
    content: str
    born: int
    changed: int = 0
    removed: int = 0
    imported: int = 0

    @property
    def live_clozes(self) -> dict[int, str]:
        """The hashes of the clozes that its last build held."""
        return {number: digest for number, digest in self.clozes if digest != GONE}

    @property
    def first_built(self) -> int:
        """The time that it had before any edit here, in seconds: of its import or first build."""
        return self.imported or -(-self.born // 1000)

    @property
    def time(self) -> int:
        """The latest time it knows, in seconds."""
        return max(self.first_built, self.changed, self.removed)


class NoteTypeEntry(NamedTuple):
    """A released note type: the schema that must not change, a hash of all of it, its time."""

    id: int
    schema: str
    content: str
    time: int


class PackageEntry(NamedTuple):
    """A released package: its revision (seconds) and the digest of what it holds."""

    file: str
    revision: int
    digest: str

    @property
    def time(self) -> int:
        """The revision."""
        return self.revision


@dataclass(frozen=True, slots=True)
class Lock:
    """Everything the lock knows, by id or file name."""

    notes: dict[str, NoteEntry] = field(default_factory=dict)
    notetypes: dict[int, NoteTypeEntry] = field(default_factory=dict)
    packages: dict[str, PackageEntry] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        """The latest time that stands in it, in seconds; 0 in an empty lock."""
        entries: Iterable[NoteEntry | NoteTypeEntry | PackageEntry] = (
            *self.notes.values(),
            *self.notetypes.values(),
            *self.packages.values(),
        )
        return max((entry.time for entry in entries), default=0)


def parse_lock(path: str, text: str) -> tuple[Lock, list[Diagnostic]]:
    """Read a lock; where git left conflict markers, the line of the greater time wins."""
    lock = Lock()
    problems: list[Diagnostic] = []
    healed = 0
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line[0] in "<=>|" and _CONFLICT.fullmatch(line):
            healed += 1
            continue
        try:
            _add(lock, line.split("\t"))
        except (ValueError, RecursionError):
            span = Span(path, number, 1, number, len(line) + 1)
            problems.append(
                Diagnostic(
                    "lock",
                    "this line of the lock can't be read",
                    span,
                    hint="restore the file from git; or remove the line, and what it names is "
                    "dated anew",
                )
            )
    if healed and not problems:
        message = (
            "git left a conflict here; the newer lines won, and the next build writes it clean"
        )
        problems.append(Diagnostic("lock-merged", message, Span.point(path), Severity.WARNING))
    return lock, problems


def lock_text(lock: Lock) -> str:
    """Write a lock: sorted, one line an entry, the same text for the same content."""
    lines = [_note_line(entry) for _, entry in sorted(lock.notes.items())]
    lines += [
        f"notetype\t{entry.id}\t{entry.schema}\t{entry.content}\t{entry.time}"
        for _, entry in sorted(lock.notetypes.items())
    ]
    lines += [
        f"package\t{entry.file}\t{entry.revision}\t{entry.digest}"
        for _, entry in sorted(lock.packages.items())
    ]
    return _HEADER + "".join(line + "\n" for line in lines)


def _add(lock: Lock, parts: list[str]) -> None:
    if parts[0] == "note":
        note = _note(parts)
        old = lock.notes.get(note.id)
        lock.notes[note.id] = note if old is None else _newer(old, note)
        return
    match parts:
        case ["format", version]:
            if int(version) > _FORMAT:
                raise ValueError(version)
        case ["notetype", number, schema, content, time]:
            _check_schema(schema)
            notetype = NoteTypeEntry(int(number), schema, content, int(time))
            held = lock.notetypes.get(notetype.id)
            if held is None or (notetype.time, notetype.content) > (held.time, held.content):
                lock.notetypes[notetype.id] = notetype
        case ["package", file, revision, digest]:
            package = PackageEntry(file, int(revision), digest)
            kept = lock.packages.get(file)
            lock.packages[file] = package if kept is None else _both_built(kept, package)
        case _:
            raise ValueError(parts)


def _newer(one: NoteEntry, other: NoteEntry) -> NoteEntry:
    """The entry of the greater time, with the time of the earlier first build."""
    newer = max(one, other, key=lambda entry: (entry.time, entry.content, entry.kind, entry.deck))
    changed = max(one.changed, other.changed)
    if one.content != other.content:
        # Learners have one text or the other; what follows must be newer than both.
        changed = max(one.time, other.time)
    return newer._replace(born=min(one.born, other.born), changed=changed)


def _both_built(one: PackageEntry, other: PackageEntry) -> PackageEntry:
    """The later of two branches' revisions; without a digest, so that the next build is another.

    Anki up to 24.11 stamps notes with the time of the import, and somebody may have imported the
    one package after the other was built: what follows must be newer than both.
    """
    digest = one.digest if one.digest == other.digest else ""
    return PackageEntry(one.file, max(one.revision, other.revision), digest)


def _note(parts: list[str]) -> NoteEntry:
    if len(parts) == _NOTE_COLUMNS:
        parts = [*parts, _NONE]
    _, name, kind, package, deck, ordinals, clozes, content, born, changed, removed, imported = (
        parts
    )
    return NoteEntry(
        id=name,
        kind=kind,
        package=package,
        deck=deck,
        ordinals=_numbers(ordinals),
        clozes=_clozes(clozes),
        content=content,
        born=int(born),
        changed=0 if changed == _NONE else int(changed),
        removed=0 if removed == _NONE else int(removed),
        imported=0 if imported == _NONE else int(imported),
    )


def _note_line(entry: NoteEntry) -> str:
    parts = (
        "note",
        entry.id,
        entry.kind,
        entry.package,
        entry.deck,
        ",".join(map(str, entry.ordinals)) or _NONE,
        ",".join(f"{number}:{digest}" for number, digest in entry.clozes) or _NONE,
        entry.content,
        str(entry.born),
        str(entry.changed or _NONE),
        str(entry.removed or _NONE),
        *([str(entry.imported)] if entry.imported else []),
    )
    return "\t".join(parts)


def _check_schema(text: str) -> None:
    """Raise `ValueError` unless a schema is one as `digest.schema` writes it."""
    given = json.loads(text)
    if not isinstance(given, dict) or given.keys() != {"fields", "templates", "sort", "cloze"}:
        raise ValueError(text)
    for pairs in (given["fields"], given["templates"]):
        for pair in pairs if isinstance(pairs, list) else [()]:
            match pair:
                case [str(), int() | None]:
                    pass
                case _:
                    raise ValueError(text)


def _numbers(text: str) -> tuple[int, ...]:
    if text == "0":  # as with most notes
        return (0,)
    return () if text == _NONE else tuple([int(part) for part in text.split(",")])


def _clozes(text: str) -> tuple[tuple[int, str], ...]:
    if text == _NONE:
        return ()
    pairs = (part.split(":", 1) for part in text.split(","))
    return tuple((int(number), digest) for number, digest in pairs)
