"""Card generation: the ordinals of the cards of a note."""

from __future__ import annotations

from collections.abc import Sequence

from flashdeck.anki.clozes import cloze_numbers
from flashdeck.anki.template.compiled import compiled
from flashdeck.limits import LAST_ORDINAL
from flashdeck.model import NoteType

FIRST_ALONE = (0,)
"""The cards of a note whose fronts are all empty: Anki generates the first."""


def ordinals(
    notetype: NoteType, fields: Sequence[str], tags: Sequence[str] = ()
) -> tuple[int, ...]:
    """Return the ordinals of the note's cards, ascending and from 0, by the rules of Anki 26.9.

    A standard note has a card for each template whose front shows a field that isn't empty; special
    fields count (`{{Tags}}` if there are `tags`). A cloze note has one per cloze number in any of
    its fields, whether the template shows that field or not. Anki generates the first card if there
    would be none. (Releases such as 25.9 know neither special fields here nor `{{c1,2::…}}`.)
    """
    return shown_ordinals(notetype, fields, tags) or FIRST_ALONE


def shown_ordinals(
    notetype: NoteType, fields: Sequence[str], tags: Sequence[str] = ()
) -> tuple[int, ...]:
    """Return the ordinals of the cards with a non-empty front.

    Anki's *Empty Cards* lists the others.
    """
    if notetype.cloze:
        return _cloze_ordinals(fields)
    return compiled(notetype).needs.showing(fields, tags)


def _cloze_ordinals(fields: Sequence[str]) -> tuple[int, ...]:
    numbers = {number for text in fields if "{{c" in text for number in cloze_numbers(text)}
    return tuple(sorted({min(number - 1, LAST_ORDINAL) for number in numbers}))
