"""Conversion of HTML to Markdown, used only where it renders to exactly the same HTML."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Mapping
from html import unescape

from flashdeck.anki.clozes import OPENING
from flashdeck.markup import Markup, MediaRefusal, render

# A piece of HTML: a tag, a MathJax formula, the braces of a cloze deletion, or text up to the next.
_PIECE = re.compile(
    rf"(?P<tag><[^<>]*>)|(?P<math>\\\(.*?\\\)|\\\[.*?\\\])|(?P<cloze>{OPENING}|::|\}}\}})"
    rf"|(?P<text>(?:(?!\\[(\[]|{OPENING}|::|\}}\}})[^<])+|<)",
    re.DOTALL,
)
_SPECIAL = re.compile(r"[\\`*_\[\]{$~|]|<(?=[A-Za-z/!?])|&(?=#?\w+;)")
# Starts a block at the beginning of a line.
_BLOCK = re.compile(r"^([-+=#>]|\d{1,9}[.)])", re.MULTILINE)
_MARKS: Mapping[str, str] = {"strong": "**", "em": "*", "s": "~~", "del": "~~"}
_NAME = re.compile(r"</?([a-z0-9]+)>")


def as_markdown(html: str, *, cloze: bool, media: Container[str]) -> str | None:
    """Return Markdown that renders to exactly this field, with and without scripts; else None.

    `cloze` says whether the note type is a cloze type; `media` are the names of existing files.
    """
    if not html:
        return ""
    for text in _candidates(html):
        if all(_renders(text, html, cloze, media, scripts) for scripts in (False, True)):
            return text
    return None


def _renders(text: str, html: str, cloze: bool, media: Container[str], scripts: bool) -> bool:  # noqa: FBT001 - one call
    def resolve(name: str) -> str | MediaRefusal:
        return name if name in media or name.startswith("data:") else MediaRefusal(name)

    result = render(text, Markup.MARKDOWN, cloze=cloze, media=resolve, allow_scripts=scripts)
    return result.html == html and not result.problems


def _candidates(html: str) -> Iterator[str]:
    """Yield candidates, the most readable first."""
    if "<" not in html:
        yield unescape(html)
    yield _written(_paragraphs(html), marks=True)
    yield _written(html, marks=False)
    yield html


def _paragraphs(html: str) -> str:
    """Separate paragraphs by empty lines, if the HTML has nothing but paragraphs."""
    match = re.fullmatch(r"<p>(.*)</p>", html, re.DOTALL)
    return match[1].replace("</p>\n<p>", "\n\n") if match else html


def _written(html: str, *, marks: bool) -> str:
    """Write tags as Markdown where it has a mark for them, and escape text."""
    pieces: list[str] = []
    for match in _PIECE.finditer(html):
        piece = match.group()
        if match["text"]:
            escaped = _SPECIAL.sub(r"\\\g<0>", unescape(piece))
            pieces.append(_BLOCK.sub(_escaped, escaped) if not pieces else escaped)
        elif match["math"]:
            pieces.append(unescape(piece))
        elif match["tag"] and marks:
            name = _NAME.fullmatch(piece)
            pieces.append(_MARKS.get(name[1], piece) if name else piece)
        else:
            pieces.append(piece)
    return "".join(pieces)


def _escaped(match: re.Match[str]) -> str:
    """Escape the start of a line that would make it a list, a heading or a quote."""
    mark = match.group()
    return f"{mark[:-1]}\\{mark[-1]}"
