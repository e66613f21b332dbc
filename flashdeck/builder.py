"""Builds a project, or sees that there is nothing to do.

Most of what a build needs takes longer to load than it takes to see that nothing has changed, so it
is loaded only then.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flashdeck.built import Built, Options, Progress
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import check_package_name, sweep, witnessed
from flashdeck.holding import hold
from flashdeck.roots import HOLD_NAME
from flashdeck.uptodate import recall, remember, sources_below


def build(root: Path, options: Options, progress: Progress = lambda *_: None) -> Built:
    """Build every package of the project at `root`.

    Raises `FlashdeckError` where nothing an author writes is to blame: a full disk, a wrong clock,
    another build at work.
    """
    folder = root / "build"
    if options.output is not None:
        check_package_name(options.output.name)
    _make(folder, root)
    with hold(folder / HOLD_NAME):
        known = recall(root, options)
        if known is not None:
            return known
        from flashdeck.making import make

        sweep({root, folder, *(root / "cards").rglob("*/"), root / "cards"})
        sources = sources_below(root)
        begun = (folder / HOLD_NAME).stat().st_mtime_ns  # just written
        with witnessed() as seen:
            built = make(root, options, progress)
        remember(root, options, sources, seen, built, begun)
        return built


@contextmanager
def held(root: Path) -> Iterator[None]:
    """Hold the project at `root` for oneself, and clear away what killed processes left."""
    folder = root / "build"
    _make(folder, root)
    with hold(folder / HOLD_NAME):
        sweep({root, folder, *(root / "cards").rglob("*/"), root / "cards"})
        yield


def _make(folder: Path, root: Path) -> None:
    name = folder.relative_to(root)
    try:
        if not folder.is_dir():
            folder.mkdir()
            (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError as error:
        why = (error.strerror or str(error)).lower()
        raise FlashdeckError(f"the folder {name} can't be made: {why}") from error
    if not folder.resolve().is_relative_to(root.resolve()):
        raise FlashdeckError(f"the folder {name} lies outside the project", "remove that link")
