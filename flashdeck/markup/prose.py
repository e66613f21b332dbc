"""The prose of a Markdown text: its words without code, formulas, tags and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from flashdeck.html.tags import read_tag
from flashdeck.markup.clozes.backticks import Backticks
from flashdeck.markup.clozes.find import ClozeIndex, find_clozes
from flashdeck.markup.formulas import Formula, Formulas

_MARKED = re.compile(r"[\\`$<\[{]|~~~|^(?:\t| {4})", re.MULTILINE)
_LIST_ITEM = re.compile(r"[ \t>]*(?:[-*+]|[0-9]{1,9}[.)])(?:[ \t]|\n)")
_FENCE = re.compile(r"[ \t>]*(?:(?:[-*+]|[0-9]{1,9}[.)])[ \t]+)*(`{3,}(?=[^`\n]*\n)|~{3,})")
_PRE = re.compile(r"[ \t]*<pre\b", re.IGNORECASE)
_PRE_END = re.compile(r"</pre\s*>", re.IGNORECASE)
_INDENTED = re.compile(r"\t| {1,3}\t| {4}")
_MARK = re.compile(r"\\[!-/:-@\[-`{-~]|`+|\$+|<|\]\(|\\begin\{")
_ADDRESS = r"(?:[^()\n\\]|\\.)*+"
_DESTINATION = re.compile(rf"\]\({_ADDRESS}(?:\({_ADDRESS}\){_ADDRESS})*+\)")
_AUTOLINK = re.compile(r"<(?:[A-Za-z][A-Za-z0-9+.-]{1,31}:[^\s<>]*|[^\s<>@]{1,64}@[^\s<>]+)>")
_CODE_TAGS = frozenset({"code", "pre", "script", "style"})
_HIDDEN = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class FormulaSpan:
    """A formula of a text: `start` is at its opening mark, `end` behind its closing mark.

    `tex` is the text between the marks.
    """

    start: int
    end: int
    tex: str
    display: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of a text, with the same length and line breaks.

    All other characters are U+0000: those of code, formulas, tags, comments, destinations of links
    and pictures, autolinks, cloze openings and closings, and escaped characters.
    """

    text: str
    formulas: tuple[FormulaSpan, ...]


def prose(text: str, *, cloze: bool) -> Prose:
    """Return the prose of a Markdown text; `cloze`: its clozes are active."""
    if not _MARKED.search(text):
        return Prose(text, ())
    clozes = find_clozes(text, markdown=True) if cloze else ()
    scan = _Scan(text, ClozeIndex(clozes), Formulas(text))
    for start, end in _blocks(text):
        scan.block(start, end)
    hidden = scan.hidden
    for start, end in _code_blocks(text):
        hidden.append((start, end))
    for mark in clozes:
        hidden += ((mark.start, mark.body), (mark.end, mark.end + 2))
    return Prose(_without(text, hidden), tuple(scan.formulas))


