"""`flashdeck.lock`: the release history, as text that git merges line by line.

It records when each note was first built and last changed, the revision of each package, and the
removed notes. Ids do not depend on it, except that it is a backup of the project's id.

Format 3 is written where an entry has named columns (`ahead=…`, `tags=…`, …), and otherwise
format 2, which lacks them. They come with the first build or the next edit of a note or note type,
so that no other line changes. Format 1, without the project, card blocks, note types' reserves and
digests of fields, can be read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import field
from operator import attrgetter
from typing import NamedTuple

from flashdeck.anki.template.reserves import Slots
from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.project.digest import short_digest
from flashdeck.project.paths import LOCK_NAME
from flashdeck.records import dataclass

_FORMAT = 3
_WITHOUT_NAMED_COLUMNS = 2
_HEADER = "# Written by `flashdeck build`. Commit it: with it learners keep their tags and edits.\n"
_CONFLICT = re.compile(r"(?:<{7}|={7}|>{7}|\|{7})(?: .*)?")
_NONE = "-"
_UNKNOWN = "?"
_NOTE_COLUMNS = 14
_FORMAT_1_COLUMNS = 11  # or one more: when it was imported
_EDITED = "edited"
_PARTS = ("fields", "templates")
_NAMED = re.compile(r"(ahead|tags|was|earlier)=(.*)")
_DIGEST = re.compile("[0-9a-f]+")
_VERSION = re.compile(r"(?:\?|[-,0-9a-f]+)/(?:\?|[-,0-9a-f]+)/[0-9a-f]+")
GONE = "-"
MOST_EARLIER = 8
"""The number of earlier versions that are remembered."""


class NoteEntry(NamedTuple):
    """A released note.

    `kind` is the kind's name; `clozes` are short digests of the clozes' texts by number, "-" for a
    removed one; `content` is the digest of the note.

    `note_id` (milliseconds) is the note's id in Anki, `card_block` the first id of its cards'
    block. `first_built` (seconds) is the time of its first build, or the one it had in Anki when it
    was imported. `changed` (seconds) is the revision of the last edit, 0 for none; `removed`
    (seconds) is the revision that emptied it, 0 if it is in the sources. `fields` and `tags` are
    the last digests from `digest.field_digests` and `digest.tag_digests`, '' if unknown. `ahead`
    (seconds) is by how much its times are later in Anki, for a note that was imported with one in
    the future.

    `was` is the id of the removed note that this one replaced when its kind changed. `earlier` are
    the last versions before this one, the newest first: learners may have any of them.
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
    ahead: int = 0
    tags: str = ""
    was: str = ""
    earlier: tuple[str, ...] = ()

    @property
    def version(self) -> str:
        """The digests of fields, tags and deck, separated by slashes; "?" for unknown ones."""
        deck = short_digest(self.deck)
        return f"{self.fields or _UNKNOWN}/{self.tags or _UNKNOWN}/{deck}"

    def after(self, *others: NoteEntry) -> NoteEntry:
        """Return the entry with the versions of others, and their earlier ones, as earlier."""
        versions = [entry.version for entry in others]
        versions += [version for entry in (self, *others) for version in entry.earlier]
        earlier = [version for version in dict.fromkeys(versions) if version != self.version]
        return self._replace(earlier=tuple(earlier[:MOST_EARLIER]))

    @property
    def live_clozes(self) -> dict[int, str]:
        """The digests of the clozes in its last build."""
        return {number: digest for number, digest in self.clozes if digest != GONE}

    @property
    def time(self) -> int:
        """The latest time in the entry, in seconds."""
        return max(self.first_built, self.changed, self.removed)

    def is_older(self, mod: int, last: int) -> bool:
        """Whether a time in Anki is later than all up to `last`, that of the last build."""
        first = self.first_built + self.ahead
        return mod > last and not first <= mod <= last + self.ahead


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
    """A released note type: its schema, which must not change, its digest and its time.

    `time` (seconds) is that of the build that last changed it, and `edited` says whether that was a
    later build than its first.
    `earlier` are the digests of its last versions before this one, the newest first.
    `reserves` maps, as JSON, names of reserves in Anki to the first names in the sources, '' for
    those that were never in use; it is '' for a note type without any. `ahead` is as for a note.
    """

    id: int
    schema: str
    content: str
    time: int
    reserves: str = ""
    edited: bool = False
    fronts: str = ""
    ahead: int = 0
    earlier: tuple[str, ...] = ()

    def after(self, *others: NoteTypeEntry) -> NoteTypeEntry:
        """Return the entry with the digests of others, and their earlier ones, as earlier."""
        digests = [entry.content for entry in others]
        digests += [digest for entry in (self, *others) for digest in entry.earlier]
        earlier = [digest for digest in dict.fromkeys(digests) if digest not in {"", self.content}]
        return self._replace(earlier=tuple(earlier[:MOST_EARLIER]))

    def with_reserves(self, others: str) -> NoteTypeEntry:
        """Return the entry with the reserves that it or `others` say are in use, its own first."""
        if not others or others == self.reserves:
            return self
        own, other = json.loads(self.reserves or "{}"), json.loads(others)
        merged = {
            what: other.get(what, {})
            | {
                name: first or other.get(what, {}).get(name, "")
                for name, first in own.get(what, {}).items()
            }
            for what in _PARTS
        }
        return self._replace(reserves=reserves_text(merged))

    def is_older(self, mod: int) -> bool:
        """Whether a time in Anki is later than that of the last change here."""
        return mod > self.time and mod != self.time + self.ahead

    @property
    def slots(self) -> Slots:
        """The fields and templates in Anki, with the reserves among them."""
        schema, reserves = json.loads(self.schema), json.loads(self.reserves or "{}")
        fields, templates = ([(name, number) for name, number in schema[what]] for what in _PARTS)
        known = dict(fields), dict(templates)
        own_fields, own_templates = (
            {name: own for name, own in reserves.get(what, {}).items() if name in names}
            for what, names in zip(_PARTS, known, strict=True)
        )
        return Slots(fields, templates, own_fields, own_templates)


