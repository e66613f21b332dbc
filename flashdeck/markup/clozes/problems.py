"""Problems of clozes: as their author wrote them, and as Anki will read them.

Anki takes the first `::` in a cloze for the beginning of its hint, also in code and formulas. In a
fence or a formula a `::` without a space before it is assumed to be a hint, unless the language
writes its names so.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping
from enum import Enum

from flashdeck.limits import LAST_CLOZE
from flashdeck.markup.clozes.find import OPEN, Cloze, find_clozes
from flashdeck.markup.results import Markup, Problem

_WRITES_COLONS = frozenset(
    "c++ cpp cplusplus cxx hpp rust rs ruby rb perl pl php haskell hs r java kotlin csharp cs"
    " crystal elixir erlang fortran f90 idris agda lean".split()
)
_MATH = re.compile(r"\$|\\[(\[]")
_MATH_MARK = re.compile(r"\$|\\[()\[\]]")
_LONGEST = 40  # characters of the author's words in a message
_NUMBERS = re.compile(r"[0-9]+")
_ALLOWED = frozenset(map(str, range(1, LAST_CLOZE + 1)))
_NEARLY = re.compile(r"\{\{?\s*[cC]\s*[0-9]+\s*:{1,2}|\{\{[cC]\s+[0-9]+::")


def cloze_problems(text: str, markup: Markup = Markup.MARKDOWN) -> tuple[Problem, ...]:
    """Problems of a cloze note's text as its author wrote it, in order of their places.

    Numbers Anki takes no card for, clozes that hide nothing, are never closed or nearly spelled
    right, and a text without any cloze. `cloze-braces` comes from rendering.
    """
    clozes = find_clozes(text, markdown=markup == Markup.MARKDOWN)
    problems = [problem for cloze in clozes for problem in _problems_of(text, cloze)]
    if text.count("{") != 2 * len(clozes):
        closed = {cloze.start for cloze in clozes}
        problems += [
            Problem("cloze-unclosed", "this cloze is never closed", *opening.span(), hint="add }}")
            for opening in OPEN.finditer(text)
            if opening.start() not in closed
        ]
        problems += _misspelled(text, "warning" if clozes else "error")
    if not clozes and not problems:
        message = "this text has no cloze, so it would make no card"
        problems = [Problem("cloze-missing", message, 0, len(text), hint="write {{c1::hidden}}")]
    return tuple(sorted(problems, key=lambda problem: problem.start))


def _problems_of(text: str, cloze: Cloze) -> list[Problem]:
    place = cloze.start, cloze.end + 2
    problems: list[Problem] = []
    if text[cloze.start + 3 : cloze.body - 2] not in _ALLOWED:
        numbers = [int(one[:9]) for one in _NUMBERS.findall(text[cloze.start + 3 : cloze.body])]
        if not numbers or not all(1 <= number <= LAST_CLOZE for number in numbers):
            message = f"cloze numbers go from 1 to {LAST_CLOZE}"
            problems.append(Problem("cloze-number", message, *place))
        if len(numbers) > 1:
            message = "Anki before 26.05 and AnkiDroid make one card of this"
            hint = "write a cloze for each number"
            problems.append(Problem("cloze-numbers", message, *place, hint, "warning"))
    if not text[cloze.body : cloze.hint].strip():
        problems.append(Problem("cloze-empty", "this cloze hides nothing", *place))
    return problems


def _misspelled(text: str, severity: str) -> list[Problem]:
    return [
        Problem(
            "cloze-spelling",
            f"{nearly.group()} does not open a cloze",
            *nearly.span(),
            hint=f"did you mean {{{{c{_NUMBERS.findall(nearly.group())[0]}::",
            severity=severity,
        )
        for nearly in _NEARLY.finditer(text)
        if not OPEN.match(text, nearly.start())
        and not OPEN.match(text, nearly.start() + 1)
        and not OPEN.match(text, nearly.start() - 1)
    ]


class Where(Enum):
    """Where a cloze is written; the value says how to keep its `::`."""

    CODE = "if it is code, put the backticks inside of the cloze: {open}`{hidden}::{hint}`}}}}"
    FENCE = "if it is code, make two clozes of it: {open}{hidden}}}}}::{open}{hint}}}}}"
    FORMULA = "if it is not a hint, write ': :', which TeX shows as '::'"


def taken_as_hint(
    text: str, where: Where, source: str, start: int, end: int, language: str = ""
) -> Iterator[Problem]:
    """Report clozes of code or a formula whose hint was probably not meant as one.

    `text` is the code or TeX, which is written in `source` between `start` and `end`.
    """
    always = where is Where.CODE or language.lower() in _WRITES_COLONS
    for cloze in find_clozes(text, markdown=False):
        if cloze.hint < cloze.end and (always or text[cloze.hint - 1].isspace()):
            at = source.find(text[cloze.start : cloze.end + 2], start, end)
            start = max(at, start)
            yield _hint_problem(text, cloze, where, start)


def cut_formulas(text: str) -> Iterator[Problem]:
    """Report formulas inside of clozes that a `::` of theirs cuts: `{{c1::$f :: A$}}`."""
    if not _MATH.search(text):
        return
    marks: dict[str, list[int]] = {mark: [] for mark in ("$", "\\(", "\\)", "\\[", "\\]")}
    for mark in _MATH_MARK.finditer(text):
        marks[mark[0]].append(mark.start())
    for cloze in find_clozes(text, markdown=True):
        if cloze.hint < cloze.end:
            before = _open_formulas(marks, cloze.body, cloze.hint)
            if before - _open_formulas(marks, cloze.body, cloze.end):
                yield _hint_problem(text, cloze, Where.FORMULA, cloze.start)


def _open_formulas(marks: Mapping[str, list[int]], start: int, end: int) -> set[int]:
    """Return which kinds of formulas are open at the end of a part of a text."""
    dollars, opened, closed, opened_display, closed_display = (
        bisect_left(places, end) - bisect_left(places, start) for places in marks.values()
    )
    is_open = (dollars % 2 == 1, opened > closed, opened_display > closed_display)
    return {kind for kind in range(3) if is_open[kind]}


def _hint_problem(text: str, cloze: Cloze, where: Where, start: int) -> Problem:
    hint = text[cloze.hint + 2 : cloze.end]
    remedy = where.value.format(
        open=text[cloze.start : cloze.body], hidden=text[cloze.body : cloze.hint], hint=hint
    )
    short = hint.strip() if len(hint) <= _LONGEST else f"{hint.strip()[:_LONGEST]}…"
    message = f"Anki takes '{short}' after :: for a hint; the answer does not show it"
    end = start + cloze.end + 2 - cloze.start
    return Problem("cloze-hint", message, start, end, " ".join(remedy.split()), "warning")
