"""Note types and decks of Anki's schema 18: tables with protobuf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from typing import Any, Final, TypeVar

from flashdeck.anki.read.archive import Unreadable
from flashdeck.anki.read.database import Database
from flashdeck.anki.read.protobuf import Message
from flashdeck.anki.read.schema11 import LATEX_POST, LATEX_PRE, MARK, addon_key, other, read_object
from flashdeck.anki.template.reserves import from_anki
from flashdeck.model import Deck, Field, NoteType, Template

VERSION: Final = 18

# The numbers of fields in messages (proto/anki/notetypes.proto, proto/anki/decks.proto).
_KIND, _SORT, _CSS, _, _LATEX_PRE, _LATEX_POST, _LATEX_SVG, _, _STOCK = range(1, 10)
_FIELD: Final = {
    "sticky": 1,
    "rtl": 2,
    "font": 3,
    "size": 4,
    "description": 5,
    "plain_text": 6,
    "collapsed": 7,
    "exclude_from_search": 8,
    "id": 9,
    "tag": 10,
    "prevent_deletion": 11,
}
_TEMPLATE: Final = {
    "front": 1,
    "back": 2,
    "browser_front": 3,
    "browser_back": 4,
    "deck": 5,
    "browser_font": 6,
    "browser_size": 7,
    "id": 8,
}
_OTHER: Final = 255  # JSON of further keys
_NORMAL, _FILTERED = 1, 2
_DESCRIPTION, _MARKDOWN = 4, 5
_OF_TYPE: Final[dict[type, Callable[[Message, int], object]]] = {
    bool: Message.flag,
    int: Message.number,
    str: Message.text,
    type(None): Message.optional,
}

_LIMIT: Final = 2**63
_LEVELS: Final = "\x1f"  # separates the levels of a deck's name
_CLOZE: Final = 1

_Part = TypeVar("_Part", Field, Template)
_Parts = dict[int, list[tuple[_Part, object]]]


def read_notetypes(database: Database) -> Iterator[NoteType]:
    """Read all note types with their fields and templates.

    Exports of Anki may also hold fields and templates of note types that are not in the package.
    """
    fields = _parts(database, "fields", _field)
    templates = _parts(database, "templates", _template)
    columns, types = ("id", "name", "mtime_secs", "config"), (int, str, int, bytes)
    for id_, name, mod, data in database.rows("notetypes", columns, types):
        config = Message(data, "note type")
        own_fields, own_templates = fields.get(id_, []), templates.get(id_, [])
        if not own_templates or config.number(_SORT) >= len(own_fields) or id_ <= 0 or mod < 0:
            msg = "it has a note type that lacks fields or templates, or has an impossible id"
            raise Unreadable(msg)
        notetype = NoteType(
            id=id_,
            name=name,
            fields=tuple([field for field, _ in own_fields]),
            templates=tuple([template for template, _ in own_templates]),
            css=config.text(_CSS),
            cloze=config.number(_KIND) == _CLOZE,
            sort=config.number(_SORT),
            latex_pre=other(config.text(_LATEX_PRE), LATEX_PRE),
            latex_post=other(config.text(_LATEX_POST), LATEX_POST),
            stock=config.number(_STOCK) or None,
            mod=mod,
            latex_svg=config.flag(_LATEX_SVG),
        )
        marks = ([mark for _, mark in parts] for parts in (own_fields, own_templates))
        yield from_anki(notetype, *marks)


def addon_keys(database: Database) -> Iterator[str]:
    """Describe the keys of fields and templates that Anki does not know: add-ons write them."""
    names: dict[int, str] = dict(database.rows("notetypes", ("id", "name"), (int, str)))
    for table in ("fields", "templates"):
        columns, types = ("ntid", "name", "config"), (int, str, bytes)
        for notetype, part, data in database.rows(table, columns, types):
            for others in Message(data, "note type").several(_OTHER):
                with suppress(Unreadable):
                    for key in sorted(read_object(others, "note type").keys() - {MARK, "media"}):
                        yield addon_key(key, part, names.get(notetype, ""))


def read_decks(database: Database) -> Iterator[tuple[Deck, bool]]:
    """Read all decks, each with whether it is filtered."""
    for id_, name, data in database.rows("decks", ("id", "name", "kind"), (int, str, bytes)):
        kind = Message(data, "list of decks")
        if not 0 < id_ < _LIMIT:
            msg = f"it has a deck with the impossible id {id_}"
            raise Unreadable(msg)
        full = name.replace(_LEVELS, "::")
        normal = kind.message(_NORMAL)
        if normal is None:
            yield Deck(full, id=id_), kind.message(_FILTERED) is not None
        else:
            yield Deck(full, normal.text(_DESCRIPTION), normal.flag(_MARKDOWN), id_), False


def preset_ids(database: Database) -> list[int]:
    """Return the ids of all deck options."""
    return [id_ for (id_,) in database.rows("deck_config", ("id",), (int,))]


def _parts(database: Database, table: str, make: Callable[[str, Message], _Part]) -> _Parts[_Part]:
    """Read fields or templates with their marks by note type id, in order of their ordinals."""
    by_notetype: _Parts[_Part] = defaultdict(list)
    columns, types = ("ntid", "ord", "name", "config"), (int, int, str, bytes)
    for notetype, ordinal, name, data in database.rows(table, columns, types):
        parts = by_notetype[notetype]
        if ordinal != len(parts):
            msg = f"its {table} are not numbered from 0"
            raise Unreadable(msg)
        config = Message(data, "note type")
        parts.append((make(name, config), _mark(config)))
    return by_notetype


def _mark(config: Message) -> object:
    """Return the mark of a reserve, None without one."""
    for data in config.several(_OTHER):
        if MARK.encode() in data:
            with suppress(Unreadable):
                return read_object(data, "note type").get(MARK)
    return None


def _field(name: str, config: Message) -> Field:
    return Field(name, **_options(config, _FIELD, Field("")))


def _template(name: str, config: Message) -> Template:
    options = _options(config, _TEMPLATE, Template("", "", ""))
    return Template(name, **options | {"deck": options["deck"] or None})


def _options(
    config: Message, numbers: Mapping[str, int], defaults: Field | Template
) -> dict[str, Any]:
    """Read the optional attributes, with the types of their defaults."""
    return {
        name: _OF_TYPE[type(getattr(defaults, name))](config, number)
        for name, number in numbers.items()
    }
