"""What is released now: the times of every note, the revision of each package, the lock to keep.

Anki takes an edited note only when its time is greater than the learner's, and then overwrites the
learner's tags and edits. So a note that was never edited keeps the time of its first build for
ever, an edited one follows its package's revision for a year, and no time ever goes back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flashdeck.anki.deck_names import is_within
from flashdeck.anki.template.media import named_media
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Span
from flashdeck.model import Card, Collection, Deck, Media, Note, NoteType
from flashdeck.project.digest import field_digests, note_digest, package_digest
from flashdeck.project.lockfile import Lock, NoteEntry, PackageEntry, ProjectEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.release.entries import note_entry, notetype_entry
from flashdeck.release.numbering import EARLIEST, numbers, position_gap
from flashdeck.release.result import Counts
from flashdeck.release.schemas import dated_notetypes, schema_problems
from flashdeck.source.names import OUR_TAG

_DAY = 86_400
# So long after its last edit a note is sent out anew with every revision, so that whoever touched
# it between a build and its import gets the edit with the next one.
_WINDOW = 365 * _DAY
_TOMBSTONE_LIFE = 2 * 365 * _DAY
# So many notes may vanish at once from any package without a word.
_FEW = 10


@dataclass(frozen=True, slots=True)
class Release:
    """One package, dated, ready to be written. `digest` is what tells a change of its content."""

    file: str
    collection: Collection
    counts: Counts
    digest: str


@dataclass(frozen=True, slots=True)
class Content:
    """What there is to release.

    The project's id and name; the undated collection; the kind of each note by its id, the note
    type of each kind by its name, the package of each deck; the digests of notes by their ids, as
    far as they are known.
    """

    project: str
    name: str
    collection: Collection
    kinds: Mapping[str, str]
    notetypes: Mapping[str, NoteType]
    packages: Mapping[str, str]
    digests: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the author decided: whether removed notes are emptied, and what is meant to happen."""

    empty_removed: bool = True
    accept_removals: bool = False
    accept_schema_change: bool = False


def release(
    content: Content, lock: Lock, now: int, policy: Policy, single: str = ""
) -> tuple[tuple[Release, ...], Lock, list[Diagnostic]]:
    """Date everything. `now` is in seconds; `single` names one package for all decks.

    Raises `FlashdeckError` when the clock can't be right.
    """
    _check_clock(lock, now)
    dater = _Dater(content, lock, now, policy, single)
    problems = dater.check_removals()
    problems += schema_problems(content.notetypes, lock, accept=policy.accept_schema_change)
    releases = tuple(dater.package(file) for file in sorted(dater.files))
    return releases, dater.new_lock(), problems


