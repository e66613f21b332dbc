"""Formatting of text as YAML: plain if that is safe, else in quotes, else as block text.

In every style, the same text is read back.
"""

from __future__ import annotations

import re
import unicodedata
from typing import NamedTuple

from flashdeck.yamlnode.edit import quoted

# Special characters at the start of a text.
_OPENING = re.compile(r"[,\[\]{}#&*!|>'\"%@`]|[-?:](?:[ \t]|\Z)|---|\.\.\.")
_OPENING_FLOW = re.compile(rf"{_OPENING.pattern}|[?:]")
# The end of a plain scalar, or the start of a comment.
_INNER = re.compile(r":(?:[ \t]|\Z)|[ \t]#|\n")
_INNER_FLOW = re.compile(r"[,\[\]{}]|:(?:[ \t]|\Z)|[ \t]#|\n")
# Words that other YAML tools read as booleans, null, numbers or dates.
_WORDLIKE = re.compile(
    r"y|yes|n|no|on|off|true|false|null|~|=|<<"
    r"|(?=[-+]?\.?[0-9])[-+]?(?:[0-9][0-9_,:]*)?\.?[0-9_]*(?:e[-+]?[0-9]+)?"
    r"|[-+]?0[box][0-9a-f_]+|[-+]?\.(?:inf|nan)|[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}.*",
    re.IGNORECASE,
)
# Characters that need an escape.
_UNWRITABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]")
# The unbreakable parts of a folded text: words, HTML tags, and text around more than one space.
# libyaml reads a line end in a folded text as a single space.
_UNBROKEN = re.compile(r"(?:<[A-Za-z/!][^<>]*>|[^ ]| (?=[ \t])|(?<=[ \t]) )+")
_LETTERS = {2: "x", 4: "u", 8: "U"}


class BlockText(NamedTuple):
    """A block scalar: its header (`|` or `>` with indicators) and its unindented lines."""

    header: str
    lines: list[str]


def is_plain(value: str, *, flow: bool) -> bool:
    """Whether a text needs no quotes, in a flow collection (`flow`) or outside."""
    opening, inner = (_OPENING_FLOW, _INNER_FLOW) if flow else (_OPENING, _INNER)
    if not value or value != value.strip() or opening.match(value):
        return False
    if value[0] == "-" and unicodedata.category(value[1:2] or "x")[0] in "ZC":
        return False  # a reader could take it for the dash of an item and white space
    return not (inner.search(value) or _UNWRITABLE.search(value))


def is_wordlike(value: str) -> bool:
    """Whether another YAML tool would read the plain text as a number, date, boolean or null."""
    return _WORDLIKE.fullmatch(value) is not None


def one_line(value: str, *, flow: bool = False, in_quotes: bool = False) -> str:
    """Format a text on one line: plain if possible, unless `in_quotes`."""
    if is_plain(value, flow=flow) and not in_quotes:
        return value
    if "\n" in value or _UNWRITABLE.search(value):
        return '"' + "".join(map(_escaped, value, [*value[1:], ""])) + '"'
    return quoted(value)


def block_text(value: str, width: int, *, folded: bool) -> BlockText | None:
    """Format a text as block text, or return None if that is impossible.

    A single line wider than `width` becomes folded text (`>`); several lines are kept (`|`), unless
    they were `folded` and are too wide.
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
    first = next(line for line in lines if line.strip())
    shifted = first[0] in " \t" or not lines[0].strip()
    return BlockText(f"|{'2' if shifted else ''}{chomping}", lines + more)


def _can_be_folded(lines: list[str]) -> bool:
    return bool(lines[0]) and all(line == line.strip(" \t") for line in lines)


def _folded(lines: list[str], width: int) -> list[str]:
    """Wrap each line; a line end of the text becomes an empty line."""
    folded: list[str] = []
    for number, line in enumerate(lines):
        if number and line:
            folded.append("")
        folded += _wrapped(line, width)
    return folded


def _wrapped(line: str, width: int) -> list[str]:
    lines: list[str] = []
    for word in _UNBROKEN.findall(line) or [""]:
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _escaped(char: str, following: str) -> str:
    r"""Format a character for double quotes; invisible ones become numeric escapes.

    `\n` and `\t` are not used before a letter, where they would look like LaTeX: `\nu`.
    """
    if char in '"\\' or char.isprintable():
        return f"\\{char}" if char in '"\\' else char
    if char in "\t\n" and not following.isalpha():
        return "\\t" if char == "\t" else "\\n"
    code = f"{ord(char):x}"
    width = next(digits for digits in _LETTERS if len(code) <= digits)
    return f"\\{_LETTERS[width]}{code:>0{width}}"
