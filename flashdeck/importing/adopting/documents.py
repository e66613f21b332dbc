"""Edits of sources that give notes the note types of a package."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from flashdeck.compile.compiler import Compiled
from flashdeck.compile.identity import Identified
from flashdeck.formatting.writer import pair_text
from flashdeck.importing.rewriting.keys import short_keys
from flashdeck.model import Field, NoteType, Template
from flashdeck.source.note import SourceFile
from flashdeck.yamlnode import Edit, MappingNode, ScalarNode, YamlFile, insertion_into
from flashdeck.yamlnode.written import one_line


class Document(NamedTuple):
    """A document of a deck file, with its notes, or those of its table."""

    file: YamlFile
    root: MappingNode
    notes: list[Identified]


def documents(compiled: Compiled) -> Iterator[Document]:
    """Return the documents of a project whose notes are in one place: a list, or a table."""
    remaining = iter(compiled.notes)
    notes: dict[str, list[list[Identified]]] = {}
    for source in compiled.sources:
        decks = [[next(remaining) for _ in deck.notes] for deck in source.decks]
        notes[source.yaml.path] = decks
    for source in compiled.sources:
        if source.table is None:
            yield from _documents(source, notes)


def _documents(
    source: SourceFile, notes: Mapping[str, list[list[Identified]]]
) -> Iterator[Document]:
    roots = [root for root in source.yaml.documents if isinstance(root, MappingNode)]
    if len(roots) != len(source.decks):
        return
    for root, own in zip(roots, notes[source.yaml.path], strict=True):
        table = _table(root)
        path = (PurePosixPath(source.yaml.path).parent / table).as_posix()
        rows = [note for deck in notes.get(path, []) for note in deck] if table else []
        if not (rows and own):
            yield Document(source.yaml, root, rows or own)


def _table(root: MappingNode) -> str:
    node = root.get("table")
    if isinstance(node, MappingNode):
        node = node.get("file")
    return node.value.strip() if isinstance(node, ScalarNode) else ""


def wanted_notetype(
    document: Document, targets: Mapping[str, int], notetypes: Mapping[int, NoteType]
) -> NoteType | None:
    """Return the note type that learners' notes of a document have; None if its notes don't fit.

    `targets` are the note types of notes in the package, by GUID.
    """
    counts = Counter(targets.get(note.id, 0) for note in document.notes)
    number, _ = counts.most_common(1)[0] if counts else (0, 0)
    if number not in notetypes or counts.keys() - {number, 0} or document.root.flow:
        return None
    keys = set(short_keys(notetypes[number], by_shape=True).values())
    fits = all(
        note.note.kind.notetype and note.note.values.keys() <= keys for note in document.notes
    )
    return notetypes[number] if fits and document.root.get("notetype") is None else None


def notetype_edit(document: Document, name: str) -> Edit:
    """Name the note type of a document, above its notes."""
    key = next(key for key, _ in document.root.pairs if key.value in {"notes", "table"})
    indent = " " * key.start.column
    at = key.start.index
    return Edit(at, at, f"{pair_text('notetype', name)}\n{indent}")


def id_edits(text: str, root: MappingNode, target: NoteType) -> Iterator[Edit]:
    """Write the ids of a note type, of its fields and of its templates into its document."""
    if isinstance(given := root.get("id"), ScalarNode):
        yield Edit(given.start.index, given.end.index, str(target.id))
    else:
        key = root.pairs[1][0] if len(root.pairs) > 1 else root.pairs[0][0]
        indent = " " * key.start.column
        yield Edit(key.start.index, key.start.index, f"id: {target.id}\n{indent}")
    lists: tuple[tuple[str, Sequence[Field | Template]], ...] = (
        ("fields", target.fields),
        ("templates", target.templates),
    )
    for name, parts in lists:
        for item, part in zip(getattr(root.get(name), "items", ()), parts, strict=True):
            if part.id is None:
                continue
            if isinstance(item, ScalarNode):
                written = f"{{name: {one_line(item.value, flow=True)}, id: {part.id}}}"
                yield Edit(item.start.index, item.end.index, written)
            elif isinstance(known := item.get("id"), ScalarNode):
                yield Edit(known.start.index, known.end.index, str(part.id))
            else:
                yield insertion_into(text, item, f"id: {part.id}")
