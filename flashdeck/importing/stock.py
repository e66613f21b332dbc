"""Anki's own note types: their fields have short keys. `q` reads better than Front.

The note type stays the one that it is; only the notes read better.
"""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.model import NoteType

_QUESTION = ("q", "a")
_OPTIONAL = ("q", "a", "reverse")
_CLOZE = ("cloze", "extra")
# By Anki's numbers of them (`StockNotetype.OriginalStockKind` in proto/anki/notetypes.proto), for
# their fields have names in every language.
_BY_KIND = {1: _QUESTION, 2: _QUESTION, 3: _OPTIONAL, 4: _QUESTION, 5: _CLOZE}
# By their English names, for collections from before they had numbers.
_BY_NAMES = {
    ("front", "back"): _QUESTION,
    ("front", "back", "add reverse"): _OPTIONAL,
    ("text", "back extra"): _CLOZE,
    ("text", "extra"): _CLOZE,
}


def short_keys(notetype: NoteType) -> Mapping[str, str]:
    """Give the short keys of a note type's fields, by the fields' names; none for most types."""
    names = tuple(field.name.lower() for field in notetype.fields)
    keys = _BY_KIND.get(notetype.stock or 0) or _BY_NAMES.get(names, ())
    if len(keys) != len(names) or (keys is _CLOZE) != notetype.cloze:
        return {}
    return {field.name: key for field, key in zip(notetype.fields, keys, strict=True)}