class PackageEntry(NamedTuple):
    """A released package: its revision (seconds) and the digest of its content."""

    file: str
    revision: int
    digest: str

    @property
    def time(self) -> int:
        """The revision."""
        return self.revision


@dataclass(frozen=True, slots=True)
class Lock:
    """The entries of the lock, by id or file name.

    There is one project, or more after a merge of two first builds.
    """

    projects: dict[str, ProjectEntry] = field(default_factory=dict)
    notes: dict[str, NoteEntry] = field(default_factory=dict)
    notetypes: dict[int, NoteTypeEntry] = field(default_factory=dict)
    packages: dict[str, PackageEntry] = field(default_factory=dict)

    @property
    def latest(self) -> int:
        """The latest time of all entries, in seconds; 0 for an empty lock."""
        entries: Iterable[ProjectEntry | NoteEntry | NoteTypeEntry | PackageEntry] = (
            *self.projects.values(),
            *self.notes.values(),
            *self.notetypes.values(),
            *self.packages.values(),
        )
        return max((entry.time for entry in entries), default=0)


def parse_lock(path: str, text: str) -> tuple[Lock, list[Diagnostic]]:
    """Parse a lock; between git's conflict markers, the entry with the greater time wins.

    A lock in a later format is reported and not parsed.
    """
    lock = Lock()
    problems: list[Diagnostic] = []
    conflicts = 0
    if later := _later_format(path, text):
        return lock, [later]
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        if line[0] in "<=>|" and _CONFLICT.fullmatch(line):
            conflicts += 1
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
                    "given new times",
                )
            )
    if conflicts and not problems:
        message = (
            "git left a merge conflict here; the newer lines are used, and the next build "
            "removes the markers"
        )
        problems.append(Diagnostic("lock-merged", message, Span.point(path), Severity.WARNING))
    return lock, problems


