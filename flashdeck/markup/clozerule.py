"""Clozes in Markdown: the braces stay as they are, what is between them is read on its own.

Emphasis therefore begins and ends on one side of a cloze's border, as it does with links.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashdeck.markup.tex import clozes_of

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline


def cloze(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule."""
    source, start, limit = state.src, state.pos, state.posMax
    if not source.startswith("{{c", start):
        return False
    clozes = clozes_of(state)
    found = clozes.at(start) if clozes else None
    if found is None or found.end + 2 > limit:
        return False
    if not silent:
        _scope(state, source[start : found.body], found.body, found.hint)
        if found.hint < found.end:
            _scope(state, "::", found.hint + 2, found.end)
        state.push("cloze_mark", "", 0).content = "}}"
    state.pos, state.posMax = found.end + 2, limit
    return True


def _scope(state: StateInline, mark: str, start: int, end: int) -> None:
    state.push("cloze_open", "", 1).content = mark
    state.pos, state.posMax = start, end
    state.md.inline.tokenize(state)
    state.push("cloze_close", "", -1)
