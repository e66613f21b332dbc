"""Maps the columns of a table to keys, and reads the values that all rows share."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Severity, Span
from flashdeck.kinds.registry import KINDS, Key, Kind, Shape
from flashdeck.source.csv_table import Table
from flashdeck.source.mapping import MappingReader, nearest_key
from flashdeck.source.names import clean_name
from flashdeck.text import did_you_mean
from flashdeck.yamlnode import MappingNode, Node, ScalarNode

ROWS: tuple[Kind, ...] = tuple(
    kind for kind in KINDS if not any(key.shape is Shape.MASKS for key in kind.keys)
)
"""The kinds of notes in rows: those whose values fit into cells."""
KEYS: Mapping[str, Key] = {key.name: key for kind in reversed(ROWS) for key in kind.keys}
"""The keys of these notes."""
_ID = "id"
# Keys of the document, and keys that notes can't share.
_NOT_FOR_EACH = frozenset(
    {_ID, "tags", "deck", "markup", "speak", "notetype", "fields", "list", "set"}
)
Check = Callable[[Key, ScalarNode, Node], bool]
"""Checks a value, reports its problems, and returns whether it is valid."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Column indices by key and by field name.

    `id_name` is the name of the column of ids, which may not exist yet. `constants` are values of
    all notes.
    """

    keys: Mapping[str, int]
    fields: Mapping[str, int]
    id_name: str = _ID
    constants: Mapping[str, Node] = field(default_factory=dict)

    @property
    def primary_keys(self) -> set[str]:
        """The primary keys in the rows, which decide a note's kind."""
        keys = {*self.keys, *self.constants, *(["fields"] if self.fields else [])}
        return {kind.primary_key for kind in ROWS} & keys


class ColumnsReader:
    """Reads the keys under `table`, and reports their problems in the YAML file."""

    def __init__(self, reader: MappingReader, name: str, table: Table) -> None:
        self._reader = reader
        self._name = name
        self._header = [_clean(cell.value) for cell in table.header.cells]

    def named_like_keys(self, fields: Mapping[str, str], node: Node) -> Columns:
        """Map columns by their names, which are those of keys or of `fields`."""
        keys: dict[str, int] = {}
        columns: dict[str, int] = {}
        for place, name in enumerate(self._header):
            key = name.lower()
            if name in fields:
                self._add(columns, fields[name], place, node)
            elif key in KEYS and key not in ("fields", "notetype"):
                self._add(keys, key, place, node)
            elif name:
                self._report_unused(name, [*fields, *KEYS], node)
        return Columns(keys, columns)

    def mapped(self, mapping: MappingNode, short: Mapping[str, str]) -> Columns:
        """Read `columns`; `short` maps short keys of the document's note type to fields."""
        keys: dict[str, int] = {}
        fields: dict[str, int] = {}
        id_name = _ID
        for key, value in mapping.pairs:
            if key.value == "fields" and isinstance(value, MappingNode):
                for name, column in value.pairs:
                    self._map(fields, clean_name(name.value), column)
            elif key.value in short:
                self._map(fields, short[key.value], value)
            elif key.value == _ID and isinstance(value, ScalarNode):
                id_name = _clean(value.value) or _ID
                self._map_id(keys, id_name, value)
            elif key.value in KEYS and key.value != "fields":
                self._map(keys, key.value, value)
            else:
                self._reader.unknown(key, [*short, *KEYS], "a row")
        if _ID not in keys and mapping.get(_ID) is None:
            id_name = next((name for name in self._header if name.lower() == _ID), _ID)
            self._map_id(keys, id_name, mapping)
        return Columns(keys, fields, id_name)

    def constants(self, mapping: MappingNode, check: Check) -> dict[str, Node]:
        """Read `each`, the values of all notes."""
        constants: dict[str, Node] = {}
        known = [name for name in KEYS if name not in _NOT_FOR_EACH]
        for key, value in mapping.pairs:
            if key.value not in known:
                self._reader.unknown(key, known, "'each'")
            elif check(KEYS[key.value], key, value):
                constants[key.value] = value
        return constants

    def _map(self, columns: dict[str, int], key: str, column: Node) -> None:
        place = self.place_of(column, f"the column of '{key}'")
        if place is not None:
            columns[key] = place

    def place_of(self, column: Node, what: str) -> int | None:
        """Return the index of a column by its name, or report that there is none."""
        scalar = self._reader.text(column, what)
        return self.place(scalar.value, scalar) if scalar is not None else None

    def place(self, name: str, node: ScalarNode, span: Span | None = None) -> int | None:
        """Return the index of the column with a name at this place."""
        name = _clean(name)
        places = [place for place, header in enumerate(self._header) if header == name]
        if len(places) == 1 and name:
            return places[0]
        if places and name:
            self._report_duplicate(name, node)
            return None
        near = nearest_key(name, [header for header in self._header if header])
        hint = did_you_mean(near, f"its columns are {self._columns()}")
        message = f"{self._name} has no column '{name}'"
        self._reader.report("unknown-column", message, node, hint, span=span)
        return None

    def ids_only(self, mapping: Node | None, node: Node) -> Columns:
        """Read the name of the column of ids, where `make` names all others."""
        columns: dict[str, int] = {}
        id_name = next((name for name in self._header if name.lower() == _ID), _ID)
        for key, value in mapping.pairs if isinstance(mapping, MappingNode) else ():
            if key.value == _ID and isinstance(value, ScalarNode):
                id_name, node = _clean(value.value) or id_name, value
            else:
                self._reader.unknown(key, [_ID], "'columns' beside 'make'")
        self._map_id(columns, id_name, node)
        return Columns(columns, {}, id_name)

    def _map_id(self, columns: dict[str, int], name: str, node: Node) -> None:
        """Map the column of ids; if there is none, the first build adds it."""
        places = [place for place, header in enumerate(self._header) if header == name]
        if len(places) > 1:
            self._report_duplicate(name, node)
        elif places:
            columns[_ID] = places[0]

    def _add(self, columns: dict[str, int], name: str, place: int, node: Node) -> None:
        if name in columns:
            self._report_duplicate(name, node)
        columns.setdefault(name, place)

    def _report_duplicate(self, name: str, node: Node) -> None:
        message = f"{self._name} has two columns '{name}'"
        self._reader.report("duplicate-column", message, node, "rename one of them")

    def _report_unused(self, name: str, known: list[str], node: Node) -> None:
        near = nearest_key(name, known)
        hint = "name the columns that are used: table: {file: …, columns: {q: …, a: …}}"
        message = f"the column '{name}' of {self._name} is not a key of a note, and is not used"
        hint = f"{did_you_mean(near)} {hint}".strip()
        self._reader.report("unused-column", message, node, hint, Severity.WARNING)

    def _columns(self) -> str:
        return ", ".join(f"'{name}'" for name in self._header if name)


def _clean(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))
