"""Text as YAML: plain where that is safe, else in quotes, else as block text.

Whatever the form, the characters that are read back are the same.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flashdeck.yamlnode.edit import quoted

# A character that means something to YAML where a text begins.
_OPENING = re.compile(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?:[ \t]|\Z)|---|\.\.\.")
_OPENING_FLOW = re.compile(rf"{_OPENING.pattern}|[?:]")
# What would end a plain text, or begin a comment.
_INNER = re.compile(r":(?:[ \t]|\Z)|[ \t]#|\n")
_INNER_FLOW = re.compile(r"[,\[\]{}]|:(?:[ \t]|\Z)|[ \t]#|\n")
# Words that other YAML tools read as something else than text: truth, nothing, numbers, dates.
_WORDLIKE = re.compile(
    r"y|yes|n|no|on|off|true|false|null|~|=|<<"
    r"|(?=[-+]?\.?[0-9])[-+]?(?:[0-9][0-9_,:]*)?\.?[0-9_]*(?:e[-+]?[0-9]+)?"
    r"|[-+]?0[box][0-9a-f_]+|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*",
    re.IGNORECASE,
)
# What can't stand in a file as itself, only as an escape.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# What stays on one line of a folded text: words, HTML tags, and what has more than one space in it.
# libyaml reads a line end in such a text back as the one space that it replaces.
_UNBROKEN = re.compile(r"(?:<[A-Za-z/!][^<>]*>|[^ ]| (?=[ \t])|(?<=[ \t]) )+")
_LETTERS = {2: "x", 4: "u", 8: "U"}


class BlockText(NamedTuple):
    """A block scalar: `|` or `>` with its signs, and its lines without their indentation."""

    header: str
    lines: list[str]


def is_plain(value: str, *, flow: bool) -> bool:
    """Whether a text can stand without quotes, inside brackets (`flow`) or outside."""
    opening, inner = (_OPENING_FLOW, _INNER_FLOW) if flow else (_OPENING, _INNER)
    if not value or value != value.strip() or opening.match(value):
        return False
    return not (inner.search(value) or _UNWRITABLE.search(value))


def is_wordlike(value: str) -> bool:
    """Whether another YAML tool would take the plain text for a number, a date, true or nothing."""
    return _WORDLIKE.fullmatch(value) is not None


def one_line(value: str, *, flow: bool = False, in_quotes: bool = False) -> str:
    """Write a text on one line: plain if it can be and need not stand `in_quotes`."""
    if is_plain(value, flow=flow) and not in_quotes:
        return value
    if "\n" in value or _UNWRITABLE.search(value):
        return '"' + "".join(map(_escaped, value, [*value[1:], ""])) + '"'
    return quoted(value)


def block_text(value: str, width: int, *, folded: bool) -> BlockText | None:
    """Write a text as block text; None where it can't be.

    What is one line becomes folded text (`>`) where it is wider than `width`; several lines stay
    as they are (`|`), unless they were `folded` and are too wide.
    """
    body = value.rstrip("\n")
    if not body.strip() or _UNWRITABLE.search(value):
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
    for word in _UNBROKEN.findall(line) or [""]:
        if found and len(found[-1]) + 1 + len(word) <= width:
            found[-1] += f" {word}"
        else:
            found.append(word)
    return found


def _escaped(one: str, following: str) -> str:
    r"""Write one character of a text in double quotes; what is invisible is numbered.

    A backslash and a letter before another letter look like a LaTeX command: `\nu`.
    """
    if one in '"\\' or one.isprintable():
        return f"\\{one}" if one in '"\\' else one
    if one in "\t\n" and not following.isalpha():
        return "\\t" if one == "\t" else "\\n"
    code = f"{ord(one):x}"
    width = next(most for most in _LETTERS if len(code) <= most)
    return f"\\{_LETTERS[width]}{code:>0{width}}"
