"""What was published, build by build, as an author could have noted it by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from proof.builder import Package
from proof.drafts import Content

DAY = 86_400
YEAR = 365 * DAY


@dataclass(frozen=True, slots=True)
class Record:
    """What became of one note; times are those that the builds were told.

    `born` is the number of its first build, `first` its time; `edited` the time of the last build
    that brought an edit, None for a note never edited; `content` is None while it is removed.
    """

    born: int
    first: int
    kind: str
    content: Content | None
    edited: int | None = None

    def due(self, revised: int) -> int:
        """The time up to which a learner's touch of this note is overridden by the package.

        A note whose lock was lost counts as never edited: touched between the build after that and
        its import, it stays as it was until its next edit.
        """
        if self.edited is None:
            return self.first
        return min(revised, self.edited + YEAR)


@dataclass(slots=True)
class Ledger:
    """Every note by its id; the packages of the last build by file name."""

    notes: dict[str, Record] = field(default_factory=dict)
    packages: dict[str, Package] = field(default_factory=dict)
    revised: dict[str, int] = field(default_factory=dict)
    """When the contents of each package last changed, by the author's clock."""
    early: set[str] = field(default_factory=set)
    """The packages whose contents are older by that clock than they were published: it was slow,
    or somebody else had built them before our last import."""
    descriptions: dict[str, str] = field(default_factory=dict)
    looks: dict[str, str] = field(default_factory=dict)
    """What the texts of the note type of each kind must hold."""
    scattered: set[str] = field(default_factory=set)
    """Notes that were there when a lock was lost together with `build/`: cards that they get later
    lie apart from the ones before, since nobody knows where those lie."""
    order: list[str] = field(default_factory=list)
    builds: int = 0
    _revisions: dict[str, tuple[object, int]] = field(default_factory=dict)
    """Each package's last contents and their time."""

    def enter(
        self, now: int, contents: Mapping[str, Content], packages: list[Package], *, slow: bool
    ) -> None:
        """Note down a build by a clock that may be slow."""
        self.builds += 1
        self.order = list(contents)
        for guid, content in contents.items():
            self.notes[guid] = self._living(self.notes.get(guid), content, now)
        for guid, record in self.notes.items():
            if guid not in contents and record.content is not None:
                self.notes[guid] = replace(record, content=None, edited=now)
        self.packages = {package.path.name: package for package in packages}
        for name, package in self.packages.items():
            shape = self._shape(package)
            if self._revisions.get(name, (None, 0))[0] != shape:
                self._revisions[name] = shape, now
                (self.early.add if slow else self.early.discard)(name)
            self.revised[name] = self._revisions[name][1]

    def lose_lock(self) -> None:
        """Begin anew, as a build without a lock does: removed notes are forgotten."""
        self.notes = {
            guid: replace(record, born=self.builds + 1, edited=None)
            for guid, record in self.notes.items()
            if record.content is not None
        }
        self._revisions.clear()
        self.scattered |= set(self.notes)

    def members(self, file: str) -> frozenset[str]:
        """The GUIDs that a package has, and those that it should have."""
        living = (
            guid
            for guid, record in self.notes.items()
            if record.content is not None and record.content.package == file
        )
        return self.packages[file].guids.union(living)

    def fork(self) -> Ledger:
        """What another branch begins with."""
        return replace(
            self,
            notes=dict(self.notes),
            revised={},
            early=set(self.early),
            scattered=set(self.scattered),
            _revisions=dict(self._revisions),
        )

    def merge(self, other: Ledger, base: Ledger) -> None:
        """Take over what another branch published since both had the same base.

        A package of which they built two versions is built anew; one that only the others built, or
        both in the same way, is as they left it.
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
        """All that surely makes up a package's contents."""
        found = {guid: self.notes[guid].content for guid in self.order if guid in package.guids}
        living = [content for content in found.values() if content is not None]
        described = {one.deck: self.descriptions.get(one.deck, "") for one in living}
        looks = {one.kind: self.looks[one.kind] for one in living}
        return list(found.items()), package.guids - set(found), described, looks


def _time(revision: tuple[object, int]) -> int:
    return revision[1]


def _merged(ours: Record, theirs: Record) -> Record:
    edits = [one.edited for one in (ours, theirs) if one.edited is not None]
    return replace(
        ours,
        born=min(ours.born, theirs.born),
        first=min(ours.first, theirs.first),
        edited=max(edits, default=None),
    )
