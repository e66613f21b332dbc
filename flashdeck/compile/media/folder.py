"""The files in `cards/`, and suggestions for misspelled names.

Folders are listed, since on some disks `Map.png` opens `map.png`, and on others it does not.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Container
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from flashdeck.text import natural, nearest

_SOURCES = frozenset({"yaml", "yml"})
# Limits of slow comparisons with all names.
_MOST_GUESSES = 100
_MOST_COMPARED = 2_000
_QUERY = re.compile(r"(\.\w{1,5})[?#].*", re.DOTALL)


class MediaFolder:
    """The folders of a project; each is listed once."""

    def __init__(self, root: Path, cards: Path) -> None:
        self._root = root
        self._cards = cards
        self._listed: dict[Path, frozenset[str] | None] = {}
        self._is_listed: dict[Path, bool] = {}
        self._guesses = _MOST_GUESSES

    def place(self, folder: Path, destination: str) -> Path | None:
        """Return the path of a destination relative to a folder; None if outside the project."""
        if destination.startswith("/"):
            return None
        path = folder
        for part in destination.split("/"):
            if part == ".." and path == self._root:
                return None
            if part not in {"", "."}:
                path = path.parent if part == ".." else path / part
        return path

    def lists(self, path: Path) -> bool:
        """Whether a path exists in the project with exactly this spelling."""
        folder = path.parent
        if folder not in self._is_listed:
            self._is_listed[folder] = folder == self._root or (
                folder != path and self.lists(folder)
            )
        if not self._is_listed[folder]:
            return path == self._root
        names = self._names(folder)
        return names is None or path.name in names

    def has_twin(self, folder: Path, destination: str) -> bool:
        """Whether the file exists in another Unicode form (NFC, NFD)."""
        forms = {unicodedata.normalize(form, destination) for form in ("NFC", "NFD")}
        paths = [self.place(folder, form) for form in forms - {destination}]
        return any(path is not None and self.lists(path) for path in paths)

    def meant(self, folder: Path, destination: str, endings: Container[str]) -> str:
        """Return the most similar file, relative to the folder, or ''."""
        name = _plain(destination)
        own = self.place(folder, destination)
        same = self._by_name.get(PurePosixPath(name).name, ())
        names = [self._relative(folder, path) for path in same if path != own]
        names = [path for path in names if _ending(path) in endings]
        exact = [path for path in names if _plain(path) == name]
        if exact or names:
            return min(exact or names, key=lambda path: (path.count("/"), path))
        return self._near(folder, name, own, endings) if _ending(name) in endings else ""

    def _near(self, folder: Path, name: str, own: Path | None, endings: Container[str]) -> str:
        if not self._guesses:
            return ""
        self._guesses -= 1
        inside = [path for path in self.files if folder in path.parents and path != own]
        names = [self._relative(folder, path) for path in inside[:_MOST_COMPARED]]
        stems = {_stem(_plain(path)): path for path in reversed(names) if _ending(path) in endings}
        return stems.get(nearest(_stem(name), stems), "")

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """All files in `cards/` but sources and hidden ones, sorted."""
        files: list[Path] = []
        for folder, folders, names in os.walk(self._cards):
            folders[:] = [name for name in folders if not name.startswith(".")]
            files += [
                Path(folder, name)
                for name in names
                if not name.startswith(".") and _ending(name) not in _SOURCES
            ]
        return tuple(sorted(files, key=lambda path: natural(path.as_posix())))

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        paths: dict[str, list[Path]] = {}
        for path in self.files:
            paths.setdefault(_plain(path.name), []).append(path)
        return paths

    def _names(self, folder: Path) -> frozenset[str] | None:
        """Return the names in a folder; None if it is unreadable."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(path.name for path in folder.iterdir())
            except (FileNotFoundError, NotADirectoryError, ValueError):
                self._listed[folder] = frozenset()
            except OSError:
                self._listed[folder] = None
        return self._listed[folder]

    def _relative(self, folder: Path, path: Path) -> str:
        return Path(os.path.relpath(path, folder)).as_posix()


def _plain(name: str) -> str:
    """Normalise a name: decode an address, a Windows path, another Unicode form or case."""
    name = unquote(_QUERY.sub(r"\1", name)).replace("\\", "/").strip().removeprefix("./")
    return unicodedata.normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    return name.removesuffix(PurePosixPath(name).suffix)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
