"""Media that notes refer to, in their fields and as images of formulas."""

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
    """Return the names of `media` that Anki includes when it exports the notes."""
    available = {file.name for file in media}
    types = {notetype.id: notetype for notetype in notetypes}
    # Cards are rendered only if there are images of formulas.
    formulas = any(name.startswith("latex-") for name in available)
    names: set[str] = set()
    for note in notes:
        for text in note.fields:
            # Most fields have no references, so avoid a call.
            if "=" in text or "[" in text:
                names.update(references(text))
        if formulas and note.notetype in types:
            names |= formula_pictures(types[note.notetype], note)
    return names & available


def formula_pictures(notetype: NoteType, note: Note) -> set[str]:
    """Return the image names of a note's formulas, on all sides of all cards."""
    return _pictures(notetype, note) if shows_formulas(notetype, note.fields) else set()


def shows_formulas(notetype: NoteType, fields: Sequence[str]) -> bool:
    """Whether a note may show LaTeX as images."""
    return compiled(notetype).formulas or may_hold_formula(fields)


_NAME = re.compile(r"latex-[0-9a-f]{40}\.(?:png|svg)")


def _pictures(notetype: NoteType, note: Note) -> set[str]:
    """Return the image names by rendering.

    With a cloze in a formula, or a formula around a field, each side has a different image.
    """
    from flashdeck.anki.template.render import render  # most notes have no formulas

    names: set[str] = set()
    for text in note.fields:
        if not (notetype.cloze and "{{c" in text):
            names |= latex_names(text, svg=notetype.latex_svg)
    for card in note.cards:
        rendered = render(notetype, note, card)
        for side in (rendered.question, rendered.answer):
            names.update(name for name in references(side) if _NAME.fullmatch(name))
    return names
