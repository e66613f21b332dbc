"""Reads single notes: which kind each is, and what its keys hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from flashdeck.diagnostics import Severity, Text
from flashdeck.kinds.registry import CUSTOM, KINDS, Key, Kind, Shape, kind_of
from flashdeck.model import NoteType
from flashdeck.source.answers import check_answers, read_texts, read_typed
from flashdeck.source.mapping import MappingReader
from flashdeck.source.masks import check_labels, read_masks
from flashdeck.source.names import clean_deck, clean_name, deck_problem
from flashdeck.source.note import SourceNote, Value
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType

_SHORTEST_ID = 8
_OPENERS = [kind.opener for kind in KINDS]
_ALL_KEYS = list(dict.fromkeys(key.name for kind in KINDS for key in kind.keys))
UNREAD = "custom:?"
"""Stands for a note type that could not be read."""
Pair = tuple[ScalarNode, Node]


@dataclass(frozen=True, slots=True)
class Around:
    """What a document says for all of its notes.

    `notetype` is a custom note type's key, '' for none, or `UNREAD`.
    """

    deck: Text
    tags: tuple[str, ...]
    markup: str
    verbatim: bool
    notetype: str


class NoteReader(MappingReader):
    """Reads the notes of one file; `custom` are the project's own note types by their names.

    With `more_types` there are others that could not be read, which is reported already. A name
    that is not known may be one of theirs, and notes of such a type are left out.
    """

    def __init__(
        self, file: YamlFile, custom: Mapping[str, SourceNoteType], *, more_types: bool = False
    ) -> None:
        super().__init__(file)
        self.custom = custom
        self.more_types = more_types
        self._by_key = {one.key: one for one in custom.values()}

    def note(self, node: Node, around: Around) -> SourceNote | None:
        """Read a note, or report why there is none."""
        if not isinstance(node, MappingNode) or not node.pairs:
            hint = "write '- q: …' and below it 'a: …'"
            self.report("not-a-note", "a note is a mapping of keys to text", node, hint)
            return None
        if self._is_unread(node, around):
            return None
        short = self._short_keys(node, around)
        kind = CUSTOM if short else self.kind(node)
        if kind is None:
            return None
        article = "an" if kind.name[0] in "aeiou" else "a"
        keys = self._keys_of(short) if short else kind.keys
        pairs = self.read_keys(node, keys, f"{article} {kind.name} note")
        notetype = self._notetype(kind, pairs, around, node)
        values = self._values(kind, pairs, notetype)
        if short:
            given = [
                (pairs[key][0], name, pairs[key][1]) for key, name in short.items() if key in pairs
            ]
            values["fields"] = self._texts(given)
        own = self.tags(pairs["tags"][1]) if "tags" in pairs else ()
        note = SourceNote(
            kind=kind,
            notetype=notetype,
            values=values,
            id=self._id(pairs["id"], verbatim=around.verbatim) if "id" in pairs else None,
            deck=self._deck(pairs["deck"], around.deck.value)
            if "deck" in pairs
            else around.deck.value,
            tags=around.tags + tuple(tag for tag in own if tag not in around.tags),
            markup=(self.markup(pairs["markup"][1]) if "markup" in pairs else None)
            or around.markup,
            verbatim=around.verbatim,
            short={name: key for key, name in short.items()} if short else {},
            span=self.file.span(node.pairs[0][0]),
            node=node,
        )
        return note if notetype not in ("", UNREAD) else None

    def notetype_name(self, pair: Pair) -> str:
        """Read the name of a custom note type; give its key, `UNREAD` where there is none."""
        scalar = self.filled(*pair, "'notetype'")
        if scalar is None:
            return UNREAD
        found = self.custom.get(clean_name(scalar.value))
        if found is not None:
            return found.key
        if not self.more_types:
            hint = "its file belongs into cards/notetypes/"
            if self.custom:
                hint = f"known are {', '.join(self.custom)}"
            self.report("unknown-notetype", f"there is no note type '{scalar.value}'", scalar, hint)
        return UNREAD

    def short_keys(self, notetype: str) -> Mapping[str, str]:
        """Give the short keys of a custom note type, by its key: the field of each."""
        found = self._by_key.get(notetype)
        return found.keys if found is not None else {}

    def words_for_fields(self, notetype: str) -> dict[str, str]:
        """Give what may name the fields of a custom note type: their names and short keys."""
        found = self._by_key.get(notetype)
        names = found.notetype.fields if found is not None else ()
        return {**self.short_keys(notetype), **{field.name: field.name for field in names}}

    def deck_name(self, scalar: ScalarNode, name: str) -> str:
        """Clean a deck's name, and report what keeps it from being one."""
        name = clean_deck(name)
        problem = deck_problem(name)
        if problem is not None:
            self.report("deck-name", problem[0], scalar, problem[1])
        return name

    def _is_unread(self, node: MappingNode, around: Around) -> bool:
        """Whether a note is of a note type that could not be read."""
        named = node.get("notetype")
        if isinstance(named, ScalarNode) and named.value.strip():
            return self.more_types and clean_name(named.value) not in self.custom
        return around.notetype == UNREAD

    def _short_keys(self, node: MappingNode, around: Around) -> Mapping[str, str]:
        """Give the short keys of a note that uses them; none where it is of another kind."""
        if not self.custom:
            return {}
        present = {key.value for key, _ in node.pairs}
        named = node.get("notetype")
        if isinstance(named, ScalarNode):
            found = self.custom.get(clean_name(named.value))
        else:
            found = self._by_key.get(around.notetype)
        if found is None or "fields" in present or not present & set(found.keys):
            return {}
        return found.keys

    def _keys_of(self, short: Mapping[str, str]) -> tuple[Key, ...]:
        common = tuple(key for key in CUSTOM.keys if key.name != "fields")
        return (*(Key(name, Shape.TEXT, "") for name in short), *common)

    def kind(self, node: MappingNode) -> Kind | None:
        """Tell of which kind a note is, or report that nothing tells."""
        kind = kind_of(key.value for key, _ in node.pairs)
        if kind is not None:
            return kind
        meant = {
            self.unknown(key, _ALL_KEYS, "a note")
            for key, _ in node.pairs
            if key.value not in _ALL_KEYS and key.value != "<<"
        }
        if not meant.intersection(_OPENERS) and not self.file.is_damaged(node):
            names = ", ".join(f"'{one}'" for one in _OPENERS)
            hint = "add its question: 'q: …', or its text with gaps: 'cloze: …'"
            self.report("no-kind", f"this note has none of {names}", node.pairs[0][0], hint)
        return None

    def _notetype(
        self, kind: Kind, pairs: Mapping[str, Pair], around: Around, node: MappingNode
    ) -> str:
        if kind is not CUSTOM:
            return kind.notetype
        if "notetype" in pairs:
            return self.notetype_name(pairs["notetype"])
        if not around.notetype:
            hint = "add 'notetype: NAME' to the note or to its document"
            self.report(
                "missing-key",
                "this note does not say of which note type it is",
                node.pairs[0][0],
                hint,
            )
        return around.notetype

    def _values(self, kind: Kind, pairs: Mapping[str, Pair], notetype: str) -> dict[str, Value]:
        values: dict[str, Value] = {}
        for key in kind.keys:
            if key.name not in pairs or key.name == "notetype":
                continue
            value = self.value(key, pairs, notetype)
            if value is not None:
                values[key.name] = value
        check_answers(self, pairs, values)
        check_labels(self, values)
        return values

    def value(self, key: Key, pairs: Mapping[str, Pair], notetype: str) -> Value | None:
        """Read the value of a key; None where it holds nothing, or was reported."""
        name, node = pairs[key.name]
        match key.shape:
            case Shape.TEXT:
                return self._text(key, name, node)
            case Shape.FLAG:
                return self.flag(node, f"'{key.name}'")
            case Shape.ANSWER if not ("choices" in pairs and isinstance(node, SequenceNode)):
                return self._text(key, name, node)
            case Shape.TEXTS | Shape.ANSWER:
                return read_texts(self, name, node)
            case Shape.TYPED:
                return read_typed(self, name, node)
            case Shape.WORD:
                return self.word(key, node)
            case Shape.MASKS:
                return read_masks(self, name, node)
            case Shape.FIELDS:
                found = self._by_key.get(notetype)
                return self._fields(node, found.notetype if found is not None else None)
            case _:
                return None

    def _text(self, key: Key, name: ScalarNode, node: Node) -> ScalarNode | None:
        if isinstance(node, ScalarNode) and node.value.strip():
            return node
        if key.required or not isinstance(node, ScalarNode):
            return self.filled(name, node, f"'{key.name}'")
        return self._maybe(name, node, f"'{key.name}'")

    def _maybe(self, name: ScalarNode, node: Node, what: str) -> ScalarNode | None:
        """An optional text without text is as good as absent, unless a '#' took it away."""
        return self.filled(name, node, what) if self.comment_behind(name) else None

    def _fields(self, node: Node, notetype: NoteType | None) -> dict[str, ScalarNode] | None:
        if not isinstance(node, MappingNode):
            hint = "write 'Front: …' and the other fields below, indented"
            self.report("not-a-mapping", "'fields' takes field names with text", node, hint)
            return None
        names = {field.name for field in notetype.fields} if notetype is not None else None
        given: list[tuple[ScalarNode, str, Node]] = []
        for key, value in node.pairs:
            name = clean_name(key.value)
            if names is not None and name not in names:
                self.unknown(key, sorted(names), "this note type", "field")
            else:
                given.append((key, name, value))
        return self._texts(given)

    def _texts(self, given: Iterable[tuple[ScalarNode, str, Node]]) -> dict[str, ScalarNode]:
        """Read the texts of fields, each given by its key, its name and what stands there."""
        found: dict[str, ScalarNode] = {}
        for key, name, value in given:
            scalar = self.text(value, f"the field '{name}'")
            if scalar is not None and not scalar.value and not scalar.style:
                self._maybe(key, scalar, f"the field '{name}'")
            elif scalar is not None:
                found[name] = scalar
        return found

    def _deck(self, pair: Pair, deck: str) -> str:
        scalar = self.filled(*pair, "'deck'")
        if scalar is None:
            return deck
        name = scalar.value.strip()
        return self.deck_name(scalar, deck + name if name.startswith("::") else name)

    def _id(self, pair: Pair, *, verbatim: bool) -> Text | None:
        scalar = self.filled(*pair, "'id'")
        if scalar is None:
            return None
        if len(scalar.value) < _SHORTEST_ID and not verbatim:
            self.report(
                "short-id",
                f"the id '{scalar.value}' is so short that another deck may use it too",
                scalar,
                "remove it before the deck is shared, and let the build write one",
                Severity.WARNING,
            )
        if "\n" in scalar.value or "\t" in scalar.value:
            self.report("id", "an id is one line without tabs", scalar, "remove it")
        return self.file.text_of(scalar)
