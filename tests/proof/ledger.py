"""The published content, build by build, tracked independently of flashdeck."""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass, field, replace

from proof.builder import Package
from proof.drafts import Content

DAY = 86_400
RESENT = 60 * DAY
"""For so long after its last edit a note is sent again, by the default of `resend_days`."""
# Removed notes travel for 180 days; clocks may differ by two.
_TRAVELS = 178 * DAY


@dataclass(frozen=True, slots=True)
class Record:
    """The history of a note; times are those passed to the builds.

    `born` is the number of its first build, `first` its time; `edited` the time of the last build
    that brought an edit, None for a note never edited; `content` is None while it is removed, and
    `package` is the file that then has the removed note.
    """

    born: int
    first: int
    kind: str
    content: Content | None
    edited: int | None = None
    package: str = ""

    def due(self, revised: int) -> int:
        """The time up to which the package overrides a learner's edit of this note.

        A note whose lock was lost counts as never edited: if the learner edits it between the next
        build and its import, it is not updated until its next edit.
        """
        if self.edited is None:
            return self.first
        return min(revised, self.edited + RESENT)

    def is_expected(self, now: int) -> bool:
        """Whether its package must have the note, or the removed note."""
        return self.content is not None or (self.edited or 0) + _TRAVELS > now


@dataclass(slots=True)
class Ledger:
    """Every note by its id; the packages of the last build by file name."""

    notes: dict[str, Record] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    """When the contents of each package last changed, by the author's clock."""
    early: set[str] = field(default_factory=set)
    """The packages with contents older, by that clock, than their publication: it was slow, or
    another author had built them before the last import."""
    descriptions: dict[str, str] = field(default_factory=dict)
    styling: dict[str, str] = field(default_factory=dict)
    """The text that the note type of each kind must contain."""
    scattered: set[str] = field(default_factory=set)
    """Notes from before the loss of a lock together with `build/`: the ids of their later cards are
    not adjacent to the earlier ones, which are unknown."""
    order: list[str] = field(default_factory=list)
    builds: int = 0
    time: int = 0
    _revisions: dict[str, tuple[object, int]] = field(default_factory=dict)
    """Each package's last contents and their time."""

    def enter(
        self, now: int, contents: Mapping[str, Content], packages: list[Package], *, slow: bool
    ) -> None:
        """Record a build by a clock that may be slow."""
        self.builds += 1
        self.time = now
        self.order = list(contents)
        for guid, content in contents.items():
            self.notes[guid] = self._living(self.notes.get(guid), content, now)
        for guid, record in self.notes.items():
            if guid not in contents and record.content is not None:
                package = record.content.package
                self.notes[guid] = replace(record, content=None, edited=now, package=package)
        self.packages = {package.path.name: package for package in packages}
        shipped = {guid for package in packages for guid in package.guids}
        self.notes = {  # without removed notes that have expired: put back, they are new
            guid: record
            for guid, record in self.notes.items()
            if guid in shipped or record.is_expected(now)
        }
        for name, package in self.packages.items():
            shape = self._shape(package)
            if self._revisions.get(name, (None, 0))[0] != shape:
                self._revisions[name] = shape, now
                (self.early.add if slow else self.early.discard)(name)
            self.revised[name] = self._revisions[name][1]

    def lose_lock(self) -> None:
        """Start over, like a build without a lock: removed notes are forgotten."""
        self.notes = {
            guid: replace(record, born=self.builds + 1, edited=None)
            for guid, record in self.notes.items()
            if record.content is not None
        }
        self._revisions.clear()
        self.scattered |= set(self.notes)

    def members(self, file: str) -> frozenset[str]:
        """The GUIDs that a package has, and those that it should have."""
        expected = (
            guid
            for guid, record in self.notes.items()
            if file == (record.content.package if record.content else record.package)
            and record.is_expected(self.time)
        )
        return self.packages[file].guids.union(expected)

    def abandon(self, published: Container[str]) -> None:
        """Forget the notes of a build that is not in the history, but for those published before.

        The next build neither has nor removes them.
        """
        self.notes = {guid: record for guid, record in self.notes.items() if guid in published}

    def fork(self) -> Ledger:
        """Create the ledger of another branch."""
        return replace(
            self,
            notes=dict(self.notes),
            revised={},
            early=set(self.early),
            scattered=set(self.scattered),
            _revisions=dict(self._revisions),
        )

    def merge(self, other: Ledger, base: Ledger) -> None:
        """Merge the builds of another branch since the common base.

        A package that both built differently gets a new revision; one that only the other branch
        built, or both equally, keeps its revision.
        """
        for guid, theirs in other.notes.items():
            ours = self.notes.get(guid)
            self.notes[guid] = theirs if ours is None else _merged(ours, theirs)
        for name, revision in other._revisions.items():
            old, own = base._revisions.get(name), self._revisions.get(name)
            if revision == old:
                continue
            if own == old or (own is not None and own[0] == revision[0]):
                self._revisions[name] = revision if own is None else max(own, revision, key=_time)
                self.early.add(name)
            else:
                self._revisions.pop(name, None)

    def _living(self, old: Record | None, content: Content, now: int) -> Record:
        if old is None:
            return Record(self.builds, now, content.kind, content)
        if old.born == self.builds:  # the first build after the lock was lost
            return Record(self.builds, now, content.kind, content)
        if old.content is None or old.content.taken != content.taken:
            return replace(old, content=content, edited=now)
        return replace(old, content=content)

    def _shape(self, package: Package) -> object:
        """The parts that determine a package's contents."""
        contents = {guid: self.notes[guid].content for guid in self.order if guid in package.guids}
        living = [content for content in contents.values() if content is not None]
        described = {content.deck: self.descriptions.get(content.deck, "") for content in living}
        styling = {content.kind: self.styling[content.kind] for content in living}
        return list(contents.items()), package.guids - set(contents), described, styling


def _time(revision: tuple[object, int]) -> int:
    return revision[1]


def _merged(ours: Record, theirs: Record) -> Record:
    edits = [record.edited for record in (ours, theirs) if record.edited is not None]
    return replace(
        ours,
        born=min(ours.born, theirs.born),
        first=min(ours.first, theirs.first),
        edited=max(edits, default=None),
    )
