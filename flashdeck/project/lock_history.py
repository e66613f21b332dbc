"""The lock in git's history: what was released in the ancestors of the current commit."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import NamedTuple

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.git import GitOutput, run_git
from flashdeck.project.lockfile import Lock, parse_lock
from flashdeck.project.paths import LOCK_NAME

# Both parents of a merge are followed, and nothing of the repository's configuration applies.
_LOG = (
    *("-c", "log.diffMerges=separate", "log", "-p", "-m", "--root", "--no-follow"),
    *("--full-history", "--full-index", "--unified=0", "--format=format:"),
    *("--text", "--no-renames", "--no-ext-diff", "--no-textconv", "--no-color", "--no-notes"),
    *("--no-show-signature", "HEAD", "--", LOCK_NAME),
)
_IS_SHALLOW = ("rev-parse", "--is-shallow-repository")
_SHA1_LENGTH = 40
_LONGEST_TIME = 18
# Why the history is not complete.
SHALLOW = "this clone is shallow"
PARTIAL = "this clone lacks a part of it"
FOREIGN = "git does not trust a folder of another owner"


class LockHistory(NamedTuple):
    """The locks in the ancestors of the current commit.

    `newest` is the lock with the latest revision of a package. `entries` are the newest entries of
    all locks. `blobs` are the object ids of the locks. `cut_off` says why older locks are unknown,
    '' if all are known.
    """

    newest: Lock
    entries: Lock
    blobs: frozenset[str]
    cut_off: str = ""

    def has(self, text: str) -> bool:
        """Whether a text was committed as the lock."""
        data = text.encode()
        whole = b"blob %d\0%b" % (len(data), data)
        known = next(iter(self.blobs), "")
        if len(known) == _SHA1_LENGTH:
            return hashlib.sha1(whole, usedforsecurity=False).hexdigest() in self.blobs
        return hashlib.sha256(whole).hexdigest() in self.blobs


NO_HISTORY = LockHistory(Lock(), Lock(), frozenset())


def lock_history(root: Path) -> LockHistory:
    """Read the history of the lock; it is empty without git, a repository or a commit."""
    try:
        log = run_git(root, *_LOG)
        if not log.data:
            return NO_HISTORY._replace(cut_off=_why_empty(root, log))
        lines: dict[str, None] = {}
        blobs: set[str] = set()
        blob = newest = ""
        latest = -1
        for line in log.data.decode("utf-8", "replace").split("\n"):
            if line.startswith("index "):
                blob = line.split()[1].rpartition("..")[2]
                blobs.add(blob)
            elif line.startswith("+") and not line.startswith("+++"):
                lines[line[1:]] = None
                revision = _revision(line[1:])
                if revision > latest:
                    latest, newest = revision, blob
        content = run_git(root, "cat-file", "blob", newest).data if newest else b""
        is_shallow = run_git(root, *_IS_SHALLOW).data.strip() == b"true"
    except FlashdeckError:
        return NO_HISTORY
    cut_off = SHALLOW if is_shallow else PARTIAL if log.code else ""
    if not log.is_whole:
        cut_off = "it is too large, or git took too long"
    return LockHistory(
        parse_lock(LOCK_NAME, content.decode("utf-8", "replace"))[0],
        parse_lock(LOCK_NAME, "\n".join(lines))[0],
        frozenset(blobs),
        cut_off,
    )


def _why_empty(root: Path, log: GitOutput) -> str:
    """Return why git has no history of the lock, '' if none is expected."""
    if any("dubious ownership" in line for line in log.errors):
        return FOREIGN
    has_commits = log.code and not run_git(root, "rev-parse", "--verify", "--quiet", "HEAD").code
    return PARTIAL if has_commits else ""


def _revision(line: str) -> int:
    """Return the revision in the entry of a package, or -1."""
    word, *parts = line.split("\t")
    is_package = word == "package" and len(parts) == len(("file", "revision", "digest"))
    is_time = is_package and parts[1].isdecimal() and len(parts[1]) <= _LONGEST_TIME
    return int(parts[1]) if is_time else -1
