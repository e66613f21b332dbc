"""An author and a learner with a common simulated clock."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from pathlib import Path

from real_anki import VERSION

from proof.author import Author
from proof.builder import Builder, RefusedError, through_python
from proof.drafts import Draft, Sources
from proof.edits import EDITS
from proof.invariants import Check, Violation
from proof.ledger import DAY, RESENT, Ledger
from proof.study import LATEST, Student

START = 1_300_000_000
LOCK = "flashdeck.lock"
Step = tuple[str, int, int]
"""An edit or a learner's act: its name, the index of the note or card, and its variant."""
# Releases that duplicate cards with scattered ids when a front changes.
_DUPLICATES_CARDS = (25, 7)


class BrokenPromiseError(AssertionError):
    """A broken promise; the message lists the violations."""


class World:
    """A history that starts with a new project and an empty collection.

    `tally` counts what happened, by category and name; `folder` is for other clones.
    """

    def __init__(self, builder: Builder = through_python) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="proof-", ignore_cleanup_errors=True)
        self.folder = Path(self._folder.name)
        self._builder = builder
        self.now = START
        self.behind = 0
        """The number of seconds by which the author's clock is slow."""
        self.root = self.folder / "project"
        self.author = Author(self.root)
        self.student = Student()
        self.ledger = Ledger()
        self.tally: Counter[tuple[str, str]] = Counter()
        self._late: set[str] = set()

    def close(self) -> None:
        """Delete all files."""
        self.student.close()
        self._folder.cleanup()

    def begin(self, notes: int, build: Callable[[World], object] | None = None) -> None:
        """Create a project, build it, import it. `build` may build it in another way."""
        self.author = Author.begin(self.root, notes)
        (build or World.build)(self)
        self.wait(DAY)
        self.take()

    def wait(self, seconds: int) -> None:
        """Advance the simulated clock, up to a limit before the real time."""
        self.now = min(self.now + seconds, LATEST)

    def edit(self, edits: Sequence[Step], author: Author | None = None) -> None:
        """Edit the sources, or those of another author; count the edits that change them."""
        author = author or self.author
        for name, which, how in edits:
            before = author.sources.written()
            EDITS[name](author, which, how)
            self.tally["edits", name] += author.sources.written() != before

    def act(self, acts: Sequence[Step]) -> None:
        """Run the learner's acts."""
        before = self.student.reviews
        for name, which, how in acts:
            self.tally["acts", name] += self.student.act(name, which, how, self.now)
            self.wait(1)
        self.tally["events", "reviews"] += self.student.reviews - before

    def build(self, author: Author | None = None, ledger: Ledger | None = None) -> None:
        """Save the sources, build them, and record the published content.

        The author and the ledger may be those of another clone.
        """
        author, ledger = author or self.author, self.ledger if ledger is None else ledger
        author.save()
        behind = self.behind if author is self.author else 0
        now = self.now - behind
        try:
            packages = self._builder(author.root, now)
        except RefusedError as refused:
            if refused.rules != {"many-removals"}:
                raise
            packages = self._builder(author.root, now, accept_removals=True)
        wrong = [
            Violation("no review lost", f"the note {old.id} is {new.id} now")
            for old, new in author.read_ids().values()
            if not retyped(old, ledger)
        ]
        sources = author.sources
        ledger.descriptions, ledger.styling = sources.descriptions(), sources.styling()
        ledger.enter(now, sources.contents(), packages, slow=behind > 0)
        self.tally["events", "builds"] += 1
        _raise(wrong)

    def take(self, which: int | None = None) -> None:
        """Import all packages of the last build, or only one, and check every promise."""
        names = sorted(self.ledger.packages)
        for name in names if which is None else [names[which % len(names)]]:
            self._take(name)

    def finish(self) -> None:
        """Edit, build and import once more; *Check Database* must find no problems."""
        if self.ledger.builds:
            self.edit([("rewrite", 0, 0)])
            self.build()
            self.wait(60)
            self.take()
        problems = self.student.anki.check_database()
        _raise([Violation("a sound collection", problems)] if problems else [])

    def mark_edited(self, which: int, marked: int, released: int) -> None:
        """Let the learner mark an edited note, `marked` seconds after the edit was imported.

        A new note is `released` that long after the mark: the edit is sent again with it, and
        replaces the mark, if it is young enough.
        """
        self.build()
        document, draft = self.author.note(which)
        self.edit([("rewrite", which, 0)])
        self.build()
        self.wait(60)
        self.take()
        self.wait(marked)
        tag = f"mine{self.ledger.builds}"
        self.student.tag_note(draft.id, tag, self.now)
        self.wait(released)
        document.notes.append(replace(self.author.draft(0), deck=draft.deck))
        self.build()
        self.wait(60)
        self.take()
        kept = tag in self.student.anki.note(draft.id).tags
        if kept != (marked > RESENT):
            raise BrokenPromiseError(f"learners keep their work: {kept=} of a mark on {draft.id}")
        self.tally["events", f"marks {'kept' if kept else 'replaced'}"] += 1

    def branch(
        self, here: Sequence[Step], there: Sequence[Step], acts: Sequence[Step], how: int
    ) -> None:
        """Let another person edit and build a copy, and merge both branches.

        The bits of `how` choose who builds first, whether the learner imports in between, and whose
        lock comes first and whose edit of the same note is kept in the merge.
        """
        self.build()
        base, base_ledger = _lock(self.root), self.ledger.fork()
        before = {draft.handle: draft for _, draft in self.author.sources.drafts()}
        pictures = dict(self.author.sources.pictures)
        other_root = self.folder / f"branch{self.ledger.builds}"
        shutil.copytree(self.root, other_root, ignore=shutil.ignore_patterns("build"))
        other, others_ledger = self.author.fork(other_root), self.ledger.fork()
        self.edit(there, other)
        self.edit(here)
        if how & 1:
            self.build(other, others_ledger)
            self.wait(600)
        self.build()
        self.wait(DAY)
        if how & 2:
            self.take()
        if not how & 1:
            self.build(other, others_ledger)
        self.wait(600)
        self.act(acts)
        self.wait(600)
        self.merge_lock(base, other_root, theirs_first=bool(how & 4))
        _merge_sources(self.author.sources, other.sources, before, pictures, yield_=bool(how & 8))
        self.ledger.merge(others_ledger, base_ledger)
        self.build()

    def merge_lock(self, base: bytes, other: Path, *, theirs_first: bool) -> None:
        """Merge the lock of another clone, with git's conflict markers."""
        ours, theirs = _lock(self.root), _lock(other)
        order = (theirs, base, ours) if theirs_first else (ours, base, theirs)
        (self.root / LOCK).write_bytes(_merged(*order))

    def must_refuse(
        self, rules: Collection[str], spoil: Callable[[], object], now: int | None = None
    ) -> None:
        """Spoil the saved project: the build must refuse it by one of the rules, and write nothing.

        The rule of an error outside the sources is ''.
        """
        self.author.save()
        spoil()
        before = _everything(self.root)
        try:
            self._builder(self.root, self.now - self.behind if now is None else now)
        except RefusedError as refused:
            if not refused.rules <= {*rules}:
                raise
        else:
            raise BrokenPromiseError(f"the build should have refused: {' or '.join(rules)}")
        if _everything(self.root) != before:
            raise BrokenPromiseError("a build that was refused wrote files")

    def _take(self, name: str) -> None:
        student, package = self.student, self.ledger.packages[name]
        before = student.look()
        touched, stamped = dict(student.touched), dict(student.stamped)
        imported = student.take(package.path, self.now)
        self.wait(1)
        self._check_doubled_cards()
        check = Check(name, self.ledger, before, student.look(), touched, stamped, student.got)
        _raise(check.violations(student.anki, imported))
        for guid in check.current:
            student.got[guid] = self.ledger.builds
        self.tally["events", "imports"] += 1
        self.tally["events", "notes late"] += len(check.late - self._late)
        self.tally["events", "late notes current again"] += len(check.current & self._late)
        self.tally["events", "notes kept as marked"] += len(check.kept)
        self._late = (self._late | check.late) - check.current

    def _check_doubled_cards(self) -> None:
        """Let *Check Database* delete doubled cards of notes from before the loss of a lock.

        The ids of their cards are unknown, so those of later cards are not adjacent.
        """
        doubled = {guid for guid, _ in self.student.anki.doubled_cards()}
        if doubled and doubled <= self.ledger.scattered and VERSION >= _DUPLICATES_CARDS:
            self.student.anki.check_database()
            self.tally["events", "doubled cards deleted by Check Database"] += len(doubled)


