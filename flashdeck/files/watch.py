"""Watches source files for changes."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import DirEntry, scandir, stat_result
from pathlib import Path
from threading import Event, Thread

import watchfiles

_SETTLED = 0.02  # seconds without a change: editors write in several steps
_POLL = 1.0  # seconds; some file systems send no events
_POLL_ONLY = 0.2  # seconds, where the system sends no events at all

Print = dict[str, tuple[int, int, int]]
Notifier = Callable[..., Iterable[object]]


@dataclass(frozen=True, slots=True)
class Watched:
    """The paths to watch: whole trees, and the files directly in folders."""

    trees: tuple[Path, ...]
    folders: tuple[Path, ...] = ()


def changes(
    watched: Watched,
    stop: Event,
    notifier: Notifier = watchfiles.watch,
    known: Print | None = None,
) -> Iterator[set[str]]:
    """Yield the changed paths each time that files were written and have settled.

    `known` is the snapshot to compare with first; the default is one of now. Events of the
    operating system trigger a comparison, and polling covers for those that never come.
    """
    awake = Event()
    # Before the watcher starts, so that files written meanwhile count too.
    known = known if known is not None else look_at(watched)
    interval = _wake(watched, stop, awake, notifier)
    awake.set()
    while not stop.is_set():
        awake.wait(interval())
        awake.clear()
        current = look_at(watched)
        while current != known and not stop.is_set():
            settled = current
            stop.wait(_SETTLED)
            current = look_at(watched)
            if current == settled:
                yield {path for path, _ in settled.items() ^ known.items()}
                known = settled
                current = look_at(watched)


def _wake(watched: Watched, stop: Event, awake: Event, notifier: Notifier) -> Callable[[], float]:
    """Set `awake` at each event of the system; return a function for the polling interval."""
    failed = Event()

    def listen(paths: tuple[Path, ...], *, recursive: bool) -> None:
        try:
            for _ in notifier(
                *paths,
                stop_event=stop,
                recursive=recursive,
                step=10,
                debounce=50,
                rust_timeout=500,
                watch_filter=None,
                raise_interrupt=False,
            ):
                awake.set()
        except Exception:  # noqa: BLE001 - polling works whatever the error is
            failed.set()
            awake.set()

    for paths, recursive in ((watched.trees, True), (watched.folders, False)):
        if paths:
            Thread(
                target=listen, args=(paths,), kwargs={"recursive": recursive}, daemon=True
            ).start()
    return lambda: _POLL_ONLY if failed.is_set() else _POLL


def look_at(watched: Watched) -> Print:
    """Return the time, size and inode of every watched file."""
    prints: Print = {}
    waiting = [(str(tree), True) for tree in watched.trees]
    waiting += [(str(folder), False) for folder in watched.folders]
    while waiting:
        folder, deep = waiting.pop()
        for entry, is_folder, stat in _entries(folder):
            if not is_folder:
                prints[entry.path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            elif deep and not entry.name.startswith("."):
                waiting.append((entry.path, True))
    return prints


def _entries(folder: str) -> Iterator[tuple[DirEntry[str], bool, stat_result]]:
    try:
        with scandir(folder) as entries:
            for entry in entries:
                try:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    yield entry, is_folder, entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # deleted meanwhile
    except OSError:
        return
