r"""Formulas over several lines: `+ b` on a line of its own in `\[ … \]` starts no list.

CommonMark finds blocks before it looks into lines. This rule takes a paragraph in which a display
formula runs over lines, and keeps these lines together.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flashdeck.markup.tex import find_formula

if TYPE_CHECKING:
    from markdown_it.rules_block import StateBlock


@dataclass(frozen=True, slots=True)
class _Run:
    """Lines up to an empty one, and the display formulas in them: place, and lines held."""

    first: int
    last: int
    line_max: int
    displays: list[tuple[int, range]]


_MARK = re.compile(r"\\[\[(]|\\.|\$+|`+", re.DOTALL)


def formula_paragraph(
    state: StateBlock,
    startLine: int,  # noqa: N803 - markdown-it passes these by name or place
    endLine: int,  # noqa: ARG001, N803
    silent: bool,  # noqa: ARG001, FBT001
) -> bool:
    """Block rule; leaves every paragraph without such a formula to the rules behind it."""
    held = _held_lines(state, startLine) if state.env["displays"] else None
    if not held:
        return False
    outer, state.parentType = state.parentType, "paragraph"
    line = startLine + 1
    while line < state.lineMax and not state.isEmpty(line):
        if line not in held and _ends_paragraph(state, line):
            break
        line += 1
    state.parentType = outer
    content = state.getLines(startLine, line, state.blkIndent, False).strip(" \t\n")  # noqa: FBT003
    state.line = line
    state.push("paragraph_open", "p", 1).map = [startLine, line]
    inline = state.push("inline", "", 0)
    inline.content, inline.map, inline.children = content, [startLine, line], []
    state.push("paragraph_close", "p", -1)
    return True


def _ends_paragraph(state: StateBlock, line: int) -> bool:
    if state.sCount[line] - state.blkIndent > 3 or state.sCount[line] < 0:  # noqa: PLR2004
        return False  # indented or lazy: goes on, as in CommonMark
    rules = state.md.block.ruler.getRules("paragraph")
    return any(rule(state, line, state.lineMax, True) for rule in rules)  # noqa: FBT003


def _held_lines(state: StateBlock, first: int) -> set[int]:
    """Lines from `first` to the next empty one that begin inside a display formula."""
    run: _Run | None = state.env["run"]
    if run is None or run.line_max != state.lineMax or not run.first <= first < run.last:
        state.env["run"] = run = _read_run(state, first)
    start = state.bMarks[first]
    return {line for opened, lines in run.displays if opened >= start for line in lines}


def _read_run(state: StateBlock, first: int) -> _Run:
    last = first
    while last < state.lineMax and not state.isEmpty(last):
        last += 1
    begins = state.bMarks[first:last]
    return _Run(
        first,
        last,
        state.lineMax,
        [
            (
                opened,
                range(first + bisect_right(begins, opened), first + bisect_left(begins, closed)),
            )
            for opened, closed in _displays(state.src, begins[0], state.eMarks[last - 1])
        ],
    )


def _displays(source: str, start: int, end: int) -> list[tuple[int, int]]:
    """Display formulas that run over a line's end, outside code and escapes."""
    found: list[tuple[int, int]] = []
    misses: set[tuple[str, int]] = set()
    position = start
    while mark := _MARK.search(source, position, end):
        position = mark.end()
        text = mark.group()
        if text in {"$", "$$", "\\(", "\\["}:
            formula = find_formula(source, mark.start(), end, misses)
            if formula:
                position = formula.end
                if formula.display and "\n" in formula.tex:
                    found.append((mark.start(), formula.end))
        elif text[0] == "`":
            closing = source.find(text, position, end)
            position = closing + len(text) if closing >= 0 else position
    return found
