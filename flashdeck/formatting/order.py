"""The order of keys, as in the data of note kinds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from flashdeck.kinds.registry import (
    COMMON,
    CUSTOM,
    DOCUMENT,
    FIELD,
    ITEM,
    MASK,
    NOTETYPE,
    PATTERN,
    PRESET,
    RESERVE,
    TABLE,
    TEMPLATE,
    Key,
    Shape,
    kind_of,
)
from flashdeck.yamlnode import MappingNode

# The keys of mappings, by the shape of their key, or of their list.
_INSIDE: Final = {
    Shape.MASKS: MASK,
    Shape.ITEMS: ITEM,
    Shape.FIELD_LIST: FIELD,
    Shape.TEMPLATES: TEMPLATE,
    Shape.TABLE: TABLE,
    Shape.PRESET: PRESET,
    Shape.RESERVE: RESERVE,
}
_NOTETYPE = CUSTOM.keys[0]


def document_keys(document: MappingNode) -> Sequence[Key]:
    """Return the keys of a document: of a deck, or of a note type."""
    names = {key.value for key, _ in document.pairs}
    return NOTETYPE if "templates" in names and "notes" not in names else DOCUMENT


def keys_inside(shape: Shape | None, mapping: MappingNode, *, own_type: bool) -> Sequence[Key]:
    """Return the keys of a mapping below a key of that shape; none where any key is allowed.

    `own_type`: the document names a note type, whose notes may have short keys for their fields.
    """
    if shape is Shape.NOTES:
        return _note_keys(mapping, own_type=own_type)
    if shape is Shape.PATTERNS:
        names = {key.name for key in PATTERN}
        keys = _note_keys(mapping, own_type=own_type)
        return [*PATTERN, *(key for key in keys if key.name not in names)]
    return _INSIDE.get(shape, ()) if shape is not None else ()


def in_order(mapping: MappingNode, keys: Sequence[Key]) -> list[tuple[int, Shape | None]]:
    """Return the indices of a mapping's pairs in the order of `keys`, with the shapes of keys.

    Unknown keys come last, in source order.
    """
    known = {key.name: (place, key.shape) for place, key in enumerate(keys)}
    last: tuple[int, Shape | None] = (len(keys), None)
    ranks = [known.get(name.value, last) for name, _ in mapping.pairs]
    places = sorted(range(len(ranks)), key=lambda place: ranks[place][0])
    return [(place, ranks[place][1]) for place in places]


def _note_keys(note: MappingNode, *, own_type: bool) -> Sequence[Key]:
    """Return the keys of a note's kind, and short keys of fields before the common keys."""
    present = [key.value for key, _ in note.pairs]
    kind = kind_of(present) or CUSTOM
    own = [_NOTETYPE, *(key for key in kind.keys if key not in (_NOTETYPE, *COMMON))]
    if own_type or _NOTETYPE.name in present:
        known = {key.name for key in (*own, *COMMON)}
        own += [Key(name, Shape.TEXT, "") for name in present if name not in known]
    return [*own, *COMMON]
