"""HTML as Markdown: tried, rendered, compared. What does not come back to the letter stays HTML."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from html import unescape

from flashdeck.anki.clozes import OPENING
from flashdeck.markup import Markup, MediaRefusal, render

# A piece of HTML: a tag, a formula that MathJax will set, a cloze's braces, or text up to the next.
_PIECE = re.compile(
    rf"(?P<tag><[^<>]*>)|(?P<math>\\\(.*?\\\)|\\\[.*?\\\])|(?P<cloze>{OPENING}|::|\}}\}})"
    rf"|(?P<text>(?:(?!\\[(\[]|{OPENING}|::|\}}\}})[^<])+|<)",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[\\`*_\[\]{$~|]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
# What begins a block when it stands at the beginning of a line.
_BLOCK = re.compile(r"^([-+=#>]|\d{1,9}[.)])", re.MULTILINE)
_MARKS: Mapping[str, str] = {"strong": "**", "em": "*", "s": "~~", "del": "~~"}
_NAME = re.compile(r"</?([a-z0-9]+)>")


def as_markdown(html: str, *, cloze: bool, media: Container[str]) -> str | None:
    """Give Markdown that renders to exactly this field, whatever is allowed; None for none found.

    `cloze` says whether the field is one of a note type with gaps; `media` are the files there are.
    """
    if not html:
        return ""
    for text in _candidates(html):
        if all(_renders(text, html, cloze, media, scripts) for scripts in (False, True)):
            return text
    return None


def _renders(text: str, html: str, cloze: bool, media: Container[str], scripts: bool) -> bool:  # noqa: FBT001 - one call
    def resolve(name: str) -> str | MediaRefusal:
        return name if name in media else MediaRefusal(name)

    found = render(text, Markup.MARKDOWN, cloze=cloze, media=resolve, allow_scripts=scripts)
    return found.html == html and not found.problems


def _candidates(html: str) -> Iterator[str]:
    """Give what is worth a try, what reads best first."""
    if "<" not in html:
        yield unescape(html)
    yield _written(_paragraphs(html), marks=True)
    yield _written(html, marks=False)
    yield html


def _paragraphs(html: str) -> str:
    """Part paragraphs by empty lines, if paragraphs are all that there is."""
    found = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return found[1].replace("</p>\n<p>", "\n\n") if found else html


def _written(html: str, *, marks: bool) -> str:
    """Write tags by marks where there are any, and text so that it means itself."""
    pieces: list[str] = []
    for found in _PIECE.finditer(html):
        piece = found.group()
        if found["text"]:
            escaped = _SPECIAL.sub(r"\\\g<0>", unescape(piece))
            pieces.append(_BLOCK.sub(_escaped, escaped) if not pieces else escaped)
        elif found["math"]:
            pieces.append(unescape(piece))
        elif found["tag"] and marks:
            name = _NAME.fullmatch(piece)
            pieces.append(_MARKS.get(name[1], piece) if name else piece)
        else:
            pieces.append(piece)
    return "".join(pieces)


def _escaped(found: re.Match[str]) -> str:
    """Take from a line's beginning what would make it a list, a heading or a quote."""
    mark = found.group()
    return f"{mark[:-1]}\\{mark[-1]}"
