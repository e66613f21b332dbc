"""The pictures of LaTeX that a note shows: in its fields, and on its cards as they are rendered."""

from __future__ import annotations

import re

from flashdeck.model import Note, NoteType
from flashdeck.template.latex import latex_names
from flashdeck.template.references import references
from flashdeck.template.render import render

_NAME = re.compile(r"latex-[0-9a-f]{40}\.(?:png|svg)")


def formula_pictures(notetype: NoteType, note: Note) -> set[str]:
    """Name the pictures of a note's formulas.

    A cloze deletion in a formula, or a formula round a field, gives each side a picture of its own.
    """
    names: set[str] = set()
    for text in note.fields:
        if not (notetype.cloze and "{{c" in text):
            names |= latex_names(text, svg=notetype.latex_svg)
    for card in note.cards:
        shown = render(notetype, note, card)
        for side in (shown.question, shown.answer):
            names.update(name for name in references(side) if _NAME.fullmatch(name))
    return names
