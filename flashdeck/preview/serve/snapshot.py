"""The input of the preview server: a collection and facts about its sources."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import BinaryIO, Literal, NamedTuple, Protocol, TypedDict

from flashdeck.diagnostics import Diagnostic
from flashdeck.model import Collection, Note


class Figures(TypedDict):
    """Figures of all cards, as `flashdeck stats` has them; `media_size` is in bytes.

    With `per_day` new cards a day, all are seen after `days`, with at most `busiest` on a day.
    """

    words: int
    media_size: int
    per_day: int
    days: int
    busiest: int


class DrawnMask(TypedDict):
    """A mask: `at` is its left, top, width and height in percent of the picture.

    `index` is its place in the list of its note, None for a new mask.
    """

    index: int | None
    label: str
    at: list[float]
    ellipse: bool


class NoteMasks(TypedDict):
    """The masks of a note, and the digest of the file that they were read from."""

    digest: str
    masks: list[DrawnMask]


class NotePlace(NamedTuple):
    """A note's id, and the file, line and column where it starts."""

    id: str
    path: str
    line: int
    column: int


class MaskSources(TypedDict):
    """The pictures and deck files of a project, relative to it, with the digests of the latter."""

    pictures: list[str]
    decks: dict[str, str]


class Masks(Protocol):
    """Reads and writes masks; the methods raise `FlashdeckError` if that is impossible."""

    def read(self, note: NotePlace) -> NoteMasks:
        """Return the masks of a note."""

    def write(self, note: NotePlace, digest: str, masks: Sequence[DrawnMask]) -> None:
        """Replace the masks of a note, if its file still has the digest."""

    def sources(self) -> MaskSources:
        """Return what a new note can be made of."""

    def picture(self, path: str) -> BinaryIO:
        """Open one of the pictures."""

    def create(self, picture: str, deck: str, digest: str, masks: Sequence[DrawnMask]) -> None:
        """Add a note to a deck file, if it still has the digest."""


NO_FIGURES = Figures(words=0, media_size=0, per_day=0, days=0, busiest=0)

Edit = Literal["new", "edited"]
"""What happened to a note since the last build."""

LineOf = Callable[[str, int], str | None]
"""Returns a line of a source file by path and number, None if it does not exist."""


class Known(NamedTuple):
    """What is known about a note in addition to its content.

    `kind` is its kind, if it has one. `number` is its id in Anki, 0 if it was never built.
    """

    kind: str = ""
    edit: Edit | Literal[""] = ""
    number: int = 0


@dataclass(frozen=True)
class NoteGroup:
    """Notes of one deck file in study order, each with what is known about it.

    A group that has not changed since the last snapshot is the same object.
    """

    notes: Sequence[Note]
    known: Sequence[Known]

    @cached_property
    def paths(self) -> frozenset[str]:
        """The files of its notes."""
        return frozenset(note.source.path for note in self.notes if note.source is not None)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A deck at one moment.

    `groups` are the notes of the collection; without them all are one group. `built` is false for
    a project without any build. `figures` counts when it is asked.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...] = ()
    groups: tuple[NoteGroup, ...] = ()
    built: bool = True
    figures: Callable[[], Figures] = field(default=lambda: NO_FIGURES, compare=False)
    line_of: LineOf = field(default=lambda _path, _line: None, compare=False)
