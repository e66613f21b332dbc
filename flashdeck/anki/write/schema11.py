"""Fields and templates as Anki's version 11 of its database keeps them, and add-ons know them."""

from __future__ import annotations

from typing import Any

from flashdeck.anki.read.schema11 import FIELD_KEYS, TEMPLATE_KEYS
from flashdeck.model import Field, Template


def field_json(field: Field) -> dict[str, Any]:
    """Give a field as Anki keeps it, but for its ordinal."""
    options = given({key: getattr(field, name) for name, key in FIELD_KEYS.items()})
    return {"name": field.name, "rtl": field.rtl, "sticky": field.sticky, **options}


def template_json(template: Template) -> dict[str, Any]:
    """Give a template as Anki keeps it, but for its ordinal."""
    options = given({key: getattr(template, name) for name, key in TEMPLATE_KEYS.items()})
    return {"name": template.name, "qfmt": template.front, "afmt": template.back, **options}


def given(keys: dict[str, Any]) -> dict[str, Any]:
    """Leave out the keys that have no value or are off, as Anki takes them to be."""
    return {key: value for key, value in keys.items() if value is not None and value is not False}
