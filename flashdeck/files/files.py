"""Bounded reads inside the project, and atomic writes.

Errors of the system are raised as `FlashdeckError`, each with a message of one sentence.
"""

from __future__ import annotations

import errno
import io
import os
import re
import shutil
import stat
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final, Self

from flashdeck.diagnostics import FlashdeckError, reason

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_CHUNK: Final = 1 << 20
_NAME_BYTES: Final = 200  # of a target's name in its temporary file's, so that it stays under 255
_TEMPORARY: Final = r"\..*\.flashdeck-[0-9a-f]{16}\.tmp"
_OPEN: Final = 64  # of the staged files; older ones are written by then
_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
_BINARY: Final = getattr(os, "O_BINARY", 0)
# Seconds between attempts: on Windows another program may keep a file open for a while.
_PAUSES: Final = (0.2,) * 5 if os.name == "nt" else ()
_PACKAGE_END: Final = ".apkg"
_LONGEST_NAME: Final = 255  # bytes; the limit of nearly every file system
# Separators, control characters, line ends, and bytes that are not UTF-8.
_NOT_IN_A_NAME: Final = "[/\\\\\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]"
_DEVICE: Final = re.compile("con|prn|aux|nul|(?:com|lpt)[0-9¹²³]", re.IGNORECASE)


class Refusal(StrEnum):
    """Why a file was not read."""

    MISSING = "there is no such file"
    OUTSIDE = "it is outside the project"
    NOT_A_FILE = "it is not a regular file"
    TOO_LARGE = "it is too large"
    DENIED = "permission denied"


class RefusedFileError(FlashdeckError):
    """A file that was not read; `why` is the reason with its figures."""

    def __init__(self, path: Path, refusal: Refusal, detail: str = "") -> None:
        super().__init__(f"{path} can't be read: {refusal}{detail}")
        self.path = path
        self.refusal = refusal
        self.why = f"{refusal}{detail}"


def read_regular(path: Path, root: Path, limit: int) -> bytes:
    """Read a file of at most `limit` bytes; see `open_regular`."""
    return read_opened(open_regular(path, root), path, limit)


def read_opened(file: BinaryIO, path: Path, limit: int) -> bytes:
    """Read an open file of at most `limit` bytes to its end, and close it."""
    data = bytearray()
    with file:
        while len(data) <= limit and (chunk := file.read(min(_CHUNK, limit + 1 - len(data)))):
            data += chunk
        size = max(len(data), os.fstat(file.fileno()).st_size)
    if len(data) > limit:
        raise RefusedFileError(path, Refusal.TOO_LARGE, f" ({size} bytes; {limit} are allowed)")
    return bytes(data)


def open_regular(path: Path, root: Path) -> BinaryIO:
    """Open a regular file inside `root`, after following links.

    Devices, pipes and folders are refused without blocking. Raises `RefusedFileError`.
    """
    try:
        real = path.resolve(strict=True)
        if not real.is_relative_to(root.resolve()):
            raise RefusedFileError(path, Refusal.OUTSIDE)
        return open_resolved(path, str(real))
    except PermissionError as error:
        raise RefusedFileError(path, Refusal.DENIED) from error
    except (
        FileNotFoundError,
        NotADirectoryError,
        ValueError,
    ) as error:  # ValueError: a NUL character
        raise RefusedFileError(path, Refusal.MISSING) from error
    except (OSError, RuntimeError) as error:  # a socket; a symlink loop
        too_long = getattr(error, "errno", None) == errno.ENAMETOOLONG
        raise RefusedFileError(path, Refusal.MISSING if too_long else Refusal.NOT_A_FILE) from error


def open_resolved(path: Path, real: str) -> BinaryIO:
    """Open a regular file by its real path. Also raises `OSError`, for example for a symlink."""
    if os.name == "nt" and Path(real).is_dir():  # a folder can't be opened on Windows
        raise RefusedFileError(path, Refusal.NOT_A_FILE)
    # Without O_NONBLOCK, opening a pipe would block.
    flags = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOFOLLOW", 0)
    descriptor = os.open(real, os.O_RDONLY | _BINARY | flags)
    status = os.fstat(descriptor)
    if not stat.S_ISREG(status.st_mode):
        os.close(descriptor)
        raise RefusedFileError(path, Refusal.NOT_A_FILE)
    return os.fdopen(descriptor, "rb")


