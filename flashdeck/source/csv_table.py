"""Parses CSV tables, with the positions of cells.

Spreadsheets separate cells by commas, semicolons or tabs, depending on their language. A cell in
quotes may contain all of these, line ends, and doubled quotes (RFC 4180).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, NamedTuple

from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.yamlnode import Edit, splice
from flashdeck.yamlnode.decode import decode

_MARKS = ((b"\xef\xbb\xbf", "utf-8"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))
_OTHER_BYTES = "in a spreadsheet save it as 'CSV UTF-8' (it may be Latin-1 or Windows-1252 now)"


class Encoding(NamedTuple):
    """The byte order mark of a file, and its encoding."""

    mark: bytes
    codec: str


def encoding_of(data: bytes) -> Encoding:
    """Detect the encoding by the byte order mark; without one it is UTF-8."""
    for mark, codec in _MARKS:
        if data.startswith(mark):
            return Encoding(mark, codec)
    return Encoding(b"", "utf-8")


def decode_table(path: str, data: bytes, most: int) -> tuple[str, list[Diagnostic]]:
    """Decode a table without its mark; returns at most `most` problems."""
    mark, codec = encoding_of(data)
    if codec != "utf-8":
        try:
            data = data[len(mark) :].decode(codec).encode()
        except UnicodeError:
            message = "the file is not complete UTF-16"
            return "", [Diagnostic("encoding", message, Span.point(path), hint=_OTHER_BYTES)]
    text, problems = decode(path, data, most)
    text = text.replace("\ufeff", " ")  # reported
    return text, [
        replace(problem, hint=_OTHER_BYTES) if problem.rule == "encoding" else problem
        for problem in problems
    ]


_SEPARATORS: Final = ",;\t|"
_SEP_LINE = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # an instruction for Excel
_QUOTED = re.compile(r'"(?:[^"]++|"")*+"')
_LINE_END = re.compile(r"\r?\n")


@dataclass(frozen=True, slots=True)
class Place:
    """A position in a text, from 0, in code points; a `yamlnode` mark."""

    index: int
    line: int
    column: int


class Cell(NamedTuple):
    """The text of a cell, and its position without quotes and surrounding spaces."""

    value: str
    start: Place
    end: Place


class Row(NamedTuple):
    """A row; `end` is the index of its line end."""

    cells: list[Cell]
    end: int

    @property
    def is_empty(self) -> bool:
        """Whether all cells are empty."""
        return not any(cell.value for cell in self.cells)


class Table(NamedTuple):
    """A table: its header and all other rows, also empty ones."""

    text: str
    separator: str
    header: Row
    rows: list[Row]


def split_cell(text: str) -> list[str]:
    """Split the text of a cell that is a list: by lines, or by `|`."""
    parts = text.split("\n" if "\n" in text else "|")
    return [part.strip() for part in parts if part.strip()]


class Flaw(NamedTuple):
    """An error in a table, and how to fix it."""

    rule: str
    message: str
    start: Place
    hint: str


def parse_table(text: str, most_cells: int) -> Table | Flaw:
    """Parse a table of at most `most_cells` cells; its first non-empty row is the header."""
    line = _SEP_LINE.match(text)
    start = line.end() if line is not None else 0
    separator = line[1] if line is not None else _separator(text)
    rows = _Reader(text, separator).rows(start, most_cells)
    if isinstance(rows, Flaw):
        return rows
    for number, row in enumerate(rows):
        if not row.is_empty:
            return Table(text, separator, row, rows[number + 1 :])
    hint = "write the names of the columns into its first row"
    return Flaw("no-notes", "the table is empty", Place(0, 0, 0), hint)


def _separator(text: str) -> str:
    """Detect the separator: the most frequent one in the header, outside of quotes."""
    lines = text.split("\n", 100)
    first = next((line for line in lines if line.strip(" \r,;\t|")), text)
    unquoted = _QUOTED.sub("", first)
    return max(_SEPARATORS, key=unquoted.count)


class _Reader:
    def __init__(self, text: str, separator: str) -> None:
        self._text = text
        self._lines = [0, *(match.end() for match in re.finditer("\n", text)), len(text) + 1]
        self._line = 0
        self._bare = re.compile(rf"[^{re.escape(separator)}\r\n]*")
        space = r"[ \t]*" if separator != "\t" else " *"
        self._quoted = re.compile(
            rf"{space}{_QUOTED.pattern}{space}(?={re.escape(separator)}|\r?\n|\Z)"
        )
        self._separator = separator

    def rows(self, start: int, most_cells: int) -> list[Row] | Flaw:
        rows: list[Row] = []
        cells: list[Cell] = []
        index, remaining, end = start, most_cells, len(self._text)
        while index < end or cells:
            remaining -= 1
            if remaining < 0:
                hint = "split it, or raise the limit in flashdeck.yaml (limits: nodes)"
                message = f"the table has more than {most_cells:,} cells"
                return Flaw("limit", message, self._place(index), hint)
            quoted = self._quoted.match(self._text, index)
            if quoted is None and self._text.startswith('"', index):
                return self._bad_quote(index)
            match = quoted or self._bare.match(self._text, index)
            assert match is not None  # an unquoted cell may be empty
            cells.append(self._cell(match.start(), match.end(), is_quoted=quoted is not None))
            index = match.end()
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
        message = 'text continues after the closing "'
        hint = 'put the whole cell in quotes, and write each " inside of it as ""'
        return Flaw("text-after-quote", message, self._place(closed.end()), hint)

    def _place(self, index: int) -> Place:
        """Return the position of an index; indices must be in ascending order."""
        line = self._line
        while self._lines[line + 1] <= index:
            line += 1
        self._line = line
        return Place(index, line, index - self._lines[line])


Texts = Mapping[int, Mapping[int, str]]
"""Texts by the index of their row, -1 for the header, and by that of their column."""


def with_texts(table: Table, texts: Texts) -> str | None:
    """Write texts into cells of the table's text, also into cells after the last of a row.

    Returns None if anything else in the table would change, which is a bug.
    """
    edits: list[Edit] = []
    for number, cells in texts.items():
        row = table.header if number < 0 else table.rows[number]
        edits += _put(table, row, cells)
    text = splice(table.text, edits)
    return text if _is_same(text, table, texts) else None


def _put(table: Table, row: Row, texts: Mapping[int, str]) -> Iterator[Edit]:
    """Return the edits that write texts into cells of a row, in the order of columns."""
    width = len(row.cells)
    added = ""
    for place, value in sorted(texts.items()):
        if place >= len(row.cells):
            added += table.separator * (place + 1 - width) + _quoted(value, table.separator)
            width = place + 1
            continue
        cell = row.cells[place]
        text = (
            value.replace('"', '""') if _is_quoted(table, cell) else _quoted(value, table.separator)
        )
        yield Edit(cell.start.index, cell.end.index, text)
    if added:
        yield Edit(row.end, row.end, added)


def _is_quoted(table: Table, cell: Cell) -> bool:
    before = cell.start.index - 1
    while before >= 0 and table.text[before] in " \t\r\n" and table.text[before] != table.separator:
        before -= 1
    return before >= 0 and table.text[before] == '"'


def _quoted(value: str, separator: str) -> str:
    """Put a text into quotes if a cell needs them for it."""
    if value != value.strip() or any(mark in value for mark in (separator, '"', "\n")):
        return '"' + value.replace('"', '""') + '"'
    return value


def _is_same(text: str, before: Table, texts: Texts) -> bool:
    """Whether a text is the table before, with only these texts changed."""
    widest = max((max(cells) for cells in texts.values()), default=0) + 1
    most = sum(len(row.cells) + widest for row in (before.header, *before.rows)) + 9
    after = parse_table(text, most)
    if not isinstance(after, Table) or len(after.rows) != len(before.rows):
        return False
    expected = [_values(before.header, texts.get(-1, {}))]
    expected += [_values(row, texts.get(number, {})) for number, row in enumerate(before.rows)]
    return expected == [_values(row, {}) for row in (after.header, *after.rows)]


def _values(row: Row, texts: Mapping[int, str]) -> list[str]:
    """Return the texts of a row with others put in, without trailing empty ones."""
    values = [cell.value for cell in row.cells]
    for place, text in texts.items():
        values += [""] * (place + 1 - len(values))
        values[place] = text
    while values and not values[-1]:
        values.pop()
    return values
