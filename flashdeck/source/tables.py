"""Reads the tables of documents, from rows of a CSV file to source notes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.kinds.registry import TABLE, Key, Kind, Shape
from flashdeck.source.columns import KEYS, ROWS, Columns, ColumnsReader
from flashdeck.source.csv_table import (
    Cell,
    Flaw,
    Place,
    Row,
    Table,
    decode_table,
    parse_table,
    split_cell,
)
from flashdeck.source.note import SourceDeck, SourceFile, SourceNote, SourceTable
from flashdeck.source.notes import UNREAD, NoteDefaults, NoteReader
from flashdeck.yamlnode import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

_ITEM_NUMBER = re.compile(r"(.*?\S) *\{n: *([0-9_]+) *\}", re.DOTALL)
_TAG_SEPARATORS = re.compile(r"[\s,;]+")


class TableFile(NamedTuple):
    """The path of a table in diagnostics, and its bytes."""

    path: str
    data: bytes


class NoTable(NamedTuple):
    """Why a table can't be read, and how to fix it."""

    message: str
    hint: str


OpenTable: TypeAlias = Callable[[str], TableFile | NoTable]
"""Opens a table by its path in a deck file."""


def no_tables(name: str) -> NoTable:
    """Refuse all tables, for a text outside of a project."""
    return NoTable(f"there is no {name} here", "put tables beside their deck")


def read_table(
    reader: NoteReader,
    pair: tuple[ScalarNode, Node],
    defaults: NoteDefaults,
    open_table: OpenTable,
    limits: Limits,
) -> SourceFile | None:
    """Read the table of a document; `reader` is the document's, and collects problems."""
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
    if (
        any(problem.severity is Severity.ERROR for problem in problems)
        or defaults.notetype == UNREAD
    ):
        return None
    table = parse_table(text, limits.nodes)
    if isinstance(table, Flaw):
        span = Span.point(opened.path, table.start.line + 1, table.start.column + 1)
        reader.problems.append(Diagnostic(table.rule, table.message, span, hint=table.hint))
        return None
    columns = _columns(
        reader, pairs, defaults, ColumnsReader(reader, name.value.strip(), table), name
    )
    if not _has_required_columns(reader, columns, name):
        return None
    file = YamlFile(opened.path, text, (), ())
    rows = RowReader(file, reader.custom, table, columns, limits.scalar)
    numbered = list(rows.notes(defaults))
    reader.problems += rows.problems
    notes = tuple(note for _, note in numbered)
    return SourceFile(
        file,
        (
            SourceDeck(
                defaults.deck, None, defaults.markup, defaults.join_lines, defaults.verbatim, notes
            ),
        ),
        table=SourceTable(
            table,
            columns.keys,
            columns.id_name,
            {id(note.node): number for number, note in numbered},
        ),
    )


def _columns(
    reader: NoteReader,
    pairs: Mapping[str, tuple[ScalarNode, Node]],
    defaults: NoteDefaults,
    header: ColumnsReader,
    name: ScalarNode,
) -> Columns:
    """Read the columns, and the values of all notes."""
    examples = {"columns": "q: Word, a: Meaning", "each": "reverse: true"}
    nodes = {key: pairs[key][1] for key in examples if key in pairs}
    for key, node in nodes.items():
        if not isinstance(node, MappingNode):
            hint = f"write {key}: {{{examples[key]}}}"
            reader.report("not-a-mapping", f"'{key}' takes keys with names", node, hint)
    mapping, each = nodes.get("columns"), nodes.get("each")
    if isinstance(mapping, MappingNode):
        columns = header.mapped(mapping, reader.short_keys(defaults.notetype))
    else:
        columns = header.named_like_keys(reader.words_for_fields(defaults.notetype), name)
    if not isinstance(each, MappingNode):
        return columns

    def is_good(key: Key, word: ScalarNode, node: Node) -> bool:
        before = len(reader.problems)
        reader.value(key, {key.name: (word, node)}, defaults.notetype)
        return len(reader.problems) == before

    return replace(columns, constants=header.constants(each, is_good))


def _has_required_columns(reader: NoteReader, columns: Columns, name: ScalarNode) -> bool:
    """Check that rows can be notes, to avoid an error for each row."""
    hint = "say which column it is: table: {file: …, columns: {q: …, a: …}}"
    has_errors = any(problem.severity is Severity.ERROR for problem in reader.problems)
    if not columns.primary_keys:
        if not has_errors:
            reader.report("missing-column", "the table has no column for 'q'", name, hint)
        return False
    present = {*columns.primary_keys, *columns.keys, *columns.constants}
    missing = [
        key.name
        for kind in ROWS
        if columns.primary_keys == {kind.primary_key}
        for key in kind.keys
        if key.required and key.name not in present
    ]
    if missing and not has_errors:
        message = f"the table has no column for '{missing[0]}'"
        reader.report("missing-column", message, name, hint)
    return not missing