def is_device(name: str) -> bool:
    """Whether Windows takes a file name for a device, whatever its ending, and can't open it."""
    return _DEVICE.fullmatch(name.partition(".")[0].rstrip()) is not None


def check_package_name(name: str) -> None:
    """Raise `FlashdeckError` for a file name that a package must not have.

    Anki takes `collection.apkg` and `backup-….apkg` for whole collections and offers to replace the
    user's own; AnkiDroid opens nothing that does not end in `.apkg`. A name is never a
    path, and fits on one line of the lock file.
    """
    match = re.search(_NOT_IN_A_NAME, name)
    lower = name.lower()
    hint = "choose another name for the file"
    if match is not None:
        msg = f"a package's name can't contain {match.group()!r}, and {name!r} does"
    elif len(name.encode()) > _LONGEST_NAME:
        msg = f"a package's name has at most {_LONGEST_NAME} bytes, and {name!r} has more"
    elif not lower.endswith(_PACKAGE_END) or lower == _PACKAGE_END:
        msg, hint = f"a package's name must end in {_PACKAGE_END}, and {name!r} does not", ""
    elif lower == "collection.apkg" or lower.startswith("backup-"):
        msg = f"a package must not be named {name!r}: Anki would replace the whole collection by it"
    elif is_device(name):
        msg = f"a package can't be named {name!r}: Windows takes that name for a device"
    else:
        return
    raise FlashdeckError(msg, hint)


class Publication:
    """Atomic replacement of several files.

    Each file is written to a temporary file beside its target; `commit` renames them over their
    targets. If the `with` block ends without `commit`, or the process dies, the old files stay. A
    process that dies between two renames leaves the earlier files new and the later ones old, so
    stage a file before those that depend on it.
    """

    def __init__(self) -> None:
        self._staged: dict[Path, _Staged] = {}
        self._folders: list[Path] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for staged in self._staged.values():
            staged.discard()
        for folder in reversed(self._folders):
            with suppress(OSError):  # it is in use
                folder.rmdir()

    def stage(self, target: Path, inside: Path | None = None, *, parents: bool = False) -> BinaryIO:
        """Open a new file that will replace `target`, for writing and reading back.

        Links are kept and followed, but never out of `inside`. Missing folders are created if
        `parents`. Only the latest streams stay open. Raises `FlashdeckError` if the target can't be
        written; the stream's methods also raise it when the disk is full.
        """
        try:
            real = target.resolve()
            if inside is not None and not real.is_relative_to(inside.resolve()):
                msg = f"{target} can't be written: a link leads out of {inside}"
                raise FlashdeckError(msg, "remove that link")
            if real.is_dir() or (real.exists() and not real.is_file()):
                msg = f"{target} can't be written: it is a folder or a device"
                raise FlashdeckError(msg)
            if real in self._staged:
                msg = f"{target} is written twice"
                raise FlashdeckError(msg)
            if parents:
                self._make_folder(real.parent)
            if not real.parent.is_dir():
                msg = f"{target} can't be written: there is no folder {real.parent}"
                raise FlashdeckError(msg)
            staged = _Staged(target, real)
        except (OSError, RuntimeError) as error:
            raise _unwritable(target, error) from error
        self._staged[real] = staged
        for older in islice(reversed(self._staged.values()), _OPEN, _OPEN + 1):
            older.stream.close()
        return staged.stream

    def _make_folder(self, folder: Path) -> None:
        if not folder.exists():
            self._make_folder(folder.parent)
            try:
                folder.mkdir(exist_ok=True)
            except OSError as error:
                message = f"{folder} can't be created: {reason(error)}"
                raise FlashdeckError(message) from error
            self._folders.append(folder)

    def commit(self, last_look: Callable[[], None] = lambda: None) -> None:
        """Replace the targets, in the order in which they were staged.

        All files are synced before the first rename; `last_look` runs in between and may raise.
        """
        for staged in self._staged.values():
            staged.settle()
        last_look()
        for real in list(self._staged):
            self._staged[real].publish()
            del self._staged[real]


