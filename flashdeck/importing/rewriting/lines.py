"""HTML as the lines that a browser shows: their text and formatting, and the boxes around them.

Two texts with the same lines look the same with the usual styles of cards: a `<div>`, a `<br>` and
a line break of Markdown each end a line, and margins of neighbors collapse.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flashdeck.html.tags import BLOCKS, Tag
from flashdeck.importing.rewriting.meaning import Attributes, attributes_of, pieces

_SPACE = re.compile(r"[ \t\n\r\f]+")
_MARKS = {
    **dict.fromkeys(("b", "strong"), "b"),
    **dict.fromkeys(("i", "em"), "i"),
    **dict.fromkeys(("s", "strike", "del"), "s"),
    **{
        name: name
        for name in "a code u sub sup span font small big mark kbd samp var tt abbr cite q ins bdi"
        " ruby rt rp rb".split()
    },
}
# Marks that no one sees on a space.
_INVISIBLE = frozenset({("b", ()), ("i", ())})
_BLANKS = " \xa0"
# Margins above and below, in em of the text around.
_MARGINS = {
    **dict.fromkeys("p ul ol dl blockquote pre hr".split(), 1.0),
    "h1": 1.34,
    "h2": 1.245,
    "h3": 1.17,
    "h4": 1.33,
    "h5": 1.386,
    "h6": 1.56,
}
_LISTS = frozenset({"ul", "ol"})
_DEEPEST = 100
_CELLS = frozenset({"li", "td", "th", "dt", "dd"})
_OPTIONAL_END = frozenset("li p td th tr tbody thead tfoot dt dd".split())
_ENDS = {
    "li": ({"li"}, _LISTS),
    "td": ({"td", "th"}, {"tr", "table"}),
    "th": ({"td", "th"}, {"tr", "table"}),
    "tr": ({"tr", "td", "th"}, {"table"}),
}
Mark = tuple[str, Attributes]
CODE: Mark = ("code", ())


class UnfitError(Exception):
    """HTML that has no lines of this kind, such as a script or unbalanced tags."""


class Box(NamedTuple):
    """A block element around lines; `number` tells it from others of its kind."""

    name: str
    attributes: Attributes
    number: int


class Run(NamedTuple):
    """Text with its formatting; `picture` are the attributes of an image instead of text."""

    text: str
    marks: frozenset[Mark]
    picture: Attributes = ()


class Line(NamedTuple):
    """A line; `margin` is the margin between it and the line before, in em."""

    margin: float
    boxes: tuple[Box, ...]
    runs: tuple[Run, ...]


def lines(html: str) -> list[Line]:
    """Return the lines of HTML; raises `UnfitError`."""
    reader = _Reader()
    for piece in pieces(html):
        if piece.is_text:
            reader.text(piece.text)
        elif piece.tag is None:
            raise UnfitError
        elif piece.tag.closing:
            reader.closing(piece.tag.name)
        else:
            reader.opening(piece.tag)
    return reader.finished()


class _Open(NamedTuple):
    name: str
    mark: Mark | None
    box: Box | None
    margin: float
    lines_before: int


class _Reader:
    def __init__(self) -> None:
        self._lines: list[Line] = []
        self._open: list[_Open] = []
        self._runs: list[Run] = []
        self._margin = 0.0
        self._boxes = 0

    def text(self, text: str) -> None:
        if self._is_in("pre"):
            first, *others = text.split("\n")
            self._add(first)
            for line in others:
                self._end_line()
                self._add(line)
            return
        text = _SPACE.sub(" ", text)
        if text.startswith(" ") and (not self._runs or self._runs[-1].text.endswith(" ")):
            text = text[1:]
        self._add(text)

    def opening(self, tag: Tag) -> None:
        name, attributes = tag.name, attributes_of(tag)
        if len(self._open) > _DEEPEST:
            raise UnfitError
        if name == "br":
            self._end_line()
        elif name == "img":
            kept = tuple(pair for pair in attributes if pair != ("alt", ""))
            self._runs.append(Run("", self._marks(), kept))
        elif name in _MARKS:
            is_plain = name in {"span", "font"} and not attributes
            mark = None if is_plain else (_MARKS[name], attributes)
            self._open.append(_Open(name, mark, None, 0, 0))
        elif name in BLOCKS or name == "center":
            self._block(name, attributes)
        else:
            raise UnfitError

    def _block(self, name: str, attributes: Attributes) -> None:
        self._imply_ends(name)
        is_nested = name in _LISTS and self._is_in("li")
        margin = 0.0 if is_nested else _MARGINS.get(name, 0.0)
        self._boundary(margin)
        box = None
        if attributes or name not in {"div", "p"}:
            self._boxes += 1
            box = Box(name, attributes, self._boxes)
        self._open.append(_Open(name, None, box, margin, len(self._lines)))
        if name == "hr":
            self._end_line()
            self._close(self._open.pop())

    def _imply_ends(self, name: str) -> None:
        if self._open and self._open[-1].name == "p":
            self._close(self._open.pop())
        ended, limits = _ENDS.get(name, (set(), set()))
        names = [one.name for one in self._open]
        first = max((at for at, one in enumerate(names) if one in limits), default=-1) + 1
        index = next((at for at in range(first, len(names)) if names[at] in ended), None)
        if index is not None:
            self._close_to(index)

    def closing(self, name: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index].name == name:
                self._close_to(index)
                return
        raise UnfitError

    def finished(self) -> list[Line]:
        self._close_to(0)
        self._boundary(0)
        return self._lines

    def _close_to(self, index: int) -> None:
        if any(one.name not in _OPTIONAL_END for one in self._open[index + 1 :]):
            raise UnfitError
        while len(self._open) > index:
            self._close(self._open.pop())

    def _close(self, element: _Open) -> None:
        if element.mark is not None or (element.box is None and element.name in _MARKS):
            return
        self._open.append(element)  # its lines are inside
        if element.name in _CELLS and not self._runs and len(self._lines) == element.lines_before:
            self._end_line()
        self._boundary(element.margin)
        self._open.pop()

    def _marks(self) -> frozenset[Mark]:
        marks = frozenset(one.mark for one in self._open if one.mark is not None)
        return marks - {CODE} if self._is_in("pre") else marks

    def _is_in(self, name: str) -> bool:
        return any(one.name == name for one in self._open)

    def _add(self, text: str) -> None:
        if not text:
            return
        marks = self._marks()
        if not marks & _INVISIBLE:
            self._append(text, marks)
            return
        inside = text.strip(_BLANKS)
        start = text.index(inside) if inside else len(text)
        self._append(text[:start], marks - _INVISIBLE)
        self._append(inside, marks)
        self._append(text[start + len(inside) :], marks - _INVISIBLE)

    def _append(self, text: str, marks: frozenset[Mark]) -> None:
        if not text:
            return
        last = self._runs[-1] if self._runs else None
        if last is not None and not last.picture and last.marks == marks:
            self._runs[-1] = Run(last.text + text, marks)
        else:
            self._runs.append(Run(text, marks))

    def _boundary(self, margin: float) -> None:
        """End a line that has text, and leave a margin."""
        if any(run.picture or run.text.strip(" ") for run in self._runs):
            self._end_line()
        self._runs = []
        self._margin = max(self._margin, margin)

    def _end_line(self) -> None:
        if self._runs and not self._is_in("pre"):
            *others, last = self._runs
            shorter = last._replace(text=last.text.rstrip(" "))
            self._runs = [*others, shorter] if shorter.text or last.picture else others
        boxes = tuple(one.box for one in self._open if one.box is not None)
        self._lines.append(Line(self._margin if self._lines else 0, boxes, tuple(self._runs)))
        self._runs, self._margin = [], 0.0
