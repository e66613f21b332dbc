"""What a build is asked, and what it did.

Named tuples where that does, since a build with nothing to do loads little else of ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic

Progress = Callable[[str, int, int], None]
"""Called with what is being done, how much of it is done, and how much there is."""


class Options(NamedTuple):
    """What the author asks of a build. `now` is the time in seconds since 1970.

    `output` is one package for all decks instead of one for each root deck in `build/`. `frozen`
    promises to write nothing but packages. `digests` asks for the packages' SHA-256, which takes
    its time where media are large.
    """

    now: int
    output: Path | None = None
    frozen: bool = False
    accept_removals: bool = False
    accept_schema_change: bool = False
    allow_scripts: bool = False
    digests: bool = True


class Counts(NamedTuple):
    """How a package differs from the one before, in notes."""

    new: int = 0
    changed: int = 0
    removed: int = 0
    moved: int = 0
    unchanged: int = 0
    tombstones: int = 0


class BuiltPackage(NamedTuple):
    """A package as it was written. `notes` counts living notes.

    `content` tells a change of anything in it (the digest that the lock holds); `sha256` is that of
    the file in hex, None where nobody asked for it.
    """

    path: Path
    sha256: str | None
    content: str
    decks: tuple[str, ...]
    notes: int
    cards: int
    media: int
    counts: Counts


@dataclass(frozen=True, slots=True)
class BuildResult:
    """What a build did; no packages when there were errors, and then nothing was written.

    `written` are the sources, the settings and the lock that it wrote, by their paths.
    """

    packages: tuple[BuiltPackage, ...]
    diagnostics: tuple[Diagnostic, ...]
    written: Mapping[Path, bytes] = field(default_factory=dict, compare=False, repr=False)
