"""In which order keys are written: that of the kinds' data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flashdeck.kinds.registry import (
    CUSTOM,
    DOCUMENT,
    FIELD,
    KINDS,
    MASK,
    NOTETYPE,
    OCCLUSION,
    TABLE,
    TEMPLATE,
    Key,
    Shape,
)
from flashdeck.yamlnode import MappingNode

# What a mapping holds, by the shape of its key, or of the list that it stands in.
_INSIDE: Final = {
    Shape.MASKS: MASK,
    Shape.FIELD_LIST: FIELD,
    Shape.TEMPLATES: TEMPLATE,
    Shape.TABLE: TABLE,
}


def document_keys(document: MappingNode) -> Sequence[Key]:
    """Give the keys of a document: a deck's, or a note type's."""
    names = {key.value for key, _ in document.pairs}
    return NOTETYPE if "templates" in names and "notes" not in names else DOCUMENT


def keys_inside(shape: Shape | None, mapping: MappingNode) -> Sequence[Key]:
    """Give the keys of a mapping below a key of that shape; none where any name may stand."""
    if shape is Shape.NOTES:
        return _note_keys(mapping)
    return _INSIDE.get(shape, ()) if shape is not None else ()


def in_order(mapping: MappingNode, keys: Sequence[Key]) -> list[tuple[int, Shape | None]]:
    """Give the places of a mapping's pairs in the order of `keys`, each with its key's shape.

    Unknown keys come last, in the order in which they were written.
    """
    known = {key.name: (place, key.shape) for place, key in enumerate(keys)}
    last: tuple[int, Shape | None] = (len(keys), None)
    found = [known.get(name.value, last) for name, _ in mapping.pairs]
    places = sorted(range(len(found)), key=lambda place: found[place][0])
    return [(place, found[place][1]) for place in places]


def _note_keys(note: MappingNode) -> Sequence[Key]:
    present = {key.value for key, _ in note.pairs}
    if "occlude" in present:
        return OCCLUSION.keys
    kinds = [kind for kind in KINDS if kind.opener in present and kind is not OCCLUSION]
    return (kinds[0] if kinds else CUSTOM).keys
