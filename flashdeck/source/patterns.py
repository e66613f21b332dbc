"""Reads patterns of notes, and fills them from the rows of a table: several notes a row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple

from flashdeck.diagnostics import Span
from flashdeck.kinds.registry import PATTERN, Kind, Shape
from flashdeck.records import dataclass
from flashdeck.source.columns import Columns, ColumnsReader
from flashdeck.source.csv_table import Cell, Place, Row, Table
from flashdeck.source.note import Made, SourceNote
from flashdeck.source.notes import NoteDefaults, NoteReader
from flashdeck.source.rows import RowReader, cell_of, text_of, value_of, word_of
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

# `{{column}}`, but not the beginning of a cloze.
_COLUMN = re.compile(r"\{\{(?!c[0-9,]+::)([^{}]*)\}\}")
_OWN = {key.name for key in PATTERN}
_LISTS = frozenset({Shape.TAGS, Shape.TEXTS, Shape.ANSWER})


class Pattern(NamedTuple):
    """A pattern: a note with columns in its texts, for rows that have something in all of `when`.

    `columns` are the columns that its texts name, by name. `id_column` is that of the ids of its
    notes, -1 if they are derived.
    """

    name: str
    place: Span
    when: tuple[int, ...]
    note: MappingNode
    kind: Kind
    columns: Mapping[str, int]
    id_column: int


class _Piece(NamedTuple):
    """A part of a filled text: of a cell, or of the pattern's text; there it begins at `offset`."""

    start: int
    end: int
    offset: int
    cell: ScalarNode | None


class _Source(NamedTuple):
    """Where a text comes from: a text of a pattern, and its parts if it was filled."""

    node: ScalarNode
    pieces: tuple[_Piece, ...] = ()


@dataclass(frozen=True, slots=True)
class _MadeFile(YamlFile):
    """A table whose notes have texts of patterns in the file `patterns`.

    `sources` are these texts by the indices of their nodes, which are greater than those of cells.
    """

    patterns: YamlFile | None = None
    sources: dict[int, _Source] = field(default_factory=dict)

    def span(self, node: Node) -> Span:
        source = self.sources.get(node.start.index)
        if source is None or source.pieces or self.patterns is None:
            return YamlFile.span(self, node)
        return self.patterns.span(source.node)

    def span_within(self, node: ScalarNode, start: int, end: int) -> Span:
        source = self.sources.get(node.start.index)
        if source is None or self.patterns is None:
            return YamlFile.span_within(self, node, start, end)
        if not source.pieces:
            return self.patterns.span_within(source.node, start, end)
        for piece in source.pieces:
            if piece.start <= start and end <= piece.end:
                start, end = (place - piece.start + piece.offset for place in (start, end))
                if piece.cell is not None:
                    return YamlFile.span_within(self, piece.cell, start, end)
                return self.patterns.span_within(source.node, start, end)
        inside = (piece.cell for piece in source.pieces if start <= piece.start <= piece.end <= end)
        return YamlFile.span(self, next(filter(None, inside), node))


def read_patterns(
    reader: NoteReader,
    header: ColumnsReader,
    defaults: NoteDefaults,
    pair: tuple[ScalarNode, Node],
) -> list[Pattern]:
    """Read `make`, all patterns of a table; none if one of them has a problem."""
    key, node = pair
    before = len(reader.problems)
    if not isinstance(node, SequenceNode) or not node.items:
        hint = "write '- name: …' below, and the keys of its notes"
        reader.report("not-a-list", "'make' takes a list of patterns", key, hint)
        return []
    patterns: dict[str, Pattern] = {}
    for item in node.items:
        pattern = _PatternReader(reader, header, defaults).read(item)
        if pattern is not None and pattern.name in patterns:
            message = f"two patterns have the name '{pattern.name}'"
            reader.report("duplicate-name", message, item, "choose another name")
        elif pattern is not None:
            patterns[pattern.name] = pattern
    return list(patterns.values()) if len(reader.problems) == before else []


