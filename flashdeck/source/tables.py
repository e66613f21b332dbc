"""Reads the tables that documents name: the rows of a CSV file to source notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.kinds.registry import TABLE, Key, Kind, Shape
from flashdeck.source.columns import KEYS, ROWS, Columns, ColumnsReader
from flashdeck.source.csv_table import Cell, Flaw, Place, Row, Table, decode_table, parse_table
from flashdeck.source.note import SourceDeck, SourceFile, SourceNote, SourceTable
from flashdeck.source.notes import UNREAD, Around, NoteReader
from flashdeck.yamlnode import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType

_BETWEEN_TAGS = re.compile(r"[\s,;]+")


class TableFile(NamedTuple):
    """A table's path as diagnostics show it, and its bytes."""

    path: str
    data: bytes


class NoTable(NamedTuple):
    """Why a table can't be read, and the way out."""

    message: str
    hint: str


OpenTable: TypeAlias = Callable[[str], TableFile | NoTable]
"""Opens the table of a name that a deck file gives."""


def no_tables(name: str) -> NoTable:
    """Open no table: where a text does not lie in a project."""
    return NoTable(f"there is no {name} here", "tables lie beside their deck")


def read_table(
    reader: NoteReader,
    pair: tuple[ScalarNode, Node],
    around: Around,
    open_table: OpenTable,
    limits: Limits,
) -> SourceFile | None:
    """Read the table of a document; `reader` is the document's own and reports its mistakes."""
    node = pair[1]
    pairs: dict[str, tuple[ScalarNode, Node]] = {"file": pair}
    if isinstance(node, MappingNode):
        pairs = reader.read_keys(node, TABLE, "'table'")
    name = reader.filled(*pairs["file"], "the table's file") if "file" in pairs else None
    if name is None:
        return None
    opened = open_table(name.value.strip())
    if isinstance(opened, NoTable):
        reader.report("missing-table", opened.message, name, opened.hint)
        return None
    text, problems = decode_table(opened.path, opened.data, limits.problems)
    reader.problems += problems
    if any(one.severity is Severity.ERROR for one in problems) or around.notetype == UNREAD:
        return None
    table = parse_table(text, limits.nodes)
    if isinstance(table, Flaw):
        span = Span.point(opened.path, table.start.line + 1, table.start.column + 1)
        reader.problems.append(Diagnostic(table.rule, table.message, span, hint=table.hint))
        return None
    columns = _columns(
        reader, pairs, around, ColumnsReader(reader, name.value.strip(), table), name
    )
    if not _makes_notes(reader, columns, name):
        return None
    file = YamlFile(opened.path, text, (), ())
    rows = RowReader(file, reader.custom, table, columns, limits.scalar)
    numbered = list(rows.notes(around))
    reader.problems += rows.problems
    return SourceFile(
        file,
        (
            SourceDeck(
                around.deck,
                None,
                around.markup,
                around.verbatim,
                tuple(note for _, note in numbered),
            ),
        ),
        table=SourceTable(
            table,
            columns.keys.get("id"),
            columns.id_name,
            {id(note.node): number for number, note in numbered},
        ),
    )


def _columns(
    reader: NoteReader,
    pairs: Mapping[str, tuple[ScalarNode, Node]],
    around: Around,
    header: ColumnsReader,
    name: ScalarNode,
) -> Columns:
    """Read which column is which, and what every note holds."""
    given = {one: pairs[one][1] for one in ("columns", "each") if one in pairs}
    for one, node in given.items():
        if not isinstance(node, MappingNode):
            hint = (
                f"write {one}: {{{'q: Word, a: Meaning' if one == 'columns' else 'reverse: true'}}}"
            )
            reader.report("not-a-mapping", f"'{one}' takes keys with names", node, hint)
    mapping, each = given.get("columns"), given.get("each")
    if isinstance(mapping, MappingNode):
        columns = header.mapped(mapping, reader.short_keys(around.notetype))
    else:
        columns = header.named_like_keys(reader.words_for_fields(around.notetype), name)
    if not isinstance(each, MappingNode):
        return columns

    def is_good(key: Key, word: ScalarNode, node: Node) -> bool:
        before = len(reader.problems)
        reader.value(key, {key.name: (word, node)}, around.notetype)
        return len(reader.problems) == before

    return replace(columns, constants=header.constants(each, is_good))


def _makes_notes(reader: NoteReader, columns: Columns, name: ScalarNode) -> bool:
    """Say whether rows can be notes at all; otherwise each of them would be an error."""
    hint = "say which column it is: table: {file: …, columns: {q: …, a: …}}"
    if not columns.openers:
        if not any(one.severity is Severity.ERROR for one in reader.problems):
            reader.report("missing-column", "the table has no column for 'q'", name, hint)
        return False
    given = {*columns.openers, *columns.keys, *columns.constants}
    required = [
        key.name
        for kind in ROWS
        if columns.openers == {kind.opener}
        for key in kind.keys
        if key.required
    ]
    missing = [key for key in required if key not in given]
    if missing and not any(one.severity is Severity.ERROR for one in reader.problems):
        message = f"the table has no column for '{missing[0]}'"
        reader.report("missing-column", message, name, hint)
    return not missing


