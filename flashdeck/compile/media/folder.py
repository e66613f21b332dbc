"""The files below `cards/` as their folders list them, and what an author may have meant by a name.

Listed, because a disk that makes no difference between `Map.png` and `map.png` opens both; the next
author's disk does not.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Container
from functools import cached_property
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from flashdeck.text import nearest

_SOURCES = frozenset({"yaml", "yml"})
# Names that are compared with all others to guess what was meant: that takes its time.
_MOST_GUESSES = 100
_MOST_COMPARED = 2_000
_QUERY = re.compile(r"(\.\w{1,5})[?#].*", re.DOTALL)


class MediaFolder:
    """What lies in the folders of a project; each is looked into once."""

    def __init__(self, root: Path, cards: Path) -> None:
        self._root = root
        self._cards = cards
        self._listed: dict[Path, frozenset[str] | None] = {}
        self._is_listed: dict[Path, bool] = {}
        self._guesses = _MOST_GUESSES

    def place(self, folder: Path, destination: str) -> Path | None:
        """Give the path that a destination names, seen from a folder; None if it leads out."""
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
        """Whether the folders above a path of the project list it letter by letter."""
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
        """Whether the same letters are listed in another form of Unicode (NFC, NFD)."""
        forms = {unicodedata.normalize(form, destination) for form in ("NFC", "NFD")}
        places = [self.place(folder, one) for one in forms - {destination}]
        return any(one is not None and self.lists(one) for one in places)

    def meant(self, folder: Path, destination: str, endings: Container[str]) -> str:
        """Guess which file was meant, as seen from the folder; '' if none comes near."""
        name = _plain(destination)
        own = self.place(folder, destination)
        same = self._by_name.get(PurePosixPath(name).name, ())
        seen = [self._seen_from(folder, path) for path in same if path != own]
        seen = [one for one in seen if _ending(one) in endings]
        exact = [one for one in seen if _plain(one) == name]
        if exact or seen:
            return min(exact or seen, key=lambda one: (one.count("/"), one))
        return self._near(folder, name, own, endings) if _ending(name) in endings else ""

    def _near(self, folder: Path, name: str, own: Path | None, endings: Container[str]) -> str:
        if not self._guesses:
            return ""
        self._guesses -= 1
        inside = [path for path in self.files if folder in path.parents and path != own]
        seen = [self._seen_from(folder, path) for path in inside[:_MOST_COMPARED]]
        stems = {_stem(_plain(one)): one for one in reversed(seen) if _ending(one) in endings}
        return stems.get(nearest(_stem(name), stems), "")

    @cached_property
    def files(self) -> tuple[Path, ...]:
        """Every file below `cards/` but sources and hidden ones, in order."""
        found: list[Path] = []
        for folder, folders, names in os.walk(self._cards):
            folders[:] = [name for name in folders if not name.startswith(".")]
            found += [
                Path(folder, name)
                for name in names
                if not name.startswith(".") and _ending(name) not in _SOURCES
            ]
        return tuple(sorted(found))

    @cached_property
    def _by_name(self) -> dict[str, list[Path]]:
        found: dict[str, list[Path]] = {}
        for path in self.files:
            found.setdefault(_plain(path.name), []).append(path)
        return found

    def _names(self, folder: Path) -> frozenset[str] | None:
        """Give the names in a folder; None where it does not show them."""
        if folder not in self._listed:
            try:
                self._listed[folder] = frozenset(path.name for path in folder.iterdir())
            except (FileNotFoundError, NotADirectoryError, ValueError):
                self._listed[folder] = frozenset()
            except OSError:
                self._listed[folder] = None
        return self._listed[folder]

    def _seen_from(self, folder: Path, path: Path) -> str:
        return Path(os.path.relpath(path, folder)).as_posix()


def _plain(name: str) -> str:
    """Write a name as those would who take it for an address, or for Windows' or macOS' own."""
    name = unquote(_QUERY.sub(r"\1", name)).replace("\\", "/").strip().removeprefix("./")
    return unicodedata.normalize("NFC", name).casefold()


def _stem(name: str) -> str:
    return name.removesuffix(PurePosixPath(name).suffix)


def _ending(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")