class _PatternReader:
    """Reads a pattern; `reader` is that of the deck file."""

    def __init__(self, reader: NoteReader, header: ColumnsReader, defaults: NoteDefaults) -> None:
        self._reader = reader
        self._header = header
        self._defaults = defaults

    def read(self, node: Node) -> Pattern | None:
        reader = self._reader
        if not isinstance(node, MappingNode) or not node.pairs:
            hint = "write '- name: past' and below it the keys of a note"
            reader.report("not-a-mapping", "a pattern is a mapping of keys", node, hint)
            return None
        own = [pair for pair in node.pairs if pair[0].value in _OWN]
        note = node._replace(pairs=[pair for pair in node.pairs if pair[0].value not in _OWN])
        pairs = reader.read_keys(node._replace(pairs=own or node.pairs[:0]), PATTERN, "a pattern")
        if not note.pairs:
            message, hint = "this pattern has no keys of a note", "add 'q: …' and 'a: …'"
            reader.report("no-kind", message, node.pairs[0][0], hint)
        if "name" not in pairs or not note.pairs:
            return None
        name = reader.filled(*pairs["name"], "'name'")
        read = reader.keys_of_note(note, self._defaults)
        when = self._when(pairs["when"][1]) if "when" in pairs else ()
        columns: dict[str, int] = {}
        for _, value in note.pairs:
            self._find_columns(value, columns)
        if read is None or name is None:
            return None
        kind, _, _ = read
        self._check_numbers(kind, note)
        match = _COLUMN.fullmatch(_text_in(note.get("id")).strip())
        id_column = columns.get(match[1], -1) if match is not None else -1
        place = reader.file.span(name)
        return Pattern(name.value.strip(), place, when, note, kind, columns, id_column)

    def _when(self, node: Node) -> tuple[int, ...]:
        nodes = node.items if isinstance(node, SequenceNode) else [node]
        places = (self._header.place_of(item, "the column of 'when'") for item in nodes)
        return tuple([place for place in places if place is not None])

    def _find_columns(self, node: Node, columns: dict[str, int]) -> None:
        if isinstance(node, ScalarNode):
            for match in _COLUMN.finditer(node.value):
                span = self._reader.file.span_within(node, *match.span())
                place = self._header.place(match[1], node, span)
                if place is not None:
                    columns[match[1]] = place
            return
        inside = (
            node.items if isinstance(node, SequenceNode) else [value for _, value in node.pairs]
        )
        for item in inside:
            self._find_columns(item, columns)

    def _check_numbers(self, kind: Kind, note: MappingNode) -> None:
        """Report masks and items without a number, which a build can't write for all rows."""
        for key in kind.keys:
            value = note.get(key.name)
            if key.shape not in (Shape.MASKS, Shape.ITEMS) or value is None:
                continue
            for item in value.items if isinstance(value, SequenceNode) else [value]:
                if not isinstance(item, MappingNode) or item.get("n") is None:
                    message = f"in a pattern each of '{key.name}' needs its 'n'"
                    self._reader.report("missing-key", message, item, "number them from 1 on")


