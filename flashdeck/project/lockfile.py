"""`flashdeck.lock`: what was released when, as text that git merges line by line.

Identity never depends on it, with one exception: it keeps the project's id for the day on which the
settings lose theirs. It remembers what only time knows: when a note was first built and last
changed, which revision each package has, which notes were removed.

Format 2 is written. Format 1, which lacks the project, card blocks, note types' reserves and the
digests of fields, is read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.project.paths import LOCK_NAME

_FORMAT = 2
_HEADER = (
    "# Written by `flashdeck build`. Commit it: with it learners keep their tags and edits.\n"
    f"format\t{_FORMAT}\n"
)
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?")
_NONE = "-"
_UNKNOWN = "?"
_NOTE_COLUMNS = 14
_FORMAT_1_COLUMNS = 11  # or one more: when it was imported
GONE = "-"


class NoteEntry(NamedTuple):
    """A note that was released.

    `kind` is the kind's name; `clozes` gives a short hash of each cloze's text by its number, "-"
    for a number that is gone; `content` is the hash that tells an edit.

    `note_id` and `card_block` are in milliseconds: the note's id in Anki, and the first of the ids
    that are kept for its cards. `first_built` (seconds) is the time of a note that was never edited
    here: of its first build, or the one it had in Anki when it was imported. `changed` (seconds) is
    the revision that brought the last edit, 0 for a note never edited; `removed` (seconds) is the
    revision that emptied it, 0 for a living note. `fields` are the digests of what was last
    shipped, as `digest.field_digests` gives them; '' where they are unknown.
    """

    id: str
    kind: str
    package: str
    deck: str
    ordinals: tuple[int, ...]
    clozes: tuple[tuple[int, str], ...]
    content: str
    note_id: int
    card_block: int
    first_built: int
    changed: int = 0
    removed: int = 0
    fields: str = ""

    @property
    def live_clozes(self) -> dict[int, str]:
        """The hashes of the clozes that its last build held."""
        return {number: digest for number, digest in self.clozes if digest != GONE}

    @property
    def time(self) -> int:
        """The latest time it knows, in seconds."""
        return max(self.first_built, self.changed, self.removed)


class ProjectEntry(NamedTuple):
    """The project's id and name; `first_built` is the time of its first build, in seconds."""

    id: str
    name: str
    first_built: int

    @property
    def time(self) -> int:
        """The time of the first build."""
        return self.first_built


class NoteTypeEntry(NamedTuple):
    """A released note type: the schema that must not change, a hash of all of it, its time.

    `reserves` gives, as JSON, the name that each spare field and template has in the sources by its
    name in Anki, '' for one that is still free; '' for a note type without any.
    """

    id: int
    schema: str
    content: str
    time: int
    reserves: str = ""


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
    """Everything the lock knows, by id or file name.

    There is one project; more where two people's first builds were merged.
    """

    projects: dict[str, ProjectEntry] = field(default_factory=dict)
    notes: dict[str, NoteEntry] = field(default_factory=dict)
    notetypes: dict[int, NoteTypeEntry] = field(default_factory=dict)
    packages: dict[str, PackageEntry] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        """The latest time that stands in it, in seconds; 0 in an empty lock."""
        entries: Iterable[ProjectEntry | NoteEntry | NoteTypeEntry | PackageEntry] = (
            *self.projects.values(),
            *self.notes.values(),
            *self.notetypes.values(),
            *self.packages.values(),
        )
        return max((entry.time for entry in entries), default=0)


def parse_lock(path: str, text: str) -> tuple[Lock, list[Diagnostic]]:
    """Read a lock; where git left conflict markers, the line of the greater time wins.

    Of a lock in a later format than this one nothing is read.
    """
    lock = Lock()
    problems: list[Diagnostic] = []
    healed = 0
    if later := _later_format(path, text):
        return lock, [later]
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
    lines = [
        f"project\t{entry.id}\t{entry.name}\t{entry.first_built}"
        for _, entry in sorted(lock.projects.items())
    ]
    lines += [_note_line(entry) for _, entry in sorted(lock.notes.items())]
    lines += [
        f"notetype\t{entry.id}\t{entry.schema}\t{entry.content}\t{entry.time}"
        f"\t{entry.reserves or _NONE}"
        for _, entry in sorted(lock.notetypes.items())
    ]
    lines += [
        f"package\t{entry.file}\t{entry.revision}\t{entry.digest}"
        for _, entry in sorted(lock.packages.items())
    ]
    return _HEADER + "".join(line + "\n" for line in lines)


