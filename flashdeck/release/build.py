"""Builds a project, or sees that there is nothing to do.

Most of what a build needs takes longer to load than it takes to see that nothing has changed, so it
is loaded only then. For the same reason there is no lock before.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.files.files import check_package_name, sweep
from flashdeck.files.lock import lock
from flashdeck.project.paths import BUILD_NAME, CARDS_NAME, HOLD_NAME
from flashdeck.release.result import BuildResult, Options, Progress
from flashdeck.release.state import State


def build(root: Path, options: Options, progress: Progress = lambda *_: None) -> BuildResult:
    """Build every package of the project at `root`.

    Raises `FlashdeckError` where nothing an author writes is to blame: a full disk, a wrong clock,
    another build at work.
    """
    if options.output is not None:
        check_package_name(options.output.name)
    state = State(root, options)
    if (built := state.current()) is not None:
        return built
    from flashdeck.release.make import make

    with _locked(root) as begun:
        _sweep(root)
        state.look(begun)
        made = make(root, options, progress)
        state.save(made)
        return made.built


@contextmanager
def locked_project(root: Path) -> Iterator[None]:
    """Hold the project at `root` for oneself, and clear away what killed processes left."""
    with _locked(root):
        _sweep(root)
        yield


@contextmanager
def _locked(root: Path) -> Iterator[int]:
    """Hold the project; give the time at which that began, in ns by the disk's own clock."""
    folder = root / BUILD_NAME
    _make(folder, root)
    with lock(folder / HOLD_NAME):
        yield (folder / HOLD_NAME).stat().st_mtime_ns  # just written


def _sweep(root: Path) -> None:
    cards = root / CARDS_NAME
    sweep({root, root / BUILD_NAME, cards, *cards.rglob("*/")})


def _make(folder: Path, root: Path) -> None:
    name = folder.relative_to(root)
    try:
        if not folder.is_dir():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"the folder {name} can't be made: {why}") from error
    if not folder.resolve().is_relative_to(root.resolve()):
        raise FlashdeckError(f"the folder {name} lies outside the project", "remove that link")
