"""The media that notes name: in their fields, and as the pictures of their formulas."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from flashdeck.model import Media, Note, NoteType
from flashdeck.template.compiled import compiled
from flashdeck.template.references import may_hold_formula, references


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
    if not shows_formulas(notetype, note.fields):
        return set()
    from flashdeck.template import formulas  # few notes have any

    return formulas.formula_pictures(notetype, note)


def shows_formulas(notetype: NoteType, fields: Sequence[str]) -> bool:
    """Whether a note may show LaTeX as pictures."""
    return compiled(notetype).formulas or may_hold_formula(fields)
