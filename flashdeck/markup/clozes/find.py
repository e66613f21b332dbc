"""Where the clozes of a text are, by the rules with which Anki itself finds them.

Anki looks for `{{c1::`, `::` and `}}` in the stored HTML and knows neither code nor mathematics;
clozes nest, one that is never closed is text, and the first `}}` closes the innermost one.
(Read in Anki's `rslib/src/cloze.rs`, described in our own words.)
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from flashdeck.markup.clozes.backticks import closing_run
from flashdeck.markup.results import Problem
from flashdeck.markup.ruby import RUBY
from flashdeck.records import dataclass

_OPEN = r"\{\{c[0-9,]+::"
OPEN = re.compile(_OPEN)

_HTML_MARK = re.compile(rf"{_OPEN}|\}}\}}|::|[{{}}]")
_MARKDOWN_MARK = re.compile(rf"{_OPEN}|\\[`}}:]|`+|\}}\}}|::|[{{}}]")
# A whole cloze without braces, escapes and code: what it hides, and its hint.
_SIMPLE = re.compile(rf"{_OPEN}((?:[^{{}}:\\`]++|:(?!:))*+)((?:::[^{{}}\\`]*+)?)\}}\}}")
_SIZES = re.compile(r"(?<=\))\{(?:width|height)=[^{}\n]*\}")
_BRACE = re.compile(r"[{}]")
_DOLLAR = re.compile(r"(?<!\\)\$\$?")
_REACH = 1000  # how far after a cloze its author's closing braces are looked for


class Cloze(NamedTuple):
    """One cloze: `start` is at its `{{`, `body` after the `::`, `end` at its `}}`.

    `hint` is at the `::` before the hint, or equals `end` if there is none. `open_braces` counts
    the braces of its own text (not of clozes in it) that `}}` leaves open.
    """

    start: int
    body: int
    hint: int
    end: int
    open_braces: int


@dataclass(slots=True)
class _Unclosed:
    start: int
    body: int
    hint: int = -1
    braces: int = 0


@lru_cache(maxsize=8)  # a text is asked for its clozes by several checks in turn
def find_clozes(text: str, *, markdown: bool) -> tuple[Cloze, ...]:
    """Return all clozes of a text, in the order of their starts.

    In Markdown, code spans and ruby in a cloze are stepped over: their braces and colons do not
    reach Anki as such.
    """
    found: list[Cloze] = []
    position = text.find("{{c")
    while position >= 0 and (simple := _SIMPLE.match(text, position)):
        found.append(Cloze(position, simple.start(1), simple.end(1), simple.end(2), 0))
        position = text.find("{{c", simple.end())
    if position >= 0:
        found += sorted(_Scan(text, markdown=markdown).clozes(position))
    return tuple(found)


class _Scan:
    """Finds clozes of any kind in one pass over a text."""

    def __init__(self, text: str, *, markdown: bool) -> None:
        self._text = text
        self._markdown = markdown
        self._open: list[_Unclosed] = []
        self._found: list[Cloze] = []
        self._passed_run = -1

    def clozes(self, position: int) -> list[Cloze]:
        """Return the clozes after a place outside of any, in the order of their ends."""
        marks = _MARKDOWN_MARK if self._markdown else _HTML_MARK
        while position >= 0 and (mark := marks.search(self._text, position)):
            if mark[0].startswith("{{c"):
                self._open.append(_Unclosed(*mark.span()))
                position = mark.end()
            elif self._open:
                position = self._see_inside(self._open[-1], mark[0], *mark.span())
            if not self._open:  # where no cloze is open, nothing else counts
                position = self._text.find("{{c", max(position, mark.end()))
        return self._found

    def _see_inside(self, cloze: _Unclosed, mark: str, start: int, end: int) -> int:
        match mark:
            case "}}":
                self._open.pop()
                hint = cloze.hint if cloze.hint >= 0 else start
                self._found.append(Cloze(cloze.start, cloze.body, hint, start, cloze.braces))
            case "::" if cloze.hint < 0:
                cloze.hint = start
            case "{" if self._markdown and (whole := self._piece(start)):
                return whole.end()
            case "{":
                cloze.braces += 1
            case "}":
                cloze.braces = max(0, cloze.braces - 1)
            case _ if mark[0] == "`":
                return self._skip_code(mark, start, end)
        return end

    def _piece(self, at: int) -> re.Match[str] | None:
        """A picture's size, or ruby, whose marks do not reach Anki as such."""
        return _SIZES.match(self._text, at) or RUBY.match(self._text, at)

    def _skip_code(self, run: str, start: int, end: int) -> int:
        """Code in a cloze is one piece, unless a cloze opens in it: Anki would see that one."""
        closing = closing_run(self._text, end, len(run))
        if start == self._passed_run or closing < 0:
            return end
        if OPEN.search(self._text, end, closing):
            self._passed_run = closing
            return end
        return closing + len(run)


def brace_problems(text: str, *, markdown: bool) -> list[Problem]:
    r"""Clozes that Anki closes earlier than their author intended: `{{c1::\frac{a}{b}}}`."""
    if text.count("{") == 2 * text.count("{{c"):
        return []
    problems: list[Problem] = []
    for cloze in find_clozes(text, markdown=markdown):
        if not cloze.open_braces:
            continue
        place = cloze.end, min(cloze.end + 3, len(text))
        if _closes_later(text, cloze):
            message = "Anki ends this cloze at the first }}, before its last } is closed"
            hint = "put a space between } and }}"
            problems.append(Problem("cloze-braces", message, *place, hint=hint))
        elif markdown and _cuts_formula(text, cloze):
            message = "Anki ends this cloze at the first }}, inside of its formula"
            hint = "close the formula, and the cloze after it"
            problems.append(Problem("cloze-braces", message, *place, hint=hint))
    return problems


def _cuts_formula(text: str, cloze: Cloze) -> bool:
    """Whether a formula begins in a cloze and ends after it, in the same paragraph."""
    inside = text[max(cloze.body, cloze.end - _REACH) : cloze.end]
    behind = text[cloze.end : cloze.end + _REACH].partition("\n\n")[0]
    dollars = len(_DOLLAR.findall(inside)) % 2 == 1 and _DOLLAR.search(behind) is not None
    return dollars or any(
        inside.count(opening) > inside.count(closing) and closing in behind
        for opening, closing in (("\\(", "\\)"), ("\\[", "\\]"))
    )


def _closes_later(text: str, cloze: Cloze) -> bool:
    """Whether counting braces, as people and TeX do, finds the end of the cloze further on."""
    depth = cloze.open_braces
    for brace in _BRACE.finditer(text, cloze.end, cloze.end + _REACH):
        if brace.group() == "{":
            depth += 1
        elif depth:
            depth -= 1
        else:
            return text.startswith("}}", brace.start())
    return False
