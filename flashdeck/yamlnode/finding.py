"""Error recovery: the place of a syntax error, and the text to skip."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from flashdeck.diagnostics import Diagnostic, Fix, Span
from flashdeck.records import dataclass
from flashdeck.yamlnode.nodes import Mark

# The mask of skipped text: a word in place of a value, spaces in place of a line.
WORD: Final = "x"
SPACE: Final = " "

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
# A value that begins or ends like the header of block text.
_BLOCK = re.compile(r"^[|>]|\s[|>][-+0-9]*\s*(?:\s#.*)?$")
_IN_MANY_LINES = "put all of the text into quotes, or write it below a lone '|'"


@dataclass(frozen=True, slots=True)
class Finding:
    """An error, and the text `start:end` to mask with `filler` before parsing again.

    `line` (from 1) is the damaged line; `whole`: all of it after `start` is skipped. The lines
    down to the index `below` belong to it and are skipped, too. `lost`: the structure of the lines
    that follow can't be known.
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

    `text` is the line in the source, `working` the line as parsed, which may be masked in part.
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
        whole: bool = True,
    ) -> Finding:
        """Report `width` columns from `begin` (from 0), and skip them.

        With `whole`, the rest of the line is skipped, too. `instead` is the replacement for a fix,
        '' if there is none.
        """
        line, column = self.line + 1, begin + 1
        span = Span(self.path, line, column, line, column + max(1, width))
        # A quote at the start may be YAML's or part of the text, so there is no safe fix.
        is_quoted = self.text[begin : begin + 1] in _QUOTES
        fix = Fix(span, instead) if instead and not is_quoted else None
        diagnostic = Diagnostic(rule, message, span, hint=hint, fix=fix)
        start = self.start + (0 if whole and filler == SPACE else begin)
        end = self.start + (len(self.text) if whole else begin + width)
        return Finding(diagnostic, start, end, filler, line, whole)


class Lines:
    """The lines of a text and of its working copy."""

    def __init__(self, path: str, text: str, working: str) -> None:
        self._path = path
        self.written = text.split("\n")
        self._worked = working.split("\n")

    def at(self, mark: Mark) -> Place:
        """Return the place of a mark; at the end of the file, of the last line with content."""
        line, column = min(mark.line, len(self.written) - 1), mark.column
        while line > 0 and not self._worked[line].strip():
            line, column = line - 1, 0
        return self._place(line, column)

    def runs_on(self, place: Place) -> bool:
        """Whether the value continues in the lines below, which are indented deeper."""
        return _indent(self._next(place.line)) > _parent(place)

    def is_bare(self, place: Place) -> bool:
        """Whether a line is only text, and not the value of a key or dash in the line above."""
        match = LINE.fullmatch(place.text)
        if match is None or match["key"] or "-" in match["indent"]:
            return False
        lines = reversed(self.written[: place.line])
        line_above = next((line for line in lines if line.strip() and not _COMMENT.match(line)), "")
        opening, parent = _OPENS.match(line_above), LINE.match(line_above)
        return not (opening and parent and _indent(place.text) > parent.end("indent"))

    def completed(self, finding: Finding) -> Finding:
        """Extend a finding to the lines below that belong to the skipped text.

        A value that continues in them has no fix.
        """
        number = finding.line - 1
        line = self.written[number]
        if not finding.whole or finding.diagnostic.rule == "tab":
            return replace(finding, lost=finding.lost or finding.whole)
        if finding.filler == SPACE:
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
        """Whether a list at a place lacks only its key in a mapping at the left margin."""
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
        """Return the place of the start of the text."""
        return self._place(0, 0)

    def _place(self, line: int, column: int) -> Place:
        text, working = (lines[line].rstrip("\r") for lines in (self.written, self._worked))
        return Place(self._path, line, column, self._start(line), text, working)

    def _start(self, line: int) -> int:
        return sum(len(text) + 1 for text in self.written[:line])

    def _next(self, line: int) -> str:
        """Return the next line that is not empty."""
        return next((text for text in self.written[line + 1 :] if text.strip()), "")

    def _below(self, line: int, indent: int, *, items: bool) -> int:
        """Return the index after the lines that are indented deeper than `indent`.

        With `items`, the items of a list that begins there are included.
        """
        last = line
        for number, text in enumerate(self.written[line + 1 :], line + 1):
            if not text.strip() or _COMMENT.match(text):
                continue
            is_sibling = items and _indent(text) == indent and _is_item(text)
            if _DOCUMENT.match(text) or (_indent(text) <= indent and not is_sibling):
                break
            last = number
        return self._start(last) + len(self.written[last])


def _parent(place: Place) -> int:
    """Return the column of the key or dash of a value."""
    match = LINE.match(place.text)
    content = match.end("indent") if match is not None else 0
    if place.column > content:
        return content
    dash = place.text.rfind("-", 0, content)
    return dash if dash >= 0 else content - 1  # the value is on its own line


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _is_item(line: str) -> bool:
    return _ITEM.match(line) is not None
