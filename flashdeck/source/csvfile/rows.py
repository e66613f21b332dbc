"""The cells of a table and where each one stands.

Spreadsheets separate cells by commas, semicolons or tabs, by the language that they are set to; a
cell in quotes may hold all of these, line ends, and quotes as two (RFC 4180).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final, NamedTuple

_SEPARATORS: Final = ",;\t|"
_TOLD = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # a first line that Excel obeys
_QUOTED = re.compile(r'"(?:[^"]+|"")*"')
_LINE_END = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Place:
    """A place in a text, all three from 0, in code points (a `yamlnode` mark)."""

    index: int
    line: int
    column: int


class Cell(NamedTuple):
    """A cell's text without blanks round it, and where that stands; quotes lie outside."""

    value: str
    start: Place
    end: Place


class Row(NamedTuple):
    """A row; `end` is the index of its line end, or of the end of the text."""

    cells: list[Cell]
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether no cell holds anything."""
        return not any(cell.value for cell in self.cells)


class Table(NamedTuple):
    """A table: the names of its columns, and the rows below, empty ones included."""

    text: str
    separator: str
    header: Row
    rows: list[Row]


class Flaw(NamedTuple):
    """Why a text is no table, at which place, and the way out."""

    rule: str
    message: str
    start: Place
    hint: str


def parse_table(text: str, most_cells: int) -> Table | Flaw:
    """Read a table of at most `most_cells` cells; its first row that is not empty is the header."""
    told = _TOLD.match(text)
    begin = told.end() if told is not None else 0
    separator = told[1] if told is not None else _separator(text)
    found = _Reader(text, separator).rows(begin, most_cells)
    if isinstance(found, Flaw):
        return found
    for number, row in enumerate(found):
        if not row.is_empty:
            return Table(text, separator, row, found[number + 1 :])
    hint = "write the names of the columns into its first row"
    return Flaw("no-notes", "the table is empty", Place(0, 0, 0), hint)


def _separator(text: str) -> str:
    """Tell what separates cells: what the header holds most of, outside of quotes."""
    lines = text.split("\n", 100)
    first = next((line for line in lines if line.strip(" \r,;\t|")), text)
    bare = _QUOTED.sub("", first)
    return max(_SEPARATORS, key=bare.count)


class _Reader:
    def __init__(self, text: str, separator: str) -> None:
        self._text = text
        self._lines = [0, *(found.end() for found in re.finditer("\n", text)), len(text) + 1]
        self._line = 0
        self._bare = re.compile(rf"[^{re.escape(separator)}\r\n]*")
        blank = r"[ \t]*" if separator != "\t" else " *"
        self._quoted = re.compile(
            rf"{blank}{_QUOTED.pattern}{blank}(?={re.escape(separator)}|\r?\n|\Z)"
        )
        self._separator = separator

    def rows(self, begin: int, most_cells: int) -> list[Row] | Flaw:
        rows: list[Row] = []
        cells: list[Cell] = []
        index, left, end = begin, most_cells, len(self._text)
        while index < end or cells:
            left -= 1
            if left < 0:
                hint = "split it, or raise the limit in flashdeck.yaml (limits: nodes)"
                message = f"the table has more than {most_cells:,} cells"
                return Flaw("limit", message, self._place(index), hint)
            quoted = self._quoted.match(self._text, index)
            if quoted is None and self._text.startswith('"', index):
                return self._bad_quote(index)
            found = quoted or self._bare.match(self._text, index)
            assert found is not None  # a bare cell may be empty
            cells.append(self._cell(found.start(), found.end(), is_quoted=quoted is not None))
            index = found.end()
            if self._text.startswith(self._separator, index):
                index += 1
                continue
            rows.append(Row(cells, index))
            cells = []
            line_end = _LINE_END.match(self._text, index)
            index = line_end.end() if line_end is not None else end
        return rows

    def _cell(self, start: int, end: int, *, is_quoted: bool) -> Cell:
        raw = self._text[start:end]
        if is_quoted:
            start, end = start + raw.index('"') + 1, start + raw.rindex('"')
            raw = self._text[start:end]
        value = raw.strip()
        start += len(raw) - len(raw.lstrip()) if value else 0
        end = start + len(value) if value else end
        if is_quoted:
            value = value.replace('""', '"').replace("\r\n", "\n")
        return Cell(value, self._place(start), self._place(end))

    def _bad_quote(self, index: int) -> Flaw:
        closed = _QUOTED.match(self._text, index)
        if closed is None:
            message, hint = 'this " is never closed', 'add " where the text ends'
            return Flaw("unclosed-quote", message, self._place(index), hint)
        message = 'text goes on behind the closing "'
        hint = 'put the whole cell in quotes, and write each " inside of it as ""'
        return Flaw("text-behind-quote", message, self._place(closed.end()), hint)

    def _place(self, index: int) -> Place:
        """Give the place of an index; they are asked for in their order."""
        line = self._line
        while self._lines[line + 1] <= index:
            line += 1
        self._line = line
        return Place(index, line, index - self._lines[line])
