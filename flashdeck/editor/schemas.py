"""The schemas of files: decks, note types, settings."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from flashdeck.editor.note_keys import (
    FieldNames,
    note_definitions,
    notes_of_document,
    pattern_definition,
    short_notes_of_document,
)
from flashdeck.editor.shapes import Schema, mapping_schema
from flashdeck.kinds.registry import DOCUMENT, FIELD, NOTETYPE, SETTINGS, TABLE, TEMPLATE, Key

_DRAFT = "http://json-schema.org/draft-07/schema#"
TITLES = MappingProxyType(
    {
        "deck": "A deck of flashdeck",
        "notetype": "A note type of flashdeck",
        "settings": "Settings of a flashdeck project",
    }
)
"""The titles of the schemas by name."""


def schemas(notetypes: FieldNames, short: FieldNames = MappingProxyType({})) -> dict[str, Schema]:
    """Return the schemas by name.

    `notetypes` are the fields of the project's own note types, `short` the short keys of types that
    have any.
    """
    deck = _file("deck", DOCUMENT)
    # `notes` is optional with a table.
    deck["anyOf"] = [{"required": deck.pop("required")}, {"required": ["table"]}, {"type": "null"}]
    deck["definitions"] = note_definitions(notetypes, short) | {
        "table": mapping_schema(TABLE),
        "pattern": pattern_definition(short),
    }
    if notetypes:
        deck["allOf"] = notes_of_document(notetypes)
    if short:
        deck["properties"]["notes"] = deck["properties"]["notes"] | {"items": {"type": "object"}}
        deck["allOf"] = [*deck.get("allOf", ()), short_notes_of_document(short)]
    notetype = _file("notetype", NOTETYPE)
    notetype["definitions"] = {"field": mapping_schema(FIELD), "template": mapping_schema(TEMPLATE)}
    settings = _file("settings", SETTINGS)
    return {"deck": deck, "notetype": notetype, "settings": settings}


def _file(name: str, keys: Iterable[Key]) -> Schema:
    schema = mapping_schema(keys)
    # An empty document is valid.
    return {"$schema": _DRAFT, "title": TITLES[name], **schema, "type": ["object", "null"]}
