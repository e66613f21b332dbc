"""Copies of a project at a git revision, in a temporary folder, without a checkout.

Blobs are copied as stored: no filters, line endings or attributes of the work tree apply.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO

from flashdeck.compile.media.table import LARGEST
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.git import git_command, run_git
from flashdeck.project.paths import BUILD_NAME

_MOST_FILES = 200_000
_MOST_BYTES = 4 * 2**30
_FILE_MODES = frozenset({"100644", "100755", "100664"})
_LINK_MODE = "120000"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class _Blob:
    """A file in a git tree; `name` is its object id."""

    path: PurePosixPath
    mode: str
    name: str
    size: int


@contextmanager
def at_revision(root: Path, revision: str) -> Iterator[Path]:
    """Provide a temporary folder with the project at `root` as of a revision.

    Raises `FlashdeckError` where there is no git, no repository, or no such revision.
    """
    commit = _commit(root, revision)
    blobs = _blobs(root, commit)
    with tempfile.TemporaryDirectory(prefix="flashdeck-") as folder:
        target = Path(folder).resolve()
        _copy(root, blobs, target)
        yield target


def _commit(root: Path, revision: str) -> str:
    """Return the commit id of a revision."""
    hint = "name a tag, a branch or a commit; or a package, as in build/spanish.apkg"
    if revision.startswith("-") or not revision.isprintable():
        raise FlashdeckError(f"'{revision}' is not a revision", hint)
    result = run_git(root, "rev-parse", "--verify", "--quiet", f"{revision}^{{commit}}")
    if result.code == 0:
        return result.data.decode("ascii").strip()
    lines = result.errors
    if any("not a git repository" in line for line in lines):
        message = f"'{revision}' is not a package, and {root} is not in a git repository"
        raise FlashdeckError(message, "name a package, as in build/spanish.apkg")
    why = f": {lines[-1]}" if lines else ""
    raise FlashdeckError(f"unknown revision '{revision}'{why}", hint)


def _blobs(root: Path, commit: str) -> list[_Blob]:
    """List the files of the project in a commit that a build can read."""
    listed = run_git(root, "ls-tree", "-r", "-l", "-z", commit)
    if listed.code or not listed.is_whole:
        message = f"git failed: {listed.errors[-1] if listed.errors else listed.code}"
        raise FlashdeckError(message)
    blobs: list[_Blob] = []
    for entry in filter(None, listed.data.split(b"\0")):
        head, _, name = entry.partition(b"\t")
        mode, _, object_name, size = head.decode("ascii").split()
        path = PurePosixPath(os.fsdecode(name))
        wanted = mode in _FILE_MODES or mode == _LINK_MODE
        if wanted and path.parts[0] != BUILD_NAME and int(size) <= LARGEST:
            blobs.append(_Blob(path, mode, object_name, int(size)))
    if len(blobs) > _MOST_FILES or sum(blob.size for blob in blobs) > _MOST_BYTES:
        message = f"the project is too large at {commit[:12]}: {len(blobs):,} files"
        raise FlashdeckError(message, "compare its packages instead")
    return blobs


def _copy(root: Path, blobs: Sequence[_Blob], target: Path) -> None:
    """Write the blobs below a folder; links last, so that no file is written through a link."""
    ordered = sorted(blobs, key=lambda blob: blob.mode == _LINK_MODE)
    with tempfile.TemporaryFile() as names:
        names.write("".join(f"{blob.name}\n" for blob in ordered).encode("ascii"))
        names.seek(0)
        command = git_command(root, "cat-file", "--batch")
        with subprocess.Popen(  # noqa: S603 - a list of arguments, no shell
            command, stdin=names, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as process:
            assert process.stdout is not None
            for blob in ordered:
                _write(blob, process.stdout, target)


def _write(blob: _Blob, stream: IO[bytes], target: Path) -> None:
    head = stream.readline().split()
    path = target.joinpath(*blob.path.parts)
    odd = ".." in blob.path.parts or blob.path.is_absolute() or not path.is_relative_to(target)
    if odd or len(head) != 3 or int(head[2]) != blob.size:  # noqa: PLR2004 - name, kind, size
        message = f"git can't read {blob.path} of that revision"
        raise FlashdeckError(message, "run 'git fsck', or fetch what is missing")
    path.parent.mkdir(parents=True, exist_ok=True)
    if blob.mode == _LINK_MODE:
        with suppress(OSError):  # creating links may need a permission
            path.symlink_to(os.fsdecode(stream.read(blob.size)))
    else:
        with path.open("xb") as file:
            left = blob.size
            while left and (chunk := stream.read(min(left, _CHUNK))):
                file.write(chunk)
                left -= len(chunk)
    stream.read(1)  # a newline follows each blob
