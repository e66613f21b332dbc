"""What authors write, read but not yet rendered: decks of notes, each word with its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from flashdeck.diagnostics import Severity, Span, Text
from flashdeck.kinds.registry import Kind
from flashdeck.yamlnode import MappingNode, ScalarNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.csv_table import Table


@dataclass(frozen=True, slots=True)
class MediaFault:
    """What is wrong with a style or a template. `is_missing`: a file that it names is not there."""

    message: str
    hint: str = ""
    severity: Severity = Severity.ERROR
    is_missing: bool = False


class Texts(NamedTuple):
    """A list of texts."""

    nodes: tuple[ScalarNode, ...]


@dataclass(frozen=True, slots=True)
class Mask:
    """A mask over a picture, as its author wrote it.

    `place` is left, top, width and height in percent of the picture, as decimals. `number` is its
    cloze number, None until the first build writes one. Masks of the same `group`, where it is not
    '', share a number.
    """

    label: ScalarNode | None
    place: tuple[str, str, str, str]
    shape: str
    group: str
    number: int | None
    node: MappingNode = field(compare=False, repr=False)


class Masks(NamedTuple):
    """The masks over one picture."""

    masks: tuple[Mask, ...]


Value: TypeAlias = ScalarNode | bool | Mapping[str, ScalarNode] | Texts | Masks


@dataclass(frozen=True, slots=True)
class SourceNote:
    """A note as its author wrote it.

    `notetype` is the key of its note type: a built-in one's ("Question", "Cloze"), or
    "custom:" and the id of one of the author's own. `tags` are the document's and its own; `deck`
    is the full name of the deck it goes to. `verbatim`: its media keep their names.
    `short` gives the keys that stand for fields of its note type, by the fields' names.
    """

    kind: Kind
    notetype: str
    values: Mapping[str, Value]
    id: Text | None
    deck: str
    tags: tuple[str, ...]
    markup: str
    verbatim: bool
    span: Span
    short: Mapping[str, str]
    node: MappingNode = field(compare=False, repr=False)

    @property
    def released_kind(self) -> str:
        """What the lock remembers of it: its kind, or which of the author's own note types."""
        return self.kind.name if self.kind.notetype else self.notetype

    @property
    def head(self) -> str:
        """The words that its id is derived from: the question, the text with gaps, the fields."""
        value = self.values.get(self.kind.opener)
        if isinstance(value, Mapping):
            return "\0".join(node.value for node in value.values())
        return self.text(self.kind.opener)

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The masks over its picture."""
        value = self.values.get("occlude")
        return value.masks if isinstance(value, Masks) else ()

    def text(self, key: str) -> str:
        """Give the words under a text key; '' where the note lacks it."""
        value = self.values.get(key)
        return value.value if isinstance(value, ScalarNode) else ""


class SourceDeck(NamedTuple):
    """One document: a deck, or a part of one, and its notes."""

    name: Text
    description: ScalarNode | None
    markup: str
    verbatim: bool
    notes: tuple[SourceNote, ...]


class SourceTable(NamedTuple):
    """The rows of a table, and which of them each note stands in, by the `id` of its node.

    `id_column` is the place of the column of ids, None where there is none yet; `id_name` is what
    it is called, or will be.
    """

    table: Table
    id_column: int | None
    id_name: str
    rows: Mapping[int, int]


class SourceFile(NamedTuple):
    """One file of `cards/`, read; `tables` are those that it names.

    Of a table `yaml` holds the text, in which the nodes of its notes have their places, and `table`
    its rows.
    """

    yaml: YamlFile
    decks: tuple[SourceDeck, ...]
    tables: tuple[SourceFile, ...] = ()
    table: SourceTable | None = None
