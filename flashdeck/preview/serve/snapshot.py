"""The input of the preview server: a collection and facts about its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple, Protocol, TypedDict

from flashdeck.diagnostics import Diagnostic
from flashdeck.model import Collection


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


class Masks(Protocol):
    """Reads and writes masks; both raise `FlashdeckError` if that is impossible."""

    def read(self, note: NotePlace) -> NoteMasks:
        """Return the masks of a note."""

    def write(self, note: NotePlace, digest: str, masks: Sequence[DrawnMask]) -> None:
        """Replace the masks of a note, if its file still has the digest."""


NO_FIGURES = Figures(words=0, media_size=0, per_day=0, days=0, busiest=0)

Edit = Literal["new", "edited"]
"""What happened to a note since the last build."""

LineOf = Callable[[str, int], str | None]
"""Returns a line of a source file by path and number, None if it does not exist."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A deck at one moment.

    `kinds` maps GUIDs to kinds, where known. `edits` maps the GUIDs of notes that differ from the
    last build to whether they are new. `numbers` maps GUIDs to the notes' ids in Anki, where they
    were built. `built` is false for a project without any build. `figures` counts when it is asked.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    built: bool = True
    figures: Callable[[], Figures] = field(default=lambda: NO_FIGURES, compare=False)
    line_of: LineOf = field(default=lambda _path, _line: None, compare=False)
