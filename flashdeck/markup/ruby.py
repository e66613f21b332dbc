"""Ruby: `{漢字|かんじ}`, or one reading a character, `{漢字|かん|じ}`.

It is ruby only where the base holds a Chinese, Japanese or Korean character, nothing has a space
beside a `|` or a brace, and several readings are as many as the base has characters. So `{a|b}`,
`{x | x > 0}` and regular expressions stay what they are.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline

PIPE = "\ufdd0"
"""Stands for a `|` that must not end a table cell; a code point that no text may hold."""

# Radicals and ideographs with their marks, kana, bopomofo, hangul, and the ideographs beyond the
# first plane. Variation selectors belong to the character before them.
_CJK = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u3105-\u31bf\u31f0-\u31ff"
_CJK += "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003fffd"
_PART = rf"(?!\s)[^{{}}|{PIPE}\n`\\<>$]+(?<!\s)"
_BAR = rf"[|{PIPE}]"

RUBY = re.compile(rf"\{{(?=[^{{}}|{PIPE}\n]{{0,64}}[{_CJK}]){_PART}(?:{_BAR}{_PART})+\}}")
_CHARACTER = re.compile(
    "[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)
_BARS = re.compile(_BAR)


def ruby_pairs(source: str) -> list[tuple[str, str]]:
    """Bases and readings of `{base|reading…}`; none if the readings do not fit the base."""
    base, *readings = _BARS.split(source[1:-1])
    if len(readings) == 1:
        return [(base, readings[0])]
    characters = _CHARACTER.findall(base)
    return list(zip(characters, readings, strict=True)) if len(characters) == len(readings) else []


def ruby(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule."""
    found = RUBY.match(state.src, state.pos, state.posMax)
    if not found or not (pairs := ruby_pairs(found.group())):
        return False
    if not silent:
        token = state.push("ruby", "ruby", 0)
        token.meta["pairs"] = pairs
    state.pos = found.end()
    return True
