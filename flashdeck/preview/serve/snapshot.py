"""The input of the preview server: a collection and facts about its sources."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Diagnostic
from flashdeck.model import Collection

LineOf = Callable[[str, int], str | None]
"""Returns a line of a source file by path and number, None if it does not exist."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A deck at one moment.

    `kinds` maps GUIDs to kinds, where known; `changed` holds the GUIDs of notes that differ from
    the last build.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...] = ()
    kinds: Mapping[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    line_of: LineOf = field(default=lambda _path, _line: None, compare=False)
