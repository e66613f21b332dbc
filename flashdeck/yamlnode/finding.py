"""Where reading stumbled: a line of the source, and the stretch of it to pass over."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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
_ITEM = re.compile(r" *-(?:[ \t]|\r?$)")
_COMMENT = re.compile(r"[ \t]*#")
_MISPLACED = ("indentation", "missing-key")
_OPENS = re.compile(r"(?:.*:|[ \t]*(?:-[ \t]+)*-)\s*(?:\s#.*)?$")
_DOCUMENT = re.compile(r"(?:---|\.\.\.)(?:\s|$)")
# A value that begins or ends as block text is announced.
_BLOCK = re.compile(r"^[|>]|\s[|>][-+0-9]*\s*(?:\s#.*)?$")
_IN_MANY_LINES = "put all of the text into quotes, or write it below a lone '|'"


@dataclass(frozen=True, slots=True)
class Finding:
    """One error, and the stretch `start:end` to fill with `filler` before reading on.

    `line` (from 1) is the line whose content is then not what was written; `whole`: nothing of it
    is read behind `start`. The lines down to the index `below` belong to that line, and are passed
    over with it. `lost`: nobody can tell what the lines behind it are, keys, texts or lists.
    """

    diagnostic: Diagnostic
    start: int
    end: int
    filler: str
    line: int
    whole: bool
    below: int = 0
    lost: bool = False


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
        masked = (0 if filler == BLANK else begin, len(self.text))
        found = self._finding(rule, message, hint, (begin, width), masked, filler, instead)
        return replace(found, whole=True)

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
        start, end = (self.start + column for column in masked)
        return Finding(diagnostic, start, end, filler, line, whole=False)


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
        return self._place(line, column)

    def runs_on(self, place: Place) -> bool:
        """Whether the value of a place goes on in the lines below, which stand further right."""
        return _indent(self._next(place.line)) > _parent(place)

    def is_bare(self, place: Place) -> bool:
        """Whether a line is text only, and not the value of a key or a dash in the line above."""
        found = LINE.fullmatch(place.text)
        if found is None or found["key"] or "-" in found["indent"]:
            return False
        lines = reversed(self.written[: place.line])
        above = next((one for one in lines if one.strip() and not _COMMENT.match(one)), "")
        opens, parent = _OPENS.match(above), LINE.match(above)
        return not (opens and parent and _indent(place.text) > parent.end("indent"))

    def completed(self, finding: Finding) -> Finding:
        """Add to a finding the lines below that belong to what is passed over.

        A value that goes on in them can't be put into quotes by itself.
        """
        number = finding.line - 1
        line = self.written[number]
        if not finding.whole or finding.diagnostic.rule == "tab":
            return replace(finding, lost=finding.lost or finding.whole)
        if finding.filler == BLANK:
            misplaced = finding.diagnostic.rule in _MISPLACED and _is_item(line)
            below = self._below(number, _indent(line), items=misplaced)
            return replace(finding, below=below, lost=True)
        span = finding.diagnostic.span
        column = span.column - 1 if span is not None else 0
        place = self._place(number, column)
        if not self.runs_on(place):
            return finding
        diagnostic = replace(finding.diagnostic, fix=None)
        if NEXT_KEY.match(self._next(number)) and not _BLOCK.search(line[column:]):
            return replace(finding, diagnostic=diagnostic, lost=True)
        if diagnostic.rule.startswith("unquoted"):
            diagnostic = replace(diagnostic, hint=_IN_MANY_LINES)
        below = self._below(number, _parent(place), items=False)
        return replace(finding, diagnostic=diagnostic, below=below)

    def lacks(self, key: str, place: Place) -> bool:
        """Whether a place begins a list that only lacks its key in a mapping at the left margin."""
        above = []
        for line in reversed(self.written[: place.line]):
            if _DOCUMENT.match(line):
                break
            above += [line] if line.strip() and not _COMMENT.match(line) else []
        margin = [line for line in above if not _indent(line)]
        left = next((line for line in above if _indent(line) < max(_indent(place.text), 1)), "")
        return (
            _is_item(place.text)
            and bool(margin)
            and not any(line.startswith(("-", f"{key}:")) for line in margin)
            and not _indent(left)
        )

    def first(self) -> Place:
        """Give the place where the text begins."""
        return self._place(0, 0)

    def _place(self, line: int, column: int) -> Place:
        text, working = (one[line].rstrip("\r") for one in (self.written, self._worked))
        return Place(self._path, line, column, self._start(line), text, working)

    def _start(self, line: int) -> int:
        return sum(len(one) + 1 for one in self.written[:line])

    def _next(self, line: int) -> str:
        """Give the next line below that is not empty."""
        return next((one for one in self.written[line + 1 :] if one.strip()), "")

    def _below(self, line: int, indent: int, *, items: bool) -> int:
        """Give the index behind the lines that stand further right than `indent`.

        With `items` those of a list that begins there are such lines, too.
        """
        last = line
        for number, one in enumerate(self.written[line + 1 :], line + 1):
            if not one.strip() or _COMMENT.match(one):
                continue
            same = items and _indent(one) == indent and _is_item(one)
            if _DOCUMENT.match(one) or (_indent(one) <= indent and not same):
                break
            last = number
        return self._start(last) + len(self.written[last])


def _parent(place: Place) -> int:
    """Give the column of the key or the dash that a value belongs to."""
    found = LINE.match(place.text)
    begin = found.end("indent") if found is not None else 0
    if place.column > begin:
        return begin
    dash = place.text.rfind("-", 0, begin)
    return dash if dash >= 0 else begin - 1  # the value is in a line of its own


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_item(line: str) -> bool:
    return _ITEM.match(line) is not None
