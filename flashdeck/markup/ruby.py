"""Ruby: `{漢字|かんじ}`, or one reading a character, `{漢字|かん|じ}`.

The base holds a Chinese, Japanese or Korean character, no part begins or ends with a space, and
several readings are as many as the characters of the base. So `{a|b}` and `{x | x > 0}` are text.
"""

from __future__ import annotations

import re

# Radicals and ideographs with their marks, kana, bopomofo, hangul, and the ideographs beyond the
# first plane. Variation selectors belong to the character before them.
CJK = "\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3041-\u30ff\u3105-\u31bf\u31f0-\u31ff"
CJK += "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003fffd"
_PART = r"(?!\s)[^{}|\n`\\<>$]+(?<!\s)"

RUBY = re.compile(rf"\{{(?=[^{{}}|\n]{{0,64}}[{CJK}]){_PART}(?:\|{_PART})+\}}")
_CHARACTER = re.compile(
    "[^\ufe00-\ufe0f\U000e0100-\U000e01ef][\ufe00-\ufe0f\U000e0100-\U000e01ef]*"
)


def ruby_pairs(source: str) -> list[tuple[str, str]]:
    """Return the bases and readings of `{base|reading…}`; none if they do not fit each other."""
    base, *readings = source[1:-1].split("|")
    if len(readings) == 1:
        return [(base, readings[0])]
    characters = _CHARACTER.findall(base)
    return list(zip(characters, readings, strict=True)) if len(characters) == len(readings) else []
