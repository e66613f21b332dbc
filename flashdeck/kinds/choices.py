"""Choices of a question: a list that is plain to read, and can be tapped where a page allows it.

The order is the author's. The note type's script shuffles what is shown, never what is stored.
"""

from __future__ import annotations

from collections.abc import Container, Sequence


def choice_list(
    choices: Sequence[str], words: Sequence[str], right: Container[str], *, several: bool
) -> str:
    """Write the choices, given as HTML and as the words that tell which of them are `right`.

    Each is a label with its own box, so that it can be ticked even where no script runs; `tappable`
    is AnkiDroid's word for what is no gesture.
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
    """Write several right answers."""
    items = "".join(f'<li dir="auto">{html}</li>' for html in answers)
    return f'<ul class="fd-answers">{items}</ul>'
