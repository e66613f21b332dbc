"""Where reading stumbled: a line of the source, and the stretch of it to pass over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flashdeck.diagnostics import Diagnostic, Fix, Span
from flashdeck.yamlnode.nodes import Mark

# What a stretch is masked with: a word where a value has to stand, blanks where a line is given up.
WORD: Final = "x"
BLANK: Final = " "


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
        fix = Fix(span, instead) if instead else None
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

    def first(self) -> Place:
        """Give the place where the text begins."""
        return Place(
            self._path, 0, 0, 0, self.written[0].rstrip("\r"), self._worked[0].rstrip("\r")
        )
