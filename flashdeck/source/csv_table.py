"""The cells of a table and where each one stands.

Spreadsheets separate cells by commas, semicolons or tabs, by the language that they are set to; a
cell in quotes may hold all of these, line ends, and quotes as two (RFC 4180).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.yamlnode import Edit, splice
from flashdeck.yamlnode.decode import decode

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_OTHER_BYTES = "in a spreadsheet save it as 'CSV UTF-8' (it may be Latin-1 or Windows-1252 now)"


class Encoding(NamedTuple):
    """How a file's text is encoded, and the byte order mark that it begins with."""

    mark: bytes
    codec: str


def encoding_of(data: bytes) -> Encoding:
    """Tell an encoding by its byte order mark; without one it is UTF-8."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Encoding(mark, codec)
    return Encoding(b"", "utf-8")


def decode_table(path: str, data: bytes, most: int) -> tuple[str, list[Diagnostic]]:
    """Give a table's text, without its mark, and at most `most` problems."""
    mark, codec = encoding_of(data)
    if codec != "utf-8":
        try:
            data = data[len(mark) :].decode(codec).encode()
        except UnicodeError:
            message = "the file is no whole UTF-16"
            return "", [Diagnostic("encoding", message, Span.point(path), hint=_OTHER_BYTES)]
    text, problems = decode(path, data, most)
    return text, [
        replace(one, hint=_OTHER_BYTES) if one.rule == "encoding" else one for one in problems
    ]


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


def with_ids(table: Table, column: int | None, name: str, ids: Mapping[int, str]) -> str | None:
    """Give a table's text with ids, by the place of their rows, in the column of that name.

    Where there is no such column (None), it becomes the last one. None where the new text would
    say more or less than the old one; that is our bug.
    """
    place = column if column is not None else len(table.header.cells)
    edits = [_put(table, table.rows[number], place, value) for number, value in ids.items()]
    if column is None:
        edits.append(_put(table, table.header, place, name))
    text = splice(table.text, edits)
    added = name if column is None else None
    return text if _says(text, table, place, added, ids) else None


def _put(table: Table, row: Row, place: int, value: str) -> Edit:
    if place < len(row.cells):
        cell = row.cells[place]
        return Edit(cell.start.index, cell.end.index, value)
    missing = place - len(row.cells) + 1
    return Edit(row.end, row.end, table.separator * missing + value)


def _says(text: str, before: Table, place: int, name: str | None, ids: Mapping[int, str]) -> bool:
    """Whether a text holds the table as it was, but for the ids and the name of a new column."""
    after = parse_table(text, sum(len(row.cells) + place + 1 for row in before.rows) + place + 9)
    if not isinstance(after, Table) or len(after.rows) != len(before.rows):
        return False
    wanted = [_values(before.header, place, name)]
    wanted += [_values(row, place, ids.get(number)) for number, row in enumerate(before.rows)]
    return wanted == [_values(row, place, None) for row in (after.header, *after.rows)]


def _values(row: Row, place: int, value: str | None) -> list[str]:
    """Give a row's texts, with that one in its place, without the empty ones at its end."""
    values = [cell.value for cell in row.cells]
    if value is not None:
        values += [""] * (place + 1 - len(values))
        values[place] = value
    while values and not values[-1]:
        values.pop()
    return values
