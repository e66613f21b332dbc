"""The states in which a killed command leaves a folder: one before each change of a file.

The command is run once, with ptrace. It stops at each system call that changes a file, and the
folder is recorded: that is what a kill at this moment would leave. Only on Linux for x86-64.
"""

from __future__ import annotations

import ctypes
import os
import platform
import struct
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

AVAILABLE = sys.platform == "linux" and platform.machine() == "x86_64"

State = dict[str, bytes | None]
"""The content of each file by its path, None for folders."""

# The flashdeck command with a fixed id for new projects, so that two runs write the same.
_PROGRAM = """
import sys
from flashdeck.project import ids
ids.new_project_id = lambda: "0123456789abcdef"
from flashdeck.cli.run import run
sys.exit(run(sys.argv[1:]))
"""
# write, pwrite, writev, sendfile, truncate, ftruncate, rename, mkdir, rmdir, creat, link, unlink,
# symlink, chmod, fchmod, openat, mkdirat, unlinkat, renameat, linkat, symlinkat, fchmodat,
# fallocate, renameat2, copy_file_range
# fmt: off
_CHANGING = frozenset({
    1, 18, 20, 40, 76, 77, 82, 83, 84, 85, 86, 87, 88, 90, 91, 257, 258, 263, 264, 265, 266, 268,
    285, 316, 326,
})
# fmt: on
_OPENAT, _O_CREAT = 257, os.O_CREAT
_TRACEME, _SYSCALL, _SETOPTIONS, _INFO = 0, 24, 0x4200, 0x420E
_SYSGOOD, _EXITKILL = 1, 1 << 20
_STOPPED_BY_CALL = 0x80 | 5
_ENTRY = 1
_CALL = struct.Struct("<B3xI2Q7Q")


def command(*arguments: object) -> list[str]:
    """The command line of flashdeck."""
    return [sys.executable, "-c", _PROGRAM, *map(str, arguments)]


def state(folder: Path) -> State:
    """The files and folders below a folder."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else None
        for path in folder.rglob("*")
    }


def restored(folder: Path, files: State) -> None:
    """Write files and folders, into a folder that is empty or missing."""
    for name, data in sorted(files.items()):
        path = folder / name
        (path if data is None else path.parent).mkdir(parents=True, exist_ok=True)
        if data is not None:
            path.write_bytes(data)


def states(arguments: Sequence[str], folder: Path, environment: dict[str, str]) -> list[State]:
    """Run a command in a folder; return each state in which a kill would leave that folder."""
    trace = ctypes.CDLL(None, use_errno=True).ptrace
    trace.argtypes = [ctypes.c_long, ctypes.c_long, ctypes.c_void_p, ctypes.c_void_p]
    process = subprocess.Popen(
        arguments,
        cwd=folder,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        preexec_fn=lambda: trace(_TRACEME, 0, None, None),  # noqa: PLW1509 - no thread runs
    )
    found = [state(folder)]
    _, status = os.waitpid(process.pid, 0)
    trace(_SETOPTIONS, process.pid, None, _SYSGOOD | _EXITKILL)
    buffer = ctypes.create_string_buffer(_CALL.size)
    while os.WIFSTOPPED(status):
        signal = os.WSTOPSIG(status)
        if signal == _STOPPED_BY_CALL:
            trace(_INFO, process.pid, _CALL.size, ctypes.cast(buffer, ctypes.c_void_p))
            if _changes(buffer.raw) and (now := state(folder)) != found[-1]:
                found.append(now)
            signal = 0
        elif signal == 5:
            signal = 0  # of exec
        trace(_SYSCALL, process.pid, None, signal)
        _, status = os.waitpid(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if (now := state(folder)) != found[-1]:
        found.append(now)
    return found


def _changes(call: bytes) -> bool:
    """Whether a stop is before a system call that may change a file."""
    kind, _, _, _, number, _, _, flags, *_ = _CALL.unpack(call)
    if kind != _ENTRY or number not in _CHANGING:
        return False
    return number != _OPENAT or bool(flags & _O_CREAT)
