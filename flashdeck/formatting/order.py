"""The order of keys: that of the kinds' data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flashdeck.kinds.registry import (
    COMMON,
    CUSTOM,
    DOCUMENT,
    FIELD,
    MASK,
    NOTETYPE,
    TABLE,
    TEMPLATE,
    Key,
    Shape,
    kind_of,
)
from flashdeck.yamlnode import MappingNode

# What a mapping holds, by the shape of its key, or of the list that it stands in.
_INSIDE: Final = {
    Shape.MASKS: MASK,
    Shape.FIELD_LIST: FIELD,
    Shape.TEMPLATES: TEMPLATE,
    Shape.TABLE: TABLE,
}
_NOTETYPE = CUSTOM.keys[0]


def document_keys(document: MappingNode) -> Sequence[Key]:
    """Give the keys of a document: a deck's, or a note type's."""
    names = {key.value for key, _ in document.pairs}
    return NOTETYPE if "templates" in names and "notes" not in names else DOCUMENT


def keys_inside(shape: Shape | None, mapping: MappingNode, *, own_type: bool) -> Sequence[Key]:
    """Give the keys of a mapping below a key of that shape; none where any name may stand.

    `own_type`: the document names a note type, whose notes may have short keys for their fields.
    """
    if shape is Shape.NOTES:
        return _note_keys(mapping, own_type=own_type)
    return _INSIDE.get(shape, ()) if shape is not None else ()


def in_order(mapping: MappingNode, keys: Sequence[Key]) -> list[tuple[int, Shape | None]]:
    """Give the places of a mapping's pairs in the order of `keys`, each with its key's shape.

    Unknown keys come last, in the order in which they were written.
    """
    known = {key.name: (place, key.shape) for place, key in enumerate(keys)}
    last: tuple[int, Shape | None] = (len(keys), None)
    ranks = [known.get(name.value, last) for name, _ in mapping.pairs]
    places = sorted(range(len(ranks)), key=lambda place: ranks[place][0])
    return [(place, ranks[place][1]) for place in places]


def _note_keys(note: MappingNode, *, own_type: bool) -> Sequence[Key]:
    """Give the keys of a note's kind, and short keys of fields before those that all kinds have."""
    present = [key.value for key, _ in note.pairs]
    kind = kind_of(present) or CUSTOM
    own = [_NOTETYPE, *(key for key in kind.keys if key not in (_NOTETYPE, *COMMON))]
    if own_type or _NOTETYPE.name in present:
        known = {key.name for key in (*own, *COMMON)}
        own += [Key(name, Shape.TEXT, "") for name in present if name not in known]
    return [*own, *COMMON]
