"""From places in what the engine parsed back to places in the author's text."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

_LINE_END = re.compile(r"\r\n?|\n")


class Places:
    """The lines of a text; `offset` is added to every place."""

    def __init__(self, text: str, offset: int = 0) -> None:
        self._text = text
        self._offset = offset

    @cached_property
    def _lines(self) -> list[tuple[int, int]]:
        """Found at the first problem; most texts have none."""
        ends = list(_LINE_END.finditer(self._text))
        starts = [0, *(end.end() for end in ends)]
        return list(zip(starts, [*(end.start() for end in ends), len(self._text)], strict=True))

    def line(self, number: int) -> tuple[int, int]:
        """Start and end of a line, counted from 0."""
        start, end = self._lines[min(number, len(self._lines) - 1)]
        return start + self._offset, end + self._offset

    def find(self, words: str, start: int, end: int) -> int:
        """Where words stand between two places; `start` where they don't."""
        found = self._text.find(words, start - self._offset, end - self._offset)
        return found + self._offset if found >= 0 else start

    def locate(self, tokens: Sequence[Token], index: int, start: int, end: int) -> tuple[int, int]:
        """A stretch of a block token's content, as a stretch of the text.

        The engine keeps lines, not columns; the content's lines are looked for in the text's. A
        cell of a table stands behind the cells before it.
        """
        token = tokens[index]
        if not token.map:
            return self._offset, self._offset + len(self._text)
        first = token.content.count("\n", 0, start)
        begin = token.content.rfind("\n", 0, start) + 1
        content_line = token.content[begin:].partition("\n")[0].rstrip()
        line_start, line_end = self.line(token.map[0] + first)
        line = self._text[line_start - self._offset : line_end - self._offset]
        column = line.find(content_line, self._behind_cells(tokens, index, line))
        if column < 0:  # a cell with an escaped pipe
            return line_start, line_end
        at = line_start + column + start - begin
        return at, max(at + 1, min(at + end - start, line_end))

    @staticmethod
    def _behind_cells(tokens: Sequence[Token], index: int, line: str) -> int:
        column, row = 0, tokens[index].map
        if index == 0 or tokens[index - 1].tag not in {"td", "th"}:
            return 0
        first = index
        while first > 0 and tokens[first - 1].type != "tr_open":
            first -= 1
        for cell in tokens[first:index]:
            if cell.type == "inline" and cell.map == row:
                found = line.find(cell.content, column)
                column = found + len(cell.content) if found >= 0 else column
        return column
