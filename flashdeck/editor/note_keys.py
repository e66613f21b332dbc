"""A note as JSON Schema: first which kind it is, then the keys of that kind.

`if` and `then` ask what `read/notes` asks, in the same order, so that an editor names the same
unknown key, and offers only what the kind has.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from flashdeck.editor.shapes import TEXT, Schema, mapping_schema
from flashdeck.kinds.registry import CUSTOM, KINDS, MASK, OCCLUSION, QUESTION, Kind

FieldNames = Mapping[str, Iterable[str]]
"""The fields of each note type of the project's own, by its name; or its short keys."""
_NOTE: Schema = {"$ref": "#/definitions/note"}
_UNNAMED: Schema = {"not": {"required": ["notetype"]}}


def note_definitions(notetypes: FieldNames, short: FieldNames) -> dict[str, Schema]:
    """Give what a deck's schema refers to: a note, its kinds, a mask."""
    kinds = {kind.name: {"title": kind.summary, **mapping_schema(kind.keys)} for kind in KINDS}
    kinds[QUESTION.name]["if"] = {"not": {"required": ["choices"]}}
    kinds[QUESTION.name]["then"] = {"properties": {"a": TEXT}}
    kinds[CUSTOM.name] |= _by_notetype(notetypes)
    return {
        "note": {"type": "object", **_decided(short)},
        **kinds,
        "undecided": _undecided(),
        "mask": mapping_schema(MASK),
    }


def notes_of_document(notetypes: FieldNames) -> list[Schema]:
    """Say which fields the notes have that leave their note type to the document."""
    return [
        {"if": _names(name), "then": _notes(_unless_named(names))}
        for name, names in notetypes.items()
    ]


def short_notes_of_document(short: FieldNames) -> Schema:
    """Say what the notes are: where the document's note type has short keys, maybe of that type."""
    chain = _notes(_NOTE)
    for name, words in short.items():
        asked = {"allOf": [_UNNAMED, _uses(words)]}
        notes = _notes({"if": asked, "then": _short_note(words), "else": _NOTE})
        chain = {"if": _names(name), "then": notes, "else": chain}
    return chain


def _notes(items: Schema) -> Schema:
    return {"properties": {"notes": {"items": items}}}


def _decided(short: FieldNames) -> Schema:
    """Ask what decides a note's kind, one after the other."""
    chain: Schema = {"$ref": "#/definitions/undecided"}
    questions: list[tuple[Schema, Kind]] = [(_has("occlude"), OCCLUSION)]
    for kind in KINDS:
        asked = _has(kind.opener)
        if kind is OCCLUSION:
            asked["not"] = {"required": ["q", "a"]}
        questions.append((asked, kind))
    questions.append((_has("notetype"), CUSTOM))
    for asked, kind in reversed(questions):
        chain = {"if": asked, "then": {"$ref": f"#/definitions/{kind.name}"}, "else": chain}
    for name, words in short.items():
        asked = {"allOf": [_names(name), _uses(words)]}
        chain = {"if": asked, "then": _short_note(words), "else": chain}
    return chain


def _uses(words: Iterable[str]) -> Schema:
    """Ask whether a note gives its fields by their short keys."""
    given = [{"required": [word]} for word in words]
    return {"type": "object", "anyOf": given, "not": {"required": ["fields"]}}


def _short_note(words: Iterable[str]) -> Schema:
    schema = mapping_schema(key for key in CUSTOM.keys if key.name != "fields")
    schema["properties"] |= dict.fromkeys(words, TEXT)
    return {"title": CUSTOM.summary, **schema}


def _has(key: str) -> Schema:
    return {"type": "object", "required": [key]}  # no mapping at all "has" every key


def _undecided() -> Schema:
    """Offer every key while nothing says yet what kind of note it will be."""
    every = {key.name: key for kind in KINDS for key in reversed(kind.keys)}
    schema = mapping_schema(every.values())
    return {"title": "A note of any kind.", **schema, "required": [QUESTION.opener]}


def _by_notetype(notetypes: FieldNames) -> Schema:
    """Tie the fields of a note to the note type that it names."""
    cases = [{"if": _names(name), "then": _fields(names)} for name, names in notetypes.items()]
    return {"allOf": cases} if cases else {}


def _names(notetype: str) -> Schema:
    return {"properties": {"notetype": {"const": notetype}}, "required": ["notetype"]}


def _unless_named(names: Iterable[str]) -> Schema:
    return {"if": _UNNAMED, "then": _fields(names)}


def _fields(names: Iterable[str]) -> Schema:
    fields = {"properties": dict.fromkeys(names, TEXT), "additionalProperties": False}
    return {"properties": {"fields": {"type": "object", **fields}}}
