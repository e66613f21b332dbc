"""Problems of templates, for which Anki rejects a note type or shows an error page."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal as OneOf

from flashdeck.anki.template.compiled import Compiled, compiled
from flashdeck.anki.template.fronts import ALWAYS_FILLED, TAGS
from flashdeck.anki.template.parse import (
    Fault,
    Nodes,
    Replacement,
    Section,
    is_cloze_section,
    no_such_field,
)
from flashdeck.anki.template.render import FRONT_SIDE
from flashdeck.model import NoteType

_SHOWS_CARD = re.compile(r"\{\{\s*Card\s*\}\}")
_SPECIAL = frozenset((*ALWAYS_FILLED, TAGS))

Side = OneOf["front", "back"]


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A problem on one side of a template; `template` is its name."""

    template: str
    side: Side
    message: str


def template_problems(notetype: NoteType) -> tuple[TemplateProblem, ...]:
    """Return the problems of the templates, in order of template and side.

    For each of them Anki shows an error page instead of the card, or refuses to save the note type,
    although it imports it.
    """
    types = compiled(notetype)
    return tuple(
        TemplateProblem(template.name, side, message)
        for index, template in enumerate(notetype.templates)
        for side, message in _problems(types, index)
    )


@lru_cache(maxsize=64)
def has_wrong_front(notetype: NoteType) -> bool:
    """Return whether a front has a problem, so that blank cards are no fault of the notes."""
    return any(problem.side == "front" for problem in template_problems(notetype))


def _problems(types: Compiled, index: int) -> Iterator[tuple[Side, str]]:
    front, back = types.fronts[index], types.backs[index]
    cloze = types.notetype.cloze and index == 0
    for message in _side_problems(front, types, cloze=cloze):
        yield "front", message
    if not isinstance(front, Fault) and not any(_fields_of(front)):
        yield "front", "no field is shown"
    if (duplicate := _duplicate(types.notetype, index)) is not None:
        yield "front", f"the same as the front of '{duplicate}'"
    for message in _side_problems(back, types, cloze=cloze):
        yield "back", message


def _side_problems(side: Nodes | Fault, types: Compiled, *, cloze: bool) -> Iterator[str]:
    if isinstance(side, Fault):
        yield side.plain()
        return
    unknown = (_unknown(node, types.names) for node in side)
    yield from dict.fromkeys(fault.plain() for fault in unknown if fault)
    if cloze and not any(
        isinstance(node, Replacement) and "cloze" in node.filters for node in side
    ):
        yield "no field is shown with the filter 'cloze', as in '{{cloze:Text}}'"


def _unknown(node: object, names: tuple[str, ...]) -> Fault | None:
    """Return the fault of a tag with an unknown name; a filter alone (`{{filter:}}`) is allowed."""
    match node:
        case Replacement(name, filters):
            valid = name == FRONT_SIDE or (not name and bool(filters))
        case Section(name):
            valid = is_cloze_section(name)
        case _:
            return None
    if valid or name in names or name in _SPECIAL:
        return None
    return no_such_field(name, node.written)


def _fields_of(nodes: Nodes) -> Iterator[bool]:
    for node in nodes:
        if isinstance(node, Replacement):
            yield True
        elif isinstance(node, Section):
            yield not is_cloze_section(node.name)


def _duplicate(notetype: NoteType, index: int) -> str | None:
    """Return the name of an earlier template with the same front, unless it shows `{{Card}}`."""
    front = notetype.templates[index].front
    if _SHOWS_CARD.search(front):
        return None
    return next((other.name for other in notetype.templates[:index] if other.front == front), None)
