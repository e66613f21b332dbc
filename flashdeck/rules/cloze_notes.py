"""Rules for cloze notes that hide everything, or show what they hide."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.anki.clozes import Cloze, hidden_texts, with_clozes_as
from flashdeck.rules.context import LintContext
from flashdeck.rules.rule import Finding

_WORD = re.compile(r"\w")
_SHORTEST = 4


def cloze_everything(context: LintContext) -> Iterator[Finding]:
    """A card of a cloze note shows only the cloze deletion.

    It has no context to recall it from.

    Fix: add a hint (`{{c1::Paris::a capital}}`), or write the sentence around it.

    Fails::

        notes:
          - cloze: "{{c1::Werkzeug}}"

    Passes::

        notes:
          - cloze: "Flask relies on {{c1::Werkzeug}}."
          - cloze: "{{c1::Werkzeug::Flask's WSGI library}}"
    """
    for entry in context.entries:
        text = entry.field("Text")
        if text is None or "hint" in entry.passages:
            continue
        for number in hidden_texts(text.words):
            if not _WORD.search(_front(text.words, number)):
                message = f"the card of c{number} shows only the cloze"
                hint = "add a hint, {{c1::word::hint}}, or write the sentence around it"
                yield Finding(text.span, message, hint)


def cloze_given_away(context: LintContext) -> Iterator[Finding]:
    """The text of a cloze deletion is visible elsewhere on the same card.

    It is read instead of recalled. Words of fewer than four letters and text with code blocks don't
    count.

    Fix: hide both with one number, or write the other one differently.

    Fails::

        notes:
          - cloze: "{{c1::Werkzeug}} is German for tool; Flask takes WSGI from Werkzeug."

    Passes::

        notes:
          - cloze: "{{c1::Werkzeug}} is German for tool; Flask takes WSGI from {{c1::Werkzeug}}."
    """
    for entry in context.entries:
        text = entry.field("Text")
        if text is None or "<pre" in text.html:
            continue
        for number, hidden in _hidden(text.words):
            if re.search(rf"\b{re.escape(hidden)}\b", _front(text.words, number)):
                match = re.search(re.escape(f"::{hidden}"), text.text)
                span = text.place(match.start() + 2, match.end()) if match else text.span
                message = f"'{hidden}' is hidden by c{number} and visible next to it"
                hint = f"hide it there as well: {{{{c{number}::{hidden}}}}}"
                yield Finding(span, message, hint)
                break


def list_sound(context: LintContext) -> Iterator[Finding]:
    """A sound or a video in an item of a list.

    Anki plays all sounds of a card, also those of the items after the one that it asks for, which
    are hidden.

    Fix: put it into `extra`, or make a note of each item.

    Fails::

        notes:
          - q: Which notes follow each other?
            list: ["do ![](do.mp3)", "re ![](re.mp3)"]
        == cards/do.mp3
        ID3
        == cards/re.mp3
        ID3

    Passes::

        notes:
          - q: Which notes follow each other?
            list: [do, re]
            extra: "![](do.mp3) ![](re.mp3)"
        == cards/do.mp3
        ID3
        == cards/re.mp3
        ID3
    """
    for entry in context.entries:
        for item in entry.passages.get("list", ()) if entry.kind == "list" else ():
            if "[sound:" in item.html:
                message = "this sound is played on every card of the list"
                yield Finding(item.span, message, "put it into 'extra', or make notes of the items")


def _hidden(words: str) -> Iterator[tuple[int, str]]:
    """Return the hidden words of each cloze number, without short ones."""
    for number, texts in hidden_texts(words).items():
        for hidden in map(str.strip, texts):
            if len(hidden) >= _SHORTEST and hidden.replace(" ", "").isalpha():
                yield number, hidden


def _front(words: str, number: int) -> str:
    """Return the front of the card of `number`."""

    def replacement(cloze: Cloze, inside: str) -> str:
        return f"[{cloze.hint}]" if number in cloze.numbers else inside

    return with_clozes_as(replacement, words)
