"""What is said about a source: where, how grave, in which words, and the way out.

Ground module: it imports nothing of flashdeck's and knows nothing of how a diagnostic is shown
(`report` does that).
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple


class Span(NamedTuple):
    """A stretch of a source file, end exclusive.

    Lines and columns count from 1; columns count Unicode code points, so an emoji is one and a
    tab is one. `path` is relative to the project's root and written with `/`.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @classmethod
    def point(cls, path: str, line: int = 1, column: int = 1) -> Span:
        """One place rather than a stretch, as wide as a single character."""
        return cls(path, line, column, line, column + 1)


class Text(NamedTuple):
    """Words of the author and where they stand."""

    value: str
    span: Span


Place = Callable[[int, int], Span]
"""Gives the place of `text[start:end]` in its file."""


class Written(NamedTuple):
    """A text of the author, and where its parts stand."""

    text: str
    place: Place


def places_in(path: str, text: str) -> Place:
    """Give the way from a part of a file's text to its place."""
    starts = [0, *itertools.accumulate(len(line) + 1 for line in text.split("\n"))]

    def place(start: int, end: int) -> Span:
        end = max(end, start + 1)
        line, end_line = bisect.bisect(starts, start), bisect.bisect(starts, end)
        return Span(
            path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1
        )

    return place


class Severity(StrEnum):
    """How grave a diagnostic is; only errors stop a build."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class Fix(NamedTuple):
    """The edit that mends a problem: put `text` in the place of a stretch of the source.

    Only where there is one thing that can have been meant.
    """

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One thing to tell the author.

    `rule` is a short name in words (`missing-media`), `message` says what is wrong in the author's
    own words, `hint` the way out. `span` is None only for what has no place in a file. `fix` is
    what `check --fix` would write.
    """

    rule: str
    message: str
    span: Span | None
    severity: Severity = Severity.ERROR
    hint: str = ""
    fix: Fix | None = None


class FlashdeckError(Exception):
    """The work cannot go on, for a reason outside the text of the sources.

    What an author wrote never raises this: it becomes a `Diagnostic`. The message is one sentence
    for people; `hint` is the way out.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def reason(error: OSError) -> str:
    """Give what the system says is wrong, as a sentence goes on with it."""
    return (error.strerror or str(error)).lower()
