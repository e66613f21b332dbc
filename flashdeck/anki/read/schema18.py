"""Note types and decks as Anki's version 18 of its database keeps them: tables with protobuf."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import Final, TypeVar

from flashdeck.anki.read.archive import Unreadable
from flashdeck.anki.read.database import Database
from flashdeck.anki.read.protobuf import Message
from flashdeck.anki.read.schema11 import LATEX_POST, LATEX_PRE
from flashdeck.model import Deck, Field, NoteType, Template

VERSION: Final = 18

_LIMIT: Final = 2**63
_LEVELS: Final = "\x1f"  # stands between the levels of a deck's name
_CLOZE: Final = 1
_NORMAL, _FILTERED = 1, 2

_Part = TypeVar("_Part", Field, Template)


def read_notetypes(database: Database) -> Iterator[NoteType]:
    """Read all note types with their fields and templates.

    Anki's own exports also hold fields and templates of note types that they leave out.
    """
    fields = _parts(database, "fields", _field)
    templates = _parts(database, "templates", _template)
    columns, types = ("id", "name", "mtime_secs", "config"), (int, str, int, bytes)
    for id_, name, mod, data in database.rows("notetypes", columns, types):
        config = Message(data, "note type")
        own_fields, own_templates = fields.get(id_, []), templates.get(id_, [])
        if not own_templates or config.number(2) >= len(own_fields) or id_ <= 0 or mod < 0:
            msg = "it has a note type that lacks fields or templates, or has an impossible id"
            raise Unreadable(msg)
        yield NoteType(
            id=id_,
            name=name,
            fields=tuple(own_fields),
            templates=tuple(own_templates),
            css=config.text(3),
            cloze=config.number(1) == _CLOZE,
            sort=config.number(2),
            latex_pre=_other(config.text(5), LATEX_PRE),
            latex_post=_other(config.text(6), LATEX_POST),
            stock=config.number(9) or None,
            mod=mod,
            latex_svg=config.flag(7),
        )


def read_decks(database: Database) -> Iterator[tuple[Deck, bool]]:
    """Read all decks, and of each whether it is a filtered one."""
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
            yield Deck(full, normal.text(4), normal.flag(5), id_), False


def preset_ids(database: Database) -> list[int]:
    """Give the ids of all deck options."""
    return [id_ for (id_,) in database.rows("deck_config", ("id",), (int,))]


def _parts(
    database: Database, table: str, make: Callable[[str, Message], _Part]
) -> dict[int, list[_Part]]:
    """Read fields or templates by their note types' ids, in order of their ordinals."""
    found: dict[int, list[_Part]] = defaultdict(list)
    columns, types = ("ntid", "ord", "name", "config"), (int, int, str, bytes)
    for notetype, ordinal, name, data in database.rows(table, columns, types, "ntid, ord"):
        parts = found[notetype]
        if ordinal != len(parts):
            msg = f"its {table} are not numbered from 0 on"
            raise Unreadable(msg)
        parts.append(make(name, Message(data, "note type")))
    return found


def _field(name: str, config: Message) -> Field:
    return Field(
        name=name,
        id=config.optional(9),
        rtl=config.flag(2),
        font=config.text(3),
        size=config.number(4),
        sticky=config.flag(1),
        description=config.text(5),
        plain_text=config.flag(6),
        collapsed=config.flag(7),
        exclude_from_search=config.flag(8),
        tag=config.optional(10),
        prevent_deletion=config.flag(11),
    )


def _template(name: str, config: Message) -> Template:
    return Template(
        name=name,
        front=config.text(1),
        back=config.text(2),
        id=config.optional(8),
        browser_front=config.text(3),
        browser_back=config.text(4),
        browser_font=config.text(6),
        browser_size=config.number(7),
        deck=config.optional(5) or None,
    )


def _other(text: str, default: str) -> str | None:
    return None if text == default else text
