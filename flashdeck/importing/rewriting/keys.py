"""Short keys of imported note types, such as `q` and `a` of Anki's note type Basic."""

from __future__ import annotations

from collections.abc import Mapping

from flashdeck.anki.template.parse import Fault, Replacement, Section, parse
from flashdeck.kinds.registry import CUSTOM
from flashdeck.model import NoteType
from flashdeck.text import slug

_QUESTION = ("q", "a")
_OPTIONAL = ("q", "a", "reverse")
_CLOZE = ("cloze", "extra")
# By Anki's number (`StockNotetype.OriginalStockKind` in proto/anki/notetypes.proto), as the names
# of fields are translated.
_BY_KIND = {1: _QUESTION, 2: _QUESTION, 3: _OPTIONAL, 4: _QUESTION, 5: _CLOZE}
# By the English names of fields, for collections older than those numbers.
_BY_NAMES = {
    ("front", "back"): _QUESTION,
    ("front", "back", "add reverse"): _OPTIONAL,
    ("text", "back extra"): _CLOZE,
    ("text", "extra"): _CLOZE,
}
_TAKEN = frozenset(key.name for key in CUSTOM.keys)
_EXTRA = "extra"


def short_keys(notetype: NoteType, *, by_shape: bool = False) -> Mapping[str, str]:
    """Return the short keys of a note type's fields, by field name; none for most note types.

    Stock note types have keys. With `by_shape`, so has any other whose first card asks for its
    second field, or whose first field has the clozes.
    """
    names = tuple(field.name.lower() for field in notetype.fields)
    keys = _BY_KIND.get(notetype.stock or 0) or _BY_NAMES.get(names, ())
    if len(keys) == len(names) and (keys is _CLOZE) == notetype.cloze:
        return {field.name: key for field, key in zip(notetype.fields, keys, strict=True)}
    return _by_shape(notetype) if by_shape else {}


def _by_shape(notetype: NoteType) -> Mapping[str, str]:
    names = [field.name for field in notetype.fields if not field.spare]
    if not notetype.templates:
        return {}
    front, back = (_fields(text) for text in _sides(notetype))
    if notetype.cloze and names[0] in front:
        first = ["cloze"]
    elif len(names) > 1 and names[0] in front and names[1] in back - front:
        first = ["q", "a"]
    else:
        return {}
    keys = first + [_key(name) for name in names[len(first) :]]
    if len(keys) == len(first) + 1 and keys[-1] != "reverse":
        keys[-1] = _EXTRA
    is_fine = len(set(keys)) == len(keys) and not _TAKEN.intersection(keys) and all(keys)
    return dict(zip(names, keys, strict=True)) if is_fine else {}


def _key(name: str) -> str:
    key = slug(name).replace("-", "_")
    return "reverse" if key == "add_reverse" else key if key[:1].isalpha() else ""


def _sides(notetype: NoteType) -> tuple[str, str]:
    template = notetype.templates[0]
    return template.front, template.back


def _fields(text: str) -> set[str]:
    """Return the fields that a side of a template shows or depends on."""
    nodes = parse(text)
    if isinstance(nodes, Fault):
        return set()
    return {node.name for node in nodes if isinstance(node, Replacement | Section)}
