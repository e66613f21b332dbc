"""Writes ids and numbers of masks into the sources, and keeps all other bytes."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flashdeck.compile.identity import Identified
from flashdeck.diagnostics import FlashdeckError, Severity, Span
from flashdeck.files.files import read_regular
from flashdeck.source.note import SourceFile, SourceTable
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    MovedSpans,
    Node,
    ScalarNode,
    YamlFile,
    insertion_into,
    read_yaml,
    splice,
)


class _Stamp(NamedTuple):
    """A pair to add to a mapping; it replaces `old`, if the key has a value."""

    mapping: MappingNode
    key: str
    value: str
    old: Node | None = None

    def edit(self, text: str) -> Edit:
        if self.old is not None:
            return Edit(self.old.start.index, self.old.end.index, self.value)
        return insertion_into(text, self.mapping, f"{self.key}: {self.value}")


class Stamped(NamedTuple):
    """The new text of a source, and where its spans are now; a table's lines stay as they are."""

    text: str
    moved: Callable[[Span], Span] | None = None


def stamped_sources(
    sources: Iterable[SourceFile], notes: Iterable[Identified], limits: Limits
) -> dict[str, Stamped]:
    """Return the new text of each file that lacks ids or numbers of masks, by path.

    The new text is parsed, within the same limits, and must differ from the old one only in ids and
    numbers.
    """
    remaining = iter(notes)
    texts: dict[str, Stamped] = {}
    for source in sources:
        identified = [next(remaining) for deck in source.decks for _ in deck.notes]
        if source.table is not None:
            texts |= _stamped_table(source.yaml.path, source.table, identified)
            continue
        stamps = [stamp for note in identified for stamp in _stamps(note)]
        if stamps:
            edits = [stamp.edit(source.yaml.text) for stamp in stamps]
            text = splice(source.yaml.text, edits)
            _verify(source.yaml, text, stamps, limits)
            texts[source.yaml.path] = Stamped(text, MovedSpans(source.yaml.text, edits))
    return texts


def encoded(path: Path, root: Path, before: str, after: str) -> bytes:
    """Return the bytes of a changed source; raises `FlashdeckError` if it was edited meanwhile."""
    from flashdeck.source.csv_table import encoding_of  # most builds write no source

    data = read_regular(path, root, 2**40)
    mark, codec = encoding_of(data)
    if data != mark + before.encode(codec):
        message = f"{path.relative_to(root).as_posix()} was changed while it was being built"
        raise FlashdeckError(message, "build again")
    return mark + after.encode(codec)


def require_unchanged(root: Path, files: Iterable[YamlFile], written: Container[Path]) -> None:
    """Raise `FlashdeckError` if one of these files is to be written and was edited meanwhile."""
    for file in files:
        path = root / file.path
        if path in written:
            encoded(path, root, file.text, file.text)


def _stamped_table(
    path: str, source: SourceTable, notes: Iterable[Identified]
) -> dict[str, Stamped]:
    """Return the new text of a table with rows that lack ids."""
    ids = {source.rows[id(note.note.node)]: note.id for note in notes if not note.stamped}
    if not ids:
        return {}
    from flashdeck.source.csv_table import with_ids

    text = with_ids(source.table, source.id_column, source.id_name, ids)
    if text is None:
        raise _bug(path)
    return {path: Stamped(text)}


def _stamps(note: Identified) -> Iterator[_Stamp]:
    """Return the missing pairs, masks first: the last mask of a note ends where the note does."""
    source = note.note
    for mask, number in zip(source.masks, note.numbers, strict=True):
        if mask.number is None:
            yield _Stamp(mask.node, "n", str(number))
    if not note.stamped:
        yield _Stamp(source.node, "id", note.id, source.node.get("id") if note.was else None)


def _verify(before: YamlFile, text: str, stamps: Iterable[_Stamp], limits: Limits) -> None:
    data = text.encode()
    # Stamps may make a file too large, which the next build reports.
    limits = replace(limits, size=max(limits.size, len(data)))
    after = read_yaml(before.path, data, limits, control=True)
    fresh = {id(stamp.mapping): {stamp.key: stamp.value} for stamp in stamps}
    broken = any(problem.severity is Severity.ERROR for problem in after.problems)
    if broken or [_plain(document, {}) for document in after.documents] != [
        _plain(document, fresh) for document in before.documents
    ]:
        raise _bug(before.path)


def _bug(path: str) -> FlashdeckError:
    message = f"writing ids into {path} would change more than ids; nothing was written"
    return FlashdeckError(message, "this is a bug in flashdeck: please report it with that file")


def _plain(node: Node | None, fresh: Mapping[int, Mapping[str, str]]) -> object:
    """Return the data of a node, with the pairs to add."""
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, MappingNode):
        pairs = {key.value: _plain(value, fresh) for key, value in node.pairs}
        return pairs | dict(fresh.get(id(node), {}))
    return [_plain(item, fresh) for item in node.items]