class _Dater:
    """Dates one build. Each package in turn adds what the new lock will say."""

    def __init__(self, content: Content, lock: Lock, now: int, policy: Policy, single: str) -> None:
        self._content = content
        self._old = lock
        self._now = now
        self._policy = policy
        notes = content.collection.notes
        known = content.digests
        self._digests = {note.guid: known.get(note.guid) or note_digest(note) for note in notes}
        self._home = {note.guid: content.packages[_deck(note)] for note in notes}
        new = [note.guid for note in notes if note.guid not in lock.notes]
        self._numbers = numbers(lock.notes.values(), new, now)
        self._gone = [entry for entry in lock.notes.values() if entry.id not in self._digests]
        self._notetypes = dated_notetypes(content.notetypes.values(), lock, now)
        self._shipped: set[int] = set()
        self._dropped: set[str] = set()
        self._note_lines: dict[str, NoteEntry] = {}
        self._package_lines: dict[str, PackageEntry] = {}
        self._single = single
        stones = self._gone if policy.empty_removed else []
        homes = {*self._home.values(), *(entry.package for entry in stones)}
        self.files = {single} if single else homes

    def check_removals(self) -> list[Diagnostic]:
        """Stop a build in which a fifth of a package vanishes: more likely a slip than a wish."""
        if self._policy.accept_removals or not self._policy.empty_removed:
            return []
        lost = Counter(entry.package for entry in self._gone if not entry.removed)
        held = Counter(one.package for one in self._old.notes.values() if not one.removed)
        problems: list[Diagnostic] = []
        for file, count in sorted(lost.items()):
            if count > _FEW and count * 5 > held[file]:
                message = f"{count} of {held[file]} notes of {file} are gone from the sources"
                hint = (
                    "their cards would be emptied for learners; if you mean it: --accept-removals"
                )
                span = Span.point(LOCK_NAME)
                problems.append(Diagnostic("many-removals", message, span, hint=hint))
        return problems

    def package(self, file: str) -> Release:
        """Date one package."""
        single = bool(self._single)
        notes = [
            note
            for note in self._content.collection.notes
            if single or self._home[note.guid] == file
        ]
        stones = self._tombstones(file)
        undated = self._assemble(notes, [stone for stone, _ in stones])
        before = self._old.packages.get(file)
        digest = package_digest(undated, self._digests)
        if before is None or before.digest != digest:
            kept = [pair for pair in stones if not self._outlived(pair[1])]
            if len(kept) < len(stones):
                self._dropped |= {entry.id for _, entry in stones} - {one.id for _, one in kept}
                stones = kept
                undated = self._assemble(notes, [stone for stone, _ in stones])
                digest = package_digest(undated, self._digests)
        revision = self._revision(before, digest, undated.notes)
        counts: Counter[str] = Counter()
        gap = position_gap(len(notes))
        dated = [
            self._date(note, place * gap, revision, counts)
            for place, note in enumerate(undated.notes, 1)
        ]
        self._package_lines[file] = PackageEntry(file, revision, digest)
        collection = replace(undated, notes=tuple(dated))
        return Release(file, collection, Counts(**counts, tombstones=len(stones)), digest)

    def new_lock(self) -> Lock:
        """Give the lock that remembers this build."""
        absent = {
            entry.id: entry._replace(
                **self._numbers[entry.id]._asdict(), removed=entry.removed or self._now
            )
            for entry in self._gone
            if entry.id not in self._dropped
        }
        notetypes = {
            one.id: notetype_entry(one, one.mod)
            for one in self._notetypes.values()
            if one.id in self._shipped
        }
        return Lock(
            self._projects(),
            {**absent, **self._note_lines},
            {**self._old.notetypes, **notetypes},
            {**self._old.packages, **self._package_lines},
        )

    def _projects(self) -> dict[str, ProjectEntry]:
        project = self._content.project
        old = self._old.projects.get(project)
        first_built = old.first_built if old is not None and old.first_built else self._now
        return {project: ProjectEntry(project, self._content.name, first_built)}

    def _tombstones(self, file: str) -> list[tuple[Note, NoteEntry]]:
        if not self._policy.empty_removed:
            return []
        found: list[tuple[Note, NoteEntry]] = []
        for entry in sorted(self._gone, key=lambda one: (self._numbers[one.id], one.id)):
            notetype = self._content.notetypes.get(entry.kind)
            if notetype is not None and (self._single or entry.package == file):
                fields = ("",) * len(notetype.fields)
                note_id = self._numbers[entry.id].note_id
                note = Note(entry.id, notetype.id, fields, (OUR_TAG,), (), id=note_id)
                found.append((note, entry))
        return found

    def _outlived(self, entry: NoteEntry) -> bool:
        return bool(entry.removed) and entry.removed + _TOMBSTONE_LIFE < self._now

    def _assemble(self, notes: Sequence[Note], stones: Sequence[Note]) -> Collection:
        """Put one package together: its notes, note types, decks and media, all undated."""
        everything = (*notes, *stones)
        used = {note.notetype for note in everything}
        decks = {card.deck for note in notes for card in note.cards}
        whole = self._content.collection
        named = named_media(notes, whole.notetypes, whole.media)
        described = {deck.name for deck in whole.decks if deck.description}
        self._shipped |= used
        types = sorted(self._notetypes.values(), key=lambda one: one.id)
        used_types = tuple(one for one in types if one.id in used)
        return Collection(
            notetypes=used_types,
            decks=tuple(deck for deck in whole.decks if _holds(deck, decks, described)),
            notes=everything,
            media=tuple(
                one for one in whole.media if one.name in named or _is_dress(one, used_types)
            ),
        )

    def _revision(self, before: PackageEntry | None, digest: str, notes: Iterable[Note]) -> int:
        if before is not None and before.digest == digest:
            return before.revision
        floor = before.revision + 1 if before is not None else 0
        for note in notes:
            entry = self._old.notes.get(note.guid)
            if entry is not None:
                floor = max(floor, entry.changed, last_time(entry, self._old) + 1)
        return max(floor, self._now)

    def _date(self, note: Note, position: int, revision: int, counts: Counter[str]) -> Note:
        """Give a note and its cards their ids and times, the cards their place."""
        guid = note.guid
        old = self._old.notes.get(guid)
        if guid not in self._home:
            assert old is not None, "only what the lock holds can be removed"
            return self._date_stone(note, old, revision, counts)
        entry = self._living(note, old, revision)
        counts[_status(old, entry)] += 1
        self._note_lines[guid] = entry
        note_id, card_block = self._numbers[guid]
        cards = tuple(
            [
                Card(card.ordinal, card.deck, position, card_block + card.ordinal)
                for card in note.cards
            ]
        )
        mod = _mod(entry, revision)
        # Spelled out, for `replace` takes three times as long, and this is done for every note.
        return Note(guid, note.notetype, note.fields, note.tags, cards, note_id, mod, note.source)

    def _date_stone(self, note: Note, old: NoteEntry, revision: int, counts: Counter[str]) -> Note:
        digest = note_digest(note)
        entry = old._replace(
            **self._numbers[note.guid]._asdict(),
            content=digest,
            fields=field_digests(note),
            changed=_changed(old, digest, revision),
            removed=old.removed or revision,
        )
        counts["removed"] += not old.removed
        self._note_lines[note.guid] = entry
        return replace(note, mod=_mod(entry, revision))

    def _living(self, note: Note, old: NoteEntry | None, revision: int) -> NoteEntry:
        kind = self._content.kinds[note.guid]
        digest = self._digests[note.guid]
        return note_entry(
            note,
            kind,
            self._home[note.guid],
            self._content.notetypes[kind],
            self._numbers[note.guid],
            old.first_built if old is not None else self._now,
            digest=digest,
            changed=_changed(old, digest, revision),
            before=old,
        )


