"""Where reading stumbled: a line of the source, and the stretch of it to pass over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from flashdeck.diagnostics import Diagnostic, Fix, Span
from flashdeck.yamlnode.nodes import Mark

# What a stretch is masked with: a word where a value has to stand, blanks where a line is given up.
WORD: Final = "x"
BLANK: Final = " "

# A line's indentation with the dashes of lists, its key if it has one, and the value.
LINE = re.compile(
    r"(?P<indent>[ \t]*(?:-[ \t]+)*)"
    r"(?:(?P<key>[A-Za-z_][\w.-]*|\"[^\"\n]*\"|'[^'\n]*')[ \t]*:(?:[ \t]+|$))?"
    r"(?P<value>.*)"
)
NEXT_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[A-Za-z_][\w-]*):(?:[ \t]|$)")
_QUOTES = ("'", '"')


@dataclass(frozen=True, slots=True)
class Finding:
    """One error, and the stretch `start:end` to fill with `filler` before reading on.

    `line` (from 1) is the line whose content is then not what was written.
    """

    diagnostic: Diagnostic
    start: int
    end: int
    filler: str
    line: int


@dataclass(frozen=True, slots=True)
class Place:
    """A column of a line. `line` and `column` count from 0; `start` is the index of the line.

    `text` is the line as written, `working` as it was read, with parts of it masked already.
    """

    path: str
    line: int
    column: int
    start: int
    text: str
    working: str

    def finding(
        self,
        rule: str,
        message: str,
        hint: str,
        begin: int,
        width: int,
        filler: str = WORD,
        *,
        instead: str = "",
    ) -> Finding:
        """Report `width` columns from `begin` (from 0); pass over all up to the end of the line.

        `instead` is what to write in their stead, '' where that can't be told.
        """
        masked_from = 0 if filler == BLANK else begin
        return self._finding(
            rule, message, hint, (begin, width), (masked_from, len(self.text)), filler, instead
        )

    def narrow(
        self,
        rule: str,
        message: str,
        hint: str,
        begin: int,
        width: int,
        filler: str = WORD,
        *,
        instead: str = "",
    ) -> Finding:
        """Report a stretch and pass over nothing else."""
        masked = (begin, begin + width)
        return self._finding(rule, message, hint, (begin, width), masked, filler, instead)

    def _finding(
        self,
        rule: str,
        message: str,
        hint: str,
        shown: tuple[int, int],
        masked: tuple[int, int],
        filler: str,
        instead: str,
    ) -> Finding:
        line, column = self.line + 1, shown[0] + 1
        span = Span(self.path, line, column, line, column + max(1, shown[1]))
        # A quote that opens a value is YAML's, or the text's own: an edit could only guess.
        is_quoted = self.text[shown[0] : shown[0] + 1] in _QUOTES
        fix = Fix(span, instead) if instead and not is_quoted else None
        diagnostic = Diagnostic(rule, message, span, hint=hint, fix=fix)
        return Finding(diagnostic, self.start + masked[0], self.start + masked[1], filler, line)


class Lines:
    """The lines of a text beside those of its working copy."""

    def __init__(self, path: str, text: str, working: str) -> None:
        self._path = path
        self.written = text.split("\n")
        self._worked = working.split("\n")

    def at(self, mark: Mark) -> Place:
        """Give the place of a mark; at the end of the file, the last line that holds anything."""
        line, column = min(mark.line, len(self.written) - 1), mark.column
        while line > 0 and not self._worked[line].strip():
            line, column = line - 1, 0
        start = sum(len(one) + 1 for one in self.written[:line])
        text = self.written[line].rstrip("\r")
        return Place(self._path, line, column, start, text, self._worked[line].rstrip("\r"))

    def runs_on(self, place: Place) -> bool:
        """Whether the value of a place goes on in the lines below, which stand further right."""
        below = next((one for one in self.written[place.line + 1 :] if one.strip()), "")
        return len(below) - len(below.lstrip(" ")) > _parent(place)

    def first(self) -> Place:
        """Give the place where the text begins."""
        return Place(
            self._path, 0, 0, 0, self.written[0].rstrip("\r"), self._worked[0].rstrip("\r")
        )


def _parent(place: Place) -> int:
    """Give the column of the key or the dash that a value belongs to."""
    found = LINE.match(place.text)
    begin = found.end("indent") if found is not None else 0
    if place.column > begin:
        return begin
    dash = place.text.rfind("-", 0, begin)
    return dash if dash >= 0 else begin - 1  # the value is in a line of its own