def _later_format(path: str, text: str) -> Diagnostic | None:
    for number, line in enumerate(text.splitlines(), 1):
        word, _, version = line.partition("\t")
        if word == "format" and version.isdecimal() and int(version) > _FORMAT:
            message = f"{LOCK_NAME} has format {version}; this flashdeck reads up to {_FORMAT}"
            span = Span(path, number, 1, number, len(line) + 1)
            return Diagnostic("lock", message, span, hint="install a newer flashdeck")
    return None


def _add(lock: Lock, parts: list[str]) -> None:
    if parts[0] == "note":
        note = _note(parts)
        old = lock.notes.get(note.id)
        lock.notes[note.id] = note if old is None else _newer(old, note)
        return
    match parts:
        case ["format", version]:
            int(version)
        case ["project", name, title, time]:
            project = ProjectEntry(name, title, int(time))
            other = lock.projects.get(name, project)
            lock.projects[name] = min(project, other, key=lambda one: (one.first_built, one.name))
        case ["notetype", number, schema, content, time, *reserves] if len(reserves) <= 1:
            _check_schema(schema)
            spare = "" if reserves in ([], [_NONE]) else reserves[0]
            _check_reserves(spare)
            notetype = NoteTypeEntry(int(number), schema, content, int(time), spare)
            held = lock.notetypes.get(notetype.id, notetype)
            lock.notetypes[notetype.id] = max(
                notetype, held, key=lambda one: (one.time, one.content)
            )
        case ["package", file, revision, digest]:
            package = PackageEntry(file, int(revision), digest)
            kept = lock.packages.get(file)
            lock.packages[file] = package if kept is None else _both_built(kept, package)
        case _:
            raise ValueError(parts)


def _newer(one: NoteEntry, other: NoteEntry) -> NoteEntry:
    """The entry of the greater time, with the ids and the time of the earlier first build."""
    newer = max(one, other, key=lambda entry: (entry.time, entry.content, entry.kind, entry.deck))
    earlier = min(one, other, key=lambda entry: (entry.note_id, entry.card_block))
    changed = max(one.changed, other.changed)
    if one.content != other.content:
        # Learners have one text or the other; what follows must be newer than both.
        changed = max(one.time, other.time)
    return newer._replace(
        note_id=earlier.note_id,
        card_block=earlier.card_block,
        first_built=min(one.first_built, other.first_built),
        changed=changed,
    )


def _both_built(one: PackageEntry, other: PackageEntry) -> PackageEntry:
    """The later of two branches' revisions; without a digest, so that the next build is another.

    Anki up to 24.11 stamps notes with the time of the import, and somebody may have imported the
    one package after the other was built: what follows must be newer than both.
    """
    digest = one.digest if one.digest == other.digest else ""
    return PackageEntry(one.file, max(one.revision, other.revision), digest)


def _note(parts: list[str]) -> NoteEntry:
    if len(parts) < _NOTE_COLUMNS:
        parts = _from_format_1(parts)
    _, name, kind, package, deck, ordinals, clozes, content, note_id, block, *times, fields = parts
    first_built, changed, removed = times
    return NoteEntry(
        id=name,
        kind=kind,
        package=package,
        deck=deck,
        ordinals=_numbers(ordinals),
        clozes=_clozes(clozes),
        content=content,
        note_id=int(note_id),
        card_block=int(note_id) if block == _NONE else int(block),
        first_built=int(first_built),
        changed=0 if changed == _NONE else int(changed),
        removed=0 if removed == _NONE else int(removed),
        fields="" if fields == _UNKNOWN else fields,
    )


def _from_format_1(parts: list[str]) -> list[str]:
    """Give a note's line as format 2 has it."""
    *head, note_id, changed, removed, imported = (
        [*parts, _NONE] if len(parts) == _FORMAT_1_COLUMNS else parts
    )
    first_built = str(-(-int(note_id) // 1000)) if imported == _NONE else imported
    return [*head, note_id, _NONE, first_built, changed, removed, _UNKNOWN]


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
        str(entry.note_id),
        _NONE if entry.card_block == entry.note_id else str(entry.card_block),
        str(entry.first_built),
        str(entry.changed or _NONE),
        str(entry.removed or _NONE),
        entry.fields or _UNKNOWN,
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


def _check_reserves(text: str) -> None:
    """Raise `ValueError` unless it is empty, or gives names in the sources by names in Anki."""
    given = json.loads(text) if text else {}
    if not isinstance(given, dict) or given.keys() - {"fields", "templates"}:
        raise ValueError(text)
    for names in given.values():
        if not isinstance(names, dict) or not all(isinstance(name, str) for name in names.values()):
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