def last_time(entry: NoteEntry, lock: Lock) -> int:
    """Give the time that a note had in its package's last build, in seconds."""
    package = lock.packages.get(entry.package)
    return _mod(entry, package.revision if package is not None else entry.changed)


def _changed(old: NoteEntry | None, digest: str, revision: int) -> int:
    if old is None:
        return 0
    return old.changed if old.content == digest else revision


def _check_clock(lock: Lock, now: int) -> None:
    if now < EARLIEST:
        message = f"the clock says {now} seconds since 1970, before Anki's first release"
        raise FlashdeckError(message, "set the clock, or SOURCE_DATE_EPOCH, right")
    if now < lock.latest - _DAY:
        days = (lock.latest - now) / _DAY
        message = f"the clock is {days:.1f} days behind {LOCK_NAME}"
        raise FlashdeckError(message, "set the clock right; or restore the lock from git")


def _mod(entry: NoteEntry, revision: int) -> int:
    if not entry.changed:
        return entry.first_built
    return min(revision, entry.changed + _WINDOW)


def _status(old: NoteEntry | None, entry: NoteEntry) -> str:
    if old is None:
        return "new"
    if old.content != entry.content or old.removed:
        return "changed"
    return "moved" if old.deck != entry.deck else "unchanged"


def _deck(note: Note) -> str:
    return note.cards[0].deck


def _holds(deck: Deck, used: set[str], described: set[str]) -> bool:
    """Whether a deck holds cards, or stands above one that does, and it or one above it says more.

    `described` are the decks that have a description.
    """
    if deck.name in used:
        return True
    return any(is_within(deck.name, name) for name in described) and any(
        is_within(name, deck.name) for name in used
    )


def _is_dress(media: Media, notetypes: Iterable[NoteType]) -> bool:
    """Whether a note type's own texts name a file, or may: imported ones name each other, too."""
    if not media.name.startswith("_fd-"):
        return media.name.startswith("_")
    return any(
        media.name in text
        for notetype in notetypes
        for text in (
            notetype.css,
            *(side for one in notetype.templates for side in (one.front, one.back)),
        )
    )
