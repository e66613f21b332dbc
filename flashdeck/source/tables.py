"""Reads the tables of documents, from rows of a CSV file to source notes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.kinds.registry import TABLE, Key
from flashdeck.source.columns import ROWS, Columns, ColumnsReader
from flashdeck.source.csv_table import Flaw, decode_table, parse_table
from flashdeck.source.note import SourceDeck, SourceFile, SourceTable, unrepeated
from flashdeck.source.notes import UNREAD, NoteDefaults, NoteReader
from flashdeck.source.rows import RowReader
from flashdeck.yamlnode import Limits, MappingNode, Node, ScalarNode, YamlFile


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
    header = ColumnsReader(reader, name.value.strip(), table)
    rows: RowReader
    if "make" in pairs:
        from flashdeck.source.patterns import MadeReader, read_patterns  # few tables have any

        columns = _id_column(reader, pairs, header, name)
        patterns = read_patterns(reader, header, defaults, pairs["make"])
        if not patterns:
            return None
        made_in = (reader.file, patterns)
        rows = MadeReader(opened.path, text, reader.custom, table, columns, limits.scalar, made_in)
    else:
        columns = _columns(reader, pairs, defaults, header, name)
        if not _has_required_columns(reader, columns, name):
            return None
        file = YamlFile(opened.path, text, (), ())
        rows = RowReader(file, reader.custom, table, columns, limits.scalar)
    numbered = list(rows.notes(defaults))
    reader.problems += unrepeated(rows.problems)
    notes = tuple(note for _, note in numbered)
    return SourceFile(
        rows.file,
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


def _id_column(
    reader: NoteReader,
    pairs: Mapping[str, tuple[ScalarNode, Node]],
    header: ColumnsReader,
    name: ScalarNode,
) -> Columns:
    """Read the column of ids of rows, beside patterns that name all other columns."""
    if "each" in pairs:
        key = pairs["each"][0]
        reader.report(
            "unknown-key", "'each' has no use beside 'make'", key, "add it to each pattern"
        )
    return header.ids_only(pairs["columns"][1] if "columns" in pairs else None, name)


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
