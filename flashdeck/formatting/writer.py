"""Plain data as YAML, in the layout of `flashdeck fmt`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, TypeAlias

from flashdeck.formatting.attach import Attached
from flashdeck.formatting.layout import Layout
from flashdeck.kinds.registry import Shape
from flashdeck.source.csv_table import Place
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode

Data: TypeAlias = "str | int | Sequence[Data] | Mapping[str, Data]"
Pairs: TypeAlias = Mapping[str, Data]
_NOWHERE: Final = Place(0, 0, 0)


def file_text(documents: Iterable[Pairs]) -> str:
    """Write the file of a deck or a note type, with all of its documents."""
    roots = map(_mapping, documents)
    texts = ["\n".join(Layout("", Attached(root)).document(root)) for root in roots]
    return "\n\n---\n".join(texts) + "\n"


def pair_text(key: str, value: Data, indent: int = 0) -> str:
    """Write a pair of a mapping with this indentation, except on the first line."""
    root = _mapping({key: value})
    return "\n".join(Layout("", Attached(root)).mapping(root, (), indent)).lstrip(" ")


def notes_text(notes: Sequence[Pairs], indent: int) -> str:
    """Write notes as items of a list with this indentation."""
    root = _mapping({"notes": notes})
    ((_, items),) = root.pairs
    assert isinstance(items, SequenceNode)
    return "\n".join(Layout("", Attached(root)).sequence(items, Shape.NOTES, indent)) + "\n"


def _node(data: Data) -> Node:
    if isinstance(data, str):
        return _text(data)
    if isinstance(data, int):
        return ScalarNode(str(data).lower(), "", _NOWHERE, _NOWHERE)
    if isinstance(data, Mapping):
        return _mapping(data)
    return SequenceNode([_node(item) for item in data], flow=False, start=_NOWHERE, end=_NOWHERE)


def _mapping(data: Pairs) -> MappingNode:
    pairs = [(_text(key), _node(value)) for key, value in data.items()]
    return MappingNode(pairs, flow=False, start=_NOWHERE, end=_NOWHERE)


def _text(text: str) -> ScalarNode:
    """Return a text node; number-like words get quotes."""
    return ScalarNode(text, '"', _NOWHERE, _NOWHERE)
