"""Builds a project, unless nothing has changed.

The check for changes takes less time than to import a build's modules and to lock the project, so
both come after it.
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

    Raises `FlashdeckError` for causes outside the sources: a full disk, a wrong clock, another
    build running.
    """
    if options.output is not None:
        check_package_name(options.output.name)
    if options.fresh is not None:
        _check_fresh(options.fresh, root)
    state = State(root, options)
    if (result := state.current()) is not None:
        return result
    from flashdeck.release.make import make

    with _locked(root) as started:
        _sweep(root)
        state.record(started)
        made = make(root, options, progress)
        state.save(made)
        return made.result


def _check_fresh(fresh: Path, root: Path) -> None:
    """Raise `FlashdeckError` for a file or a folder that can't hold packages for newcomers."""
    is_folder = fresh.is_dir()
    if not is_folder:
        check_package_name(fresh.name)
    folder = fresh if is_folder else fresh.parent
    if folder.resolve() == (root / BUILD_NAME).resolve():
        message = f"packages without removed notes can't be in {BUILD_NAME}/, beside the others"
        raise FlashdeckError(message, "name another folder, or a file in one")


@contextmanager
def locked_project(root: Path) -> Iterator[None]:
    """Lock the project at `root`, and remove temporary files of killed processes."""
    with _locked(root):
        _sweep(root)
        yield


@contextmanager
def _locked(root: Path) -> Iterator[int]:
    """Lock the project; yields the start time, in ns by the clock of the disk."""
    folder = root / BUILD_NAME
    _make_folder(folder, root)
    with lock(folder / HOLD_NAME):
        yield (folder / HOLD_NAME).stat().st_mtime_ns  # just written


def _sweep(root: Path) -> None:
    cards = root / CARDS_NAME
    sweep({root, root / BUILD_NAME, cards, *cards.rglob("*/")})


def _make_folder(folder: Path, root: Path) -> None:
    name = folder.relative_to(root)
    try:
        if not folder.is_dir():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"the folder {name} can't be created: {why}") from error
    if not folder.resolve().is_relative_to(root.resolve()):
        raise FlashdeckError(f"the folder {name} is outside the project", "remove that link")
