"""Reads notes: their kinds, and the values of their keys."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from flashdeck.diagnostics import Severity, Text
from flashdeck.kinds.key import SPEECH
from flashdeck.kinds.registry import CUSTOM, KINDS, SPOKEN, Key, Kind, Shape, kind_of
from flashdeck.model import NoteType
from flashdeck.records import dataclass
from flashdeck.source.answers import check_answers, read_texts, read_typed
from flashdeck.source.mapping import MappingReader
from flashdeck.source.masks import check_labels, read_items, read_masks
from flashdeck.source.names import clean_deck, clean_name, deck_problem
from flashdeck.source.note import SourceNote, Value
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

_SHORTEST_ID = 8
_SPOKEN_SHAPES = frozenset({Shape.TEXT, Shape.TEXTS, Shape.ANSWER})
_PRIMARY_KEYS = [kind.primary_key for kind in KINDS]
_ALL_KEYS = list(dict.fromkeys(key.name for kind in KINDS for key in kind.keys))
UNREAD = "custom:?"
"""The key of a note type that failed to load."""
Pair = tuple[ScalarNode, Node]


def is_spoken(key: Key) -> bool:
    """Whether the text of a key can be spoken; Anki would play a closed hint."""
    return key.shape in _SPOKEN_SHAPES and key.name not in {"notetype", "image", "hint"}


@dataclass(frozen=True, slots=True)
class NoteDefaults:
    """The values that a document sets for all of its notes.

    `notetype` is the key of a custom note type, '' for none, or `UNREAD`. `speak` maps keys and
    fields to languages, '' for the text that decides the kind.
    """

    deck: Text
    tags: tuple[str, ...]
    markup: str
    join_lines: bool
    verbatim: bool
    notetype: str
    speak: Mapping[str, str] = field(default_factory=dict)


class NoteReader(MappingReader):
    """Reads the notes of one file; `custom` are the project's custom note types by name.

    With `more_types`, others failed to load, which is reported elsewhere. An unknown name may be
    one of them, so notes of such a type are left out.
    """

    def __init__(
        self, file: YamlFile, custom: Mapping[str, SourceNoteType], *, more_types: bool = False
    ) -> None:
        super().__init__(file)
        self.custom = custom
        self.more_types = more_types
        self._by_key = {source.key: source for source in custom.values()}
        self._usual: dict[tuple[str, ...], Kind] = {}

    def note(self, node: Node, defaults: NoteDefaults) -> SourceNote | None:
        """Read a note; None if it is invalid, which is reported."""
        if not isinstance(node, MappingNode) or not node.pairs:
            hint = "write '- q: …' and below it 'a: …'"
            self.report("not-a-note", "a note is a mapping of keys to text", node, hint)
            return None
        plain, spoken = self._without_parts(node)
        read = self.keys_of_note(plain, defaults)
        if read is None:
            return None
        kind, short, pairs = read
        notetype = self._notetype(kind, pairs, defaults, node)
        values = self._values(kind, pairs, notetype)
        if short:
            fields = [
                (pairs[key][0], name, pairs[key][1]) for key, name in short.items() if key in pairs
            ]
            values["fields"] = self._texts(fields)
        tags = self.tags(pairs["tags"][1]) if "tags" in pairs else ()
        note = SourceNote(
            kind=kind,
            notetype=notetype,
            values=values,
            id=self._id(pairs["id"], verbatim=defaults.verbatim) if "id" in pairs else None,
            deck=self._deck(pairs["deck"], defaults.deck.value)
            if "deck" in pairs
            else defaults.deck.value,
            tags=(*defaults.tags, *[tag for tag in tags if tag not in defaults.tags]),
            markup=(self.markup(pairs["markup"][1]) if "markup" in pairs else None)
            or defaults.markup,
            join_lines=defaults.join_lines,
            verbatim=defaults.verbatim,
            short={name: key for key, name in short.items()} if short else {},
            span=self.file.span(node.pairs[0][0]),
            node=node,
            speak=self._speak(kind, short, notetype, pairs, defaults.speak, spoken),
        )
        return note if notetype not in ("", UNREAD) else None

    def keys_of_note(
        self, node: MappingNode, defaults: NoteDefaults
    ) -> tuple[Kind, Mapping[str, str], dict[str, Pair]] | None:
        """Return the kind of a note, its short keys, and its pairs; None if it is invalid.

        Most notes have the same keys as others. Where those were valid, they are not checked again.
        """
        names = tuple([key.value for key, _ in node.pairs])
        usual = self._usual.get(names) if not defaults.notetype else None
        if usual is not None:
            return usual, {}, dict(zip(names, node.pairs, strict=True))
        if self._is_unread(node, defaults):
            return None
        short = self._short_keys(node, defaults)
        kind = CUSTOM if short else self.kind(node)
        if kind is None:
            return None
        article = "an" if kind.name[0] in "aeiou" else "a"
        keys = self._keys_of(short) if short else kind.keys
        pairs = self.read_keys(node, keys, f"{article} {kind.name} note")
        missing = [key for key in kind.keys if key.required and key.name not in pairs]
        if not (missing or defaults.notetype or "notetype" in pairs or len(pairs) < len(names)):
            self._usual[names] = kind
        return kind, short, pairs

    def _without_parts(self, node: MappingNode) -> tuple[MappingNode, dict[str, str]]:
        """Replace `{text: …, speak: …}` by its text; returns the languages by key or field."""
        spoken: dict[str, str] = {}
        if not any(isinstance(value, MappingNode) for _, value in node.pairs):
            return node, spoken
        pairs: list[Pair] = []
        for name, value in node.pairs:
            plain: Node = value
            if name.value == "fields" and isinstance(value, MappingNode):
                plain, inner = self._without_parts(value)
                spoken |= inner
            elif isinstance(value, MappingNode) and value.get("text") is not None:
                part = self.read_keys(value, SPOKEN, f"the text of '{name.value}'")
                plain = part["text"][1]
                if "speak" in part and (voice := self._voice(part["speak"][1])) is not None:
                    spoken[name.value] = voice
            pairs.append((name, plain))
        return node._replace(pairs=pairs), spoken

    def speech(
        self, pair: Pair, names: Mapping[str, str], *, by_key: bool = True
    ) -> dict[str, str]:
        """Read `speak`; `names` are the keys and fields that can be spoken, with their own names.

        A language alone is for the text that decides the kind, ''.
        """
        key, node = pair
        if isinstance(node, MappingNode) and by_key:
            voices: dict[str, str] = {}
            for name, value in node.pairs:
                if name.value not in names:
                    self.unknown(name, list(names), "'speak'")
                elif (voice := self._voice(value)) is not None:
                    voices[names[name.value]] = voice
            return voices
        voice = self._voice(node) if self.filled(key, node, "'speak'") is not None else None
        return {"": voice} if voice is not None else {}

    def _voice(self, node: Node) -> str | None:
        text = self.text(node, "'speak'")
        voice = " ".join(text.value.split()) if text is not None else ""
        if text is None or SPEECH.match(voice):
            return voice or None
        hint = "write a language and its country, as in fr_FR; options follow it, as in speed=0.8"
        message = f"'{text.value}' is not a language that Anki could speak"
        self.report("speech-language", message, text, hint)
        return None

    def _speak(
        self,
        kind: Kind,
        short: Mapping[str, str],
        notetype: str,
        pairs: Mapping[str, Pair],
        voices: Mapping[str, str],
        parts: Mapping[str, str],
    ) -> dict[str, str]:
        """Return the languages of a note's texts, by key or field."""
        if not (voices or parts or "speak" in pairs):
            return {}
        source = self._by_key.get(notetype)
        fields = [each.name for each in source.notetype.fields] if source is not None else []
        names = {key.name: key.name for key in kind.keys if is_spoken(key)}
        names |= {name: name for name in fields} | dict(short)
        if "speak" in pairs:
            voices = self.speech(pairs["speak"], names)
        first = fields[0] if fields else kind.primary_key
        first = "q" if first == "image" else first
        known = {name or first: voice for name, voice in voices.items()}
        known |= {names.get(name, name): voice for name, voice in parts.items()}
        return {name: voice for name, voice in known.items() if name in names.values()}

    def notetype_name(self, pair: Pair) -> str:
        """Read the name of a custom note type; returns its key, or `UNREAD`."""
        scalar = self.filled(*pair, "'notetype'")
        if scalar is None:
            return UNREAD
        source = self.custom.get(clean_name(scalar.value))
        if source is not None:
            return source.key
        if not self.more_types:
            hint = "its file belongs in cards/notetypes/"
            if self.custom:
                hint = f"note types: {', '.join(self.custom)}"
            self.report("unknown-notetype", f"there is no note type '{scalar.value}'", scalar, hint)
        return UNREAD

    def short_keys(self, notetype: str) -> Mapping[str, str]:
        """Return the short keys of a custom note type, with their fields."""
        source = self._by_key.get(notetype)
        return source.keys if source is not None else {}

    def words_for_fields(self, notetype: str) -> dict[str, str]:
        """Return names and short keys of a custom note type's fields, with the fields."""
        source = self._by_key.get(notetype)
        names = source.notetype.fields if source is not None else ()
        return {**self.short_keys(notetype), **{field.name: field.name for field in names}}

    def deck_name(self, scalar: ScalarNode, name: str) -> str:
        """Clean a deck's name, and report an invalid one."""
        name = clean_deck(name)
        problem = deck_problem(name)
        if problem is not None:
            self.report("deck-name", problem[0], scalar, problem[1])
        return name

    def _is_unread(self, node: MappingNode, defaults: NoteDefaults) -> bool:
        """Whether the note type of a note failed to load."""
        named = node.get("notetype")
        if isinstance(named, ScalarNode) and named.value.strip():
            return self.more_types and clean_name(named.value) not in self.custom
        return defaults.notetype == UNREAD

    def _short_keys(self, node: MappingNode, defaults: NoteDefaults) -> Mapping[str, str]:
        """Return the short keys of a note's note type, if the note uses any."""
        if not self.custom:
            return {}
        present = {key.value for key, _ in node.pairs}
        named = node.get("notetype")
        if isinstance(named, ScalarNode):
            source = self.custom.get(clean_name(named.value))
        else:
            source = self._by_key.get(defaults.notetype)
        if source is None or "fields" in present or not present & set(source.keys):
            return {}
        return source.keys

    def _keys_of(self, short: Mapping[str, str]) -> tuple[Key, ...]:
        common = tuple(key for key in CUSTOM.keys if key.name != "fields")
        return (*(Key(name, Shape.TEXT, "") for name in short), *common)

    def kind(self, node: MappingNode) -> Kind | None:
        """Detect the kind of a note, or report that there is none."""
        kind = kind_of(key.value for key, _ in node.pairs)
        if kind is not None:
            return kind
        meant = {
            self.unknown(key, _ALL_KEYS, "a note")
            for key, _ in node.pairs
            if key.value not in _ALL_KEYS and key.value != "<<"
        }
        if not meant.intersection(_PRIMARY_KEYS) and not self.file.is_damaged(node):
            names = ", ".join(f"'{key}'" for key in _PRIMARY_KEYS)
            hint = "add its question: 'q: …', or its text with clozes: 'cloze: …'"
            self.report("no-kind", f"this note has none of {names}", node.pairs[0][0], hint)
        return None

    def _notetype(
        self, kind: Kind, pairs: Mapping[str, Pair], defaults: NoteDefaults, node: MappingNode
    ) -> str:
        if kind is not CUSTOM:
            return kind.notetype
        if "notetype" in pairs:
            return self.notetype_name(pairs["notetype"])
        if not defaults.notetype:
            hint = "add 'notetype: NAME' to the note or to its document"
            self.report(
                "missing-key",
                "this note does not name its note type",
                node.pairs[0][0],
                hint,
            )
        return defaults.notetype

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
        """Read the value of a key; None if it is empty or invalid."""
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
            case Shape.ITEMS:
                return read_items(self, name, node)
            case Shape.FIELDS:
                source = self._by_key.get(notetype)
                return self._fields(node, source.notetype if source is not None else None)
            case _:
                return None

    def _text(self, key: Key, name: ScalarNode, node: Node) -> ScalarNode | None:
        if isinstance(node, ScalarNode) and node.value.strip():
            self.check_comment(node)
            return node
        if key.required or not isinstance(node, ScalarNode):
            return self.filled(name, node, f"'{key.name}'")
        return self._optional(name, node, f"'{key.name}'")

    def _optional(self, name: ScalarNode, node: Node, what: str) -> ScalarNode | None:
        """Read an empty optional text as missing; report a comment in its place."""
        return self.filled(name, node, what) if self.comment_behind(name) else None

    def _fields(self, node: Node, notetype: NoteType | None) -> dict[str, ScalarNode] | None:
        if not isinstance(node, MappingNode):
            hint = "write 'Front: …' and the other fields below, indented"
            self.report("not-a-mapping", "'fields' takes field names with text", node, hint)
            return None
        names = {field.name for field in notetype.fields} if notetype is not None else None
        fields: list[tuple[ScalarNode, str, Node]] = []
        for key, value in node.pairs:
            name = clean_name(key.value)
            if names is not None and name not in names:
                self.unknown(key, sorted(names), "this note type", "field")
            else:
                fields.append((key, name, value))
        return self._texts(fields)

    def _texts(self, fields: Iterable[tuple[ScalarNode, str, Node]]) -> dict[str, ScalarNode]:
        """Read the texts of fields from tuples of key, field name and value."""
        texts: dict[str, ScalarNode] = {}
        for key, name, value in fields:
            scalar = self.text(value, f"the field '{name}'")
            if scalar is not None and not scalar.value and not scalar.style:
                self._optional(key, scalar, f"the field '{name}'")
            elif scalar is not None:
                self.check_comment(scalar)
                texts[name] = scalar
        return texts

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
