"""JSON Schema of notes: conditions for the kind of a note, and the keys of each kind.

The conditions are those of the note reader, in the same order, so that editors report the same
unknown keys, and offer the keys of a note's kind only.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flashdeck.editor.shapes import TEXT, Schema, mapping_schema
from flashdeck.kinds.registry import (
    CUSTOM,
    ITEM,
    KINDS,
    MASK,
    OCCLUSION,
    PATTERN,
    QUESTION,
    SPOKEN,
    Kind,
)

FieldNames = Mapping[str, Iterable[str]]
"""The fields, or the short keys, of the project's own note types, by name."""
_SPOKEN = frozenset({"q", "a", "cloze", "extra"})
_TEXT_OR_PART: Schema = {
    "anyOf": [
        {
            "if": {"type": "object"},
            "then": {"$ref": "#/definitions/spoken"},
            "else": TEXT["anyOf"][0],
        }
    ]
}
_NOTE: Schema = {"$ref": "#/definitions/note"}
_UNNAMED: Schema = {"not": {"required": ["notetype"]}}


def note_definitions(notetypes: FieldNames, short: FieldNames) -> dict[str, Schema]:
    """Return the definitions of a deck's schema: a note, its kinds, a mask, an item."""
    kinds = {kind.name: {"title": kind.summary, **mapping_schema(kind.keys)} for kind in KINDS}
    kinds[QUESTION.name]["if"] = {"not": {"required": ["choices"]}}
    kinds[QUESTION.name]["then"] = {"properties": {"a": _TEXT_OR_PART}}
    kinds[CUSTOM.name] |= _by_notetype(notetypes)
    for schema in kinds.values():
        _allow_parts(schema["properties"])
    return {
        "note": {"type": "object", **_decided(short)},
        "spoken": mapping_schema(SPOKEN),
        **kinds,
        "undecided": _undecided(),
        "mask": mapping_schema(MASK),
        "item": mapping_schema(ITEM),
    }


def _allow_parts(properties: dict[str, Schema]) -> None:
    """Allow `{text: …, speak: …}` as the value of texts."""
    for name in _SPOKEN & properties.keys():
        others = properties[name]["anyOf"][1:]
        properties[name] |= {"anyOf": [*_TEXT_OR_PART["anyOf"], *others]}
    if "fields" in properties:
        properties["fields"] |= {"additionalProperties": _TEXT_OR_PART}


def notes_of_document(notetypes: FieldNames) -> list[Schema]:
    """Return the fields of notes that take their note type from the document."""
    return [
        {"if": _names(name), "then": _notes(_unless_named(names))}
        for name, names in notetypes.items()
    ]


def short_notes_of_document(short: FieldNames) -> Schema:
    """Return the schema of notes in documents whose note type has short keys."""
    chain = _notes(_NOTE)
    for name, words in short.items():
        condition = {"allOf": [_UNNAMED, _uses(words)]}
        notes = _notes({"if": condition, "then": _short_note(words), "else": _NOTE})
        chain = {"if": _names(name), "then": notes, "else": chain}
    return chain


def _notes(items: Schema) -> Schema:
    return {"properties": {"notes": {"items": items}}}


def _decided(short: FieldNames) -> Schema:
    """Return the conditions for a note's kind, as a chain."""
    chain: Schema = {"$ref": "#/definitions/undecided"}
    conditions: list[tuple[Schema, Kind]] = [(_has("occlude"), OCCLUSION)]
    for kind in KINDS:
        condition = _has(kind.primary_key)
        if kind is OCCLUSION:
            condition["not"] = {"required": ["q", "a"]}
        conditions.append((condition, kind))
    conditions.append((_has("notetype"), CUSTOM))
    for condition, kind in reversed(conditions):
        chain = {"if": condition, "then": {"$ref": f"#/definitions/{kind.name}"}, "else": chain}
    for name, words in short.items():
        condition = {"allOf": [_names(name), _uses(words)]}
        chain = {"if": condition, "then": _short_note(words), "else": chain}
    return chain


def _uses(words: Iterable[str]) -> Schema:
    """Return the condition that a note uses short keys."""
    given = [{"required": [word]} for word in words]
    return {"type": "object", "anyOf": given, "not": {"required": ["fields"]}}


def _short_note(words: Iterable[str]) -> Schema:
    schema = mapping_schema(key for key in CUSTOM.keys if key.name != "fields")
    schema["properties"] |= dict.fromkeys(words, _TEXT_OR_PART)
    return {"title": CUSTOM.summary, **schema}


def _has(key: str) -> Schema:
    return {"type": "object", "required": [key]}  # `required` ignores values that are not mappings


def _undecided() -> Schema:
    """Return the schema of a note of unknown kind, with the keys of all kinds."""
    every = {key.name: key for kind in KINDS for key in reversed(kind.keys)}
    schema = mapping_schema(every.values())
    return {"title": "A note of any kind.", **schema, "required": [QUESTION.primary_key]}


def pattern_definition(short: FieldNames) -> Schema:
    """Return the schema of a pattern: the keys of a note of any kind, as text with columns, too."""
    every = {key.name: key for kind in KINDS for key in reversed(kind.keys)}
    schema = mapping_schema([*PATTERN, *every.values()])
    for name, value in schema["properties"].items():
        own = {key: value.pop(key) for key in [*value] if not key.endswith("escription")}
        value["anyOf"] = [own, *TEXT["anyOf"]] if name in every else [own]
    schema["properties"] |= {word: TEXT for words in short.values() for word in words}
    return {**schema, "required": [key.name for key in PATTERN if key.required]}


def _by_notetype(notetypes: FieldNames) -> Schema:
    """Return the fields of notes that name a note type."""
    cases = [{"if": _names(name), "then": _fields(names)} for name, names in notetypes.items()]
    return {"allOf": cases} if cases else {}


def _names(notetype: str) -> Schema:
    return {"properties": {"notetype": {"const": notetype}}, "required": ["notetype"]}


def _unless_named(names: Iterable[str]) -> Schema:
    return {"if": _UNNAMED, "then": _fields(names)}


def _fields(names: Iterable[str]) -> Schema:
    fields = {"properties": dict.fromkeys(names, _TEXT_OR_PART), "additionalProperties": False}
    return {"properties": {"fields": {"type": "object", **fields}}}
