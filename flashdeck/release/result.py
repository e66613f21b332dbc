"""Build options and result.

Most are named tuples, which load fast: a build without changes loads little else.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import field
from pathlib import Path
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic
from flashdeck.records import dataclass

Progress = Callable[[str, int, int], None]
"""Called with the name of a step, the work done and the total."""


class Options(NamedTuple):
    """Options of a build. `now` is the time in seconds since 1970.

    `output` is one package for all decks, instead of one for each root deck in `build/`. `fresh` is
    a file, or a folder, for packages without removed notes, besides the others. With `frozen` only
    packages are written. `take_back` removes notes of builds that are in no history of the project.
    `digests` adds the packages' SHA-256, which is slow for large media.
    """

    now: int
    output: Path | None = None
    frozen: bool = False
    accept_removals: bool = False
    accept_schema_change: bool = False
    allow_scripts: bool = False
    take_back: bool = False
    digests: bool = True
    fresh: Path | None = None


class Counts(NamedTuple):
    """Numbers of notes by how they differ from the last package.

    `sent_again` are notes without changes that have a new time, so that an import replaces
    learners' own tags and edits of them. `unchanged` are the others; moved notes can be both.
    """

    new: int = 0
    changed: int = 0
    removed: int = 0
    moved: int = 0
    sent_again: int = 0
    unchanged: int = 0
    tombstones: int = 0


class BuiltPackage(NamedTuple):
    """A package that was written. `notes` does not include removed notes.

    `content` is the digest of its content, as in the lock; `sha256` is that of the file in hex, or
    None unless it was requested. `edition` is set if it is a part of another package.
    """

    path: Path
    sha256: str | None
    content: str
    decks: tuple[str, ...]
    notes: int
    cards: int
    media: int
    counts: Counts
    edition: str = ""


@dataclass(frozen=True, slots=True)
class BuildResult:
    """The result of a build; after errors there are no packages, and nothing was written.

    `written` are the sources, settings and lock that it wrote, by path. `fresh` are the packages
    without removed notes, in which every note is new.
    """

    packages: tuple[BuiltPackage, ...]
    diagnostics: tuple[Diagnostic, ...]
    written: Mapping[Path, bytes] = field(default_factory=dict, compare=False, repr=False)
    fresh: tuple[BuiltPackage, ...] = ()
