"""The media that notes name: in their fields, and as the pictures of their formulas."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from flashdeck.anki.template.compiled import compiled
from flashdeck.anki.template.latex import latex_names
from flashdeck.anki.template.references import may_hold_formula, references
from flashdeck.model import Media, Note, NoteType


def named_media(
    notes: Iterable[Note], notetypes: Iterable[NoteType], media: Iterable[Media]
) -> set[str]:
    """Find which names of `media` Anki looks for when it exports or imports the notes."""
    at_hand = {one.name for one in media}
    types = {one.id: one for one in notetypes}
    # Cards are rendered only where there is any picture of a formula to be found by that.
    formulas = any(name.startswith("latex-") for name in at_hand)
    found: set[str] = set()
    for note in notes:
        for text in note.fields:
            # Most fields name nothing, which is seen without a call.
            if "=" in text or "[" in text:
                found.update(references(text))
        if formulas and note.notetype in types:
            found |= formula_pictures(types[note.notetype], note)
    return found & at_hand


def formula_pictures(notetype: NoteType, note: Note) -> set[str]:
    """Name the pictures of a note's formulas, on every side of every card."""
    return _pictures(notetype, note) if shows_formulas(notetype, note.fields) else set()


def shows_formulas(notetype: NoteType, fields: Sequence[str]) -> bool:
    """Whether a note may show LaTeX as pictures."""
    return compiled(notetype).formulas or may_hold_formula(fields)


_NAME = re.compile(r"latex-[0-9a-f]{40}\.(?:png|svg)")


def _pictures(notetype: NoteType, note: Note) -> set[str]:
    """Name them by rendering.

    A cloze deletion in a formula, or a formula round a field, gives each side a picture of its own.
    """
    from flashdeck.anki.template.render import render  # most notes have no formulas

    names: set[str] = set()
    for text in note.fields:
        if not (notetype.cloze and "{{c" in text):
            names |= latex_names(text, svg=notetype.latex_svg)
    for card in note.cards:
        shown = render(notetype, note, card)
        for side in (shown.question, shown.answer):
            names.update(name for name in references(side) if _NAME.fullmatch(name))
    return names
