"""Reads of many files of a project, resolving each folder once."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

from flashdeck.files.files import RefusedFileError, open_regular, open_resolved, read_opened


class ManyFiles:
    """The files of the project at `root`, each opened as `open_regular` does."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._real: dict[str, str] = {}

    def open(self, path: Path) -> BinaryIO:
        """Open a regular file inside the root; see `open_regular`."""
        folder, _, name = str(path).rpartition(os.sep)
        real = self._real.get(folder) or self._resolve(folder)
        if real:
            with suppress(OSError, RefusedFileError):  # open_regular follows links and says why
                return open_resolved(path, f"{real}{os.sep}{name}")
        return open_regular(path, self._root)

    def read(self, path: Path, limit: int) -> bytes:
        """Read a file of at most `limit` bytes; raises `RefusedFileError`."""
        return read_opened(self.open(path), path, limit)

    def _resolve(self, folder: str) -> str:
        """Return the real path of a folder inside the root, or ''."""
        if hasattr(os, "O_NOFOLLOW"):  # without it, links would be followed
            with suppress(OSError, RuntimeError, ValueError):  # a symlink loop; a NUL
                real = Path(folder).resolve(strict=True)
                if real.is_relative_to(self._root.resolve()):
                    self._real[folder] = str(real)
        return self._real.get(folder, "")
