"""Rules for lists, emphasis and lines that are read differently than intended."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import pairwise
from statistics import median

from flashdeck.diagnostics import Fix
from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.text import counted, without_enclosed

_ITEM = re.compile(
    r"(?P<indent>[ \t]*)(?P<mark>[-*+]|(?P<number>[0-9]{1,9})[.)])(?P<space>[ \t]+)(?=\S)"
)
_RULE = re.compile(r"[ \t]*([-*_])(?:[ \t]*\1){2,}[ \t]*")
_TAB = 4
_CODE_INDENT = 4

# What is shown without emphasis: code, formulas, and tags.
_NOT_WORDS = (
    re.compile(r"<(?:(code)|(pre)|(kbd)|(samp))\b|(\\\()|(\\\[)", re.IGNORECASE),
    [
        re.compile(end, re.IGNORECASE)
        for end in ("</code>", "</pre>", "</kbd>", "</samp>", r"\\\)", r"\\\]")
    ],
)
_TAG = re.compile("<[^<>]*+>")
_LETTER = "A-Za-z0-9_"
# Stars around words: not `2**10`, `**kwargs` and `src/**/x`.
_STARS = re.compile(
    rf"(?<![{_LETTER}*\\/(\[{{])(\*\*)(?![*/])(?=[^*\n]*[^\W\d_]{{3}})[^*\n]+?(?<![/*(,=])\*\*(?![{_LETTER}*/])"
)
_UNDERSCORES = re.compile(
    rf"(?<![{_LETTER}\\])(__)(?=\S[^_\n]*\s__|\s[^_\n]*\S__)(?=[^_\n]*[^\W\d_]{{3}})[^_\n]+?__(?![{_LETTER}])"
)
_DUNDER = re.compile(
    rf"(?<![{_LETTER}])__([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)__(?![{_LETTER}])"
)

# Lines wrapped by hand: the fewest breaks, the median of their lengths, and how far the longest
# line exceeds the others.
_FEWEST, _MEDIAN, _SPREAD = 2, 45, 30
_NO_PROSE_LINE = re.compile(r"\s|[-*+>|#•–—]|[0-9]{1,9}[.)]|[A-Za-z][.)]\s|[^\s:]{1,20}:\s|\0")
_ENDS = re.compile(r"[.!?:;…。！？：；|\\]['\"”’»)*_]*$|  $|<br>$")


@dataclass(frozen=True, slots=True)
class _Line:
    """A line of a text: its place, the column of its first word, and its item mark if any."""

    start: int
    end: int
    indent: int
    item: re.Match[str] | None

    @property
    def content(self) -> int:
        """The column of an item's text, which its nested items have to reach."""
        return self.indent + len(self.item["mark"]) + 1 if self.item else self.indent


def list_nesting(context: LintContext) -> Iterator[Finding]:
    """A list item is indented too little to be nested in the item above it.

    It is read as an item of the outer list, or as a new list. A nested item begins below the text
    of its parent: two spaces under `-`, three under `1.`.

    Fix: indent it as far as the text of the item above it.

    Fails::

        notes:
          - q: How is tea made?
            a: |
              1. Boil water
                - in a kettle
              2. Pour it

    Passes::

        notes:
          - q: How is tea made?
            a: |
              1. Boil water
                 - in a kettle
              2. Pour it
    """
    for _, _, passage in context.markdown("\n"):
        lines = list(_lines(passage))
        for place, parent in _misread(lines):
            line = lines[place]
            missing = parent.content - line.indent
            assert line.item is not None
            assert parent.item is not None
            mark = line.item.start("mark")
            message = f"this item is not nested in the item '{parent.item['mark']}' above it"
            hint = f"indent it by {counted(missing, 'more space')}"
            fix = _indented(passage, lines[place:], line.indent, " " * missing)
            yield Finding(passage.place(mark, line.end), message, hint, fix)


def emphasis_left(context: LintContext) -> Iterator[Finding]:
    """Emphasis marks are shown on the card, or a name with underscores became bold.

    `**` and `__` are emphasis only directly before and after words. A word between double
    underscores is bold, unless it is a name that programming languages use (`__init__`).

    Fix: remove the spaces inside of the marks; write a name in backticks, and bold text with
    stars.

    Fails::

        notes:
          - {q: What is important?, a: It is ** very important ** here.}

    Passes::

        notes:
          - {q: What is important?, a: It is **very important** here.}
          - {q: What is two to the tenth?, a: "It is 2**10, or `pow(2, 10)`."}
    """
    for _, _, passage in context.markdown("**", "__"):
        html = passage.html
        for name in _DUNDER.finditer(passage.prose.text):
            if f"<strong>{name[1]}</strong>" in html:
                message = f"'{name.group()}' is shown as bold '{name[1]}'"
                hint = f"write `{name.group()}` for a name, **{name[1]}** for bold text"
                yield Finding(passage.place(*name.span()), message, hint)
        words = _shown_plainly(html) if "**" in html or "__" in html else ""
        for pattern in (_STARS, _UNDERSCORES):
            if pattern.search(words) and (match := pattern.search(passage.prose.text)):
                message = f"'{match[1]}' is shown as written"
                hint = f"write {match[1]}words{match[1]}, without spaces inside of the marks"
                yield Finding(passage.place(*match.span(1)), message, hint)


