"""The meaning of HTML, regardless of its spelling."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape
from typing import NamedTuple

from flashdeck.html.tags import BLOCKS, Tag, browser_tag, has_raw_text, raw_text_end

_ENTITY = re.compile(r"&(#?\w+);")
_ENTITY_END = re.compile(r"#?\w{1,40};")
_SPELLED = frozenset("\"'<>&")
_SPACES = " \t\n\r\f"
Attributes = tuple[tuple[str, str], ...]


class Piece(NamedTuple):
    """A tag (`tag`), or else text with its entities decoded, or a comment or script as written."""

    text: str
    tag: Tag | None = None
    is_text: bool = False


def pieces(html: str) -> Iterable[Piece]:
    """Split HTML into tags and text, as browsers do."""
    at = 0
    while at < len(html):
        start = html.find("<", at)
        if start < 0:
            start = len(html)
        if start > at:
            yield Piece(decoded(html[at:start]), is_text=True)
        at = start
        if at == len(html):
            return
        if not (html[at + 1 : at + 2].isalpha() or html[at + 1 : at + 2] in {"/", "!", "?"}):
            yield Piece("<", is_text=True)
            at += 1
            continue
        tag, end = browser_tag(html, at)
        yield Piece(html[at:end], tag)
        at = end
        if tag is not None and has_raw_text(tag):
            end = raw_text_end(html, tag)
            yield Piece(html[at:end])
            at = end


def decoded(text: str) -> str:
    """Decode the entities of text, except those of characters that Anki or MathJax replace."""
    return _ENTITY.sub(_character, text) if "&" in text else text


def _character(entity: re.Match[str]) -> str:
    char = unescape(entity[0])
    if not char.isascii() or (char in _SPELLED and not _hides_entity(entity, char)):
        return char
    return entity[0]


def _hides_entity(entity: re.Match[str], char: str) -> bool:
    return char == "&" and _ENTITY_END.match(entity.string, entity.end()) is not None


def attributes_of(tag: Tag) -> Attributes:
    """Return the attributes of a tag, sorted by name."""
    return tuple(sorted((one.name, one.value or "") for one in tag.attributes))


def meaning(html: str) -> tuple[object, ...]:
    """Return a value that is the same for different spellings of the same HTML.

    Spellings are entities, quotes, the case of tags, ` />`, the order of attributes, and white
    space at the start and the end of a block or line.
    """
    result: list[object] = []
    text, in_pre, is_start = "", 0, True
    for piece in pieces(html):
        if piece.is_text:
            text += piece.text
            continue
        is_block = piece.tag is not None and (piece.tag.name in BLOCKS or piece.tag.name == "br")
        _add(result, text, at_start=is_start and not in_pre, at_end=is_block and not in_pre)
        text, is_start = "", is_block
        if piece.tag is None:
            result.append((piece.text,))
            continue
        if piece.tag.name == "pre":
            in_pre += -1 if piece.tag.closing else 1
        result.append((piece.tag.name, piece.tag.closing, attributes_of(piece.tag)))
    _add(result, text, at_start=is_start and not in_pre, at_end=not in_pre)
    return tuple(result)


def _add(result: list[object], text: str, *, at_start: bool, at_end: bool) -> None:
    """Add text without white space at its edges where a block or a line starts or ends."""
    text = text.lstrip(_SPACES) if at_start else text
    text = text.rstrip(_SPACES) if at_end else text
    if text:
        result.append(text)
