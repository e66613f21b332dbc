"""Builds a project, unless nothing has changed.

The check for changes takes less time than to import a build's modules and to lock the project, so
both come after it.
"""

from __future__ import annotations

from pathlib import Path

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import check_package_name
from flashdeck.project.paths import BUILD_NAME
from flashdeck.project.project_lock import locked_project
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

    with locked_project(root) as started:
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
