"""Parsed templates of a note type, cached."""

from __future__ import annotations

import re
from dataclasses import field

from flashdeck.anki.template.fronts import Fronts
from flashdeck.anki.template.parse import Fault, Nodes, parse
from flashdeck.anki.template.references import may_hold_formula
from flashdeck.anki.template.reserves import in_anki
from flashdeck.html.requests import requests
from flashdeck.model import NoteType
from flashdeck.records import dataclass

# Note types in the cache; a project has a handful.
_MOST = 64
_SOUND = re.compile(r"\[sound:[^\]\[]*\{\{")
_cache: dict[int, tuple[NoteType, Compiled]] = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """The parsed fronts and backs of a note type, all with the names in Anki.

    `formulas`: whether a template may have LaTeX. `composes_names`: whether one names a file by a
    field.
    """

    notetype: NoteType
    names: tuple[str, ...]
    fronts: tuple[Nodes | Fault, ...]
    backs: tuple[Nodes | Fault, ...]
    needs: Fronts = field(compare=False)
    formulas: bool = False
    composes_names: bool = False


def compiled(notetype: NoteType) -> Compiled:
    """Return the parsed templates of a note type, cached by the identity of the object.

    Hashing a note type would cost more than everything else. The cache keeps the note type alive,
    so no other object can have its identity.
    """
    if (cached := _cache.get(id(notetype))) is not None:
        return cached[1]
    if len(_cache) >= _MOST:
        _cache.clear()
    templates = _compile(in_anki(notetype))
    _cache[id(notetype)] = notetype, templates
    return templates


def _compile(notetype: NoteType) -> Compiled:
    names = tuple(field.name for field in notetype.fields)
    fronts = tuple(parse(template.front) for template in notetype.templates)
    backs = tuple(parse(template.back) for template in notetype.templates)
    sides = [side for template in notetype.templates for side in (template.front, template.back)]
    needs = Fronts(names, fronts)
    composes = any(map(_composes_name, sides))
    return Compiled(notetype, names, fronts, backs, needs, may_hold_formula(sides), composes)


def _composes_name(side: str) -> bool:
    is_sound = _SOUND.search(side) is not None
    return is_sound or any("{{" in request.address for request in requests(side))