class _Staged:
    """A temporary file and its target."""

    def __init__(self, target: Path, real: Path) -> None:
        self._target = target
        self._real = real
        self._temporary = temporary(real)
        self._raw = _RawFile(self._temporary, target)
        self.stream: BinaryIO = io.BufferedRandom(self._raw)

    def settle(self) -> None:
        """Sync the file, and give it the mode of the file that it replaces."""
        try:
            self.stream.close()
            _sync(self._temporary, os.O_RDWR | _BINARY)  # before chmod, which may forbid writing
            with suppress(FileNotFoundError):
                self._temporary.chmod(stat.S_IMODE(self._real.stat().st_mode))
        except OSError as error:
            raise _unwritable(self._target, error) from error

    def publish(self) -> None:
        """Rename the file over its target."""
        try:
            _replace(self._temporary, self._real)
        except OSError as error:
            raise _unwritable(self._target, error) from error
        with suppress(OSError):  # not every system can sync a folder
            _sync(self._real.parent, os.O_RDONLY)

    def discard(self) -> None:
        """Remove the file, whatever state it is in."""
        self._raw.close()  # not the stream, which would flush its buffer
        with suppress(OSError):
            self._temporary.unlink()


class _RawFile(io.FileIO):
    """A new file whose write errors name the target instead."""

    def __init__(self, path: Path, target: Path) -> None:
        super().__init__(path, "x+")
        self._target = target

    def write(self, data: ReadableBuffer) -> int:
        try:
            return super().write(data)
        except OSError as error:
            raise _unwritable(self._target, error) from error


def _replace(temporary: Path, real: Path) -> None:
    """Rename, retrying on Windows while another program has the old file open."""
    for pause in _PAUSES:
        with suppress(PermissionError):
            temporary.replace(real)
            return
        time.sleep(pause)
    temporary.replace(real)


def _sync(path: Path, how: int) -> None:
    descriptor = os.open(path, how)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _unwritable(target: Path, error: OSError | RuntimeError) -> FlashdeckError:
    number = error.errno if isinstance(error, OSError) else errno.ELOOP
    if number in _FULL:
        note = "; the previous file was kept" if target.exists() else ""
        msg = f"{target} can't be written: the disk is full{note}"
        return FlashdeckError(msg, "free some space and build again")
    if isinstance(error, PermissionError) or number == errno.EROFS:
        hint = "if Anki or another program has the file open, close it" if os.name == "nt" else ""
        return FlashdeckError(f"{target} can't be written: permission denied", hint)
    cause = os.strerror(number).lower() if number else str(error)
    return FlashdeckError(f"{target} can't be written: {cause}")


def temporary(path: Path) -> Path:
    """Return a path beside another one for what will be renamed to it."""
    name = path.name.encode(errors="ignore")[:_NAME_BYTES].decode(errors="ignore")
    return path.with_name(f".{name}.flashdeck-{os.urandom(8).hex()}.tmp")


def temporaries(folders: Iterable[Path]) -> Iterator[Path]:
    """Find the temporary files and folders in these folders."""
    for folder in folders:
        with suppress(OSError), os.scandir(folder) as entries:
            for entry in entries:
                if re.fullmatch(_TEMPORARY, entry.name):
                    yield Path(entry.path)


def sweep(folders: Iterable[Path]) -> None:
    """Remove the temporary files and folders that killed processes left in these folders.

    The caller must hold the lock of the project that publishes into them.
    """
    for path in list(temporaries(folders)):
        with suppress(OSError):
            shutil.rmtree(path) if path.is_dir() and not path.is_symlink() else path.unlink()
