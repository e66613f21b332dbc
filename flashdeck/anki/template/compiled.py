"""A note type's templates, parsed once, however many notes are asked about."""

from __future__ import annotations

from dataclasses import dataclass, field

from flashdeck.anki.template.fronts import Fronts
from flashdeck.anki.template.parse import Fault, Nodes, parse
from flashdeck.anki.template.references import may_hold_formula
from flashdeck.model import NoteType

# Note types a run may ask about in turn; a project has a handful.
_MOST = 64
_known: dict[int, Compiled] = {}


@dataclass(frozen=True, slots=True)
class Compiled:
    """The parsed fronts and backs of a note type, in order, and what its fronts need to show.

    `formulas`: whether a template may hold LaTeX.
    """

    notetype: NoteType
    names: tuple[str, ...]
    fronts: tuple[Nodes | Fault, ...]
    backs: tuple[Nodes | Fault, ...]
    needs: Fronts = field(compare=False)
    formulas: bool = False


def compiled(notetype: NoteType) -> Compiled:
    """Return the note type's parsed templates, from memory where this very object was seen before.

    The key is the object's identity: hashing a note type costs more than all else about a note.
    What is remembered holds the note type itself, so that its identity can't pass to another.
    """
    known = _known.get(id(notetype))
    if known is not None:
        return known
    if len(_known) >= _MOST:
        _known.clear()
    made = _known[id(notetype)] = _compile(notetype)
    return made


def _compile(notetype: NoteType) -> Compiled:
    names = tuple(field.name for field in notetype.fields)
    fronts = tuple(parse(template.front) for template in notetype.templates)
    backs = tuple(parse(template.back) for template in notetype.templates)
    sides = (side for one in notetype.templates for side in (one.front, one.back))
    formulas = may_hold_formula(sides)
    return Compiled(notetype, names, fronts, backs, Fronts(names, fronts), formulas)
