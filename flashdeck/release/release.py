"""Dates a release: the times of notes, the revisions of packages, and the new lock.

Anki updates a note only if its time is greater than the learner's, and then overwrites the
learner's tags and edits. So an unedited note keeps the time of its first build, and no time
decreases. An edited note has its package's revision for some days (`resend_days`): a learner who
changed it between a build and its import gets the edit with the next one. Note types likewise.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import field, replace
from operator import attrgetter

from flashdeck.anki.deck_names import is_within
from flashdeck.anki.template.media import needed_media
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.kinds.settings import RESEND_DAYS
from flashdeck.model import Card, Collection, Deck, Media, Note, NoteType
from flashdeck.project.digest import field_digests, note_digest, package_digest, tag_digests
from flashdeck.project.lockfile import Lock, NoteEntry, PackageEntry, ProjectEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.records import dataclass
from flashdeck.release.entries import note_entry
from flashdeck.release.numbering import EARLIEST, numbers, position_step
from flashdeck.release.removals import gone_notes, many_removals
from flashdeck.release.result import Counts
from flashdeck.release.schemas import missing_notetypes, notetype_entries, schema_problems
from flashdeck.source.names import OUR_TAG
from flashdeck.text import counted, natural

_DAY = 86_400
# For this long after its removal, a note stays in its package as an empty one.
_TOMBSTONE_LIFE = 180 * _DAY


@dataclass(frozen=True, slots=True)
class Release:
    """A dated package, ready to be written. `digest` changes with its content.

    `statuses` are how its notes differ from the last build, by note id. `edition` is set if it is a
    part of another package.
    """

    file: str
    collection: Collection
    counts: Counts
    digest: str
    statuses: Mapping[str, Sequence[str]] = field(default_factory=dict)
    edition: str = ""

    def part(self, file: str, edition: str, notes: Sequence[Note]) -> Release:
        """Return the package of an edition, with some of the notes."""
        collection = with_notes(self.collection, notes)
        counts = _counts(self.statuses, notes)
        digest = package_digest(collection)
        return Release(file, collection, counts, digest, self.statuses, edition)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a release.

    `project` is the project's id, `collection` has no times yet. `kinds` and `digests` are by note
    id, and a digest may be unknown; `notetypes` are by kind, `packages` by deck. `last_texts`
    returns the first texts of the notes in a package of the last build, by note id; `places` are
    those of custom note types, by id. `replaced` are the ids that new ids replace.
    """

    project: str
    name: str
    collection: Collection
    kinds: Mapping[str, str]
    notetypes: Mapping[str, NoteType]
    packages: Mapping[str, str]
    digests: Mapping[str, str] = field(default_factory=dict)
    last_texts: Callable[[str], Mapping[str, str]] = lambda _: {}
    places: Mapping[int, Span] = field(default_factory=dict)
    replaced: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Policy:
    """Whether removed notes are emptied, and which changes the author accepts.

    For `resend_days` after its last edit a note is sent again with every revision.
    """

    empty_removed: bool = True
    resend_days: int = RESEND_DAYS
    accept_removals: bool = False
    accept_schema_change: bool = False


def release(
    content: Content, lock: Lock, now: int, policy: Policy, single: str = ""
) -> tuple[tuple[Release, ...], Lock, list[Diagnostic]]:
    """Date a release. `now` is in seconds; `single` names one package for all decks.

    Raises `FlashdeckError` if the clock is wrong.
    """
    _check_clock(lock, now)
    dater = _Dater(content, lock, now, policy, single)
    problems: list[Diagnostic] = []
    if policy.empty_removed and not policy.accept_removals:
        problems += many_removals(dater.gone, lock, content.last_texts)
    notetypes = content.notetypes.values()
    problems += missing_notetypes(notetypes, lock)
    accept = policy.accept_schema_change
    problems += schema_problems(notetypes, lock, content.places, accept=accept)
    releases = [dater.package(file) for file in sorted(dater.files, key=natural)]
    releases = dater.without_expired(releases)
    problems += [problem for release in releases for problem in dater.check_removed(release)]
    return tuple(releases), dater.new_lock(), problems


def without_removed(collection: Collection) -> Collection:
    """Leave removed notes, and what only they need, out of a dated package."""
    return with_notes(collection, [note for note in collection.notes if note.cards])