class MadeReader(RowReader):
    """Makes notes of the rows of a table, by the patterns in another file (`made_in`)."""

    def __init__(
        self,
        path: str,
        text: str,
        custom: Mapping[str, SourceNoteType],
        table: Table,
        columns: Columns,
        longest: int,
        made_in: tuple[YamlFile, Sequence[Pattern]],
    ) -> None:
        self._sources: dict[int, _Source] = {}
        patterns_in, self._patterns = made_in
        file = _MadeFile(path, text, (), (), patterns=patterns_in, sources=self._sources)
        super().__init__(file, custom, table, columns, longest)
        self._next = len(text) + 1
        self._literals: dict[int, ScalarNode] = {}
        self._pattern = self._patterns[0]
        self._id_column = columns.keys.get("id")

    def notes(self, defaults: NoteDefaults) -> Iterator[tuple[int, SourceNote]]:
        """Make the notes of all rows that are not empty; yields row indices and notes."""
        for number, row in self.valid_rows():
            id_cell = cell_of(row, self._id_column) if self._id_column is not None else None
            row_id = self.file.text_of(text_of(id_cell)) if id_cell and id_cell.value else None
            values = [cell.value for cell in row.cells if cell is not id_cell]
            for pattern in self._patterns:
                if not all(cell_of(row, place).value for place in pattern.when):
                    continue
                self._pattern = pattern
                place = (self.file.path, number)
                head, has_row_id = "\0".join(values), pattern.id_column == self._id_column
                made = Made(pattern.name, pattern.place, place, row_id, head, has_row_id)
                before = len(self.problems)
                note = self.note(self._filled_note(row, pattern), defaults)
                self.problems[before:] = map(made.named, self.problems[before:])
                if note is not None:
                    yield number, replace(note, made=made)

    def missing(self, mapping: MappingNode, key: str, what: str) -> None:  # noqa: ARG002 - the row
        """Report a required text whose cells are all empty."""
        names = _COLUMN.findall(_text_in(self._pattern.note.get(key)))
        columns = self._pattern.columns
        cells = f"the cell under '{names[0].strip()}' is empty" if names else "it is empty"
        hint = f"fill it, or leave such rows out: 'when: {names[0].strip()}'" if names else ""
        place = columns[names[0]] if names else None
        self.report("missing-key", f"{what} has no '{key}': {cells}", self.cell_at(place), hint)

    def kind(self, node: MappingNode) -> Kind:  # noqa: ARG002 - it is that of the pattern
        """Return the kind of the pattern, also where its first text is empty."""
        return self._pattern.kind

    def _filled_note(self, row: Row, pattern: Pattern) -> MappingNode:
        shapes = {key.name: key.shape for key in pattern.kind.keys}
        several = pattern.note.get("choices") is not None
        pairs: list[tuple[ScalarNode, Node]] = []
        for key, value in pattern.note.pairs:
            node = self._value(value, shapes.get(key.value), row, several=several)
            if node is not None:
                pairs.append((word_of(key.value, row.cells[0]), node))
        start, end = row.cells[0].start, row.cells[-1].end
        return MappingNode(pairs, flow=True, start=start, end=end)

    def _value(self, node: Node, shape: Shape | None, row: Row, *, several: bool) -> Node | None:
        """Fill the value of a key; None if nothing is left of it. One column may be a list."""
        match = _COLUMN.fullmatch(node.value.strip()) if isinstance(node, ScalarNode) else None
        if match is not None and shape in _LISTS:
            cell = cell_of(row, self._pattern.columns[match[1]])
            return value_of(shape, cell, several=several) if cell.value else None
        return self._filled(node, row)

    def _filled(self, node: Node, row: Row) -> Node | None:
        if isinstance(node, ScalarNode):
            if _COLUMN.search(node.value) is None:
                return self._literal(node)
            return self._filled_text(node, row)
        start, end = row.cells[0].start, row.cells[-1].end
        if isinstance(node, SequenceNode):
            items = [item for each in node.items if (item := self._filled(each, row)) is not None]
            return SequenceNode(items, flow=True, start=start, end=end) if items else None
        pairs: list[tuple[ScalarNode, Node]] = []
        for key, value in node.pairs:
            filled = self._filled(value, row)
            if filled is not None:
                pairs.append((word_of(key.value, row.cells[0]), filled))
        return MappingNode(pairs, flow=True, start=start, end=end)

    def _filled_text(self, node: ScalarNode, row: Row) -> ScalarNode | None:
        pieces: list[_Piece] = []
        texts: list[str] = []
        length = done = 0

        def add(text: str, offset: int, cell: ScalarNode | None) -> None:
            nonlocal length
            if text or cell is not None:
                pieces.append(_Piece(length, length + len(text), offset, cell))
                texts.append(text)
                length += len(text)

        first: Cell | None = None
        for match in _COLUMN.finditer(node.value):
            cell = cell_of(row, self._pattern.columns[match[1]])
            first = first if first is not None and first.value else cell
            add(node.value[done : match.start()], done, None)
            add(cell.value, 0, text_of(cell))
            done = match.end()
        add(node.value[done:], done, None)
        text = "".join(texts)
        assert first is not None
        if not text.strip():
            return None
        return self._placed(
            ScalarNode(text, "", first.start, first.end), _Source(node, tuple(pieces))
        )

    def _literal(self, node: ScalarNode) -> ScalarNode:
        """Return a text of the pattern; all rows share it."""
        known = self._literals.get(node.start.index)
        if known is None:
            known = self._literals[node.start.index] = self._placed(node, _Source(node))
        return known

    def _placed(self, node: ScalarNode, source: _Source) -> ScalarNode:
        """Give a text an index of its own, since several texts may be of one cell."""
        index = self._next
        self._next += 1
        self._sources[index] = source
        start = Place(index, node.start.line, node.start.column)
        end = Place(index, node.end.line, node.end.column)
        return node._replace(start=start, end=end)


def _text_in(node: Node | None) -> str:
    return node.value if isinstance(node, ScalarNode) else ""
