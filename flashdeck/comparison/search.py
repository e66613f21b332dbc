"""Searches for Anki's browser that find a learner's notes and cards.

GUIDs can't be searched for. The built-in note types have the GUID in a field `Id`; other notes are
found by their note type and their id in Anki (`nid`), or by the text of a field if that is unknown.
A learner's copy of a note has the same fields, so a known `nid` is always part of the search. An
import keeps the package's, unless another note of the learner has it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flashdeck.comparison.changes import Entry

# Anki refuses a search of a thousand terms (measured with 26.9.3; 500 pass).
_MOST_TERMS = 100
_LONGEST = 80
_ID_FIELD = "Id"
_SPECIAL = re.compile(r'[\\"*_]')
# A short word before a colon is a search prefix, such as `re:`.
_PREFIX = re.compile(r"^[A-Za-z]{1,3}(?=:)")
_ODD_SPACE = re.compile(r"[^\S ]")
_PLAIN = re.compile(r"[A-Za-z0-9]+")
# Keywords of Anki's own searches (docs.ankiweb.net/searching.html).
_KEYWORDS = frozenset(
    "added card cid deck did dupe edited flag has-cd introduced is mid nc nid note preset prop "
    "rated re resched sc tag w".split()
)
_OWN_DECKS = frozenset({"current", "filtered"})


def escaped(text: str) -> str:
    """Escape a text for a literal search.

    White space other than a space becomes `_`, Anki's wildcard for one character.
    """
    text = _PREFIX.sub(r"\g<0>\\", _SPECIAL.sub(r"\\\g<0>", text))
    return _ODD_SPACE.sub("_", text)


def deck_search(deck: str) -> str:
    """Find the cards in a deck and its subdecks."""
    name = escaped(deck)
    if deck.casefold() in _OWN_DECKS:  # reserved words of this search
        name = f"{name[:-1]}_"
    return f'"deck:{name}"'


def notetype_search(name: str) -> str:
    """Find the notes of a note type."""
    return f'"note:{escaped(name)}"'


def note_searches(entries: Iterable[Entry], *, within: str = "") -> tuple[str, ...]:
    """Find notes, with several searches if needed; each starts with `within`."""
    terms = [_term(entry) for entry in entries]
    return tuple(
        f"{within} {_any(terms[start : start + _MOST_TERMS])}".strip()
        for start in range(0, len(terms), _MOST_TERMS)
    )


def card_search(ordinals: Iterable[int]) -> str:
    """Find cards by their ordinals."""
    return _any([f"card:{ordinal + 1}" for ordinal in ordinals])


def _any(terms: Sequence[str]) -> str:
    return terms[0] if len(terms) == 1 else f"({' or '.join(terms)})"


def _term(entry: Entry) -> str:
    names = [field.anki or field.name for field in entry.notetype.fields]
    fields = dict(zip(names, entry.note.fields, strict=True))
    guid = entry.note.guid
    number = f" nid:{entry.note.id}" if entry.note.id else ""
    if fields.get(_ID_FIELD) == guid:
        value = f"{_ID_FIELD}:{guid}"
        return (value if _PLAIN.fullmatch(guid) else f'"{_ID_FIELD}:{escaped(guid)}"') + number
    notetype = notetype_search(entry.notetype.name) + number
    for name, text in () if number else fields.items():
        if text.strip() and name.casefold() not in _KEYWORDS:
            return f'{notetype} "{escaped(name)}:{_beginning(text)}"'
    return notetype


def _beginning(text: str) -> str:
    return escaped(text) if len(text) <= _LONGEST else f"{escaped(text[:_LONGEST])}*"
