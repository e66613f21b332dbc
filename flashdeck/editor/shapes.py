"""JSON Schemas of key values, one for each `Shape`.

To flashdeck every scalar is text; to an editor `no: 012` is a number. So any value but a list or a
mapping is valid as text, and `true` may be quoted.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from flashdeck.kinds.key import EDITION, SPEECH
from flashdeck.kinds.registry import PRESET, RESERVE, Key, Shape
from flashdeck.kinds.settings import LIMITS, MARKUPS, SCRIPTS
from flashdeck.limits import CEILINGS

Schema = dict[str, Any]
# With `if` inside of `anyOf`, language servers complete to `key: ` without offering true, false and
# null.
TEXT: Schema = {
    "anyOf": [
        {
            "if": {"type": ["array", "object"]},
            "then": {
                "type": "string",
                "errorMessage": "this takes text: begin it with a quote or |",
            },
        }
    ]
}
_NUMBER: Schema = {
    "type": ["integer", "string"],
    "minimum": 1,
    "pattern": r"^\s*[0-9_]*[1-9][0-9_]*\s*$",
    "patternErrorMessage": "this takes a number",
}
_COUNT: Schema = {
    "type": ["integer", "string"],
    "minimum": 0,
    "pattern": r"^\s*[0-9_]*[0-9][0-9_]*\s*$",
    "patternErrorMessage": "this takes a number",
}
_WHOLE: Schema = {
    "type": ["integer", "string"],
    "pattern": r"^\s*-?[0-9_]*[0-9][0-9_]*\s*$",
    "patternErrorMessage": "this takes a whole number",
}
_FLAG: Schema = {
    "type": ["boolean", "string"],
    "pattern": r"^\s*([Tt][Rr][Uu][Ee]|[Ff][Aa][Ll][Ss][Ee])\s*$",
    "patternErrorMessage": "this takes true or false",
}
_PERCENT: Schema = {
    "type": "string",
    "pattern": r"^\s*[0-9]{1,3}(\.[0-9]{1,4})?\s*%\s*$",
    "patternErrorMessage": "this takes a percentage, as in 12.5%",
}
_RETENTION: Schema = {
    "type": "string",
    "pattern": r"^\s*[7-9][0-9]\s*%\s*$",
    "patternErrorMessage": "this takes a percentage, as in 85%",
}
_STEP: Schema = {
    "type": "string",
    "pattern": r"^\s*[0-9]*[1-9][0-9]*[smhd]\s*$",
    "patternErrorMessage": "this takes a time, as in 10m, 1h or 3d",
}
_TAG: Schema = {**TEXT, "pattern": r"^\s*\S+\s*$", "patternErrorMessage": "a tag has no spaces"}
_PLACE = {"label": "left, top, width, height", "body": "[${1:10}%, ${2:10}%, ${3:20}%, ${4:10}%]"}
_SEVERITIES = ("off", "info", "warning", "error")


def _list(items: Schema, *, least: int = 0, may_be_empty: bool = False) -> Schema:
    kind: Schema = {"type": ["array", "null"] if may_be_empty else "array", "items": items}
    return {**kind, "minItems": least} if least else kind


def _mapping(**inside: Any) -> Schema:
    return {"type": ["object", "null"], **inside}


_SHAPES: dict[Shape, Schema] = {
    Shape.TEXT: TEXT,
    Shape.TEXTS: _list(TEXT, least=1),
    Shape.ANSWER: {"anyOf": [*TEXT["anyOf"], _list(TEXT, least=1)]},
    Shape.FLAG: _FLAG,
    Shape.TYPED: {**TEXT, "examples": [True]},
    Shape.MASKS: _list({"$ref": "#/definitions/mask"}, least=1),
    Shape.ITEMS: _list({"anyOf": [*TEXT["anyOf"], {"$ref": "#/definitions/item"}]}, least=1),
    Shape.PLACE: {**_list(_PERCENT), "minItems": 4, "maxItems": 4, "defaultSnippets": [_PLACE]},
    Shape.TAGS: _list(_TAG, may_be_empty=True),
    Shape.FIELDS: {"type": "object", "additionalProperties": TEXT},
    Shape.NOTES: _list({"$ref": "#/definitions/note"}),
    Shape.ID: TEXT,
    Shape.DECK: TEXT,
    Shape.MARKUP: {"enum": list(MARKUPS)},
    Shape.FIELD_LIST: _list({"anyOf": [*TEXT["anyOf"], {"$ref": "#/definitions/field"}]}, least=1),
    Shape.TEMPLATES: _list({"$ref": "#/definitions/template"}, least=1),
    Shape.TABLE: {"anyOf": [*TEXT["anyOf"], {"$ref": "#/definitions/table"}]},
    Shape.PERCENT: _RETENTION,
    Shape.SPEECH: {
        "anyOf": [
            {"type": "string", "pattern": SPEECH.pattern},
            {"type": "object", "additionalProperties": {"type": "string"}},
        ]
    },
    Shape.STEPS: _list(_STEP),
    Shape.PATTERNS: _list({"$ref": "#/definitions/pattern"}, least=1),
    Shape.COLUMN_NAMES: {"anyOf": [*TEXT["anyOf"], _list(TEXT, least=1)]},
    Shape.COLUMNS: {
        "type": "object",
        "additionalProperties": {
            "anyOf": [*TEXT["anyOf"], {"type": "object", "additionalProperties": TEXT}]
        },
    },
    Shape.CONSTANTS: {"type": "object"},
    Shape.COUNT: _COUNT,
    Shape.NUMBER: _NUMBER,
    Shape.WHOLE: _WHOLE,
    Shape.PACKAGES: _mapping(
        propertyNames={"pattern": r"\.[Aa][Pp][Kk][Gg]$"}, additionalProperties=_list(TEXT)
    ),
    Shape.EDITIONS: _mapping(
        propertyNames={"pattern": EDITION.pattern},
        additionalProperties={"anyOf": [{"enum": ["all"]}, _list(_TAG, least=1)]},
    ),
    Shape.IDS: _mapping(additionalProperties=_WHOLE),
    Shape.RULES: _mapping(additionalProperties={"enum": list(_SEVERITIES)}),
}


def value_schema(key: Key) -> Schema:
    """Return the schema of a key's value, with the key's documentation."""
    if key.shape is Shape.WORD:
        numbers = [int(word) for word in key.words if word.isdigit()]
        shape: Schema = {"enum": [*key.words, *numbers]}
    elif key.shape is Shape.LIMITS:
        shape = {**mapping_schema(LIMITS), "type": ["object", "null"]}
        for name, limit in shape["properties"].items():
            limit["maximum"] = CEILINGS[name]
    elif key.shape is Shape.SCRIPTS:
        shape = {**mapping_schema(SCRIPTS), "type": ["object", "null"]}
    elif key.shape is Shape.PRESET:
        shape = mapping_schema(PRESET)
    elif key.shape is Shape.RESERVE:
        shape = {"anyOf": [{"enum": [0, "0"]}, mapping_schema(RESERVE)]}
    else:
        shape = _SHAPES[key.shape]
    default = f"; default `{key.words[0]}`" if key.words else ""
    return {
        "description": key.summary.replace("`", ""),
        "markdownDescription": f"{key.summary}\n\n*{key.holds}*{default}",
        **shape,
    }


def mapping_schema(keys: Iterable[Key]) -> Schema:
    """Return the schema of a mapping with these keys and no others."""
    keys = tuple(keys)
    required = [key.name for key in keys if key.required]
    return {
        "type": "object",
        "properties": {key.name: value_schema(key) for key in keys},
        "additionalProperties": False,
        **({"required": required} if required else {}),
    }
