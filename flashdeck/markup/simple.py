"""Texts with only the commonest markup, which most texts with any are: read without the engine.

Emphasis, code and clozes on the words of paragraphs, and flat lists of these. What is read here
shows as the engine would show it, letter by letter (a test compares the two on many thousand
texts); whatever could mean something else is left to the engine.
"""

from __future__ import annotations

import re

from flashdeck.markup.plain import escape_text, holds_right_to_left

# Characters that no rule of the engine looks for.
_INERT = r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\\`*_\[\]<&{}$~|]"
_LETTER = r"[^\W_]"
# Between letters, so that a mark beside it can only begin, or only end, what it begins or ends.
_WORDS = rf"{_LETTER}(?:{_INERT}*{_LETTER})?"
_CODE = rf"`(?!\s)({_INERT}+)(?<!\s)`(?!`)"
_EM = rf"\*({_WORDS})\*(?!\*)"
_STRONG = rf"\*\*({_WORDS})\*\*(?!\*)"
_HIDDEN = rf"(?:(?!::){_INERT})+(?<!:)"
_CLOZE = rf"(\{{\{{c[1-9][0-9]?::)(?!:)({_HIDDEN})(?:::(?!:)({_HIDDEN}))?\}}\}}"
_PIECES = rf"({_INERT}+)|{_STRONG}|{_EM}|{_CODE}"
_PIECE = re.compile(_PIECES)
_PIECE_OR_CLOZE = re.compile(rf"{_PIECES}|{_CLOZE}")
# A line that begins no block: no heading, quote, list, code or table, and no indentation.
_LINE = re.compile(r"(?![-+=>#]|\*\s|[0-9]{1,9}[.)])\S(?:.*\S)?")
_PARAGRAPHS = re.compile(r"\n{2,}")
_ITEM = "- "


def simple(text: str, *, cloze: bool) -> str | None:
    """Write a text as HTML; None where it takes the engine. It neither begins nor ends blank."""
    if holds_right_to_left(text):
        return None
    blocks = _PARAGRAPHS.split(text)
    written: list[str] = []
    was_list = False
    for block in blocks:
        is_list = block.startswith(_ITEM)
        if is_list and was_list:
            return None  # one list with a gap, whose items are paragraphs
        html = _list(block, cloze=cloze) if is_list else _lines(block, cloze=cloze)
        if html is None:
            return None
        written.append(html if is_list or len(blocks) == 1 else f"<p>{html}</p>")
        was_list = is_list
    return "\n".join(written)


def _list(block: str, *, cloze: bool) -> str | None:
    items: list[str] = []
    for line in block.split("\n"):
        if not line.startswith(_ITEM):
            return None
        html = _lines(line[len(_ITEM) :], cloze=cloze)
        if html is None:
            return None
        items.append(f"<li>{html}</li>\n")
    return f"<ul>\n{''.join(items)}</ul>"


def _lines(block: str, *, cloze: bool) -> str | None:
    written: list[str] = []
    for line in block.split("\n"):
        html = _inline(line, cloze=cloze) if _LINE.fullmatch(line) else None
        if html is None:
            return None
        written.append(html)
    return "\n".join(written)


def _inline(line: str, *, cloze: bool) -> str | None:
    match = (_PIECE_OR_CLOZE if cloze else _PIECE).match
    written: list[str] = []
    position, end = 0, len(line)
    while position < end:
        piece = match(line, position)
        if piece is None:
            return None
        words, strong, em, code, *gap = piece.groups()
        if words is not None:
            written.append(escape_text(words))
        elif strong is not None:
            written.append(f"<strong>{escape_text(strong)}</strong>")
        elif em is not None:
            written.append(f"<em>{escape_text(em)}</em>")
        elif code is not None:
            written.append(f"<code>{escape_text(code)}</code>")
        else:
            written.append(_gap(*gap))
        position = piece.end()
    return "".join(written)


def _gap(opening: str, hidden: str, hint: str | None) -> str:
    shown = "" if hint is None else f"::{escape_text(hint)}"
    return f"{opening}{escape_text(hidden)}{shown}}}}}"
