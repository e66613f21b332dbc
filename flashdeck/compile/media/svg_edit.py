"""Removes from an SVG file the active content that its picture does not need.

Scripts and event handlers never run in `<img>`. draw.io writes each label twice, as HTML in
`<foreignObject>` and as text for programs that show no HTML, and its own source in an attribute.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from xml.parsers import expat

from flashdeck.compile.media.svg import RUNS, Drawing, local_name

_TAG: Final = re.compile(rb"""<[^"'>]*(?:"[^"]*"[^"'>]*|'[^']*'[^"'>]*)*>""")
_ATTRIBUTE: Final = re.compile(rb"""(?<!\s)\s++([^\s=/>"']++)\s*+=\s*+("[^"]*"|'[^']*')""")
_HANDLER: Final = re.compile(rb"on\w+", re.IGNORECASE)
_DRAWIO: Final = re.compile(rb"""["'](?:<|&lt;|&#60;)mxfile""")


def without_active_content(data: bytes) -> bytes | None:
    """Return an SVG file without what can be removed safely; None if that is nothing.

    Files that declare entities, and such in other encodings than UTF-8, are left alone.
    """
    if b"<!ENTITY" in data or not _is_utf8(data):
        return None
    remover = _Remover(data)
    result = remover.result()
    return result if result != data and not _is_broken(result) else None


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return b"\0" not in data


def _is_broken(data: bytes) -> bool:
    drawing = Drawing()
    drawing.feed(data)
    drawing.fault()
    return bool(drawing.broken)


@dataclass(slots=True)
class _Element:
    """An open element and the range of its start tag.

    `html` is the HTML in a `<switch>` that its next element can replace.
    """

    name: str
    start: int
    end: int
    html: tuple[int, int] | None = None


class _Remover:
    """Parses a file, and collects the ranges to remove."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._ranges: list[tuple[int, int]] = []
        self._open: list[_Element] = []
        self._parser = expat.ParserCreate("utf-8")
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end

    def result(self) -> bytes:
        """Return the file without these ranges; unchanged if it can't be parsed."""
        try:
            self._parser.Parse(self._data, True)  # noqa: FBT003 - the last part
        except (expat.ExpatError, ValueError, LookupError):
            return self._data
        kept, end = [], 0
        for start, stop in sorted(self._ranges):
            if start >= end:  # not inside of a removed element
                kept.append(self._data[end:start])
                end = stop
        return b"".join(kept) + self._data[end:]

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        start = self._parser.CurrentByteIndex
        if self._open and (html := self._open[-1].html) is not None:
            self._ranges.append(html)
            self._open[-1].html = None
        end = self._tag_end(start)
        for attribute in _ATTRIBUTE.finditer(self._data, start, end):
            key, value = attribute.groups()
            is_source = not self._open and key == b"content" and _DRAWIO.match(value)
            if _HANDLER.fullmatch(key) or is_source:
                self._ranges.append(attribute.span())
        self._open.append(_Element(local_name(name), start, end))

    def _end(self, _name: str) -> None:
        element = self._open.pop()
        at = self._parser.CurrentByteIndex
        is_empty = self._data.endswith(b"/>", element.start, element.end)
        whole = element.start, element.end if is_empty else self._tag_end(at)
        if element.name in RUNS and self._open:
            self._ranges.append(whole)
        elif element.name == "foreignobject" and self._open and self._open[-1].name == "switch":
            self._open[-1].html = whole

    def _tag_end(self, start: int) -> int:
        tag = _TAG.match(self._data, start)
        return tag.end() if tag else start
