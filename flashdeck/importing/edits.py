"""Edits of sources that bring a note to what it is in Anki: its texts and tags, nothing else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from flashdeck.source import SourceNote
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
# The keys whose texts are fields of the built-in note types, as long as nothing is put beside them;
# whoever writes an edit sees by compiling it.
_BUILT_IN = {
    "Question": {"Question": "q", "Answer": "a", "Extra": "extra"},
    "Cloze": {"Text": "cloze", "Extra": "extra"},
}


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
    keys = note.short or _BUILT_IN.get(note.notetype, {})
    mapping = note.node if keys else note.node.get("fields")
    if fields and not isinstance(mapping, MappingNode):
        message = "its texts are not given by 'fields'"
        raise UnwritableError(message)
    for field, value in fields.items():
        assert isinstance(mapping, MappingNode)
        name = keys.get(field, "" if keys else field)
        if not name:
            message = f"'{field}' follows from what else it says"
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
