"""Notes of custom note types, with fields by name."""

from __future__ import annotations

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, Composer, Kind


def _compose(note: Composer) -> tuple[str, ...]:
    return note.named_fields()


CUSTOM = Kind(
    name="custom",
    summary="A note of a note type of your own.",
    primary_key="fields",
    keys=(
        Key("notetype", Shape.TEXT, "The note type's name; default: the document's."),
        Key(
            "fields", Shape.FIELDS, "The fields by name; what is left out is empty.", required=True
        ),
        *COMMON,
    ),
    notetype="",
    compose=_compose,
    clozes=True,
)
