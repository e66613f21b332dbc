"""Decks, notes and note types as in the sources, with their positions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flashdeck.anki.template.reserves import NO_RESERVE, Reserve
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.kinds.registry import KINDS, Kind, Shape
from flashdeck.model import NoteType, Preset
from flashdeck.records import dataclass
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.csv_table import Table


class Texts(NamedTuple):
    """A list of texts."""

    nodes: tuple[ScalarNode, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask of a picture.

    `place` is left, top, width and height in percent of the picture, as decimals. `number` is its
    cloze number, None until the first build writes one. Masks with the same `group` share a number.
    """

    label: ScalarNode | None
    place: tuple[str, str, str, str]
    shape: str
    group: str
    number: int | None
    node: MappingNode = field(compare=False, repr=False)


class Masks(NamedTuple):
    """The masks of a picture."""

    masks: tuple[Mask, ...]


@dataclass(frozen=True, slots=True)
class ListItem:
    """An item of a list or a set.

    `number` is its cloze number, None until the first build writes one. `node` is the item, or its
    text alone.
    """

    text: ScalarNode
    number: int | None
    node: MappingNode | ScalarNode = field(compare=False, repr=False)
    group: str = ""


class Items(NamedTuple):
    """The items of a list or a set."""

    items: tuple[ListItem, ...]


# The key of the parts that have cards of their own, by kind.
_NUMBERED: Mapping[str, str] = {
    kind.name: key.name
    for kind in KINDS
    for key in kind.keys
    if key.shape in (Shape.MASKS, Shape.ITEMS)
}
Numbered: TypeAlias = Mask | ListItem
"""A part of a note that has a card of its own."""
Value: TypeAlias = ScalarNode | bool | Mapping[str, ScalarNode] | Texts | Masks | Items


class Made(NamedTuple):
    """How a note was made of a row: the name and place of its pattern.

    `row` is the path of the table and the index of the row, `row_id` its id if it has one, and
    `head` the text that its id is derived from. `has_row_id`: the row's id is that of the note.
    """

    name: str
    place: Span
    row: tuple[str, int]
    row_id: Text | None
    head: str
    has_row_id: bool

    def named(self, problem: Diagnostic) -> Diagnostic:
        """Name the pattern in a problem of the row."""
        if problem.span is None or problem.span.path == self.place.path:
            return problem
        where = f"{self.name}' at {self.place.path}:{self.place.line}"
        return replace(problem, message=f"{problem.message}{_IN_PATTERN}{where})")


_IN_PATTERN = " (pattern '"


def unrepeated(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Return the first problem of each fault.

    One in a pattern's own text is found in each row, one in a cell in notes of several patterns.
    """
    first: dict[object, Diagnostic] = {}
    for problem in problems:
        message = problem.message.partition(_IN_PATTERN)[0]
        first.setdefault((problem.rule, problem.span, message), problem)
    return list(first.values())


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A note in the sources.

    `notetype` is the key of its note type: a built-in one ("Question", "Cloze"), or "custom:" and
    the id of a custom one. `tags` include the document's; `deck` is the full name of its deck. With
    `verbatim`, its media keep their names; with `join_lines`, line breaks in Markdown are spaces.
    `short` maps fields of its note type to short keys. `speak` maps keys and fields to the language
    in which they are spoken. `made` says how it was made of a row.
    """

    kind: Kind
    notetype: str
    values: Mapping[str, Value]
    id: Text | None
    deck: str
    tags: tuple[str, ...]
    markup: str
    join_lines: bool
    verbatim: bool
    span: Span
    short: Mapping[str, str]
    node: MappingNode = field(compare=False, repr=False)
    speak: Mapping[str, str] = field(default_factory=dict)
    made: Made | None = None

    @property
    def released_kind(self) -> str:
        """Its kind in the lock: the kind's name, or the key of a custom note type."""
        return self.kind.name if self.kind.notetype else self.notetype

    @property
    def head(self) -> str:
        """The text that its id is derived from: the question, the cloze text, the items."""
        value = self.values.get(self.kind.primary_key)
        if isinstance(value, Mapping):
            return "\0".join(node.value for node in value.values())
        if isinstance(value, Items):
            return "\0".join(item.text.value for item in value.items)
        return self.text(self.kind.primary_key)

    @property
    def numbered_key(self) -> str:
        """The key of its parts that have cards of their own, or ''."""
        return _NUMBERED.get(self.kind.name, "")

    @property
    def numbered(self) -> tuple[Numbered, ...]:
        """The masks of its picture, or its items."""
        value = self.values.get(self.numbered_key)
        if isinstance(value, Masks):
            return value.masks
        return value.items if isinstance(value, Items) else ()

    def text(self, key: str) -> str:
        """Return the text of a key, or ''."""
        value = self.values.get(key)
        return value.value if isinstance(value, ScalarNode) else ""


class SourceDeck(NamedTuple):
    """A document: a deck, or part of one, and its notes.

    `preset` has no name if it is named like the deck.
    """

    name: Text
    description: ScalarNode | None
    markup: str
    join_lines: bool
    verbatim: bool
    notes: tuple[SourceNote, ...]
    preset: Preset | None = None


class SourceTable(NamedTuple):
    """A table, and the index of each note's row, by the `id` of the note's node.

    `columns` are the indices of columns by key. `id_name` is the name of that of ids, which may not
    exist yet.
    """

    table: Table
    columns: Mapping[str, int]
    id_name: str
    rows: Mapping[int, int]


class SourceFile(NamedTuple):
    """A file of `cards/`, and its `tables`.

    For a table, `yaml` is its text, in which the notes' nodes have their positions, and `table` are
    its rows.
    """

    yaml: YamlFile
    decks: tuple[SourceDeck, ...]
    tables: tuple[SourceFile, ...] = ()
    table: SourceTable | None = None


class Part(NamedTuple):
    """A field or a template in the sources: its first name, the place of its name, its node."""

    first: str
    span: Span
    node: Node


@dataclass(frozen=True, slots=True)
class SourceNoteType:
    """A note type in the sources; `keys` maps short keys to fields.

    `notetype` has no reserves. `reserve` is what it gets when it is new, and `reserve_span` the
    place of that number, None for the default. `fields` and `templates` are by name. `has_sort`:
    whether it names a sort field. `scripts` is the digest of its scripts.
    """

    notetype: NoteType
    span: Span
    file: YamlFile
    keys: Mapping[str, str] = field(default_factory=dict)
    reserve: Reserve = NO_RESERVE
    reserve_span: Span | None = None
    fields: Mapping[str, Part] = field(default_factory=dict)
    templates: Mapping[str, Part] = field(default_factory=dict)
    has_sort: bool = True
    scripts: str = ""

    @property
    def key(self) -> str:
        """The key of the note type in notes and in the lock."""
        return f"custom:{self.notetype.id}"