def lock_text(lock: Lock) -> str:
    """Serialise a lock, one sorted entry per line."""
    lines = [
        f"project\t{entry.id}\t{entry.name}\t{entry.first_built}"
        for _, entry in sorted(lock.projects.items())
    ]
    lines += [_note_line(entry) for _, entry in sorted(lock.notes.items())]
    lines += [
        f"notetype\t{entry.id}\t{entry.schema}\t{entry.content}\t{entry.time}"
        f"\t{entry.reserves or _NONE}"
        + _last_columns(entry)
        + _named(ahead=entry.ahead, earlier=entry.earlier)
        for _, entry in sorted(lock.notetypes.items())
    ]
    lines += [
        f"package\t{entry.file}\t{entry.revision}\t{entry.digest}"
        for _, entry in sorted(lock.packages.items())
    ]
    notes, notetypes = lock.notes.values(), lock.notetypes.values()
    has_named = any(
        entry.ahead or entry.tags or entry.was or entry.earlier for entry in notes
    ) or any(entry.ahead or entry.earlier for entry in notetypes)
    version = _FORMAT if has_named else _WITHOUT_NAMED_COLUMNS
    return f"{_HEADER}format\t{version}\n" + "".join(line + "\n" for line in lines)


def reserves_text(reserves: Mapping[str, Mapping[str, str]]) -> str:
    """Return the reserves of a note type as a column, '' for none."""
    if not any(reserves.values()):
        return ""
    return json.dumps(reserves, sort_keys=True, separators=(",", ":"))


def _later_format(path: str, text: str) -> Diagnostic | None:
    for number, line in enumerate(text.splitlines(), 1):
        word, _, version = line.partition("\t")
        if word == "format" and version.isdecimal() and int(version) > _FORMAT:
            message = f"{LOCK_NAME} has format {version}; this flashdeck reads up to {_FORMAT}"
            span = Span(path, number, 1, number, len(line) + 1)
            return Diagnostic("lock", message, span, hint="install a newer flashdeck")
    return None


def _named(**columns: str | int | tuple[str, ...]) -> str:
    """Return the named columns of an entry that have a value."""
    texts = {
        name: "|".join(value) if isinstance(value, tuple) else value
        for name, value in columns.items()
    }
    return "".join(f"\t{name}={text}" for name, text in texts.items() if text)


def _split_named(parts: list[str]) -> tuple[list[str], dict[str, str]]:
    """Split an entry into the columns by position and those by name."""
    named: dict[str, str] = {}
    while match := _NAMED.fullmatch(parts[-1]):
        named[match[1]] = match[2]
        parts = parts[:-1]
    return parts, named


def _add(lock: Lock, parts: list[str]) -> None:
    parts, named = _split_named(parts)
    if parts[0] == "note":
        note = _note(parts, named)
        before = lock.notes.get(note.id)
        lock.notes[note.id] = note if before is None else newer(before, note)
        return
    match parts:
        case ["format", version]:
            int(version)
        case ["project", name, title, time]:
            project = ProjectEntry(name, title, int(time))
            other = lock.projects.get(name, project)
            lock.projects[name] = min(project, other, key=attrgetter("first_built", "name"))
        case ["notetype", number, schema, content, time, *others]:
            _check_schema(schema)
            notetype = NoteTypeEntry(int(number), schema, content, int(time), *_others(others))
            notetype = notetype._replace(
                ahead=_ahead(named), earlier=_versions(named, of_note=False)
            )
            old = lock.notetypes.get(notetype.id, notetype)
            earlier, later = sorted((notetype, old), key=attrgetter("time", "content"))
            lock.notetypes[notetype.id] = later.after(earlier).with_reserves(earlier.reserves)
        case ["package", file, revision, digest]:
            package = PackageEntry(file, int(revision), digest)
            known = lock.packages.get(file)
            lock.packages[file] = package if known is None else _merged(known, package)
        case _:
            raise ValueError(parts)


