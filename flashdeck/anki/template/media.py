"""Media that the cards of notes need."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flashdeck.anki.template.av import Sound
from flashdeck.anki.template.compiled import compiled
from flashdeck.anki.template.latex import latex_names
from flashdeck.anki.template.references import may_hold_formula, references
from flashdeck.html.addresses import plain_name
from flashdeck.html.requests import requests
from flashdeck.model import Media, Note, NoteType

_OWN = "_fd-"
_OWN_NAME = re.compile(rf"{_OWN}[0-9a-f]{{12}}(?:\.\w+)?")


def needed_media(
    notes: Iterable[Note], notetypes: Iterable[NoteType], media: Iterable[Media]
) -> set[str]:
    """Return the names of `media` that the cards of notes need: what their package holds.

    These are the files that Anki finds in fields, the pictures of formulas, and files whose names
    begin with `_`: they may be used by templates, scripts and each other. Names that flashdeck gave
    are only in the texts that it wrote.
    """
    types = {notetype.id: notetype for notetype in notetypes}
    available = {file.name for file in media}
    names = {name for name in available if name.startswith("_") and not name.startswith(_OWN)}
    # Cards are rendered only if there are images of formulas.
    formulas = any(name.startswith("latex-") for name in available)
    for notetype in types.values():
        names.update(name for text in _texts(notetype) for name in _OWN_NAME.findall(text))
    for note in notes:
        for text in note.fields:
            # Most fields have no references, so avoid a call.
            if "=" in text or "[" in text:
                names.update(references(text))
            if _OWN in text:
                names.update(_OWN_NAME.findall(text))
        if formulas and note.notetype in types:
            names |= formula_pictures(types[note.notetype], note)
    return names & available


def _texts(notetype: NoteType) -> Iterator[str]:
    yield notetype.css
    for template in notetype.templates:
        yield from (template.front, template.back)


def composed_media(notetype: NoteType, note: Note) -> set[str]:
    """Return the names that templates compose of fields, as in `<img src="_{{Land}}.png">`."""
    if not compiled(notetype).composes_names:
        return set()
    from flashdeck.anki.template.render import render

    shown = set[str]()
    for card in note.cards:
        rendered = render(notetype, note, card)
        for side in (rendered.question, rendered.answer):
            shown.update(plain_name(request.address) for request in requests(side))
        tags = (*rendered.question_av, *rendered.answer_av)
        shown.update(tag.name for tag in tags if isinstance(tag, Sound))
    for text in (*note.fields, *_texts(notetype)):
        shown -= {*references(text), *(plain_name(request.address) for request in requests(text))}
    return {name for name in shown if ":" not in name and not _NAME.fullmatch(name)}


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
