"""Accidents of an author, and what git takes back, by name."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from proof.edits import copy_of, remove_id
from proof.ledger import DAY, Ledger
from proof.world import LOCK, Step, World, retyped

SETTINGS = "flashdeck.yaml"

# Refused builds


def copy_with_id(world: World, _: Sequence[Step], which: int, how: int) -> None:
    """Copy a note with its id: the build must refuse it and change nothing."""
    copied = copy_of(world.author, which, how)
    if copied is not None:
        world.must_refuse({"duplicate-id", "copied-file"}, _nothing)
        remove_id(world.author, copied)


def copy_file(world: World, _: Sequence[Step], which: int, how: int) -> None:
    """Copy a file, as programs that synchronize folders do; the copy may have another text.

    A single note with another text is a copied note.
    """
    world.build()  # writes ids
    files = world.author.sources.files
    file = files[which % len(files)]
    path = world.root / "cards" / file.path
    copied = path.with_name(f"{path.stem} (conflicted copy).yaml")
    text = world.author.sources.text(file)
    text = text.replace("w", "other w", 1) if how % 2 else text
    one = sum(len(document.notes) for document in file.documents) == 1
    rules = {"copied-file", "duplicate-id"} if one and how % 2 else {"copied-file"}
    world.must_refuse(rules, lambda: copied.write_text(text, "utf-8"))


def other_settings(world: World, _: Sequence[Step], _which: int, _how: int) -> None:
    """Copy the settings of another project: the build must refuse its id and change nothing."""
    path = world.root / SETTINGS
    before = path.read_bytes()
    other = before.replace(b"proofproofproof", b"otherprojectsid")
    world.must_refuse({"project-id"}, lambda: path.write_bytes(other))
    path.write_bytes(before)


def wrong_clock(world: World, _: Sequence[Step], _which: int, _how: int) -> None:
    """Build with a clock that is days slow: the build must refuse it and change nothing."""
    world.must_refuse({""}, _nothing, max(world.ledger.revised.values()) - 3 * DAY)


def _nothing() -> None:
    """Leave the project as it is."""


# Lost files


def slow_clock(world: World, _: Sequence[Step], _which: int, how: int) -> None:
    """Set the author's clock back by some hours, or forward again."""
    world.behind = how % 24 * 3600


def lose_settings(world: World, edits: Sequence[Step], _which: int, how: int) -> None:
    """Delete the settings, or only the lines of the project's id and name, and edit."""
    path = world.root / SETTINGS
    lines = path.read_text("utf-8").splitlines(keepends=True)
    path.unlink()
    if how % 2:
        left = [line for line in lines if not line.startswith(("id:", "name:"))]
        path.write_text("".join(left), "utf-8")
    world.edit(edits)


def lose_lock(world: World, _: Sequence[Step], _which: int, _how: int) -> None:
    """Delete the lock, which can be rebuilt from the packages."""
    (world.root / LOCK).unlink()


def lose_lock_and_packages(world: World, _: Sequence[Step], _which: int, _how: int) -> None:
    """Delete the lock and `build/`.

    Without a lock a change of kind can't be detected, nor a new field of a note type.
    """
    sources = world.author.sources
    if len(sources.stamps) < sources.growth or any(
        retyped(draft, world.ledger) for _, draft in sources.drafts()
    ):
        world.build()
    trash = world.author.sources.trash
    trash[:] = [replace(draft, id="") if retyped(draft, world.ledger) else draft for draft in trash]
    world.wait(2 * DAY)
    world.behind = 0
    (world.root / LOCK).unlink()
    shutil.rmtree(world.root / "build")
    world.ledger.lose_lock()


# What git takes back


