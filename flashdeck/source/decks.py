"""Reads deck files, from YAML nodes to `SourceDeck`s."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from flashdeck.diagnostics import Diagnostic, Severity, Span, Text
from flashdeck.kinds.registry import DOCUMENT
from flashdeck.source.note import SourceDeck, SourceFile
from flashdeck.source.notes import NoteDefaults, NoteReader
from flashdeck.yamlnode import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType
    from flashdeck.source.tables import OpenTable

# With a table, the list of notes is optional.
_TABLE_DOCUMENT = tuple(replace(key, required=False) for key in DOCUMENT)


def read_decks(
    file: YamlFile,
    default_deck: str,
    markup: str,
    custom: Mapping[str, SourceNoteType] = MappingProxyType({}),
    open_table: OpenTable | None = None,
    limits: Limits | None = None,
    *,
    join_lines: bool = False,
    verbatim: bool = False,
    more_types: bool = False,
) -> tuple[SourceFile, list[Diagnostic]]:
    """Read every document of a file, and the tables that they name.

    `default_deck` is the name of a deck without one; `markup`, `join_lines` and `verbatim`
    are the project's.
    `custom` are its custom note types by name; `more_types` says that others may have failed to
    load. `open_table` opens tables, within the `limits`.
    """
    reader = _DeckReader(file, custom, open_table, limits or Limits(), more_types=more_types)
    name = Text(default_deck, Span.point(file.path))
    defaults = NoteDefaults(name, (), markup, join_lines, verbatim, "")
    decks = [
        deck for node in file.documents if (deck := reader.document(node, defaults)) is not None
    ]
    if not decks and not reader.problems and not file.problems:
        span = Span.point(file.path)
        hint = "write notes, or remove the file"
        reader.problems.append(
            Diagnostic("no-notes", "the file has no notes", span, Severity.WARNING, hint)
        )
    return SourceFile(file, tuple(decks), tuple(reader.tables)), [*file.problems, *reader.problems]


class _DeckReader(NoteReader):
    def __init__(
        self,
        file: YamlFile,
        custom: Mapping[str, SourceNoteType],
        open_table: OpenTable | None,
        limits: Limits,
        *,
        more_types: bool,
    ) -> None:
        super().__init__(file, custom, more_types=more_types)
        self.tables: list[SourceFile] = []
        self._open_table = open_table
        self._limits = limits

    def document(self, node: Node | None, defaults: NoteDefaults) -> SourceDeck | None:
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            hint = "begin with 'deck: NAME' and 'notes:'; the notes are indented below"
            self.report("not-a-deck", "a deck file is a mapping with the key 'notes'", node, hint)
            return None
        keys = _TABLE_DOCUMENT if node.get("table") is not None else DOCUMENT
        pairs = self.read_keys(node, keys, "a deck")
        defaults = NoteDefaults(
            deck=self._name(pairs.get("deck"), defaults.deck),
            tags=self.tags(pairs["tags"][1]) if "tags" in pairs else (),
            markup=(self.markup(pairs["markup"][1]) if "markup" in pairs else None)
            or defaults.markup,
            join_lines=self.is_joined(pairs["breaks"][1])
            if "breaks" in pairs
            else defaults.join_lines,
            verbatim=self.is_verbatim(pairs["media"][1]) if "media" in pairs else defaults.verbatim,
            notetype=self.notetype_name(pairs["notetype"]) if "notetype" in pairs else "",
        )
        description: ScalarNode | None = None
        if "description" in pairs:
            description = self.text(pairs["description"][1], "'description'")
        if description is not None:
            self.check_comment(description)
        if "table" in pairs:
            from flashdeck.source.tables import no_tables, read_table  # few decks have one

            opener = self._open_table or no_tables
            table = read_table(self, pairs["table"], defaults, opener, self._limits)
            self.tables += [table] if table is not None else []
        items = self._items(pairs.get("notes"), described=description is not None)
        notes = [note for item in items if (note := self.note(item, defaults)) is not None]
        return SourceDeck(
            defaults.deck,
            description,
            defaults.markup,
            defaults.join_lines,
            defaults.verbatim,
            tuple(notes),
        )

    def _name(self, pair: tuple[ScalarNode, Node] | None, default: Text) -> Text:
        scalar = self.filled(*pair, "'deck'") if pair is not None else None
        if scalar is None:
            return default
        return Text(self.deck_name(scalar, scalar.value), self.file.span(scalar))

    def _items(self, pair: tuple[ScalarNode, Node] | None, *, described: bool) -> list[Node]:
        """Return the list of notes, which may be empty if the deck has a description."""
        if pair is None:
            return []
        key, node = pair
        items = node.items if isinstance(node, SequenceNode) else []
        if described and isinstance(node, SequenceNode):
            return items
        if not items and (isinstance(node, SequenceNode) or _is_empty(node)):
            if not self.file.may_be_cut(node):
                hint = "write '- q: …' below"
                self.report("no-notes", "'notes' is empty", key, hint, Severity.WARNING)
        elif not isinstance(node, SequenceNode):
            self.report("not-a-list", "'notes' takes a list", node, "each note begins with '- '")
        return items


def _is_empty(node: Node) -> bool:
    return isinstance(node, ScalarNode) and not node.value
