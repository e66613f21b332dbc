"""Reads rows of a table like notes in YAML, with texts in cells."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from flashdeck.kinds.registry import Kind, Shape
from flashdeck.source.columns import KEYS, Columns
from flashdeck.source.csv_table import Cell, Place, Row, Table, split_cell
from flashdeck.source.note import SourceNote
from flashdeck.source.notes import NoteDefaults, NoteReader
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

_ITEM_NUMBER = re.compile(r"(.*?\S) *\{n: *([0-9_]+) *\}", re.DOTALL)
_TAG_SEPARATORS = re.compile(r"[\s,;]+")


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
        for number, row in self.valid_rows():
            node = self._node(row)
            if not node.pairs:
                self.kind(node)
            elif (note := self.note(node, defaults)) is not None:
                yield number, note

    def valid_rows(self) -> Iterator[tuple[int, Row]]:
        """Return the rows that are not empty, with their indices."""
        for number, row in enumerate(self._table.rows):
            self._row = row
            if not row.is_empty and self._is_valid(row):
                yield number, row

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:  # noqa: ARG002 - the row
        """Report an empty cell of a required key."""
        column = self._columns.keys.get(key)
        name = self._table.header.cells[column].value if column is not None else key
        message = f"{what} has no '{key}': the cell under '{name}' is empty"
        self.report("missing-key", message, self.cell_at(column), "fill it, or empty the whole row")

    def kind(self, node: MappingNode) -> Kind | None:
        """Detect the kind of a row by its filled cells."""
        primary = self._columns.primary_keys
        if primary & {key.value for key, _ in node.pairs}:
            return super().kind(node)
        places = [place for key, place in self._columns.keys.items() if key in primary]
        places += self._columns.fields.values()
        names = [f"'{self._table.header.cells[place].value}'" for place in places]
        message = f"this row has nothing under {' or '.join(names)}"
        self.report("no-kind", message, self.cell_at(None), "fill it, or empty the whole row")
        return None

    def _is_valid(self, row: Row) -> bool:
        width = len(self._table.header.cells)
        extra = next((cell for cell in row.cells[width:] if cell.value), None)
        if extra is not None:
            message = f"this row has {len(row.cells)} cells, the header has {width}"
            hint = f"put text that contains '{self._table.separator}' into quotes"
            self.report("ragged-row", message, text_of(extra), hint)
            return False
        for cell in row.cells:
            if len(cell.value) > self._longest:
                size = f"{len(cell.value):,} characters; {self._longest:,} are allowed"
                self.report("limit", f"this text has {size}", text_of(cell), "split the note")
                return False
        return True

    def _node(self, row: Row) -> MappingNode:
        """Convert a row to a YAML mapping."""
        start, end = row.cells[0].start, row.cells[-1].end
        pairs: list[tuple[ScalarNode, Node]] = []
        filled = {key for key, place in self._columns.keys.items() if cell_of(row, place).value}
        for key, place in self._columns.keys.items():
            if key in filled:
                cell = cell_of(row, place)
                several = "choices" in filled or "choices" in self._columns.constants
                pairs.append((word_of(key, cell), value_of(KEYS[key].shape, cell, several=several)))
        for key, node in self._columns.constants.items():
            if key not in filled:
                cell = Cell("", start, start)
                pairs.append((word_of(key, cell), _moved(node, cell)))
        cells = {name: cell_of(row, place) for name, place in self._columns.fields.items()}
        texts: list[tuple[ScalarNode, Node]] = [
            (word_of(name, cell), text_of(cell)) for name, cell in cells.items() if cell.value
        ]
        if texts:
            fields = texts[0][0]._replace(value="fields")
            pairs.append((fields, MappingNode(texts, flow=True, start=start, end=end)))
        return MappingNode(pairs, flow=True, start=start, end=end)

    def cell_at(self, column: int | None) -> ScalarNode:
        """Return a cell of the current row, or its first one, for its position."""
        place = column if column is not None and column < len(self._row.cells) else 0
        return text_of(self._row.cells[place])


def cell_of(row: Row, place: int) -> Cell:
    """Return a cell; missing cells of a short row are empty, after its last one."""
    if place < len(row.cells):
        return row.cells[place]
    last = row.cells[-1]
    return Cell("", last.end, last.end)


def text_of(cell: Cell) -> ScalarNode:
    """Return a cell as a text."""
    return ScalarNode(cell.value, "", cell.start, cell.end)


def word_of(key: str, cell: Cell) -> ScalarNode:
    """Return a key with the position of a cell."""
    return ScalarNode(key, "", cell.start, cell.end)


def value_of(shape: Shape, cell: Cell, *, several: bool) -> Node:
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
    return text_of(cell)


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
        items.append(text_of(_within(cell, text, start)))
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