def _raise(violations: list[Violation]) -> None:
    if violations:
        raise BrokenPromiseError("\n".join(map(str, violations)))


def retyped(draft: Draft, ledger: Ledger) -> bool:
    """Whether a note's kind differs from the published one."""
    record = ledger.notes.get(draft.id)
    return record is not None and record.kind != draft.kind


def _lock(root: Path) -> bytes:
    return (root / LOCK).read_bytes()


def _everything(root: Path) -> dict[str, bytes]:
    """Every file but the project lock and the media cache."""
    return {
        str(path): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file() and path.name not in {".lock", ".media"}
    }


def _merged(ours: bytes, base: bytes, theirs: bytes) -> bytes:
    """Merge three versions of the lock as git does, including conflict markers."""
    with tempfile.TemporaryDirectory() as folder:
        paths = [Path(folder) / name for name in ("ours", "base", "theirs")]
        for path, data in zip(paths, (ours, base, theirs), strict=True):
            path.write_bytes(data)
        command = ["git", "merge-file", "-p", *map(str, paths)]
        return subprocess.run(command, capture_output=True, check=False).stdout


def _merge_sources(
    ours: Sources,
    theirs: Sources,
    before: dict[int, Draft],
    pictures: dict[int, bytes],
    *,
    yield_: bool,
) -> None:
    """Merge the notes and pictures that only `theirs` changed; all of theirs with `yield_`."""
    mine = {draft.handle: draft for _, draft in ours.drafts()}
    for _, draft in theirs.drafts():
        base = before.get(draft.handle)
        if base is None and draft.handle not in mine:
            ours.documents()[0].notes.append(draft)
        elif draft != base and (yield_ or mine.get(draft.handle) == base):
            ours.put(draft)
    kept = {draft.handle for _, draft in theirs.drafts()}
    for handle, base in before.items():
        if handle not in kept and mine.get(handle) == base and len(ours.drafts()) > 1:
            ours.take(handle)
    for number, data in theirs.pictures.items():
        if data != pictures[number]:
            ours.pictures[number] = data
    living = {draft.handle for _, draft in ours.drafts()}
    trash = {draft.handle: draft for draft in (*theirs.trash, *ours.trash)}
    ours.trash[:] = [draft for handle, draft in trash.items() if handle not in living]
