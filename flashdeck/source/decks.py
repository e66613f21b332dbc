"""Reads deck files, from YAML nodes to `SourceDeck`s."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from flashdeck.diagnostics import Diagnostic, Severity, Span, Text
from flashdeck.kinds.registry import DOCUMENT, KINDS, PRESET, Key, Shape
from flashdeck.model import Preset
from flashdeck.source.names import clean_name
from flashdeck.source.note import SourceDeck, SourceFile
from flashdeck.source.notes import NoteDefaults, NoteReader, is_spoken
from flashdeck.yamlnode import Limits, MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType
    from flashdeck.source.tables import OpenTable

# With a table, the list of notes is optional.
_RETENTION = re.compile(r"([7-9][0-9])\s*%")
_STEP = re.compile(r"([0-9]{1,6})([smhd])")
_MOST = 9_999  # of cards a day
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}
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
            speak=self.speech(pairs["speak"], self._spoken()) if "speak" in pairs else {},
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
        preset = self._preset(pairs["preset"][1]) if "preset" in pairs else None
        is_described = description is not None or preset is not None
        items = self._items(pairs.get("notes"), described=is_described)
        notes = [note for item in items if (note := self.note(item, defaults)) is not None]
        return SourceDeck(
            defaults.deck,
            description,
            defaults.markup,
            defaults.join_lines,
            defaults.verbatim,
            tuple(notes),
            preset,
        )

    def _spoken(self) -> dict[str, str]:
        """Return the keys and fields that can be spoken, with short keys of fields."""
        names = {key.name: key.name for kind in KINDS for key in kind.keys if is_spoken(key)}
        for source in self.custom.values():
            names |= {each.name: each.name for each in source.notetype.fields} | dict(source.keys)
        return names

    def _preset(self, node: Node) -> Preset | None:
        """Read deck options; invalid ones are reported and left out."""
        if not isinstance(node, MappingNode):
            hint = "as in preset: {new_per_day: 10, retention: 85%}"
            self.report("not-a-mapping", "'preset' takes deck options", node, hint)
            return None
        pairs = self.read_keys(node, PRESET, "'preset'")
        values = {
            key.name: self._option(key, pairs[key.name]) for key in PRESET if key.name in pairs
        }
        given: dict[str, Any] = {name: value for name, value in values.items() if value is not None}
        return Preset(**{"name": "", **given})

    def _option(self, key: Key, pair: tuple[ScalarNode, Node]) -> object:
        """Read a deck option; None if it is invalid."""
        name, node = pair
        what = f"'{key.name}'"
        match key.shape:
            case Shape.COUNT | Shape.NUMBER:
                number = self.number(node, what, least=int(key.shape is Shape.NUMBER))
                if number is not None and number > _MOST:
                    message = f"{what} is at most {_MOST} in Anki"
                    self.report("not-a-number", message, node, f"write {_MOST} or less")
                return number
            case Shape.FLAG:
                return self.flag(node, what)
            case Shape.WORD:
                word = self.word(key, node)
                return word.value.strip() if word is not None else None
            case Shape.STEPS:
                return self._steps(node, what)
            case _:
                text = self.filled(name, node, what)
                if text is None or key.shape is not Shape.PERCENT:
                    return clean_name(text.value) if text is not None else None
                return self._retention(text)

    def _retention(self, text: ScalarNode) -> int | None:
        match = _RETENTION.fullmatch(text.value.strip())
        if match is None:
            message = f"'retention' takes 70% to 99%, not '{text.value}'"
            self.report("not-a-percentage", message, text, "as in 85%")
        return int(match[1]) if match is not None else None

    def _steps(self, node: Node, what: str) -> tuple[int, ...] | None:
        """Read a list of times in seconds."""
        if not isinstance(node, SequenceNode):
            self.report("not-a-list", f"{what} takes a list of times", node, "as in [1m, 10m]")
            return None
        steps = []
        for item in node.items:
            text = self.text(item, "a time")
            match = _STEP.fullmatch(text.value.strip()) if text is not None else None
            if match is not None and int(match[1]):
                steps.append(int(match[1]) * _UNITS[match[2]])
            elif text is not None:
                hint = "write a number and a unit: 30s, 10m, 1h or 3d"
                self.report("not-a-time", f"'{text.value}' is not a time", text, hint)
        return tuple(steps)

    def _name(self, pair: tuple[ScalarNode, Node] | None, default: Text) -> Text:
        scalar = self.filled(*pair, "'deck'") if pair is not None else None
        if scalar is None:
            return default
        return Text(self.deck_name(scalar, scalar.value), self.file.span(scalar))

    def _items(self, pair: tuple[ScalarNode, Node] | None, *, described: bool) -> list[Node]:
        """Return the list of notes, which may be empty if the deck has a description or preset."""
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
