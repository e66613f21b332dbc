"""Cloze notes: one card for each cloze number."""

from __future__ import annotations

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, EXTRA, HINT, Composer, Kind, with_hint


def _compose(note: Composer) -> tuple[str, ...]:
    text = with_hint(note.html("cloze"), note.html("hint"))
    return (text, note.html("extra"), "1" if note.flag("typed") else "", note.guid)


CLOZE = Kind(
    name="cloze",
    summary="Text with cloze deletions, a card for each number.",
    primary_key="cloze",
    keys=(
        Key(
            "cloze",
            Shape.TEXT,
            "The text, its cloze deletions written as `{{c1::hidden}}`.",
            required=True,
        ),
        Key("typed", Shape.FLAG, "`true`: the learner types what the cloze deletion hides."),
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Cloze",
    compose=_compose,
    clozes=True,
    fields={"Text": "cloze", "Extra": "extra"},
)
