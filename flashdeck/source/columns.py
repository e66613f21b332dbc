"""Reads which column of a table holds which key, and what all of its notes hold."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from flashdeck.diagnostics import Severity
from flashdeck.kinds.registry import KINDS, Key, Kind, Shape
from flashdeck.source.csv_table import Table
from flashdeck.source.mapping import MappingReader, nearest_key
from flashdeck.source.names import clean_name
from flashdeck.text import did_you_mean
from flashdeck.yamlnode import MappingNode, Node, ScalarNode

ROWS: tuple[Kind, ...] = tuple(
    kind for kind in KINDS if not any(key.shape is Shape.MASKS for key in kind.keys)
)
"""The kinds of notes that rows can be: those whose values fit into cells."""
KEYS: Mapping[str, Key] = {key.name: key for kind in reversed(ROWS) for key in kind.keys}
"""The keys of these notes."""
_ID = "id"
# What the document says for all notes already, and what no two notes share.
_NOT_FOR_EACH = frozenset({_ID, "tags", "deck", "markup", "notetype", "fields"})
Check = Callable[[Key, ScalarNode, Node], bool]
"""Reports what is wrong with a value, and says whether it is good."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Where a row's texts go: places of columns by keys, and by names of fields.

    `id_name` is what the column of ids is called, or will be. `constants` are given to every note.
    """

    keys: Mapping[str, int]
    fields: Mapping[str, int]
    id_name: str = _ID
    constants: Mapping[str, Node] = field(default_factory=dict)

    @property
    def openers(self) -> set[str]:
        """Which keys that decide a note's kind the rows give."""
        given = {*self.keys, *self.constants, *(["fields"] if self.fields else [])}
        return {kind.opener for kind in ROWS} & given


class ColumnsReader:
    """Reads the keys under `table`, and says what is wrong at their places in the YAML file."""

    def __init__(self, reader: MappingReader, name: str, table: Table) -> None:
        self._reader = reader
        self._name = name
        self._header = [_clean(cell.value) for cell in table.header.cells]

    def named_like_keys(self, fields: Mapping[str, str], node: Node) -> Columns:
        """Map columns that are named like keys, or like what names a field: `fields`."""
        keys: dict[str, int] = {}
        found: dict[str, int] = {}
        for place, name in enumerate(self._header):
            key = name.lower()
            if name in fields:
                self._once(found, fields[name], place, node)
            elif key in KEYS and key not in ("fields", "notetype"):
                self._once(keys, key, place, node)
            elif name:
                self._unused(name, [*fields, *KEYS], node)
        return Columns(keys, found)

    def mapped(self, mapping: MappingNode, short: Mapping[str, str]) -> Columns:
        """Read `columns`; `short` gives the fields that keys of the document's note type name."""
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
            own = [name for name in self._header if name.lower() == _ID]
            id_name = own[0] if own else _ID
            self._map_id(keys, id_name, mapping)
        return Columns(keys, fields, id_name)

    def constants(self, mapping: MappingNode, check: Check) -> dict[str, Node]:
        """Read `each`."""
        found: dict[str, Node] = {}
        known = [name for name in KEYS if name not in _NOT_FOR_EACH]
        for key, value in mapping.pairs:
            if key.value not in known:
                self._reader.unknown(key, known, "'each'")
            elif check(KEYS[key.value], key, value):
                found[key.value] = value
        return found

    def _map(self, found: dict[str, int], key: str, column: Node) -> None:
        scalar = self._reader.text(column, f"the column of '{key}'")
        if scalar is None:
            return
        name = _clean(scalar.value)
        places = [place for place, one in enumerate(self._header) if one == name]
        if len(places) == 1:
            found[key] = places[0]
            return
        if places:
            self._twice(name, scalar)
            return
        near = nearest_key(name, [one for one in self._header if one])
        hint = did_you_mean(near, f"its columns are {self._columns()}")
        self._reader.report("unknown-column", f"{self._name} has no column '{name}'", scalar, hint)

    def _map_id(self, found: dict[str, int], name: str, node: Node) -> None:
        """Map the column of ids, which the first build adds where there is none."""
        places = [place for place, one in enumerate(self._header) if one == name]
        if len(places) > 1:
            self._twice(name, node)
        elif places:
            found[_ID] = places[0]

    def _once(self, found: dict[str, int], name: str, place: int, node: Node) -> None:
        if name in found:
            self._twice(name, node)
        found.setdefault(name, place)

    def _twice(self, name: str, node: Node) -> None:
        message = f"{self._name} has two columns '{name}'"
        self._reader.report("duplicate-column", message, node, "rename one of them")

    def _unused(self, name: str, known: list[str], node: Node) -> None:
        near = nearest_key(name, known)
        hint = "name the columns that are used: table: {file: …, columns: {q: …, a: …}}"
        message = f"the column '{name}' of {self._name} is no key of a note, and not used"
        hint = f"{did_you_mean(near)} {hint}".strip()
        self._reader.report("unused-column", message, node, hint, Severity.WARNING)

    def _columns(self) -> str:
        return ", ".join(f"'{one}'" for one in self._header if one)


def _clean(name: str) -> str:
    return unicodedata.normalize("NFC", " ".join(name.split()))
