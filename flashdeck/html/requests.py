"""The files that HTML makes a browser load: the one list of tags, attributes and CSS that name any.

Packing, checking, importing and the preview all depend on it, so that they need the same files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from html import unescape
from typing import NamedTuple

from flashdeck.css import loads, too_long
from flashdeck.html.tags import STYLED, Attribute, Tag, browser_tag, raw_text_end

_SRC = "img image audio video source embed track input script iframe frame"
_LOADS = {
    "src": frozenset(_SRC.split()),
    "data": frozenset({"object"}),
    "poster": frozenset({"video"}),
    "background": frozenset("body table thead tbody tfoot tr td th".split()),
    "srcset": frozenset({"img", "source"}),
    **dict.fromkeys(("href", "xlink:href"), frozenset("image use feimage script link".split())),
}
_SEARCHED = {"src": frozenset("img audio video source".split()), "data": frozenset({"object"})}
# Most tags are these, without attributes; they load nothing.
SPECIAL = re.compile(
    r"<(?!/?(?:br|div|b|i|em|strong|u|code|pre|p|ul|ol|li|span|su[bp]|h[1-6]|t[rdh]|table)>)"
    r"(?=[A-Za-z/!?])|\[sound:"
)
"""Where a tag with attributes, a comment or a sound begins in HTML."""

_PIECE = re.compile(r"&[#\w]+;?|&|[^&]+")
_CANDIDATE = re.compile(r"[\s,]*+([^\s,](?:\S*[^\s,])?)(,*)")
_DESCRIPTORS = re.compile(r"(?:[^,(]|\([^)]*+\)?)*+")


class Request(NamedTuple):
    """An address that is loaded, decoded; `[start:end]` is its source.

    `searched`: whether Anki looks for media there when it imports a field. Other files are imported
    only if their names begin with `_`. The address is '' for CSS that is too long to be read.
    """

    address: str
    start: int
    end: int
    searched: bool = False


def requests(html: str) -> Iterator[Request]:
    """Yield what HTML loads by its tags and styles, in order."""
    for tag, end in read_tags(html):
        yield from tag_requests(html, tag)
        if tag.name == "style":
            yield from css_requests(html[tag.end : end], range(tag.end, end + 1))


def read_tags(text: str) -> Iterator[tuple[Tag, int]]:
    """Yield the opening tags as browsers read them, each with the end of its raw text."""
    position = 0
    while found := SPECIAL.search(text, position):
        position = found.end()
        if found[0] == "<":
            tag, position = browser_tag(text, found.start())
            if tag and not tag.closing:
                position = raw_text_end(text, tag)
                yield tag, position


def tag_requests(text: str, tag: Tag) -> Iterator[Request]:
    """Yield what a tag of `text` loads by its attributes, of doubled ones by the first."""
    seen: set[str] = set()
    for each in tag.attributes:
        if each.name in seen or not (each.value or "").strip():
            continue
        seen.add(each.name)
        if each.name in STYLED:
            yield from css_requests(*_decoded(text, each))
        elif tag.name in _LOADS.get(each.name, ()):
            yield from _addresses(text, tag, each)


def css_requests(css: str, places: Sequence[int]) -> Iterator[Request]:
    """Yield what CSS loads; `places` are those of its characters, and of its end."""
    if too_long(css):
        yield Request("", places[0], places[0])
        return
    for load in loads(css):
        if not load.address.startswith("#"):
            yield Request(load.address, places[load.start], places[load.end])


def _addresses(text: str, tag: Tag, each: Attribute) -> Iterator[Request]:
    if each.name == "srcset":
        yield from _candidates(*_decoded(text, each))
    elif not (address := each.value or "").startswith("#"):
        searched = tag.name in _SEARCHED.get(each.name, ())
        yield Request(address, each.start, each.end, searched)


def _candidates(srcset: str, places: Sequence[int]) -> Iterator[Request]:
    """Yield the pictures of a list for several screens, as in `a.png 1x, b.png 2x`."""
    position = 0
    while found := _CANDIDATE.match(srcset, position):
        yield Request(found[1], places[found.start(1)], places[found.end(1)])
        position = found.end()
        if not found[2] and (rest := _DESCRIPTORS.match(srcset, position)):
            position = rest.end()


def _decoded(text: str, each: Attribute) -> tuple[str, Sequence[int]]:
    """Decode the value of an attribute; returns it and the places of its characters."""
    pieces: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(text, each.start, each.end):
        pieces.append(unescape(piece[0]))
        is_same = pieces[-1] == piece[0]
        places += range(*piece.span()) if is_same else [piece.start()] * len(pieces[-1])
    return "".join(pieces), [*places, each.end]
