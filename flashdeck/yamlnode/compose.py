"""Text to YAML: how a scalar, a key or a list of words is written so that it reads back the same.

Quotes only where they are needed; text of several lines, and long text that would need quotes, as
block text.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from flashdeck.yamlnode.edit import quoted

# What may stand in a file as itself; all else is escaped.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ufeff\ufffe\uffff\ud800-\udfff]"
    "|[\U0001fffe\U0001ffff]"
)
_PLAIN = re.compile(r"""[^\s\-?:,\[\]{}#&*!|>'"%@`](?:[^\n\t]*[^\s:])?""")
_MEANS_MORE = re.compile(r":[ \t]|[ \t]#|\{\{")
# What YAML tools read as no text: flashdeck does not, but people have other tools, too.
_NO_TEXT = re.compile(
    r"~|null|true|false|yes|no|on|off|y|n|<<|=|\.?(?:inf|nan)"
    r"|[-+.]?[0-9][0-9_.,:]*(?:e[-+]?[0-9]+)?|0[xob][0-9a-f_]+|[0-9]{4}-[0-9]+-[0-9]+.*",
    re.IGNORECASE,
)
_WORD = re.compile(r"\w(?:[\w.+/$^~=()-]|:+(?=\w))*")
_LONG = 80
_STEP = 2


def scalar(text: str, indent: int = 0) -> str:
    """Write a text as the value of a key that stands `indent` columns from the left."""
    if _UNWRITABLE.search(text) or (text and not text.strip()):
        return _escaped(text)
    if "\n" in text:
        return _block(text, indent) if _is_block(text) else _escaped(text)
    if is_plain(text):
        return text
    if "\t" in text:
        return _escaped(text)
    return _block(text, indent) if len(text) > _LONG and _is_block(text) else quoted(text)


def is_plain(text: str) -> bool:
    """Whether a text needs no quotes, not for any YAML tool."""
    return (
        _PLAIN.fullmatch(text) is not None
        and _UNWRITABLE.search(text) is None
        and _MEANS_MORE.search(text) is None
        and _NO_TEXT.fullmatch(text) is None
    )


def words(items: Sequence[str], indent: int) -> str:
    """Write a list of single words: in brackets, or, where that gets long, a line for each."""
    written = [_word(item) for item in items]
    line = f"[{', '.join(written)}]"
    if len(line) <= _LONG:
        return line
    margin = "\n" + " " * (indent + _STEP)
    return "".join(f"{margin}- {item}" for item in written)


def _word(text: str) -> str:
    if _WORD.fullmatch(text) and not _NO_TEXT.fullmatch(text):
        return text
    return quoted(text) if not _UNWRITABLE.search(text) else _escaped(text)


def _is_block(text: str) -> bool:
    """Whether block text can hold it: its ends must be plain to see."""
    lines = text.rstrip("\n").split("\n")
    return bool(lines[0].strip() or not lines[0]) and bool(lines[-1].strip())


def _block(text: str, indent: int) -> str:
    body = text.rstrip("\n")
    ends = len(text) - len(body)
    hint = str(_STEP) if text[0] in " \t\n" else ""
    chomp = "-" if not ends else "" if ends == 1 else "+"
    margin = " " * (indent + _STEP)
    lines = [f"{margin}{line}" if line else "" for line in body.split("\n")]
    return "\n".join([f"|{hint}{chomp}", *lines, *[""] * (ends - 1)])


def _escaped(text: str) -> str:
    r"""Write it in double quotes, line ends and tabs in numbers: `\n` may begin a LaTeX command."""
    text = text.replace("\\", "\\\\").replace('"', '\\"')
    text = re.sub(r"[\t\n]", lambda found: f"\\x{ord(found[0]):02X}", text)
    return f'"{_UNWRITABLE.sub(_number, text)}"'


def _number(found: re.Match[str]) -> str:
    code = f"{ord(found[0]):X}"
    width, letter = next(pair for pair in ((2, "x"), (4, "u"), (8, "U")) if len(code) <= pair[0])
    return f"\\{letter}{code:>0{width}}"
