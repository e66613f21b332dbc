"""Work done in shares by several processes, where the system can fork and there is enough to do.

A share's process has everything that this one had, does its part, and leaves what it made in a
file without a name. Nobody depends on it: what a share that failed would have made is missing.
"""

from __future__ import annotations

import os
import signal
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

T = TypeVar("T")
# So many bytes of sources take longer to compile than a process takes to begin and to be heard.
_ENOUGH = 2**20
_MOST = 8  # shares: what one process must do alone takes longer than a ninth


def cut(sized: Sequence[tuple[T, int]]) -> list[list[T]]:
    """Cut things into shares of about the same size, in bytes; the first is ours.

    One share where it would not pay, or where this process may not fork.
    """
    whole = sum(size for _, size in sized)
    count = min(_cores(), whole // _ENOUGH, len(sized), _MOST) if _may_fork() else 1
    shares: list[list[T]] = [[] for _ in range(max(1, count))]
    loads = [0] * len(shares)
    for one, size in sorted(sized, key=lambda pair: -pair[1]):
        place = loads.index(min(loads))
        shares[place].append(one)
        loads[place] += size
    return shares


@contextmanager
def working(
    shares: Sequence[Sequence[T]], work: Callable[[T], bytes]
) -> Iterator[Callable[[], Iterator[bytes]]]:
    """Do each share in a process of its own; what is given waits for what they made of each thing.

    The lines that `work` gives hold no line ends. None of the processes outlives the context.
    """
    children: list[_Child] = []
    try:
        children.extend(_begin(share, work) for share in shares)
        yield lambda: (line for child in children for line in child.lines())
    finally:
        for child in children:
            child.end()


@dataclass(slots=True)
class _Child:
    process: int
    made: BinaryIO
    is_over: bool = False

    def lines(self) -> list[bytes]:
        """Wait for it; give what it made, nothing if it failed."""
        _, status = os.waitpid(self.process, 0)
        self.is_over = True
        if status:
            return []
        self.made.seek(0)
        return self.made.read().split(b"\n")[:-1]

    def end(self) -> None:
        if not self.is_over:
            with suppress(ProcessLookupError):
                os.kill(self.process, signal.SIGKILL)
            os.waitpid(self.process, 0)
        self.made.close()


def _begin(share: Sequence[T], work: Callable[[T], bytes]) -> _Child:
    made = tempfile.TemporaryFile()  # noqa: SIM115 - it is closed with its child
    parent = os.getpid()
    process = os.fork()
    if process:
        return _Child(process, made)
    status = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # ended from the keyboard, it says nothing
        for one in share:
            made.write(work(one) + b"\n")
            if os.getppid() != parent:
                break  # nobody waits any more
        else:
            made.flush()
            status = 0
    finally:
        os._exit(status)  # without a word: the share is done again, and fails in front of everybody
    raise AssertionError


def _may_fork() -> bool:
    """Whether this process can fork safely: on Linux, as long as it has a single thread."""
    if sys.platform != "linux":
        return False
    with suppress(OSError):
        return len(list(Path("/proc/self/task").iterdir())) == 1
    return False


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 1