def _last_columns(entry: NoteTypeEntry) -> str:
    """Return the columns of a note type that most entries lack."""
    if entry.fronts:
        return f"\t{_EDITED if entry.edited else _NONE}\t{entry.fronts}"
    return f"\t{_EDITED}" if entry.edited else ""


def _others(columns: list[str]) -> tuple[str, bool, str]:
    """Return the reserves of a note type, whether it was edited, and its fronts."""
    reserves, edited, fronts, *rest = [*columns, *[_NONE] * 3][: max(3, len(columns))]
    if rest or edited not in {_EDITED, _NONE}:
        raise ValueError(columns)
    spare = "" if reserves == _NONE else reserves
    _check_reserves(spare)
    return spare, edited == _EDITED, "" if fronts == _NONE else fronts


def newer(first: NoteEntry, second: NoteEntry) -> NoteEntry:
    """Return the newer entry, with the ids and time of the earlier first build."""
    newer = max(
        first, second, key=lambda entry: (entry.time, entry.content, entry.kind, entry.deck)
    )
    earlier = min(first, second, key=lambda entry: (entry.note_id, entry.card_block))
    changed = max(first.changed, second.changed)
    if first.content != second.content:
        # Learners have either text, so the next build must be newer than both.
        changed = max(first.time, second.time)
    return newer.after(first, second)._replace(
        note_id=earlier.note_id,
        card_block=earlier.card_block,
        first_built=min(first.first_built, second.first_built),
        changed=changed,
        ahead=max(first.ahead, second.ahead),
    )


def _merged(first: PackageEntry, second: PackageEntry) -> PackageEntry:
    """Return the later revision of two branches, without a digest, to force a new revision.

    Anki up to 24.11 sets the time of notes to that of the import, and a learner may have imported
    either package, so the next build must be newer than both.
    """
    digest = first.digest if first.digest == second.digest else ""
    return PackageEntry(first.file, max(first.revision, second.revision), digest)


def _note(parts: list[str], named: Mapping[str, str]) -> NoteEntry:
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
        tags=named.get("tags", ""),
        was=named.get("was", ""),
        earlier=_versions(named, of_note=True),
        ahead=_ahead(named),
    )


def _ahead(named: Mapping[str, str]) -> int:
    return int(named.get("ahead", 0))


def _versions(named: Mapping[str, str], *, of_note: bool) -> tuple[str, ...]:
    """Return the earlier versions of an entry. Raises `ValueError` for anything else."""
    versions = named["earlier"].split("|") if "earlier" in named else []
    for version in versions:
        if not (_VERSION.fullmatch(version) if of_note else _DIGEST.fullmatch(version)):
            raise ValueError(version)
    return tuple(versions)


def _from_format_1(parts: list[str]) -> list[str]:
    """Convert the entry of a note to format 2."""
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
    named = _named(ahead=entry.ahead, tags=entry.tags, was=entry.was, earlier=entry.earlier)
    return "\t".join(parts) + named


def _check_schema(text: str) -> None:
    """Raise `ValueError` unless the text is a schema from `digest.schema`."""
    data = json.loads(text)
    if not isinstance(data, dict) or data.keys() != {"fields", "templates", "sort", "cloze"}:
        raise ValueError(text)
    for pairs in (data["fields"], data["templates"]):
        for pair in pairs if isinstance(pairs, list) else [()]:
            match pair:
                case [str(), int() | None]:
                    pass
                case _:
                    raise ValueError(text)


def _check_reserves(text: str) -> None:
    """Raise `ValueError` unless the text is empty or maps names to names."""
    data = json.loads(text) if text else {}
    if not isinstance(data, dict) or data.keys() - {"fields", "templates"}:
        raise ValueError(text)
    for names in data.values():
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
