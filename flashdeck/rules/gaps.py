"""Gaps: cloze notes that ask for everything, or show what they hide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from flashdeck.rules.rule import Finding
from flashdeck.rules.subject import Subject

_PART = re.compile(r"\{\{c([0-9,]+)::|\}\}|::")
_WORD = re.compile(r"\w")
_SHORTEST = 4


@dataclass(frozen=True, slots=True)
class _Gap:
    """A gap in a text: its number, where it begins and ends, what it hides and what it shows."""

    number: str
    start: int
    end: int
    hidden: str
    hint: str


def cloze_everything(subject: Subject) -> Iterator[Finding]:
    """A card of a cloze note on which nothing but the gap is to be seen.

    There is nothing to recall it from.

    Mend: add a hint to the gap (`{{c1::Paris::a capital}}`), or write the sentence round it.

    Fails::

        notes:
          - cloze: "{{c1::Werkzeug}}"

    Passes::

        notes:
          - cloze: "Flask relies on {{c1::Werkzeug}}."
          - cloze: "{{c1::Werkzeug::Flask's WSGI library}}"
    """
    for entry in subject.entries:
        text = entry.passage("cloze")
        if text is None or "hint" in entry.passages:
            continue
        gaps = _gaps(text.words)
        for number in dict.fromkeys(gap.number for gap in gaps):
            shown = _shown(text.words, gaps, number)
            if not _WORD.search(shown):
                message = f"the card of c{number} shows nothing but the gap"
                hint = "add a hint, {{c1::word::hint}}, or write the sentence round it"
                yield Finding(text.span, message, hint)


def gap_given_away(subject: Subject) -> Iterator[Finding]:
    """What a gap hides stands elsewhere on the same card.

    The eye finds it before the mind does. Words of less than four letters and text with code in
    blocks don't count.

    Mend: hide both with one number, or write the other one differently.

    Fails::

        notes:
          - cloze: "{{c1::Werkzeug}} is German for tool; Flask takes WSGI from Werkzeug."

    Passes::

        notes:
          - cloze: "{{c1::Werkzeug}} is German for tool; Flask takes WSGI from {{c1::Werkzeug}}."
    """
    for entry in subject.entries:
        text = entry.passage("cloze")
        if text is None or "<pre" in text.html:
            continue
        gaps = _gaps(text.words)
        for gap in gaps:
            hidden = gap.hidden.strip()
            if len(hidden) < _SHORTEST or not hidden.replace(" ", "").isalpha():
                continue
            shown = _shown(text.words, gaps, gap.number)
            if hidden in shown and re.search(rf"\b{re.escape(hidden)}\b", shown):
                found = re.search(re.escape(f"::{hidden}"), text.text)
                span = text.place(found.start() + 2, found.end()) if found else text.span
                message = f"'{hidden}' is hidden by c{gap.number} and can be read beside it"
                hint = f"hide it there as well: {{{{c{gap.number}::{hidden}}}}}"
                yield Finding(span, message, hint)
                break


def _gaps(words: str) -> list[_Gap]:
    """Find the gaps of a text from the inside out, those within others included."""
    found: list[_Gap] = []
    opened: list[tuple[str, int, int, int]] = []  # number, start, body, hint or -1
    if "{{c" not in words:
        return found
    for part in _PART.finditer(words):
        mark = part.group()
        if part[1]:
            opened.append((part[1], part.start(), part.end(), -1))
        elif opened and mark == "::" and opened[-1][3] < 0:
            opened[-1] = (*opened[-1][:3], part.start())
        elif opened and mark == "}}":
            number, start, body, hint = opened.pop()
            end = hint if hint >= 0 else part.start()
            shown = words[hint + 2 : part.start()] if hint >= 0 else ""
            found.append(_Gap(number, start, part.end(), words[body:end], shown))
    return found


def _shown(words: str, gaps: list[_Gap], number: str) -> str:
    """Give what is to be read on the front of the card that asks for `number`."""
    asked = [gap for gap in gaps if gap.number == number]
    pieces: list[str] = []
    done = 0
    for gap in sorted(asked, key=lambda one: one.start):
        if gap.start >= done:  # else it lies in another one that is asked for
            pieces += (words[done : gap.start], f"\0{gap.hint}")
            done = gap.end
    pieces.append(words[done:])
    return _PART.sub(" ", "".join(pieces))