class RowReader(NoteReader):
    """Reads the rows of a table like notes in YAML, with texts in cells."""

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

    def notes(self, defaults: NoteDefaults) -> Iterator[tuple[int, SourceNote]]:
        """Read all rows that are not empty; yields their indices and notes."""
        for number, row in enumerate(self._table.rows):
            self._row = row
            if row.is_empty or not self._is_valid(row):
                continue
            node = self._node(row)
            if not node.pairs:
                self.kind(node)
            elif (note := self.note(node, defaults)) is not None:
                yield number, note

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:  # noqa: ARG002 - the row
        """Report an empty cell of a required key."""
        column = self._columns.keys.get(key)
        name = self._table.header.cells[column].value if column is not None else key
        message = f"{what} has no '{key}': the cell under '{name}' is empty"
        self.report("missing-key", message, self._at(column), "fill it, or empty the whole row")

    def kind(self, node: MappingNode) -> Kind | None:
        """Detect the kind of a row by its filled cells."""
        primary = self._columns.primary_keys
        if primary & {key.value for key, _ in node.pairs}:
            return super().kind(node)
        places = [place for key, place in self._columns.keys.items() if key in primary]
        places += self._columns.fields.values()
        names = [f"'{self._table.header.cells[place].value}'" for place in places]
        message = f"this row has nothing under {' or '.join(names)}"
        self.report("no-kind", message, self._at(None), "fill it, or empty the whole row")
        return None

    def _is_valid(self, row: Row) -> bool:
        width = len(self._table.header.cells)
        extra = next((cell for cell in row.cells[width:] if cell.value), None)
        if extra is not None:
            message = f"this row has {len(row.cells)} cells, the header has {width}"
            hint = f"put text that contains '{self._table.separator}' into quotes"
            self.report("ragged-row", message, _text(extra), hint)
            return False
        for cell in row.cells:
            if len(cell.value) > self._longest:
                size = f"{len(cell.value):,} characters; {self._longest:,} are allowed"
                self.report("limit", f"this text has {size}", _text(cell), "split the note")
                return False
        return True

    def _node(self, row: Row) -> MappingNode:
        """Convert a row to a YAML mapping."""
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
                cell = Cell("", start, start)
                pairs.append((_word(key, cell), _moved(node, cell)))
        cells = {name: _cell(row, place) for name, place in self._columns.fields.items()}
        texts: list[tuple[ScalarNode, Node]] = [
            (_word(name, cell), _text(cell)) for name, cell in cells.items() if cell.value
        ]
        if texts:
            fields = texts[0][0]._replace(value="fields")
            pairs.append((fields, MappingNode(texts, flow=True, start=start, end=end)))
        return MappingNode(pairs, flow=True, start=start, end=end)

    def _at(self, column: int | None) -> ScalarNode:
        """Return a cell of the current row, or its first one, for its position."""
        place = column if column is not None and column < len(self._row.cells) else 0
        return _text(self._row.cells[place])


def _cell(row: Row, place: int) -> Cell:
    """Return a cell; missing cells of a short row are empty, after its last one."""
    if place < len(row.cells):
        return row.cells[place]
    last = row.cells[-1]
    return Cell("", last.end, last.end)


def _text(cell: Cell) -> ScalarNode:
    return ScalarNode(cell.value, "", cell.start, cell.end)


def _word(key: str, cell: Cell) -> ScalarNode:
    return ScalarNode(key, "", cell.start, cell.end)


def _value(shape: Shape, cell: Cell, *, several: bool) -> Node:
    """Convert a cell to a text or, depending on its key, a list."""
    if shape is Shape.TAGS:
        return _list(cell, [tag for tag in _TAG_SEPARATORS.split(cell.value) if tag])
    if shape in (Shape.TEXTS, Shape.ITEMS) or (shape is Shape.ANSWER and several):
        texts = split_cell(cell.value)
        if shape is Shape.ITEMS:
            items = _list(cell, texts)
            return items._replace(items=[_item(item) for item in items.items])
        if shape is Shape.TEXTS or len(texts) > 1:
            return _list(cell, texts)
    return _text(cell)


def _item(node: Node) -> Node:
    """Read an item's number behind its text, as in `Werkzeug {n: 2}`."""
    match = _ITEM_NUMBER.fullmatch(node.value) if isinstance(node, ScalarNode) else None
    if match is None or not isinstance(node, ScalarNode):
        return node
    keys = [node._replace(value=name) for name in ("text", "n")]
    pairs: list[tuple[ScalarNode, Node]] = [
        (key, node._replace(value=value)) for key, value in zip(keys, match.groups(), strict=True)
    ]
    return MappingNode(pairs, flow=True, start=node.start, end=node.end)


def _list(cell: Cell, texts: list[str]) -> SequenceNode:
    """Convert a cell to a list, with the position of each text in a single line."""
    items: list[Node] = []
    end = 0
    for text in texts:
        start = cell.value.find(text, end)
        end = start + len(text)
        items.append(_text(_within(cell, text, start)))
    return SequenceNode(items, flow=True, start=cell.start, end=cell.end)


def _within(cell: Cell, text: str, offset: int) -> Cell:
    """Return part of a cell; line ends and doubled quotes shift it, so it gets the whole span."""
    if cell.end.index - cell.start.index != len(cell.value) or cell.end.line != cell.start.line:
        return Cell(text, cell.start, cell.end)
    start = _shifted(cell.start, offset)
    return Cell(text, start, _shifted(start, len(text)))


def _shifted(place: Place, by: int) -> Place:
    return replace(place, index=place.index + by, column=place.column + by)


def _moved(node: Node, cell: Cell) -> Node:
    """Return a node with the position of a cell."""
    if isinstance(node, ScalarNode):
        return node._replace(start=cell.start, end=cell.end)
    if isinstance(node, SequenceNode):
        items = [_moved(item, cell) for item in node.items]
        return SequenceNode(items, flow=True, start=cell.start, end=cell.end)
    return node
