"""How a text is written as YAML: plain where that is safe, else in quotes, else as block text.

Whatever the form, the characters that are read back are the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flashdeck.yamlnode.edit import quoted

# A character that means something to YAML where a text begins.
_OPENING = re.compile(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?:[ \t]|\Z)|---|\.\.\.")
# What would end a plain text, or begin a comment.
_INNER = re.compile(r":(?:[ \t]|\Z)|[ \t]#|\n")
_INNER_FLOW = re.compile(r"[,\[\]{}]|:(?:[ \t]|\Z)|[ \t]#|\n")
# Words that other YAML tools read as something else than text: truth, nothing, numbers, dates.
_WORDLIKE = re.compile(
    r"(?i:y|yes|n|no|on|off|true|false|null|~|=|<<)"
    r"|[-+]?(?:[0-9][0-9_,:]*)?\.?[0-9_]*(?i:e[-+]?[0-9]+)?"
    r"|0[box][0-9A-Fa-f_]+|[-+]?\.(?i:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*"
)
# A blank where a line may be broken: libyaml reads the break back as this very blank.
_BREAK = re.compile(r"(?<=[^ \t]) (?=[^ \t])")
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\t": "\\t"}


class BlockText(NamedTuple):
    """A block scalar: `|` or `>` with its signs, and its lines without their indentation."""

    header: str
    lines: list[str]


def is_plain(value: str, *, flow: bool) -> bool:
    """Whether a text can stand without quotes, inside brackets (`flow`) or outside."""
    if not value or value != value.strip() or _OPENING.match(value):
        return False
    return not (_INNER_FLOW if flow else _INNER).search(value)


def is_wordlike(value: str) -> bool:
    """Whether another YAML tool would take the plain text for a number, a date, true or nothing."""
    return _WORDLIKE.fullmatch(value) is not None


def one_line(value: str, *, flow: bool = False, in_quotes: bool = False) -> str:
    """Write a text on one line: plain if it can be and need not stand `in_quotes`."""
    if is_plain(value, flow=flow) and not in_quotes:
        return value
    if "\n" in value:
        return '"' + "".join(_ESCAPES.get(one) or _visible(one) for one in value) + '"'
    return quoted(value)


def block_text(value: str, width: int, *, folded: bool) -> BlockText | None:
    """Write a text as block text; None where it can't be.

    What is one line becomes folded text (`>`) where it is wider than `width`; several lines stay
    as they are (`|`), unless they were `folded` and are too wide.
    """
    body = value.rstrip("\n")
    if not body.strip():
        return None
    ends = len(value) - len(body)
    chomping = {0: "-", 1: ""}.get(ends, "+")
    more = [""] * (ends - 1)
    lines = body.split("\n")
    if (folded or len(lines) == 1) and max(map(len, lines)) > width and _can_be_folded(lines):
        return BlockText(f">{chomping}", _folded(lines, width) + more)
    first = next(one for one in lines if one.strip())
    shifted = first[0] in " \t" or not lines[0].strip()
    return BlockText(f"|{'2' if shifted else ''}{chomping}", lines + more)


def _can_be_folded(lines: list[str]) -> bool:
    return bool(lines[0]) and all(one == one.strip(" \t") for one in lines)


def _folded(lines: list[str], width: int) -> list[str]:
    """Wrap each line; a line end of the text itself is one more empty line."""
    found: list[str] = []
    for number, line in enumerate(lines):
        if number and line:
            found.append("")
        found += _wrapped(line, width)
    return found


def _wrapped(line: str, width: int) -> list[str]:
    found: list[str] = []
    for word in _BREAK.split(line):
        if found and len(found[-1]) + 1 + len(word) <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _visible(one: str) -> str:
    if one.isprintable():
        return one
    code = ord(one)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"  # noqa: PLR2004 - `\u` ends there
