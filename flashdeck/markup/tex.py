r"""Mathematics: `$x$` and `\(x\)` inline, `$$x$$` and `\[x\]` on display.

A dollar opens only before a non-space and closes only behind one and not before a digit, so that
money stays money; the rule is pandoc's, and words behind a number are no formula either. What is
between the marks is TeX, not Markdown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flashdeck.markup.clozes import ClozeIndex

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

_INLINE_DOLLAR = re.compile(r"\$(?![\s$])((?:[^$\\]|\\.)*+)(?<!\s)\$(?![0-9])", re.DOTALL)
_DISPLAY_DOLLAR = re.compile(r"\$\$(?!\$)((?:[^$\\]|\\.|\$(?!\$))*+)\$\$", re.DOTALL)
_PARENTHESIS = re.compile(r"\\\(((?:[^\\]|\\[^)])*+)\\\)")
_BRACKET = re.compile(r"\\\[((?:[^\\]|\\[^\]])*+)\\\]")
_WORD = re.compile(r"\s[^\W\d_]{2,}")
_TEX = frozenset("\\{}^_=")
_DOLLARS = re.compile(r"\$+")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula found in a text: what stands between its marks, and where it ends."""

    tex: str
    display: bool
    end: int


def find_formula(source: str, start: int, end: int, misses: set[tuple[str, int]]) -> Formula | None:
    """The formula whose opening mark stands at `start`, looked for up to `end`.

    `misses` remembers which marks are known not to close before `end`; it keeps many openings
    without an end from being searched again and again.
    """
    mark, pattern, display = _opening(source, start)
    if pattern is None or (mark, end) in misses:
        return None
    found = pattern.match(source, start, end)
    if not found:
        if mark != "$":
            misses.add((mark, end))
        return None
    tex = found.group(1)
    if not tex.strip() or (mark == "$" and _is_money(tex)):
        return None
    return Formula(tex, display, found.end())


def _is_money(tex: str) -> bool:
    """`$5 each, or 3$`: begins with a digit and goes on in words, without anything of TeX."""
    return tex[0].isdigit() and not _TEX.intersection(tex) and _WORD.search(tex) is not None


def _opening(source: str, start: int) -> tuple[str, re.Pattern[str] | None, bool]:
    mark = source[start : start + 2]
    match mark:
        case "$$" if not source.startswith("$$$", start):
            return mark, _DISPLAY_DOLLAR, True
        case "\\(":
            return mark, _PARENTHESIS, False
        case "\\[":
            return mark, _BRACKET, True
        case _ if mark.startswith("$") and mark != "$$":
            return "$", _INLINE_DOLLAR, False
    return mark, None, False


def formula(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule."""
    source, start = state.src, state.pos
    if source[start] not in "$\\":
        return False
    misses = state.env["misses"].setdefault(source, set())
    found = find_formula(source, start, state.posMax, misses)
    if found and _crosses_cloze(state, start, found.end):
        found = None
    if found:
        if not silent:
            token = state.push("formula", "", 0)
            token.content = found.tex
            token.block = found.display
            token.markup = source[start : found.end]
        state.pos = found.end
        return True
    if source[start] == "\\":
        return False
    run = _DOLLARS.match(source, start, state.posMax)
    if run is None:  # a dollar at posMax; cannot be, for rules are called before it
        return False
    if not silent:
        state.append_pending(run.group())
    state.pos = run.end()
    return True


def _crosses_cloze(state: StateInline, start: int, end: int) -> bool:
    clozes: ClozeIndex | None = clozes_of(state)
    return clozes is not None and not clozes.balanced(start, end)


def clozes_of(state: StateInline) -> ClozeIndex | None:
    """The clozes of the text that is being parsed; None where clozes are just text."""
    indexes: dict[str, ClozeIndex] | None = state.env["clozes"]
    if indexes is None:
        return None
    if state.src not in indexes:
        indexes[state.src] = ClozeIndex(state.src)
    return indexes[state.src]