class RowReader(NoteReader):
    """Reads the rows of a table as if each were a note in YAML, its texts in their cells."""

    def __init__(
        self,
        file: YamlFile,
        custom: Mapping[str, SourceNoteType],
        table: Table,
        columns: Columns,
        longest: int,
    ) -> None:
        super().__init__(file, custom)
        self._table = table
        self._columns = columns
        self._longest = longest
        self._row = table.header

    def notes(self, around: Around) -> Iterator[tuple[int, SourceNote]]:
        """Read every row that holds anything, and give its place with its note."""
        for number, row in enumerate(self._table.rows):
            self._row = row
            if row.is_empty or not self._is_sound(row):
                continue
            node = self._node(row)
            if not node.pairs:
                self.kind(node)
            elif (note := self.note(node, around)) is not None:
                yield number, note

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:  # noqa: ARG002 - the row
        """Report an empty cell that must not be empty."""
        column = self._columns.keys.get(key)
        name = self._table.header.cells[column].value if column is not None else key
        message = f"{what} has no '{key}': the cell under '{name}' is empty"
        self.report("missing-key", message, self._at(column), "fill it, or empty the whole row")

    def kind(self, node: MappingNode) -> Kind | None:
        """Tell a row's kind by the cells that are filled."""
        openers = self._columns.openers
        if openers & {key.value for key, _ in node.pairs}:
            return super().kind(node)
        places = [place for key, place in self._columns.keys.items() if key in openers]
        places += self._columns.fields.values()
        names = [f"'{self._table.header.cells[place].value}'" for place in places]
        message = f"this row has nothing under {' or '.join(names)}"
        self.report("no-kind", message, self._at(None), "fill it, or empty the whole row")
        return None

    def _is_sound(self, row: Row) -> bool:
        width = len(self._table.header.cells)
        beyond = next((cell for cell in row.cells[width:] if cell.value), None)
        if beyond is not None:
            message = f"this row has {len(row.cells)} cells, the header has {width}"
            hint = f"put text that holds '{self._table.separator}' into quotes"
            self.report("ragged-row", message, _text(beyond), hint)
            return False
        for cell in row.cells:
            if len(cell.value) > self._longest:
                size = f"{len(cell.value):,} characters; {self._longest:,} are allowed"
                self.report("limit", f"this text has {size}", _text(cell), "split the note")
                return False
        return True

    def _node(self, row: Row) -> MappingNode:
        """Write a row as the mapping that it would be in YAML."""
        start, end = row.cells[0].start, row.cells[-1].end
        pairs: list[tuple[ScalarNode, Node]] = []
        filled = {key for key, place in self._columns.keys.items() if _cell(row, place).value}
        for key, place in self._columns.keys.items():
            if key in filled:
                cell = _cell(row, place)
                several = "choices" in filled or "choices" in self._columns.constants
                pairs.append((_word(key, cell), _value(KEYS[key].shape, cell, several=several)))
        for key, node in self._columns.constants.items():
            if key not in filled:
                here = Cell("", start, start)
                pairs.append((_word(key, here), _moved(node, here)))
        fields = {name: _cell(row, place) for name, place in self._columns.fields.items()}
        given = {name: cell for name, cell in fields.items() if cell.value}
        for cell in list(given.values())[:1]:
            texts: list[tuple[ScalarNode, Node]]
            texts = [(_word(name, one), _text(one)) for name, one in given.items()]
            pairs.append(
                (_word("fields", cell), MappingNode(texts, flow=True, start=start, end=end))
            )
        return MappingNode(pairs, flow=True, start=start, end=end)

    def _at(self, column: int | None) -> ScalarNode:
        """Give the place of a cell of the current row, or of the row."""
        place = column if column is not None and column < len(self._row.cells) else 0
        return _text(self._row.cells[place])


def _cell(row: Row, place: int) -> Cell:
    """Give a cell; the one that a short row lacks is empty, behind its last one."""
    if place < len(row.cells):
        return row.cells[place]
    last = row.cells[-1]
    return Cell("", last.end, last.end)


def _text(cell: Cell) -> ScalarNode:
    return ScalarNode(cell.value, "", cell.start, cell.end)


def _word(key: str, cell: Cell) -> ScalarNode:
    return ScalarNode(key, "", cell.start, cell.end)


def _value(shape: Shape, cell: Cell, *, several: bool) -> Node:
    """Read a cell as what its key holds: a text, or several."""
    if shape is Shape.TAGS:
        return _list(cell, [one for one in _BETWEEN_TAGS.split(cell.value) if one])
    if shape is Shape.TEXTS or (shape is Shape.ANSWER and several):
        parts = cell.value.split("\n" if "\n" in cell.value else "|")
        texts = [one.strip() for one in parts if one.strip()]
        if shape is Shape.TEXTS or len(texts) > 1:
            return _list(cell, texts)
    return _text(cell)


def _list(cell: Cell, texts: list[str]) -> SequenceNode:
    """Write a cell's texts as a list, each at its own place where the cell is a single line."""
    items: list[Node] = []
    done = 0
    for text in texts:
        found = cell.value.find(text, done)
        done = found + len(text)
        items.append(_text(_within(cell, text, found)))
    return SequenceNode(items, flow=True, start=cell.start, end=cell.end)


def _within(cell: Cell, text: str, found: int) -> Cell:
    """Give a part of a cell; as the whole where line ends or doubled quotes shift it."""
    if cell.end.index - cell.start.index != len(cell.value) or cell.end.line != cell.start.line:
        return Cell(text, cell.start, cell.end)
    start = _further(cell.start, found)
    return Cell(text, start, _further(start, len(text)))


def _further(place: Place, by: int) -> Place:
    return replace(place, index=place.index + by, column=place.column + by)


def _moved(node: Node, here: Cell) -> Node:
    """Give what every note holds with the place of the row that holds it here."""
    if isinstance(node, ScalarNode):
        return node._replace(start=here.start, end=here.end)
    if isinstance(node, SequenceNode):
        items = [_moved(item, here) for item in node.items]
        return SequenceNode(items, flow=True, start=here.start, end=here.end)
    return node