def _shown_plainly(html: str) -> str:
    """Return the text that is shown without emphasis, with NUL for everything else."""
    return unescape(_TAG.sub("\0", without_enclosed(html, *_NOT_WORDS, "\0")))


def hard_wrapped(context: LintContext) -> Iterator[Finding]:
    """Lines of running text are wrapped by hand.

    Each line break of a text is one on the card, where lines have another width: on a phone every
    other line is short. Lists, poems, addresses and dialogues are not reported.

    Fix: write each paragraph on one line, or in a folded block (`>` instead of `|`), where lines
    are joined; or set `breaks: join`.

    Fails::

        notes:
          - q: What does Flask do with a request?
            a: |
              The server calls the app as a WSGI callable, and Flask
              pushes an application context and a request context
              so that the proxies work in the function that answers.

    Passes::

        notes:
          - q: What does Flask do with a request?
            a: >
              The server calls the app as a WSGI callable, and Flask
              pushes an application context and a request context
              so that the proxies work in the function that answers.
    """
    for _, _, passage in context.markdown("\n"):
        if "<br" not in passage.html:
            continue
        found = _wrapped(passage)
        if found is not None:
            start, end, breaks = found
            message = f"{counted(breaks, 'line break')} in running text will be on the card"
            hint = "join the lines, write '>' instead of '|', or set 'breaks: join'"
            yield Finding(passage.place(start, end), message, hint)


def _lines(passage: FieldText) -> Iterator[_Line]:
    """Return the lines that are not empty; lines of code are not items."""
    start = 0
    for line in passage.prose.text.split("\n"):
        end = start + len(line)
        written = passage.text[start:end]
        if written.strip():
            width = written.expandtabs(_TAB)
            indent = len(width) - len(width.lstrip())
            item = None if _RULE.fullmatch(line) else _ITEM.match(passage.prose.text, start, end)
            yield _Line(start, end, indent, item)
        start = end + 1


def _misread(lines: Sequence[_Line]) -> Iterator[tuple[int, _Line]]:
    """Return the index of each item that is not nested but was meant to be, and the item above."""
    above: list[_Line] = []
    reported = -1
    for place, line in enumerate(lines):
        if reported >= 0 and line.indent < reported:
            reported = -1
        if line.item is None:
            if not line.indent:
                above = [] if place and lines[place - 1].end + 1 < line.start else above
            continue
        while above and line.indent < above[-1].content:
            parent = above.pop()
            if reported < 0 and line.indent - parent.indent > 1 and not _continues(parent, line):
                reported = line.indent
                yield place, parent
        above.append(line)


def _continues(first: _Line, second: _Line) -> bool:
    """Whether an item has the next number after that of another."""
    assert first.item is not None
    assert second.item is not None
    numbers = first.item["number"], second.item["number"]
    return None not in numbers and int(numbers[1]) == int(numbers[0]) + 1


def _indented(passage: FieldText, lines: Sequence[_Line], least: int, spaces: str) -> Fix | None:
    """Return the edits that indent the first lines as long as they are indented enough."""
    edits: list[Fix] = []
    for line in lines:
        if line.indent < least:
            break
        start = line.end - len(passage.text[line.start : line.end].lstrip())
        edit = passage.fix(start, line.end, spaces + passage.text[start : line.end])
        if edit is None or "\t" in passage.text[line.start : start]:
            return None
        edits.append(edit)
    return Fix(*edits[0][:3], also=tuple(edits[1:]))


def _wrapped(passage: FieldText) -> tuple[int, int, int] | None:
    """Return the place of the first paragraph that is wrapped by hand, and its line breaks."""
    start = 0
    for paragraph in re.split(r"(\n[ \t]*\n)", passage.prose.text):
        lines = paragraph.split("\n")
        if len(lines) > _FEWEST and _is_wrapped(lines):
            return start, start + len(paragraph.rstrip()), len(lines) - 1
        start += len(paragraph)
    return None


def _is_wrapped(lines: Sequence[str]) -> bool:
    lines = [line.rstrip("\n") for line in lines if line.strip()]
    full = lines[:-1]
    if len(full) < _FEWEST or any(map(_NO_PROSE_LINE.match, lines)):
        return False
    widths = [len(line) for line in full]
    if median(widths) < _MEDIAN or max(widths) - min(widths) > _SPREAD:
        return False
    # Verses and sentences end with their line, and begin with a capital.
    inside = [not _ENDS.search(line) and _goes_on(following) for line, following in pairwise(lines)]
    return sum(inside) * 2 > len(inside)


def _goes_on(line: str) -> bool:
    """Whether a line begins with a letter that is not a capital."""
    first = line.lstrip("\"'“„‘«(*_")[:1]
    return first.isalpha() and not first.isupper()
