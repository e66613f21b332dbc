"""Question notes: plain, with choices, typed, or reversed."""

from __future__ import annotations

from collections.abc import Container, Sequence

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, EXTRA, HINT, Composer, Kind, with_hint


def choice_list(
    choices: Sequence[str], words: Sequence[str], right: Container[str], *, several: bool
) -> str:
    """Format the choices; `words` are their sources, which decide whether they are `right`.

    Each choice is a label with its own input, so it can be ticked without scripts. The class
    `tappable` keeps AnkiDroid from taking a tap for a gesture. The order is that of the source: the
    script of the note type shuffles only the display.
    """
    box = "checkbox" if several else "radio"
    opening = {True: '<li class="fd-right">', False: "<li>"}
    items = "".join(
        f'{opening[word in right]}<label class="tappable"><input type="{box}" name="fd-choice">'
        f'<span dir="auto">{html}</span></label></li>'
        for html, word in zip(choices, words, strict=True)
    )
    return f'<ul class="fd-choices">{items}</ul>'


def answer_list(answers: Sequence[str]) -> str:
    """Format several right answers."""
    items = "".join(f'<li dir="auto">{html}</li>' for html in answers)
    return f'<ul class="fd-answers">{items}</ul>'


def _compose(note: Composer) -> tuple[str, ...]:
    question, answers = note.html("q"), note.htmls("a")
    choices = note.htmls("choices")
    several = note.is_list("a")
    answer = answer_list(answers) if several else "".join(answers)
    if choices:
        question += choice_list(choices, note.words("choices"), note.words("a"), several=several)
    return (
        with_hint(question, note.html("hint")),
        answer,
        note.html("extra"),
        note.typed("a", answer),
        "1" if note.flag("reverse") else "",
        note.guid,
    )


QUESTION = Kind(
    name="question",
    summary="A question and its answer.",
    primary_key="q",
    keys=(
        Key("q", Shape.TEXT, "The question.", required=True),
        Key("choices", Shape.TEXTS, "The choices, shown in another order at each review."),
        Key(
            "a",
            Shape.ANSWER,
            "The answer; with `choices` one of them, or a list of several.",
            required=True,
        ),
        Key(
            "typed",
            Shape.TYPED,
            "What the learner types; `true` is the answer's plain text.",
        ),
        Key("reverse", Shape.FLAG, "`true` makes a second card that asks the other way round."),
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Question",
    compose=_compose,
    fields={"Question": "q", "Answer": "a", "Extra": "extra"},
)
