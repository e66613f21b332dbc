"""Keeps a `|` in formulas, clozes and ruby from ending a table cell.

Tables are cut into cells before anything looks into the cells. So before blocks are found, such a
`|` is swapped for a code point that no text holds, and swapped back before the cells are read.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from flashdeck.markup.backticks import Backticks
from flashdeck.markup.clozes import find_clozes
from flashdeck.markup.ruby import PIPE, RUBY
from flashdeck.markup.tex import find_formula

if TYPE_CHECKING:
    from collections.abc import Iterator

    from markdown_it.rules_core import StateCore

_DELIMITER_ROW = re.compile(r"^[ \t>]*\|?[ \t]*:?-+:?[ \t]*(?:\||$)", re.MULTILINE)
_MARK = re.compile(r"\\[(\[]|\\.|\$\$?|`+|\{", re.DOTALL)


def shield(state: StateCore) -> None:
    """Core rule, before the blocks."""
    source = state.src
    if "|" not in source or not _DELIMITER_ROW.search(source):
        return
    pieces: list[str] = []
    position = 0
    spans = [*_spans(source)]
    if state.env["clozes"] is not None:
        clozes = find_clozes(source, markdown=True)
        spans = sorted([*spans, *((cloze.start, cloze.end) for cloze in clozes)])
    for start, end in spans:
        if end > position and source.find("\n", start, end) < 0:
            start = max(start, position)  # noqa: PLW2901
            pieces += [source[position:start], source[start:end].replace("|", PIPE)]
            position = end
    state.src = "".join(pieces) + source[position:]


def _spans(source: str) -> Iterator[tuple[int, int]]:
    """Formulas and ruby outside code, each on one line of the source."""
    backticks = Backticks(source)
    misses: set[tuple[str, int]] = set()
    position = 0
    while mark := _MARK.search(source, position):
        start, position = mark.span()
        text = mark.group()
        if text[0] == "`":
            closing = backticks.closing(position, len(text))
            line_end = source.find("\n", position)
            if closing >= 0 and (line_end < 0 or closing < line_end):
                position = closing + len(text)
            continue
        if text == "{":
            found = RUBY.match(source, start)
            end = found.end() if found else -1
        else:
            formula = find_formula(source, start, len(source), misses)
            end = formula.end if formula else -1
        if end > 0 and source.find("\n", start, end) < 0:
            yield start, end
            position = end


def unshield(state: StateCore) -> None:
    """Core rule, behind the blocks."""
    if PIPE not in state.src:
        return
    for token in state.tokens:
        if token.content:
            token.content = token.content.replace(PIPE, "|")
        if token.info:
            token.info = token.info.replace(PIPE, "|")
    for reference in state.env.get("references", {}).values():
        reference["href"] = reference["href"].replace(PIPE, "|")
        reference["title"] = reference["title"].replace(PIPE, "|")
