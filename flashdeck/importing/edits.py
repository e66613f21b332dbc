"""Edits of source files that bring in fields and tags from Anki, and add new notes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from flashdeck.formatting.writer import Data, file_text, notes_text, pair_text
from flashdeck.importing.layout import CARDS, Paths, file_stem
from flashdeck.importing.sources import DeckText, Texts, deck_data, note_data
from flashdeck.model import Note, NoteType
from flashdeck.project.project import Project
from flashdeck.source.note import SourceFile, SourceNote
from flashdeck.yamlnode import Edit, MappingNode, ScalarNode, SequenceNode, insertion_into

_BLOCK = ("|", ">")
_COMMENT = re.compile(r"(?<![ \t])[ \t]++#[^\r\n]*")


class UnwritableError(Exception):
    """A change that can't be written into the note's source; the message gives the reason."""


def note_edits(
    text: str, note: SourceNote, fields: Mapping[str, str], tags: Sequence[str]
) -> list[Edit]:
    """Return the edits of a note's source file; `fields` are those that change.

    `tags` are all tags of the note in Anki. Raises `UnwritableError`.
    """
    edits: list[Edit] = []
    missing: dict[str, Data] = {}
    # A field may hold more than its key's text, such as a hint; compiling the edit shows it.
    keys = note.short or note.kind.fields
    mapping = note.node if keys else note.node.get("fields")
    if fields and not isinstance(mapping, MappingNode):
        message = "its texts are not given by 'fields'"
        raise UnwritableError(message)
    for field_name, value in fields.items():
        assert isinstance(mapping, MappingNode)
        name = keys.get(field_name, "" if keys else field_name)
        if not name:
            message = f"'{field_name}' is derived from its other texts"
            raise UnwritableError(message)
        if mapping.get(name) is not None:
            edits.append(_replaced(text, mapping, name, value))
        else:
            missing[name] = value
    if missing:
        assert isinstance(mapping, MappingNode)
        edits.append(_added(text, mapping, missing))
    if sorted(tags) != sorted(note.tags):
        edits.append(_tags(text, note, tags))
    return edits


def _replaced(text: str, mapping: MappingNode, name: str, value: Data) -> Edit:
    """Replace a value; a comment between it and its key stays."""
    key, node = next((key, node) for key, node in mapping.pairs if key.value == name)
    written = _pair(mapping, name, value)[len(pair_text(name, 0)) - len(": 0") :]
    start = key.end.index
    if text[start : node.start.index].strip() != ":":
        start, written = node.start.index, written.removeprefix(":").lstrip(" ")
    end = node.end.index
    is_block = isinstance(node, ScalarNode) and node.style in _BLOCK
    if is_block or "\n" in written:
        line_end = text.find("\n", node.start.index if is_block else end)
        comment = _COMMENT.search(text, node.start.index if is_block else end, line_end)
        first, newline, rest = written.partition("\n")
        if comment is not None:
            written = f"{first}{comment.group()}{newline}{rest}"
            end = max(end, comment.end())
    if is_block:
        old = text[node.start.index : node.end.index]
        written += old[len(old.rstrip("\r\n")) :]  # the lines' ends are part of block text
    return Edit(start, end, written)


def _added(text: str, mapping: MappingNode, pairs: Mapping[str, Data]) -> Edit:
    """Append new pairs to a mapping, as a single edit."""
    indent = "\n" + " " * _column(mapping)
    whole = indent.join(_pair(mapping, name, value) for name, value in pairs.items())
    return insertion_into(text, mapping, whole)


def _pair(mapping: MappingNode, name: str, value: Data) -> str:
    written = pair_text(name, value, _column(mapping))
    if mapping.flow and (isinstance(value, str) or "\n" in written):
        message = "its fields are in braces"
        raise UnwritableError(message)
    return written


def _column(mapping: MappingNode) -> int:
    return mapping.pairs[0][0].start.column if mapping.pairs else 0


def _tags(text: str, note: SourceNote, tags: Sequence[str]) -> Edit:
    node = note.node.get("tags")
    own = node.items if isinstance(node, SequenceNode) else []
    given = {item.value for item in own if isinstance(item, ScalarNode)}
    around = [tag for tag in note.tags if tag not in given]
    if not set(around) <= set(tags):
        message = "it has lost a tag that its whole document has"
        raise UnwritableError(message)
    left = [tag for tag in tags if tag not in around]
    if node is None:
        return _added(text, note.node, {"tags": left})
    return _replaced(text, note.node, "tags", left)


@dataclass(frozen=True, slots=True)
class Additions:
    """Edits of files that get more notes, and texts of new files, by path."""

    edits: dict[str, Edit] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def added_notes(
    project: Project,
    sources: Iterable[SourceFile],
    texts: Texts,
    notes: Iterable[Note],
    notetypes: Mapping[int, NoteType],
    heading: Mapping[str, str],
) -> Additions:
    """Add new notes to their decks' files.

    `texts` is the markup of new files, which start with the keys of `heading`.
    """
    additions = Additions()
    open_ends = {
        source.decks[-1].name.value.casefold(): source for source in sources if _is_open(source)
    }
    paths = Paths.beside(project)
    decks: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        decks[note.cards[0].deck].append(note)
    for deck, own in decks.items():
        source = open_ends.get(deck.casefold())
        if source is not None:
            as_there = replace(texts, markup=source.decks[-1].markup)
            additions.edits[source.yaml.path] = _appended(source, own, notetypes, as_there)
        else:
            stem = "/".join([CARDS, *map(file_stem, deck.split("::"))])
            text = DeckText(deck, "", own, heading, texts)
            additions.files[paths.take(stem, ".yaml")] = file_text([deck_data(text, notetypes)])
    return additions


def _is_open(source: SourceFile) -> bool:
    """Whether notes from Anki can be appended to a file."""
    if source.table is not None or not source.decks or not source.decks[-1].verbatim:
        return False
    notes = _last_document(source).get("notes")
    text = source.yaml.text
    if not isinstance(notes, SequenceNode) or notes.flow:
        return False
    last = notes.items[-1]
    if not isinstance(last, MappingNode) or last.flow or not text.endswith("\n"):
        return False
    value = last.pairs[-1][1]
    is_line = isinstance(value, ScalarNode) and value.style not in ("|", ">")
    return is_line and not text[value.end.index :].strip()


def _last_document(source: SourceFile) -> MappingNode:
    documents = reversed(source.yaml.documents)
    return next(root for root in documents if isinstance(root, MappingNode))


def _appended(
    source: SourceFile, notes: list[Note], notetypes: Mapping[int, NoteType], texts: Texts
) -> Edit:
    document = _last_document(source)
    default, sequence = document.get("notetype"), document.get("notes")
    name = default.value if isinstance(default, ScalarNode) else ""
    assert sequence is not None
    data = []
    for note in notes:
        notetype = notetypes[note.notetype]
        data.append(note_data(note, notetype, texts, named=notetype.name != name))
    end = len(source.yaml.text.rstrip()) + 1
    return Edit(end, end, "\n" + notes_text(data, sequence.start.column))
