"""Writes ids and numbers of masks into the sources: text is put in, every other byte stays."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flashdeck.compile.identity import Identified
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.files.files import read_regular
from flashdeck.source.note import SourceFile, SourceTable
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    Node,
    ScalarNode,
    YamlFile,
    insertion_into,
    read_yaml,
    splice,
)


class _Stamp(NamedTuple):
    """A pair that a mapping will hold, in the place of `old` where the key has a value already."""

    mapping: MappingNode
    key: str
    value: str
    old: Node | None = None

    def edit(self, text: str) -> Edit:
        if self.old is not None:
            return Edit(self.old.start.index, self.old.end.index, self.value)
        return insertion_into(text, self.mapping, f"{self.key}: {self.value}")


def stamped_sources(
    sources: Iterable[SourceFile], notes: Iterable[Identified], limits: Limits
) -> dict[str, str]:
    """Give the new text of each file that lacks ids or numbers of masks, by its path.

    The new text is read again, within the limits that the old one was read with, and must say the
    same as before but for those, or nothing is written at all.
    """
    waiting = iter(notes)
    found: dict[str, str] = {}
    for source in sources:
        own = [next(waiting) for deck in source.decks for _ in deck.notes]
        if source.table is not None:
            found |= _stamped_table(source.yaml.path, source.table, own)
            continue
        stamps = [stamp for one in own for stamp in _stamps(one)]
        if stamps:
            text = splice(source.yaml.text, [stamp.edit(source.yaml.text) for stamp in stamps])
            _verify(source.yaml, text, stamps, limits)
            found[source.yaml.path] = text
    return found


def encoded(path: Path, root: Path, before: str, after: str) -> bytes:
    """Give the bytes of a changed source; raises `FlashdeckError` if it was edited meanwhile."""
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


def _stamped_table(path: str, source: SourceTable, notes: Iterable[Identified]) -> dict[str, str]:
    """Give the new text of a table whose rows lack ids."""
    ids = {source.rows[id(one.note.node)]: one.id for one in notes if not one.stamped}
    if not ids:
        return {}
    from flashdeck.source.csv_table import with_ids

    text = with_ids(source.table, source.id_column, source.id_name, ids)
    if text is None:
        raise _bug(path)
    return {path: text}


def _stamps(one: Identified) -> Iterator[_Stamp]:
    """Give what is missing, from the inside out: at one place a mask's line goes before its note's.

    A mask that stands last in its note ends where the note does.
    """
    for mask, number in zip(one.note.masks, one.numbers, strict=True):
        if mask.number is None:
            yield _Stamp(mask.node, "n", str(number))
    if not one.stamped:
        yield _Stamp(one.note.node, "id", one.id, one.note.node.get("id") if one.was else None)


def _verify(before: YamlFile, text: str, stamps: Iterable[_Stamp], limits: Limits) -> None:
    data = text.encode()
    # A stamp may be what makes a file one byte too large; the next build says so.
    limits = replace(limits, size=max(limits.size, len(data)))
    after = read_yaml(before.path, data, limits, control=True)
    fresh = {id(stamp.mapping): {stamp.key: stamp.value} for stamp in stamps}
    broken = any(one.severity is Severity.ERROR for one in after.problems)
    if broken or [_plain(one, {}) for one in after.documents] != [
        _plain(one, fresh) for one in before.documents
    ]:
        raise _bug(before.path)


def _bug(path: str) -> FlashdeckError:
    message = f"writing ids into {path} would change more than ids; nothing was written"
    return FlashdeckError(message, "this is a bug in flashdeck: please report it with that file")


def _plain(node: Node | None, fresh: Mapping[int, Mapping[str, str]]) -> object:
    """Give what a node says, with the pairs that will be added; keys in no order."""
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, MappingNode):
        pairs = {key.value: _plain(value, fresh) for key, value in node.pairs}
        return pairs | dict(fresh.get(id(node), {}))
    return [_plain(item, fresh) for item in node.items]
