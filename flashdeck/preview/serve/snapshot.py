"""What the preview is given to show: a collection, and what is known of its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Diagnostic
from flashdeck.model import Collection

LineOf = Callable[[str, int], str | None]
"""Gives a line of a source file by its path and number, None where there is none."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A deck at one moment.

    `kinds` gives the kind of a note by its GUID, where it is known; `changed` are the GUIDs of
    notes that differ from the last build.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    line_of: LineOf = field(default=lambda _path, _line: None, compare=False)
