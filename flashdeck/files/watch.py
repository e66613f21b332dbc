"""Tells when source files change."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from os import DirEntry, scandir, stat_result
from pathlib import Path
from threading import Event, Thread

import watchfiles

_SETTLED = 0.02  # a file must be the same for so long: editors write in several steps
_LOOK_ANYWAY = 1.0  # seconds; some file systems never tell
_ONLY_LOOK = 0.2

Print = dict[str, tuple[int, int, int]]
Notifier = Callable[..., Iterable[object]]


@dataclass(frozen=True, slots=True)
class Watched:
    """What is watched: whole trees, and the files that lie directly in folders."""

    trees: tuple[Path, ...]
    folders: tuple[Path, ...] = ()


def changes(
    watched: Watched,
    stop: Event,
    notifier: Notifier = watchfiles.watch,
    known: Print | None = None,
) -> Iterator[set[str]]:
    """Yield the paths that changed, each time that files are written and then left alone.

    `known` is how everything looked when it was last dealt with, if that is not now. The operating
    system wakes us; where it can't, or doesn't, we look ourselves.
    """
    awake = Event()
    # First: what is written while the listening begins counts too.
    known = known if known is not None else look_at(watched)
    look = _wake(watched, stop, awake, notifier)
    awake.set()
    while not stop.is_set():
        awake.wait(look())
        awake.clear()
        found = look_at(watched)
        while found != known and not stop.is_set():
            settled = found
            stop.wait(_SETTLED)
            found = look_at(watched)
            if found == settled:
                yield {path for path, _ in settled.items() ^ known.items()}
                known = settled
                found = look_at(watched)


def _wake(watched: Watched, stop: Event, awake: Event, notifier: Notifier) -> Callable[[], float]:
    """Have the operating system wake us. Gives how long to sleep when nobody does."""
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
        except Exception:  # noqa: BLE001 - whatever it is, looking ourselves still works
            failed.set()
            awake.set()

    for paths, recursive in ((watched.trees, True), (watched.folders, False)):
        if paths:
            Thread(
                target=listen, args=(paths,), kwargs={"recursive": recursive}, daemon=True
            ).start()
    return lambda: _ONLY_LOOK if failed.is_set() else _LOOK_ANYWAY


def look_at(watched: Watched) -> Print:
    """Take a print of every file: what tells that it was written anew."""
    found: Print = {}
    waiting = [(str(one), True) for one in watched.trees]
    waiting += [(str(one), False) for one in watched.folders]
    while waiting:
        folder, deep = waiting.pop()
        for entry, is_folder, stat in _entries(folder):
            if not is_folder:
                found[entry.path] = (stat.st_mtime_ns, stat.st_size, stat.st_ino)
            elif deep and not entry.name.startswith("."):
                waiting.append((entry.path, True))
    return found


def _entries(folder: str) -> Iterator[tuple[DirEntry[str], bool, stat_result]]:
    try:
        with scandir(folder) as entries:
            for entry in entries:
                try:
                    is_folder = entry.is_dir(follow_symlinks=False)
                    yield entry, is_folder, entry.stat(follow_symlinks=False)
                except OSError:
                    continue  # gone again
    except OSError:
        return
