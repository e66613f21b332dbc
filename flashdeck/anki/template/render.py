"""Rendering of cards, identical to that of Anki's backend."""

from __future__ import annotations

import re
from collections.abc import Container, Mapping
from dataclasses import dataclass

from flashdeck.anki.clozes import cloze_numbers
from flashdeck.anki.deck_names import leaf
from flashdeck.anki.html_text import encode_minimal, is_blank
from flashdeck.anki.template.av import AvTag, extract_av
from flashdeck.anki.template.compiled import Compiled, compiled
from flashdeck.anki.template.filters import Place, apply_filters
from flashdeck.anki.template.latex import latex_pictures
from flashdeck.anki.template.parse import (
    Fault,
    Literal,
    Nodes,
    Replacement,
    Section,
    is_cloze_section,
    no_such_field,
)
from flashdeck.model import Card, Note, NoteType

FRONT_SIDE = "FrontSide"
# Anki drops these when it stores a field.
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HELP = "https://docs.ankiweb.net/templates/errors.html"
_MORE = "<a href='" + _HELP + "#{}'>More information</a>"


@dataclass(frozen=True, slots=True)
class Rendered:
    """Both sides of a card: HTML without the note type's CSS.

    `[anki:play:q:0]` in either side is `question_av[0]`, `[anki:play:a:0]` is `answer_av[0]`.
    `is_empty`: the front is empty and shows Anki's message. `broken`: the template has an error,
    and both sides are Anki's error page, which is shown without the CSS.
    """

    question: str
    answer: str
    question_av: tuple[AvTag, ...] = ()
    answer_av: tuple[AvTag, ...] = ()
    is_empty: bool = False
    broken: bool = False


@dataclass(frozen=True, slots=True)
class _Context:
    """The values for the tags of a template, and the number of the card (from 1)."""

    values: Mapping[str, str]
    number: int


def render(notetype: NoteType, note: Note, card: Card, *, media: Container[str] = ()) -> Rendered:
    """Return the card as Anki shows it.

    `media` is the names of the existing files, needed only for LaTeX images. Fields and tags must
    be as Anki stores them (NFC, sorted tags); control characters are dropped.
    """
    types = compiled(notetype)
    index = 0 if notetype.cloze else card.ordinal
    if index >= len(notetype.templates):
        # Anki has no error page for this: the card can't be opened.
        count = len(notetype.templates)
        return _broken(f"Card {card.ordinal + 1} has no template: the note type has {count}.")
    context = _Context(_values(types, index, note, card), card.ordinal + 1)
    front = types.fronts[index]
    question = front if isinstance(front, Fault) else _fill(front, context, None)
    if isinstance(question, Fault):
        return _broken(_error_page("Front", question))
    message = _blank_message(types, index, context)
    question, question_av = extract_av(question + message, "q")
    back = types.backs[index]
    answer = message or (back if isinstance(back, Fault) else _fill(back, context, question))
    if isinstance(answer, Fault):
        return _broken(_error_page("Back", answer))
    answer, answer_av = extract_av(answer, "a")
    return Rendered(
        question=latex_pictures(question, media, svg=notetype.latex_svg),
        answer=latex_pictures(answer, media, svg=notetype.latex_svg),
        question_av=question_av,
        answer_av=answer_av,
        is_empty=bool(message),
    )


def _values(types: Compiled, index: int, note: Note, card: Card) -> dict[str, str]:
    """Return the text of every field by its name; the note's own fields win over special ones."""
    return {
        f"c{card.ordinal + 1}": "1",
        "Tags": " ".join(note.tags),
        "Type": types.notetype.name,
        "Deck": card.deck,
        "Subdeck": leaf(card.deck),
        "Card": types.notetype.templates[index].name,
        "CardFlag": "flag0",
        "CardID": str(card.id),
        **dict(zip(types.names, stored_fields(note), strict=False)),
    }


def stored_fields(note: Note) -> tuple[str, ...]:
    """Return the fields of a note without the control characters that Anki drops."""
    if not _CONTROL.search("".join(note.fields)):
        return note.fields
    return tuple(_CONTROL.sub("", text) for text in note.fields)


def _fill(nodes: Nodes, context: _Context, front: str | None) -> str | Fault:
    """Return one side of the card; `front` is the finished question, None on the question itself.

    An error counts even in a section that isn't shown.
    """
    parts: list[str] = []
    hidden_until = 0
    for index, node in enumerate(nodes):
        shown = index >= hidden_until
        if isinstance(node, Section):
            visible = _is_visible(node, context)
            if visible is None:
                return no_such_field(node.name, node.written)
            if shown and not visible:
                hidden_until = node.end
            continue
        part = (
            node.text if isinstance(node, Literal) else _replace(node, context, front, shown=shown)
        )
        if isinstance(part, Fault):
            return part
        if shown:
            parts.append(part)
    return "".join(parts)


def _replace(tag: Replacement, context: _Context, front: str | None, *, shown: bool) -> str | Fault:
    if tag.name == FRONT_SIDE:
        return front or ""
    if not tag.name and tag.filters:
        # For filters of add-ons, which provide the text.
        return ""
    text = context.values.get(tag.name)
    if text is None:
        return no_such_field(tag.name, tag.written)
    if not (shown and tag.filters):
        return text
    return apply_filters(text, tag.filters, Place(tag.name, context.number, front is None))


def _is_visible(section: Section, context: _Context) -> bool | None:
    """Return whether the section shows; None for an unknown name."""
    text = context.values.get(section.name)
    if text is None and not is_cloze_section(section.name):
        return None
    return (text is None or is_blank(text)) == section.negated


def _blank_message(types: Compiled, index: int, context: _Context) -> str:
    """Return Anki's message for an empty front, "" for others."""
    if types.notetype.cloze:
        if any(context.number in cloze_numbers(text) for text in context.values.values()):
            return ""
        message = (
            f"No cloze \u2068{context.number}\u2069 found on card.\n"
            "Please either add a cloze deletion, or use the Empty Cards tool."
        )
        anchor = "no-cloze-filter-on-cloze-note-type"
    else:
        if _shows_something(types.fronts[index], context):
            return ""
        message = "The front of this card is blank."
        anchor = "front-of-card-is-blank"
    return f"<div>{message}<br>{_MORE.format(anchor)}</div>"


def _shows_something(nodes: Nodes | Fault, context: _Context) -> bool:
    """Return whether a non-empty field is shown.

    Unlike in card generation, `{{c1}}` counts on card 1.
    """
    hidden_until = 0
    for index, node in enumerate(() if isinstance(nodes, Fault) else nodes):
        if index < hidden_until:
            continue
        if isinstance(node, Replacement):
            if not is_blank(context.values.get(node.name, "")):
                return True
        elif isinstance(node, Section) and not _is_visible(node, context):
            hidden_until = node.end
    return False


def _error_page(side: str, fault: Fault) -> str:
    details = encode_minimal(fault.isolated())
    return f"{side} template has a problem:<br>{details}<br>{_MORE.format('template-syntax-error')}"


def _broken(page: str) -> Rendered:
    return Rendered(page, page, broken=True)
