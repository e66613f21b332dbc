"""Diagnostics: problems of sources, with place, severity, message and hint."""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable
from enum import StrEnum
from typing import NamedTuple

from flashdeck.records import dataclass
from flashdeck.text import natural


class Span(NamedTuple):
    """A range in a source file, end exclusive.

    Lines and columns count from 1; columns count Unicode code points; emoji and tabs
    count as one. `path` is relative to the project's root and written with `/`.
    """

    path: str
    line: int
    column: int
    end_line: int
    end_column: int

    @property
    def order(self) -> tuple[object, ...]:
        """The sort key of places: files in natural order, then lines and columns."""
        return natural(self.path), *self[1:]

    @classmethod
    def point(cls, path: str, line: int = 1, column: int = 1) -> Span:
        """Return a span of a single character."""
        return cls(path, line, column, line, column + 1)


class Text(NamedTuple):
    """A text in a source, with its span."""

    value: str
    span: Span


Place = Callable[[int, int], Span]
"""Returns the span of `text[start:end]`."""


class Written(NamedTuple):
    """A text in a source, with the spans of its parts."""

    text: str
    place: Place


def places_in(path: str, text: str) -> Place:
    """Return the function for spans in the text of a file."""
    starts = [0, *itertools.accumulate(len(line) + 1 for line in text.split("\n"))]

    def place(start: int, end: int) -> Span:
        end = max(end, start + 1)
        line, end_line = bisect.bisect(starts, start), bisect.bisect(starts, end)
        return Span(
            path, line, start - starts[line - 1] + 1, end_line, end - starts[end_line - 1] + 1
        )

    return place


class Severity(StrEnum):
    """The severity of a diagnostic; only errors stop a build."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


class Fix(NamedTuple):
    """An edit that fixes a problem: replace a span of the source by `text`.

    Only if there is a single possible fix. `in_text`: the span is inside of the text of a value,
    also of a block text. `also` are further edits of the same fix.
    """

    span: Span
    text: str
    in_text: bool = False
    also: tuple[Fix, ...] = ()


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """A problem in a source.

    `rule` is the name of the rule (`missing-media`), `message` says what is wrong, `hint` how to
    fix it. `span` is None only for a problem without a place in a file. `fix` is the edit that
    `check --fix` makes.
    """

    rule: str
    message: str
    span: Span | None
    severity: Severity = Severity.ERROR
    hint: str = ""
    fix: Fix | None = None


class FlashdeckError(Exception):
    """An error outside the sources that stops the command.

    Problems in sources are `Diagnostic`s instead. The message is one sentence; `hint` says how to
    fix it.
    """

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint


def reason(error: OSError) -> str:
    """Return the message of the system in lower case, to continue a sentence."""
    return (error.strerror or str(error)).lower()