def with_notes(collection: Collection, notes: Sequence[Note]) -> Collection:
    """Return a dated package with some of its notes, and with what they need."""
    used = {note.notetype for note in notes}
    homes = {card.deck for note in notes for card in note.cards}
    decks = tuple(
        deck for deck in collection.decks if any(is_within(home, deck.name) for home in homes)
    )
    notetypes = tuple(notetype for notetype in collection.notetypes if notetype.id in used)
    media = media_of(collection, notes, notetypes)
    return Collection(notetypes, decks, tuple(notes), media)


def _counts(statuses: Mapping[str, Sequence[str]], notes: Iterable[Note]) -> Counts:
    counts = Counter(status for note in notes for status in statuses[note.guid])
    tombstones = sum(not note.cards for note in notes)
    return Counts(**counts, tombstones=tombstones)


class _Dater:
    """Dates the packages of a build, and collects the entries of the new lock."""

    def __init__(self, content: Content, lock: Lock, now: int, policy: Policy, single: str) -> None:
        self._content = content
        self._old = lock
        self._now = now
        self._policy = policy
        notes = content.collection.notes
        known = content.digests
        self._digests = {note.guid: known.get(note.guid) or note_digest(note) for note in notes}
        self._package_of = {note.guid: content.packages[_deck(note)] for note in notes}
        new = [note.guid for note in notes if note.guid not in lock.notes]
        self._numbers = numbers(lock.notes.values(), new, now)
        self.gone = gone_notes(content.project, lock, self._digests)
        self._notetypes = {notetype.id: notetype for notetype in content.notetypes.values()}
        self._type_lines = notetype_entries(self._notetypes.values(), lock, now)
        self._shipped: set[int] = set()
        self._dropped: set[str] = set()
        self._note_lines: dict[str, NoteEntry] = {}
        self._package_lines: dict[str, PackageEntry] = {}
        self._single = single
        removed = self.gone if policy.empty_removed else []
        files = {*self._package_of.values(), *(entry.package for entry in removed)}
        self.files = {single} if single and files else files

    def package(self, file: str) -> Release:
        """Date one package."""
        single = bool(self._single)
        notes = [
            note
            for note in self._content.collection.notes
            if single or self._package_of[note.guid] == file
        ]
        tombstones = self._tombstones(file)
        undated = self._assemble(notes, [note for note, _ in tombstones])
        before = self._old.packages.get(file)
        digest = package_digest(undated, self._digests)
        if before is None or before.digest != digest:
            expired = {entry.id for _, entry in tombstones if self._is_expired(entry)}
            if expired:
                self._dropped |= expired
                tombstones = [pair for pair in tombstones if pair[0].guid not in expired]
                undated = self._assemble(notes, [note for note, _ in tombstones])
                digest = package_digest(undated, self._digests)
        revision = self._revision(before, digest, undated.notes)
        statuses: dict[str, list[str]] = {}
        step = position_step(len(notes))
        dated = [
            self._date(note, place * step, revision, statuses)
            for place, note in enumerate(undated.notes, 1)
        ]
        self._package_lines[file] = PackageEntry(file, revision, digest)
        notetypes = tuple(self._date_type(notetype, revision) for notetype in undated.notetypes)
        collection = replace(undated, notes=tuple(dated), notetypes=notetypes)
        counts = _counts(statuses, dated)
        return Release(file, collection, counts, digest, statuses)

    def without_expired(self, releases: Sequence[Release]) -> list[Release]:
        """Leave out packages that have only expired removed notes, if another one has changed."""
        before = self._old.packages
        changed = any(
            file not in before or line.revision != before[file].revision
            for file, line in self._package_lines.items()
        )
        left: list[Release] = []
        for release in releases:
            notes = release.collection.notes
            gone = [self._old.notes[note.guid] for note in notes if not note.cards]
            if len(gone) < len(notes) or not (changed and all(map(self._is_expired, gone))):
                left.append(release)
                continue
            names = {entry.id for entry in gone}
            self._dropped |= names
            self._note_lines = {
                name: line for name, line in self._note_lines.items() if name not in names
            }
            del self._package_lines[release.file]
        return left

    def check_removed(self, release: Release) -> list[Diagnostic]:
        """Report a package that has only removed notes, which learners may not even have."""
        notes = release.collection.notes
        if not notes or any(note.cards for note in notes):
            return []
        import shlex  # few builds have such a package

        packages = sorted({self._old.notes[note.guid].package for note in notes}, key=natural)
        count = counted(len(notes), "removed note")
        message = f"{release.file} has only {count}, for learners who have them"
        hint = f"if nobody has them: flashdeck forget {shlex.join(packages)}"
        span = Span.point(LOCK_NAME)
        return [Diagnostic("only-removed", message, span, Severity.INFO, hint)]

    def new_lock(self) -> Lock:
        """Return the lock after this build."""
        absent = {
            entry.id: entry._replace(
                **self._numbers[entry.id]._asdict(), removed=entry.removed or self._now
            )
            for entry in self.gone
            if entry.id not in self._dropped
        }
        notes = {**absent, **self._note_lines}
        notetypes = {key: self._type_lines[key] for key in self._shipped}
        return Lock(
            self._projects(),
            notes,
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
        tombstones: list[tuple[Note, NoteEntry]] = []
        for entry in sorted(self.gone, key=lambda entry: (self._numbers[entry.id], entry.id)):
            notetype = self._content.notetypes.get(entry.kind)
            if notetype is not None and (self._single or entry.package == file):
                fields = ("",) * len(notetype.fields)
                note_id = self._numbers[entry.id].note_id
                note = Note(entry.id, notetype.id, fields, (OUR_TAG,), (), id=note_id)
                tombstones.append((note, entry))
        return tombstones

    def _is_expired(self, entry: NoteEntry) -> bool:
        return bool(entry.removed) and entry.removed + _TOMBSTONE_LIFE < self._now

    def _assemble(self, notes: Sequence[Note], tombstones: Sequence[Note]) -> Collection:
        """Assemble a package: its notes, note types, decks and media, without times."""
        all_notes = (*notes, *tombstones)
        used = {note.notetype for note in all_notes}
        decks = {card.deck for note in notes for card in note.cards}
        whole = self._content.collection
        described = {deck.name for deck in whole.decks if deck.description or deck.preset}
        self._shipped |= used
        types = sorted(self._notetypes.values(), key=attrgetter("id"))
        used_types = tuple(notetype for notetype in types if notetype.id in used)
        return Collection(
            notetypes=used_types,
            decks=tuple(deck for deck in whole.decks if _holds(deck, decks, described)),
            notes=all_notes,
            media=media_of(whole, notes, used_types),
        )

    def _revision(self, before: PackageEntry | None, digest: str, notes: Iterable[Note]) -> int:
        if before is not None and before.digest == digest and not self._has_edits(notes):
            return before.revision
        # Learners may have any of the packages, and their clock may be ahead of this one.
        floor = max((entry.revision + 1 for entry in self._old.packages.values()), default=0)
        for note in notes:
            entry = self._old.notes.get(note.guid)
            if entry is not None:
                floor = max(floor, entry.changed, self._last_time(entry) + 1)
        return max(floor, self._now)

    def _has_edits(self, notes: Iterable[Note]) -> bool:
        """Whether a note reads differently in the lock: the lock may be older than its package."""
        return any(
            old.content != (self._digests.get(note.guid) or note_digest(note))
            for note in notes
            if (old := self._old.notes.get(note.guid)) is not None
        )

    def _date(
        self, note: Note, position: int, revision: int, statuses: dict[str, list[str]]
    ) -> Note:
        """Add ids and times to a note and its cards, and positions to the cards."""
        guid = note.guid
        old = self._old.notes.get(guid)
        if guid not in self._package_of:
            assert old is not None, "only notes in the lock can be removed"
            statuses[guid] = [] if old.removed else ["removed"]
            return self._date_tombstone(note, old, revision)
        entry = self._living(note, old, revision)
        if entry is old and not entry.changed:
            mod = entry.first_built
            statuses[guid] = ["unchanged"]
        else:
            mod = self._time(entry, revision)
            is_again = old is not None and mod > self._last_time(old)
            statuses[guid] = _statuses(old, entry, is_again=is_again)
        self._note_lines[guid] = entry
        note_id, card_block = self._numbers[guid]
        cards = tuple(
            [
                Card(card.ordinal, card.deck, position, card_block + card.ordinal)
                for card in note.cards
            ]
        )
        # `replace` takes three times as long.
        mod += entry.ahead
        return Note(guid, note.notetype, note.fields, note.tags, cards, note_id, mod, note.source)

    def _date_tombstone(self, note: Note, old: NoteEntry, revision: int) -> Note:
        digest = note_digest(note)
        entry = old._replace(
            **self._numbers[note.guid]._asdict(),
            content=digest,
            fields=field_digests(note),
            tags=tag_digests(note.tags),
            changed=_changed(old, digest, revision),
            removed=old.removed or revision,
        ).after(old)
        self._note_lines[note.guid] = entry
        return replace(note, mod=self._time(entry, revision) + entry.ahead)

    def _date_type(self, notetype: NoteType, revision: int) -> NoteType:
        """Add the time of an edited note type for a package; others keep that of the first build.

        Anki keeps a learner's changes to a note type as long as its time does not change.
        """
        entry = self._type_lines[notetype.id]
        last = _resent(entry.time, revision, self._policy.resend_days) if entry.edited else 0
        return replace(notetype, mod=max(entry.time, last) + entry.ahead)

    def _time(self, entry: NoteEntry, revision: int) -> int:
        return _mod(entry, revision, self._policy.resend_days)

    def _last_time(self, entry: NoteEntry) -> int:
        return last_time(entry, self._old, self._policy.resend_days)

    def _living(self, note: Note, old: NoteEntry | None, revision: int) -> NoteEntry:
        kind = self._content.kinds[note.guid]
        digest = self._digests[note.guid]
        entry = note_entry(
            note,
            kind,
            self._package_of[note.guid],
            self._content.notetypes[kind],
            self._numbers[note.guid],
            old.first_built if old is not None else self._now,
            digest=digest,
            changed=_changed(old, digest, revision),
            before=old,
        )
        was = self._content.replaced.get(note.guid, "")
        # A copy of a note gets a new id as well, and replaces none.
        is_removed = was in self._old.notes and was not in self._package_of
        return entry._replace(was=was) if is_removed else entry


def last_time(entry: NoteEntry, lock: Lock, resend_days: int) -> int:
    """Return the time of a note in its package's last build, in seconds.

    In Anki it is later by `entry.ahead`.
    """
    package = lock.packages.get(entry.package)
    revision = package.revision if package is not None else entry.changed
    return _mod(entry, revision, resend_days)


def _changed(old: NoteEntry | None, digest: str, revision: int) -> int:
    if old is None:
        return 0
    return old.changed if old.content == digest else revision


def _check_clock(lock: Lock, now: int) -> None:
    if now < EARLIEST:
        message = f"the clock says {now} seconds since 1970, before Anki's first release"
        raise FlashdeckError(message, "correct the clock, or SOURCE_DATE_EPOCH")
    if now < lock.latest - _DAY:
        days = (lock.latest - now) / _DAY
        message = f"the clock is {days:.1f} days behind {LOCK_NAME}"
        raise FlashdeckError(message, "correct the clock; or restore the lock from git")


def _mod(entry: NoteEntry, revision: int, resend_days: int) -> int:
    if not entry.changed:
        return entry.first_built
    return _resent(entry.changed, revision, resend_days)


def _resent(changed: int, revision: int, resend_days: int) -> int:
    return min(revision, changed + resend_days * _DAY)


def _statuses(old: NoteEntry | None, entry: NoteEntry, *, is_again: bool) -> list[str]:
    """Return how a note differs from the last build; it can be moved and sent again."""
    if old is None:
        return ["new"]
    if old.content != entry.content or old.removed:
        return ["changed"]
    statuses = ["moved"] if old.deck != entry.deck else []
    statuses += ["sent_again"] if is_again else []
    return statuses or ["unchanged"]


def _deck(note: Note) -> str:
    return note.cards[0].deck


def _holds(deck: Deck, used: set[str], described: set[str]) -> bool:
    """Whether a deck holds cards, or is between such a deck and a described one.

    `described` are the decks that have a description or a preset.
    """
    if deck.name in used:
        return True
    return any(is_within(deck.name, name) for name in described) and any(
        is_within(name, deck.name) for name in used
    )


def media_of(
    whole: Collection, notes: Sequence[Note], notetypes: Sequence[NoteType]
) -> tuple[Media, ...]:
    """Return the media of a collection that these notes, or note types, need."""
    needed = needed_media(notes, notetypes, whole.media)
    return tuple(media for media in whole.media if media.name in needed)
