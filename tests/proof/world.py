"""An author and a learner with a common simulated clock."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from proof.author import Author
from proof.builder import Builder, RefusedError, through_python
from proof.drafts import Draft, Sources
from proof.edits import EDITS, copy_with_id, remove_id
from proof.invariants import Check, Violation
from proof.ledger import DAY, Ledger
from proof.study import LATEST, Student

START = 1_600_000_000
LOCK = "flashdeck.lock"
Step = tuple[str, int, int]
"""An edit or a learner's act: its name, the index of the note or card, and its variant."""


class BrokenPromiseError(AssertionError):
    """A broken promise; the message lists the violations."""


class World:
    """A history that starts with a new project and an empty collection.

    `tally` counts events: builds, imports, reviews, late notes, healed notes.
    """

    def __init__(self, builder: Builder = through_python) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="proof-", ignore_cleanup_errors=True)
        self._builder = builder
        self.now = START
        self.behind = 0
        """The number of seconds by which the author's clock is slow."""
        self.root = Path(self._folder.name) / "project"
        self.author = Author(self.root)
        self.student = Student()
        self.ledger = Ledger()
        self.tally: Counter[str] = Counter()
        self._late: set[str] = set()

    def close(self) -> None:
        """Delete all files."""
        self.student.close()
        self._folder.cleanup()

    def begin(self, notes: int) -> None:
        """Create a project, build it, import it."""
        self.author = Author.begin(self.root, notes)
        self.build()
        self.wait(DAY)
        self.take()

    def wait(self, seconds: int) -> None:
        """Advance the simulated clock, up to a limit before the real time."""
        self.now = min(self.now + seconds, LATEST)

    def edit(self, edits: Sequence[Step]) -> None:
        """Edit the sources."""
        for name, which, how in edits:
            EDITS[name](self.author, which, how)
            self.tally["edits"] += 1

    def act(self, acts: Sequence[Step]) -> None:
        """Run the learner's acts."""
        before = self.student.reviews
        for name, which, how in acts:
            self.student.act(name, which, how, self.now)
            self.wait(1)
        self.tally["reviews"] += self.student.reviews - before

    def build(self) -> None:
        """Save the sources, build them, and record the published content."""
        self._build(self.author, self.ledger)

    def take(self, which: int | None = None) -> None:
        """Import all packages of the last build, or only one, and check every promise."""
        names = sorted(self.ledger.packages)
        for name in names if which is None else [names[which % len(names)]]:
            self._take(name)

    def finish(self) -> None:
        """Build and import once more; *Check Database* must find no problems."""
        if self.ledger.builds:
            self.build()
            self.wait(60)
            self.take()
        problems = self.student.anki.check_database()
        _raise([Violation("a sound collection", problems)] if problems else [])

    def copy_with_id(self, which: int, how: int) -> None:
        """Copy a note with its id: the build must refuse it and change nothing."""
        copied = copy_with_id(self.author, which, how)
        if copied is not None:
            self._must_refuse("duplicate-id", self.now - self.behind)
            remove_id(self.author, copied)
            self.build()

    def clock_of_another_time(self) -> None:
        """Build with a clock that is days slow: the build must refuse it and change nothing."""
        self._must_refuse("", max(self.ledger.revised.values()) - 3 * DAY)

    def lose_lock(self, *, with_packages: bool) -> None:
        """Delete the lock, which can be rebuilt from the packages if they are kept."""
        self.tally["locks lost"] += 1
        if with_packages:
            (self.root / LOCK).unlink()
            return
        if any(_retyped(draft, self.ledger) for _, draft in self.author.sources.drafts()):
            self.build()  # without a lock a change of kind can't be detected
        trash = self.author.sources.trash
        trash[:] = [
            replace(draft, id="") if _retyped(draft, self.ledger) else draft for draft in trash
        ]
        self.wait(2 * DAY)
        self.behind = 0
        (self.root / LOCK).unlink()
        shutil.rmtree(self.root / "build")
        self.ledger.lose_lock()

    def take_back(self, edits: Sequence[Step], *commands: str, commit: bool = True) -> None:
        """Publish edits, and let git take them back, together with the lock.

        `commands` are git's; `{}` is the commit before the edits.
        """
        for command in ("init -q -b main", "add -A", "commit -q --allow-empty -m before"):
            self._git(command)
        sources = self.author.fork(self.root).sources
        base = self._git("rev-parse HEAD").strip()
        self.edit(edits)
        self.build()
        self.wait(60)
        self.take()
        for command in ("add -A", "commit -q --allow-empty -m after") if commit else ():
            self._git(command)
        for command in commands:
            self._git(command.format(base))
        self.author.sources = sources
        self.wait(DAY)

    def revert(self, edits: Sequence[Step], *, in_clone: bool) -> None:
        """Publish edits, revert their commit, and publish that."""
        commit = "commit -q --allow-empty -m revert"
        self.take_back(edits, "read-tree -u --reset {}", commit)
        if in_clone:
            self.forget_build()
        self.build()
        shutil.rmtree(self.root / ".git")
        self.tally["edits reverted"] += 1

    def forget_build(self) -> None:
        """Lose `build/`, as in a fresh clone."""
        shutil.rmtree(self.root / "build")

    def _git(self, command: str) -> str:
        who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
        return subprocess.run(
            ["git", "-C", str(self.root), *who, *command.split()],
            capture_output=True,
            text=True,
            check=True,
        ).stdout

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
        other_root = Path(self._folder.name) / f"branch{self.ledger.builds}"
        shutil.copytree(self.root, other_root, ignore=shutil.ignore_patterns("build"))
        other, others_ledger = self.author.fork(other_root), self.ledger.fork()
        for name, which, detail in there:
            EDITS[name](other, which, detail)
            self.tally["edits"] += 1
        self.edit(here)
        if how & 1:
            self._build(other, others_ledger)
            self.wait(600)
        self.build()
        self.wait(DAY)
        if how & 2:
            self.take()
        if not how & 1:
            self._build(other, others_ledger)
        self.wait(600)
        self.act(acts)
        self.wait(600)
        ours, theirs = _lock(self.root), _lock(other_root)
        (self.root / LOCK).write_bytes(
            _merged(*((theirs, base, ours) if how & 4 else (ours, base, theirs)))
        )
        _merge_sources(self.author.sources, other.sources, before, pictures, yield_=bool(how & 8))
        self.ledger.merge(others_ledger, base_ledger)
        self.build()
        self.tally["branches merged"] += 1

    def _build(self, author: Author, ledger: Ledger) -> None:
        author.save()
        now = self.now - self.behind
        try:
            packages = self._builder(author.root, now)
        except RefusedError as refused:
            if refused.rules != {"many-removals"}:
                raise
            packages = self._builder(author.root, now, accept_removals=True)
        wrong = [
            Violation("no review lost", f"the note {old.id} is {new.id} now")
            for old, new in author.read_ids().values()
            if not _retyped(old, ledger)
        ]
        sources = author.sources
        ledger.descriptions, ledger.styling = sources.descriptions(), sources.styling()
        ledger.enter(now, sources.contents(), packages, slow=self.behind > 0)
        self.tally["builds"] += 1
        _raise(wrong)

    def _take(self, name: str) -> None:
        student, package = self.student, self.ledger.packages[name]
        before = student.look()
        touched, stamped = dict(student.touched), dict(student.stamped)
        imported = student.take(package.path, self.now)
        self.wait(1)
        check = Check(name, self.ledger, before, student.look(), touched, stamped, student.got)
        _raise(check.violations(student.anki, imported))
        for guid in check.current:
            student.got[guid] = self.ledger.builds
        self.tally["imports"] += 1
        self.tally["late"] += len(check.late - self._late)
        self.tally["healed"] += len(check.current & self._late)
        self._late = (self._late | check.late) - check.current

    def _must_refuse(self, rule: str, now: int) -> None:
        self.author.save()
        before = _everything(self.root)
        try:
            self._builder(self.root, now)
        except RefusedError as refused:
            if rule not in refused.rules:
                raise
        else:
            raise BrokenPromiseError(f"the build should have refused: {rule or 'clock'}")
        if _everything(self.root) != before:
            raise BrokenPromiseError(f"a build that was refused ({rule or 'clock'}) wrote files")
        self.tally["builds refused"] += 1


def _raise(violations: list[Violation]) -> None:
    if violations:
        raise BrokenPromiseError("\n".join(map(str, violations)))


def _retyped(draft: Draft, ledger: Ledger) -> bool:
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
