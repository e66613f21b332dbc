"""JSON of fields and templates in Anki's schema 11."""

from __future__ import annotations

from typing import Any

from flashdeck.anki.read.schema11 import FIELD_KEYS, TEMPLATE_KEYS
from flashdeck.model import Field, Template


def field_json(field: Field) -> dict[str, Any]:
    """Return the JSON of a field, without its ordinal."""
    options = given({key: getattr(field, name) for name, key in FIELD_KEYS.items()})
    return {"name": field.name, "rtl": field.rtl, "sticky": field.sticky, **options}


def template_json(template: Template) -> dict[str, Any]:
    """Return the JSON of a template, without its ordinal."""
    options = given({key: getattr(template, name) for name, key in TEMPLATE_KEYS.items()})
    return {"name": template.name, "qfmt": template.front, "afmt": template.back, **options}


def given(keys: dict[str, Any]) -> dict[str, Any]:
    """Return the keys with a value; None and false are what Anki assumes anyway."""
    return {key: value for key, value in keys.items() if value is not None and value is not False}
