"""Fields and templates as Anki's version 11 of its database keeps them, and add-ons know them."""

from __future__ import annotations

from typing import Any

from flashdeck.model import Field, Template


def field_json(field: Field) -> dict[str, Any]:
    """Give a field as Anki keeps it, but for its ordinal."""
    return {
        "name": field.name,
        "rtl": field.rtl,
        "font": field.font,
        "size": field.size,
        "sticky": field.sticky,
        "description": field.description,
        **given(
            {
                "id": field.id,
                "plainText": field.plain_text,
                "collapsed": field.collapsed,
                "excludeFromSearch": field.exclude_from_search,
                "tag": field.tag,
                "preventDeletion": field.prevent_deletion,
            }
        ),
    }


def template_json(template: Template) -> dict[str, Any]:
    """Give a template as Anki keeps it, but for its ordinal."""
    return {
        "name": template.name,
        "qfmt": template.front,
        "afmt": template.back,
        "bqfmt": template.browser_front,
        "bafmt": template.browser_back,
        "bfont": template.browser_font,
        "bsize": template.browser_size,
        **given({"id": template.id, "did": template.deck}),
    }


def given(keys: dict[str, int | None]) -> dict[str, int]:
    """Leave out the keys that have no value or are off, as Anki takes them to be."""
    return {key: value for key, value in keys.items() if value is not None and value is not False}
