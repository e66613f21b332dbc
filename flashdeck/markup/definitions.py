"""Definitions of links, `[label]: destination`: those whose labels are used; others are text."""

from __future__ import annotations

import re

from flashdeck.markup.clozes.backticks import closing_run

LINE_START = r"^[ \t>]*(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t]+)*"
"""The marks of quotes and lists before a line's text."""

PARAGRAPH_END = re.compile(r"\n[ \t>]*(?=\n|\Z)")

_LABEL = r"\[((?:[^\[\]\\\n]|\\.)+)"
_DEFINED = re.compile(rf"{LINE_START}{_LABEL}\Z", re.DOTALL | re.MULTILINE)
_USED = re.compile(rf"\\.|`+|{LINE_START}{_LABEL}\]:|{_LABEL}\]", re.DOTALL | re.MULTILINE)
_LONGEST_LABEL = 999


class Definitions:
    """The definitions of one text, whose places are asked for in their order."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._open: set[str] = set()  # labels that are used, and not defined so far
        for paragraph in PARAGRAPH_END.split(text):
            self._open |= _used(paragraph)

    def at(self, place: int) -> bool | None:
        """Whether the `]:` at a place ends a definition; None if no label before it begins a line.

        Only the first definition of a label that is used is one.
        """
        line = self._text.rfind("\n", max(0, place - _LONGEST_LABEL), place) + 1
        if place - line >= _LONGEST_LABEL or not (found := _DEFINED.match(self._text, line, place)):
            return None
        label = _normal(found[1])
        defines = label in self._open
        self._open.discard(label)
        return defines


def _used(paragraph: str) -> set[str]:
    """Return the labels in brackets that neither are code nor begin a definition."""
    labels: set[str] = set()
    position = 0
    while found := _USED.search(paragraph, position):
        position = found.end()
        if found[2]:
            labels.add(_normal(found[2]))
        elif found[0][0] == "`":
            closing = closing_run(paragraph, position, len(found[0]))
            position = closing + len(found[0]) if closing >= 0 else position
    return labels


def _normal(label: str) -> str:
    return " ".join(label.casefold().split())
