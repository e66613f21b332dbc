"""The lock of a project, held by each command that writes sources, and what killed ones left."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.files.files import sweep, temporaries, temporary
from flashdeck.files.lock import lock
from flashdeck.project.paths import (
    BUILD_NAME,
    CARDS_NAME,
    HOLD_NAME,
    LOCK_NAME,
    SCHEMAS_NAME,
    SETTINGS_NAME,
)

# A complete project that is being moved into its folder, which has other files.
PENDING_NAME = ".flashdeck-import"
# In this order: the settings come last, since they make the folder a project.
_PARTS = (LOCK_NAME, CARDS_NAME, SETTINGS_NAME)
# Folders besides `cards/` into which files are published.
_FOLDERS = (".", BUILD_NAME, SCHEMAS_NAME, ".vscode", ".github/workflows")


@contextmanager
def locked_project(root: Path) -> Iterator[int]:
    """Lock the project at `root`, and clean up after killed processes.

    Yields the start time, in ns by the clock of the disk.
    """
    folder = root / BUILD_NAME
    _make_folder(folder, root)
    with lock(folder / HOLD_NAME):
        started = (folder / HOLD_NAME).stat().st_mtime_ns  # just written
        sweep(_folders(root))
        finish(root)
        yield started


def clean_up(root: Path) -> None:
    """Remove what killed processes left in a project, unless another one is running."""
    if os.path.lexists(root / PENDING_NAME) or any(temporaries(_folders(root))):
        with suppress(FlashdeckError), locked_project(root):
            pass


def finish(root: Path) -> None:
    """Move a complete project from its pending folder into `root`; existing files stay."""
    pending = root / PENDING_NAME
    with suppress(OSError):
        for name in _PARTS:
            if (pending / name).exists() and not os.path.lexists(root / name):
                (pending / name).rename(root / name)
        pending.rmdir()


def _folders(root: Path) -> Iterator[Path]:
    """Return the folders into which files are published; links are not followed."""
    yield from (root / name for name in _FOLDERS if not (root / name).is_symlink())
    yield from (Path(folder) for folder, _, _ in os.walk(root / CARDS_NAME))


def _make_folder(folder: Path, root: Path) -> None:
    """Create the folder of packages together with its `.gitignore`."""
    name = folder.relative_to(root)
    try:
        if not folder.is_dir():
            _make_ignored(folder)
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"the folder {name} can't be created: {why}") from error
    if not folder.resolve().is_relative_to(root.resolve()):
        raise FlashdeckError(f"the folder {name} is outside the project", "remove that link")


def _make_ignored(folder: Path) -> None:
    new = temporary(folder)
    new.mkdir()
    try:
        (new / ".gitignore").write_text("*\n", "utf-8")
        if os.path.lexists(folder):
            folder.mkdir()  # it is a file: an error
        new.rename(folder)
    except OSError:
        if not folder.is_dir():  # else another process was faster
            raise
    finally:
        shutil.rmtree(new, ignore_errors=True)