def take_back(
    world: World,
    edits: Sequence[Step],
    *commands: str,
    commit: bool = True,
    in_history: bool = False,
    in_clone: bool = False,
) -> None:
    """Publish edits, and let git take them back, together with the lock.

    `commands` are git's; `{}` is the commit before the edits. The edits may be committed first, and
    they may stay in the history of the current commit. A clone has no `build/`.
    """
    for command in ("init -q -b main", "add -A", "commit -q --allow-empty -m before"):
        _git(world, command)
    sources = world.author.fork(world.root).sources
    published = set(world.ledger.notes)
    base = _git(world, "rev-parse HEAD").strip()
    world.edit(edits)
    world.build()
    world.wait(60)
    world.take()
    for command in ("add -A", "commit -q --allow-empty -m after") if commit else ():
        _git(world, command)
    for command in commands:
        _git(world, command.format(base))
    world.author.sources = sources
    if not in_history:
        world.ledger.abandon(published)
    if in_clone:
        shutil.rmtree(world.root / "build")
    world.wait(DAY)


def _git(world: World, command: str) -> str:
    who = ("-c", "user.name=A", "-c", "user.email=a@example.org")
    return subprocess.run(
        ["git", "-C", str(world.root), *who, *command.split()],
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def _taken_back(
    world: World,
    edits: Sequence[Step],
    *,
    commands: Sequence[str],
    **options: bool,
) -> None:
    world.build()
    take_back(world, edits, *commands, **options)
    world.build()
    shutil.rmtree(world.root / ".git")


_REVERT = ("read-tree -u --reset {}", "commit -q --allow-empty -m revert")
_LEAVE = ("checkout -q -b draft", "branch -f main {}", "checkout -q main")
revert = partial(_taken_back, commands=_REVERT, in_history=True)
revert_in_clone = partial(_taken_back, commands=_REVERT, in_history=True, in_clone=True)
checkout_files = partial(_taken_back, commands=("checkout -q .",), commit=False)
stash = partial(_taken_back, commands=("stash -q",), commit=False)
checkout_commit = partial(_taken_back, commands=("checkout -q {}",))
leave_branch = partial(_taken_back, commands=_LEAVE)

Accident = Callable[[World, Sequence[Step], int, int], object]
"""Something goes wrong, with edits where they matter; the bits of `how` choose the variant."""

ACCIDENTS: dict[str, Accident] = {
    "copy a note with its id": copy_with_id,
    "copy a file": copy_file,
    "settings of another project": other_settings,
    "a wrong clock": wrong_clock,
    "a slow clock": slow_clock,
    "lose the settings": lose_settings,
    "lose the lock": lose_lock,
    "lose the lock and build/": lose_lock_and_packages,
}
TAKEN_BACK: dict[str, Callable[[World, Sequence[Step]], object]] = {
    "git revert": revert,
    "git revert, in a clone": revert_in_clone,
    "git checkout of files": checkout_files,
    "git stash": stash,
    "git checkout of a commit": checkout_commit,
    "a branch that is left": leave_branch,
}


def two_first_builds(world: World, how: int = 0) -> None:
    """Build the project for the first time in two clones, and merge them.

    The settings and ids of one stay. The bits of `how` choose who builds first, and whose lock
    comes first in the merge.
    """
    author = world.author
    author.save()
    root = world.folder / "clone"
    shutil.copytree(world.root, root)
    settings = root / SETTINGS
    settings.write_bytes(settings.read_bytes().replace(b"proofproofproof", b"otherfirstbuild"))
    other, ledger = author.fork(root), Ledger()
    world.edit([("add", 0, how)], other)
    if how & 1:
        world.build(other, ledger)
        world.wait(DAY)
    world.build()
    if not how & 1:
        world.wait(DAY)
        world.build(other, ledger)
    world.merge_lock(b"", root, theirs_first=bool(how & 2))
    ours = {draft.handle for _, draft in author.sources.drafts()}
    theirs = [draft for _, draft in other.sources.drafts() if draft.handle not in ours]
    author.sources.documents()[0].notes.extend(theirs)
    for draft in theirs:  # with another note type, and so another content
        world.ledger.notes[draft.id] = replace(ledger.notes[draft.id], content=None)
    world.wait(DAY)
    world.build()