@dataclass(slots=True)
class _Scan:
    """Ranges of a text that are not prose, found in one pass over its blocks."""

    text: str
    clozes: ClozeIndex
    formulas_at: Formulas
    hidden: list[tuple[int, int]] = field(default_factory=list)
    formulas: list[FormulaSpan] = field(default_factory=list)
    done: int = 0
    _unclosed: set[str] = field(default_factory=set)
    _backticks: Backticks | None = None

    def block(self, start: int, end: int) -> None:
        """Scan a block: lines without an empty one between them."""
        start = max(start, self.done)
        while start < end and (mark := _MARK.search(self.text, start, end)):
            start = self._behind(mark.group(), mark.start(), end)
        self.done = max(self.done, start)

    def _behind(self, mark: str, at: int, end: int) -> int:
        """Take one mark; return where to go on."""
        if mark[0] == "$" or mark in ("\\(", "\\["):
            return self._formula(mark, at, end)
        if mark[0] == "`":
            return self._code(mark, at, end)
        if mark == "<":
            return self._tag(at, end)
        if mark == "](":
            address = _DESTINATION.match(self.text, at, end)
            return self._hide(at + 2, address.end() - 1) if address else at + 2
        if mark == "\\begin{":
            found = self.formulas_at.environment(at, end)
            return self._add_formula(at, found) if found else at + 1
        return self._hide(at, at + 2)

    def _hide(self, start: int, end: int) -> int:
        self.hidden.append((start, end))
        return end

    def _formula(self, mark: str, at: int, end: int) -> int:
        found = self.formulas_at.at(at, end)
        if found and self.clozes.balanced(at, found.end):
            return self._add_formula(at, found)
        return at + len(mark) if mark[0] == "$" else self._hide(at, at + 2)

    def _add_formula(self, at: int, found: Formula) -> int:
        self.formulas.append(FormulaSpan(at, found.end, found.tex, found.display))
        return self._hide(at, found.end)

    def _code(self, run: str, at: int, end: int) -> int:
        if self._backticks is None:
            self._backticks = Backticks(self.text)
        opened = at + len(run)
        closing = self._backticks.closing(opened, len(run))
        return self._hide(at, closing + len(run)) if 0 <= closing < end else opened

    def _tag(self, at: int, end: int) -> int:
        if self.text.startswith("<!--", at):
            closing = self._find("-->", at + 4)
            return self._hide(at, closing + 3) if closing >= 0 else at + 4
        found = _AUTOLINK.match(self.text, at, end)
        if found:
            return self._hide(at, found.end())
        tag = read_tag(self.text, at, end)
        if tag is None:
            return at + 1
        closing = -1
        if tag.name in _CODE_TAGS and not tag.closing:
            closing = self._find(f"</{tag.name}>", tag.end)
        return self._hide(at, max(tag.end, closing))

    def _find(self, closing: str, start: int) -> int:
        """Find a closing mark; one that is missing is looked for once."""
        place = -1 if closing in self._unclosed else self.text.find(closing, start)
        if place < 0:
            self._unclosed.add(closing)
        return place


def _without(text: str, ranges: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(ranges):
        if end > done:
            first = max(start, done)
            pieces += (text[done:first], _HIDDEN.sub("\0", text[first:end]))
            done = end
    pieces.append(text[done:])
    return "".join(pieces)


def _lines(text: str) -> Iterator[tuple[int, int]]:
    start = 0
    while start < len(text):
        end = text.find("\n", start) + 1 or len(text)
        yield start, end
        start = end


def _code_blocks(text: str) -> list[tuple[int, int]]:
    """Return the ranges of fenced and indented code. A value of one line has none."""
    return [(start, end) for start, end, code in _parts(text) if code]


def _blocks(text: str) -> Iterator[tuple[int, int]]:
    """Return the ranges between empty lines and blocks of code."""
    return ((start, end) for start, end, code in _parts(text) if not code)


def _parts(text: str) -> Iterator[tuple[int, int, bool]]:
    if "\n" not in text.strip():
        yield 0, len(text), False
        return
    closing: re.Pattern[str] | None = None
    in_list, empty = False, True
    block = 0
    for start, end in _lines(text):
        if closing is not None:
            if closing.search(text, start, end):
                yield block, end, True
                closing, block, empty = None, end, True
            continue
        opening = _opening(text, start, end)
        is_code = empty and not in_list and _INDENTED.match(text, start, end) is not None
        if opening is not None or is_code or text[start:end].isspace():
            if block < start:
                yield block, start, False
            if is_code:
                yield start, end, True
            closing, block, empty = opening, end if opening is None else start, True
        else:
            goes_on = in_list and (text[start].isspace() or not empty)
            in_list = goes_on or _LIST_ITEM.match(text, start, end) is not None
            empty = False
    if block < len(text):
        yield block, len(text), closing is not None


def _opening(text: str, start: int, end: int) -> re.Pattern[str] | None:
    """Return the pattern of the end of a block of code that begins in a line."""
    if _PRE.match(text, start, end):
        return _PRE_END
    fence = _FENCE.match(text, start, end)
    if fence is None:
        return None
    return re.compile(rf"^[ \t>]*{re.escape(fence[1][0])}{{{len(fence[1])},}}[ \t]*$", re.MULTILINE)
