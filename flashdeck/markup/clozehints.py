"""Clozes whose second `::` is code or mathematics to their author, and opens a hint to Anki.

In a fence and in a formula a `::` without a blank before it is taken for a hint that is meant,
unless the language writes its names so.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from flashdeck.markup.clozes import Cloze, find_clozes
from flashdeck.markup.results import Problem

RULE = "cloze-hint"
_WRITES_COLONS = frozenset(
    "c++ cpp cplusplus cxx hpp rust rs ruby rb perl pl php haskell hs r java kotlin csharp cs"
    " crystal elixir erlang fortran f90 idris agda lean".split()
)
_MARK = re.compile(r"\$|\\[(\[]")
_MARKS = (("$", "$"), ("\\(", "\\)"), ("\\[", "\\]"))
_MOST = 40  # characters of the author's words in a message


class Place(Enum):
    """Where a cloze stands; the value is the way out."""

    CODE = "if it is code, put the backticks inside of the gap: {open}`{hidden}::{hint}`}}}}"
    FENCE = "if it is code, make two gaps of it: {open}{hidden}}}}}::{open}{hint}}}}}"
    FORMULA = "if it is no hint, write ': :', which TeX shows as '::'"


@dataclass(frozen=True, slots=True)
class Swallowed:
    """A cloze as it is written, and what is to be said of it."""

    words: str
    message: str
    hint: str

    def problem(self, start: int) -> Problem:
        """The warning, of a cloze that stands at `start`."""
        end = start + len(self.words)
        return Problem(RULE, self.message, start, end, self.hint, "warning")


def swallowed(text: str, place: Place, language: str = "") -> Iterator[Swallowed]:
    """Find the clozes of a code or formula whose hint was probably none to their author."""
    if "{{c" not in text:
        return
    always = place is Place.CODE or language.lower() in _WRITES_COLONS
    for cloze in find_clozes(text, markdown=False):
        if cloze.hint < cloze.end and (always or text[cloze.hint - 1].isspace()):
            yield _told(text, cloze, place)


def cut_formulas(text: str) -> list[Problem]:
    """Tell of formulas inside of clozes that a `::` of theirs cuts: `{{c1::$f :: A$}}`."""
    return [
        _told(text, cloze, Place.FORMULA).problem(cloze.start)
        for cloze in find_clozes(text, markdown=True)
        if cloze.hint < cloze.end and _MARK.search(text, cloze.body, cloze.end)
        if any(
            _is_open(text[cloze.body : cloze.hint], *marks)
            and not _is_open(text[cloze.body : cloze.end], *marks)
            for marks in _MARKS
        )
    ]


def _is_open(text: str, opening: str, closing: str) -> bool:
    if opening == closing:
        return text.count(opening) % 2 == 1
    return text.count(opening) > text.count(closing)


def _told(text: str, cloze: Cloze, place: Place) -> Swallowed:
    hint = text[cloze.hint + 2 : cloze.end]
    way_out = place.value.format(
        open=text[cloze.start : cloze.body], hidden=text[cloze.body : cloze.hint], hint=hint
    )
    short = hint.strip() if len(hint) <= _MOST else f"{hint.strip()[:_MOST]}…"
    message = f"Anki takes '{short}' behind :: for a hint; the answer does not show it"
    return Swallowed(text[cloze.start : cloze.end + 2], message, " ".join(way_out.split()))
