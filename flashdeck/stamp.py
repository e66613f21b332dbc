"""Writes ids into the sources: text is put in, every other byte stays as it was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import read_regular
from flashdeck.identity import Identified
from flashdeck.source import SourceFile
from flashdeck.yamlnode import (
    Edit,
    MappingNode,
    Node,
    ScalarNode,
    YamlFile,
    insertion_into,
    read_yaml,
    splice,
)

_BOM = b"\xef\xbb\xbf"


def stamped_sources(sources: Iterable[SourceFile], notes: Iterable[Identified]) -> dict[str, str]:
    """Give the new text of each file that lacks ids, by its path.

    The new text is read again and must say the same as before but for the ids, or nothing is
    written at all.
    """
    waiting = iter(notes)
    found: dict[str, str] = {}
    for source in sources:
        own = [next(waiting) for deck in source.decks for _ in deck.notes]
        fresh = [one for one in own if not one.stamped]
        if fresh:
            text = splice(source.yaml.text, [_edit(source.yaml, one) for one in fresh])
            _verify(source.yaml, text, fresh)
            found[source.yaml.path] = text
    return found


def encoded(path: Path, root: Path, before: str, after: str) -> bytes:
    """Give the bytes of a changed source; raises `FlashdeckError` if it was edited meanwhile."""
    data = read_regular(path, root, 2**40)
    mark = _BOM if data.startswith(_BOM) else b""
    if data != mark + before.encode():
        message = f"{path.relative_to(root).as_posix()} was changed while it was being built"
        raise FlashdeckError(message, "build again")
    return mark + after.encode()


def _edit(file: YamlFile, one: Identified) -> Edit:
    if not one.was:
        return insertion_into(file.text, one.note.node, "id", one.id)
    old = one.note.node.get("id")
    assert old is not None, "an id that changes stands in the source"
    return Edit(old.start.index, old.end.index, one.id)


def _verify(before: YamlFile, text: str, fresh: list[Identified]) -> None:
    after = read_yaml(before.path, text.encode())
    ids = {id(one.note.node): one.id for one in fresh}
    if after.problems or [_plain(one, {}) for one in after.documents] != [
        _plain(one, ids) for one in before.documents
    ]:
        message = f"writing ids into {before.path} would change more than ids; nothing was written"
        raise FlashdeckError(message, "this is a bug in flashdeck: please report it with that file")


def _plain(node: Node | None, ids: dict[int, str]) -> object:
    """Give what a node says, with the ids that will be added; keys in no order."""
    if node is None:
        return None
    if isinstance(node, ScalarNode):
        return node.value
    if isinstance(node, MappingNode):
        pairs = {key.value: _plain(value, ids) for key, value in node.pairs}
        fresh = ids.get(id(node))
        return pairs | {"id": fresh} if fresh is not None else pairs
    return [_plain(item, ids) for item in node.items]
