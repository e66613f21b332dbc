"""Problems of templates: those for which Anki shows an error page, and filters it ignores."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal as OneOf

from flashdeck.anki.template.compiled import Compiled, compiled
from flashdeck.anki.template.filters import CLOZE_FILTERS, FILTER_NAMES, TTS, is_filter
from flashdeck.anki.template.fronts import ALWAYS_FILLED, TAGS
from flashdeck.anki.template.parse import (
    Fault,
    Nodes,
    Range,
    Replacement,
    Section,
    is_cloze_section,
    no_such_field,
    parse,
)
from flashdeck.anki.template.render import FRONT_SIDE
from flashdeck.model import NoteType
from flashdeck.text import did_you_mean, nearest

_SHOWS_CARD = re.compile(r"\{\{\s*Card\s*\}\}")
_SPECIAL = frozenset((*ALWAYS_FILLED, TAGS))

Side = OneOf["front", "back"]


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A problem on one side of a template; `template` is its name, `place` that of the tag."""

    template: str
    side: Side
    message: str
    place: Range | None = field(default=None, compare=False)


def template_problems(notetype: NoteType) -> tuple[TemplateProblem, ...]:
    """Return the problems of the templates, in order of template and side.

    For each of them Anki shows an error page instead of the card, or refuses to save the note type,
    although it imports it.
    """
    types = compiled(notetype)
    return tuple(
        TemplateProblem(template.name, side, message, place)
        for index, template in enumerate(notetype.templates)
        for side, message, place in _problems(types, index)
    )


@lru_cache(maxsize=64)
def has_wrong_front(notetype: NoteType) -> bool:
    """Return whether a front has a problem, so that empty cards are not a mistake in the notes."""
    return any(problem.side == "front" for problem in template_problems(notetype))


def _problems(types: Compiled, index: int) -> Iterator[tuple[Side, str, Range | None]]:
    front, back = types.fronts[index], types.backs[index]
    cloze = types.notetype.cloze and index == 0
    for message, place in _side_problems(front, types, cloze=cloze):
        yield "front", message, place
    if not isinstance(front, Fault) and not any(_fields_of(front)):
        yield "front", "no field is shown", None
    if (duplicate := _duplicate(types.notetype, index)) is not None:
        yield "front", f"the same as the front of '{duplicate}'", None
    for message, place in _side_problems(back, types, cloze=cloze):
        yield "back", message, place


def _side_problems(
    side: Nodes | Fault, types: Compiled, *, cloze: bool
) -> Iterator[tuple[str, Range | None]]:
    if isinstance(side, Fault):
        yield side.plain(), side.place
        return
    first: dict[str, Range] = {}
    for node in side:
        fault = _unknown(node, types.names)
        if fault is not None:
            first.setdefault(fault.plain(), fault.place)
    yield from first.items()
    if cloze and not any(
        isinstance(node, Replacement) and "cloze" in node.filters for node in side
    ):
        yield "no field is shown with the filter 'cloze', as in '{{cloze:Text}}'", None


def _unknown(node: object, names: tuple[str, ...]) -> Fault | None:
    """Return the fault of a tag with an unknown name; a filter alone (`{{filter:}}`) is allowed."""
    match node:
        case Replacement(name, filters, _):
            valid = name == FRONT_SIDE or (not name and bool(filters))
        case Section(name):
            valid = is_cloze_section(name)
        case _:
            return None
    if valid or name in names or name in _SPECIAL:
        return None
    return no_such_field(name, node.written, node.place)


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


@dataclass(frozen=True, slots=True)
class FilterProblem:
    """A filter that Anki does not apply, and its place in the text."""

    message: str
    hint: str
    place: Range


def filter_problems(text: str, *, cloze: bool) -> Iterator[FilterProblem]:
    """Return the filters in one side of a template that Anki does not apply as written.

    Anki shows the field without them. `cloze` says that they are in a cloze note type, or that
    this is unknown.
    """
    nodes = parse(text)
    for node in () if isinstance(nodes, Fault) else nodes:
        if not isinstance(node, Replacement):
            continue
        start = node.place[0]
        for name in reversed(node.filters):
            problem = _filter_problem(name, node, cloze=cloze)
            if problem is not None:
                yield FilterProblem(*problem, (start, start + len(name)))
            start += len(name) + 1


def _filter_problem(name: str, tag: Replacement, *, cloze: bool) -> tuple[str, str] | None:
    if name in CLOZE_FILTERS and not cloze:
        hint = "remove it; a note type with cloze deletions has 'kind: cloze'"
        return f"the filter '{name}' is for cloze note types", hint
    if is_filter(name, tag.filters):
        return None
    if name.strip().partition(" ")[0] == TTS:
        hint = f"write the language, as in '{{{{tts en_US:{tag.name}}}}}'"
        return "the filter 'tts' has no language", hint
    known = f"Anki's filters are {', '.join(FILTER_NAMES)}"
    return f"Anki has no filter '{name}'", did_you_mean(nearest(name, FILTER_NAMES), known)
