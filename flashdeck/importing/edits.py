"""Edits of sources: what a note says in Anki, and where new notes go."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from flashdeck.importing.layout import CARDS, Paths, file_stem
from flashdeck.importing.sources import MARGIN, DeckText, Texts, deck_text, note_lines
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.project import Project
from flashdeck.source.note import SourceFile, SourceNote
from flashdeck.yamlnode import (
    Edit,
    MappingNode,
    ScalarNode,
    SequenceNode,
    insertion_into,
    scalar,
    words,
)

_BLOCK = ("|", ">")


class UnwritableError(Exception):
    """A change that can't be written where the note stands, in words for its author."""


def note_edits(
    text: str, note: SourceNote, fields: Mapping[str, str], tags: Sequence[str]
) -> list[Edit]:
    """Give what to edit in the text of a note's file; `fields` are those that change.

    `tags` are all that the note has there, its document's included. Raises `UnwritableError`.
    """
    edits: list[Edit] = []
    missing: dict[str, str] = {}
    # A field may hold more than its key's text, such as a hint. The edit is compiled to find out.
    keys = note.short or note.kind.fields
    mapping = note.node if keys else note.node.get("fields")
    if fields and not isinstance(mapping, MappingNode):
        message = "its texts are not given by 'fields'"
        raise UnwritableError(message)
    for field_name, value in fields.items():
        assert isinstance(mapping, MappingNode)
        name = keys.get(field_name, "" if keys else field_name)
        if not name:
            message = f"'{field_name}' follows from what else it says"
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


def _replaced(text: str, mapping: MappingNode, name: str, value: str) -> Edit:
    if mapping.flow:
        message = "its fields stand in braces"
        raise UnwritableError(message)
    key, node = next((key, node) for key, node in mapping.pairs if key.value == name)
    written = scalar(value, key.start.column)
    if isinstance(node, ScalarNode) and node.style in _BLOCK:
        old = text[node.start.index : node.end.index]
        written += old[len(old.rstrip("\r\n")) :]  # the lines' ends are part of block text
    blank = "" if node.start.index > key.end.index + 1 else " "
    return Edit(node.start.index, node.end.index, blank + written)


def _added(text: str, mapping: MappingNode, fields: Mapping[str, str]) -> Edit:
    """Add fields that were empty behind the others, all in one piece."""
    if mapping.flow or not mapping.pairs:
        message = "its fields stand in braces"
        raise UnwritableError(message)
    indent = mapping.pairs[0][0].start.column
    lines = [f"{scalar(name)}: {scalar(value, indent)}" for name, value in fields.items()]
    whole = ("\n" + " " * indent).join(lines)
    name, _, value = whole.partition(": ")
    return insertion_into(text, mapping, name, value)


def _tags(text: str, note: SourceNote, tags: Sequence[str]) -> Edit:
    node = note.node.get("tags")
    own = node.items if isinstance(node, SequenceNode) else []
    given = {item.value for item in own if isinstance(item, ScalarNode)}
    around = [tag for tag in note.tags if tag not in given]
    if not set(around) <= set(tags):
        message = "it has lost a tag that its whole document has"
        raise UnwritableError(message)
    column = note.node.pairs[0][0].start.column
    left = words([tag for tag in tags if tag not in around], column)
    if node is None:
        return insertion_into(text, note.node, "tags", left)
    return Edit(node.start.index, node.end.index, left)


@dataclass(frozen=True, slots=True)
class Additions:
    """One edit for each file that gets more notes, and the new files, by their paths."""

    edits: dict[str, Edit] = field(default_factory=dict)
    files: dict[str, str] = field(default_factory=dict)


def added_notes(
    project: Project,
    sources: Iterable[SourceFile],
    theirs: Collection,
    notes: Iterable[Note],
    notetypes: Mapping[int, NoteType],
    heading: Mapping[str, str],
) -> Additions:
    """Find a place for new notes. `heading` is what documents of their kind must say at the top."""
    found = Additions()
    media = {one.name for one in theirs.media}
    open_ends = {
        source.decks[-1].name.value.casefold(): source for source in sources if _is_open(source)
    }
    cards = project.cards.rglob("*")
    paths = Paths(path.relative_to(project.root).as_posix() for path in cards)
    decks: dict[str, list[Note]] = defaultdict(list)
    for note in notes:
        decks[note.cards[0].deck].append(note)
    for deck, own in decks.items():
        source = open_ends.get(deck.casefold())
        if source is not None:
            texts = Texts(source.decks[-1].markup, media)
            found.edits[source.yaml.path] = _appended(source, own, notetypes, texts)
        else:
            stem = "/".join([CARDS, *map(file_stem, deck.split("::"))])
            markup = heading.get("markup", project.settings.markup)
            text = DeckText(deck, "", own, heading, Texts(markup, media))
            found.files[paths.take(stem, ".yaml")] = deck_text(text, notetypes)
    return found


def _is_open(source: SourceFile) -> bool:
    """Whether notes as they are in Anki can be written at the end of a file."""
    if source.table is not None or not source.decks or not source.decks[-1].verbatim:
        return False
    notes = _last_document(source).get("notes")
    text = source.yaml.text
    if not isinstance(notes, SequenceNode) or notes.flow or notes.start.column != MARGIN:
        return False
    last = notes.items[-1]
    if not isinstance(last, MappingNode) or last.flow or not text.endswith("\n"):
        return False
    behind = last.pairs[-1][1]
    is_line = isinstance(behind, ScalarNode) and behind.style not in ("|", ">")
    return is_line and not text[behind.end.index :].strip()


def _last_document(source: SourceFile) -> MappingNode:
    return next(one for one in reversed(source.yaml.documents) if isinstance(one, MappingNode))


def _appended(
    source: SourceFile, notes: list[Note], notetypes: Mapping[int, NoteType], texts: Texts
) -> Edit:
    common = _last_document(source).get("notetype")
    name = common.value if isinstance(common, ScalarNode) else ""
    lines: list[str] = []
    for note in notes:
        notetype = notetypes[note.notetype]
        lines += ["", *note_lines(note, notetype, texts, named=notetype.name != name)]
    end = len(source.yaml.text.rstrip()) + 1
    return Edit(end, end, "".join(line + "\n" for line in lines))
