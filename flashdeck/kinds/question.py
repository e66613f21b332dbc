"""Question and answer, if wanted also the other way round."""

from __future__ import annotations

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, EXTRA, HINT, Composer, Kind, with_hint


def _compose(note: Composer) -> tuple[str, ...]:
    return (
        with_hint(note.html("q"), note.html("hint")),
        note.html("a"),
        note.html("extra"),
        "",
        "1" if note.flag("reverse") else "",
        note.guid,
    )


QUESTION = Kind(
    name="question",
    summary="A question and its answer.",
    opener="q",
    keys=(
        Key("q", Shape.TEXT, "The question.", required=True),
        Key("a", Shape.TEXT, "The answer.", required=True),
        Key("reverse", Shape.FLAG, "`true` makes a second card that asks the other way round."),
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Question",
    compose=_compose,
)
