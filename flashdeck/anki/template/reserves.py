"""Note types that grow: spare fields and templates, and the names of those that are in use.

Anki refuses the notes of a note type that has gained a field or a template since it was imported.
So a new note type has reserves: spare fields, and spare templates that make no cards. A field or
template that is added later takes one, and keeps its name and id in Anki, which works on every
release. Everywhere else it has the author's name, also in the texts of templates.

A spare template shows a field of its own, its gate: no two fronts are the same, which Anki refuses,
and learners who fill the gate get a card that can be used.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain, count, islice
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from flashdeck.anki.template.parse import with_names
from flashdeck.model import Collection, Field, Note, NoteType, Template
from flashdeck.text import natural

Part = TypeVar("Part", Field, Template)
Pairs = Sequence[tuple[str, int | None]]
"""Names in Anki with ids, in order."""
Names = Mapping[str, str]
_NONE: Names = MappingProxyType({})
_DESCRIPTION = "kept for later versions of this deck; please don't delete"


class Reserve(NamedTuple):
    """The numbers of reserves, in use or not, without the gates of templates."""

    fields: int
    cards: int


NO_RESERVE = Reserve(0, 0)


class Slots(NamedTuple):
    """The fields and templates of a note type in Anki, with the reserves among them.

    `own_fields` and `own_templates` are the reserves with the names in the sources that they had
    first, '' for those that were never in use.
    """

    fields: Pairs
    templates: Pairs
    own_fields: Names
    own_templates: Names

    @property
    def has_reserves(self) -> bool:
        """Whether there is any reserve."""
        return bool(self.own_fields or self.own_templates)

    @property
    def gates(self) -> frozenset[str]:
        """The gates of spare templates, which no field takes."""
        return frozenset(map(_gate, self.own_templates))

    @property
    def size(self) -> Reserve:
        """The numbers of reserves, in use or not."""
        return Reserve(len(self.own_fields.keys() - self.gates), len(self.own_templates))

    def left(self, notetype: NoteType) -> Reserve:
        """Return the numbers of reserves in a note type that were never in use."""
        fields = {field.name for field in notetype.fields if field.spare} - self.gates
        templates = [template.name for template in notetype.templates if template.spare]
        return Reserve(
            sum(not self.own_fields.get(name) for name in fields),
            sum(not self.own_templates.get(name) for name in templates),
        )


def new_slots(
    own: NoteType, reserve: Reserve, number: Callable[[str, str], int], first: Iterable[str] = ()
) -> Slots:
    """Return the slots of a note type that is not known to be released.

    They follow from the parts without a reserve, in order, and from the names in Anki of those with
    one, which a release has. `number` derives the id of a reserve from its kind and name; `first`
    are first names of parts.
    """
    fields = [(field.name, field.id) for field in own.fields if not field.anki]
    templates = [(part.name, part.id) for part in own.templates if not part.anki]
    taken = {name.casefold() for name in (*dict(fields), *dict(templates), *first)}
    free = (name for at in count(len(templates) + 1) if _is_free(name := f"Card {at}", taken))
    cards = _names(own.templates, reserve.cards, free)
    taken |= {_gate(card).casefold() for card in cards}
    extras = (name for at in count(1) if (name := f"Extra {at}").casefold() not in taken)
    spare = [*_names(own.fields, reserve.fields, extras), *map(_gate, cards)]
    return Slots(
        (*fields, *_numbered(spare, own.fields, partial(number, "field"))),
        (*templates, *_numbered(cards, own.templates, partial(number, "template"))),
        dict.fromkeys(spare, "") | _in_use(own.fields),
        dict.fromkeys(cards, "") | _in_use(own.templates),
    )


def with_slots(
    own: NoteType, slots: Slots, first_fields: Names = _NONE, first_templates: Names = _NONE
) -> NoteType:
    """Return a note type of the sources with its reserves, its parts as they are in Anki.

    Parts that `slots` does not know take reserves, in order; where none is left, or a released part
    is missing, they come last. `first_fields` and `first_templates` are the first names of renamed
    ones.
    """
    fields = _placed(own.fields, slots.fields, slots.own_fields, first_fields, slots.gates, _field)
    shown = [field.name for field in fields if not field.spare]

    def template(name: str, number: int | None) -> Template:
        gate = _gate(name)
        front = f"{{{{#{gate}}}}}{{{{{gate}}}}}{{{{/{gate}}}}}"
        back = "<br>\n".join(f"{{{{{field}}}}}" for field in shown)
        back = f"{{{{FrontSide}}}}\n\n<hr id=answer>\n\n{back}"
        return Template(name, front, back, number, spare=True)

    templates = _placed(
        own.templates,
        slots.templates,
        slots.own_templates,
        first_templates,
        frozenset(),
        template,
    )
    names = [field.name for field in fields]
    sort = names.index(own.fields[own.sort].name)
    return replace(own, fields=tuple(fields), templates=tuple(templates), sort=sort)


def without_reserves(notetype: NoteType) -> tuple[NoteType, Reserve]:
    """Return a note type as its author wrote it, and the numbers of its reserves."""
    fields = tuple(field for field in notetype.fields if not field.spare)
    templates = tuple(template for template in notetype.templates if not template.spare)
    names = reserves(notetype.fields), reserves(notetype.templates)
    sort = fields.index(notetype.fields[notetype.sort])
    own = replace(notetype, fields=fields, templates=templates, sort=sort)
    return own, Slots((), (), *names).size


def as_written(collection: Collection) -> Collection:
    """Return a collection without reserves, also in fields of notes and ordinals of cards."""
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    written = {id_: without_reserves(notetype)[0] for id_, notetype in notetypes.items()}
    changed = {id_: type_ for id_, type_ in notetypes.items() if written[id_] != type_}
    return replace(
        collection,
        notetypes=tuple(written[notetype.id] for notetype in collection.notetypes),
        notes=tuple(
            _note_as_written(note, changed[note.notetype]) if note.notetype in changed else note
            for note in collection.notes
        ),
    )


def _note_as_written(note: Note, notetype: NoteType) -> Note:
    kept = [place for place, template in enumerate(notetype.templates) if not template.spare]
    ordinals = {place: ordinal for ordinal, place in enumerate(kept)}
    pairs = zip(notetype.fields, note.fields, strict=True)
    return replace(
        note,
        fields=tuple(text for field, text in pairs if not field.spare),
        cards=note.cards
        if notetype.cloze
        else tuple(
            replace(card, ordinal=ordinals[card.ordinal])
            for card in note.cards
            if card.ordinal in ordinals
        ),
    )


def reserves(parts: Iterable[Field | Template]) -> dict[str, str]:
    """Return the reserves among parts with the names in the sources, '' for spare ones."""
    return {
        part.anki or part.name: "" if part.spare else part.name
        for part in parts
        if part.spare or part.anki
    }


def in_anki(notetype: NoteType) -> NoteType:
    """Return a note type with Anki's names, and without marks of reserves."""
    parts: tuple[Field | Template, ...] = (*notetype.fields, *notetype.templates)
    if not any(part.anki or part.spare for part in parts):
        return notetype
    names = {field.name: field.anki for field in notetype.fields if field.anki}
    return replace(
        notetype,
        fields=tuple(map(_plain, notetype.fields)),
        templates=tuple(_with_names(_plain(part), names) for part in notetype.templates),
    )


def from_anki(
    notetype: NoteType, fields: Sequence[object], templates: Sequence[object]
) -> NoteType:
    """Return a note type of a package with the names in the sources.

    `fields` and `templates` are the marks of parts: '' for a spare one, the name in the sources for
    one that took a reserve. Contradictory marks are ignored.
    """
    if not any(isinstance(mark, str) for mark in (*fields, *templates)):
        return notetype
    marked = tuple(map(_marked, notetype.fields, fields))
    names = {field.anki: field.name for field in marked if field.anki}
    own = replace(
        notetype,
        fields=marked,
        templates=tuple(
            _with_names(part, names) for part in map(_marked, notetype.templates, templates)
        ),
    )
    is_valid = (
        not (doubled_names(own.fields) or doubled_names(own.templates))
        and not own.fields[own.sort].spare
        and not all(template.spare for template in own.templates)
        and in_anki(own) == notetype
    )
    return own if is_valid else notetype


def doubled_names(parts: Sequence[Field | Template]) -> list[str]:
    """Return names that two parts have, in the sources or in Anki; a spare part has one in both."""
    own = Counter(part.name.casefold() for part in parts)
    anki = Counter((part.anki or part.name).casefold() for part in parts)
    return [part.name for part in parts if own[part.name.casefold()] > 1] + [
        part.name for part in parts if anki[(part.anki or part.name).casefold()] > 1
    ]


def doubled_reserves(parts: Iterable[Field | Template]) -> list[str]:
    """Return the reserves that several parts name."""
    return [
        name for name, times in Counter(part.anki for part in parts).items() if times > 1 and name
    ]


def mark(part: Field | Template) -> str | None:
    """Return the mark of a part in a package, None for an ordinary one."""
    return "" if part.spare else part.name if part.anki else None


def _placed(
    parts: Sequence[Part],
    pairs: Pairs,
    reserves: Names,
    first: Names,
    gates: frozenset[str],
    spare: Callable[[str, int | None], Part],
) -> list[Part]:
    """Return parts in the order of Anki, among them the spare ones."""
    base = {name if number is None else number for name, number in pairs if name not in reserves}
    in_use = {own: slot for slot, own in reserves.items() if own}
    names = {part.name: (part.name, first.get(part.name, part.name)) for part in parts}
    twice = doubled_reserves(parts)
    placed = {
        part.anki: part
        for part in parts
        if part.anki in reserves
        and (part.anki not in twice or reserves[part.anki] in names[part.name])
    }
    released: list[Part] = []
    new: list[Part] = []
    for part in parts:
        if placed.get(part.anki) is part:
            continue
        slot = next((in_use[name] for name in names[part.name] if name in in_use), "")
        if slot and slot not in placed:
            placed[slot] = part
        else:
            key = part.name if part.id is None else part.id
            (released if key in base else new).append(part)
    if len(released) == len(base):
        unused = [name for name, _ in pairs if reserves.get(name) == "" and name not in gates]
        free = [name for name in unused if name not in placed]
        same = {part.name: part for part in new if part.name in free}
        others = [part for part in new if part.name not in same]
        placed |= same
        left = [name for name in free if name not in same]
        placed |= dict(zip(left, others, strict=False))
        new = others[len(left) :]
    remaining = chain(released, new)
    result: list[Part] = []
    for name, number in pairs:
        if name in placed:
            result.append(replace(placed[name], anki=name, id=number))
        elif name in reserves:
            result.append(spare(name, number))
        else:
            result.extend(islice(remaining, 1))
    result.extend(remaining)
    return result


def _field(name: str, number: int | None) -> Field:
    return Field(
        name,
        number,
        description=_DESCRIPTION,
        collapsed=True,
        exclude_from_search=True,
        prevent_deletion=True,
        spare=True,
    )


def _gate(template: str) -> str:
    return f"{template} on"


def _is_free(card: str, taken: set[str]) -> bool:
    return taken.isdisjoint({card.casefold(), _gate(card).casefold()})


def _names(parts: Iterable[Field | Template], size: int, free: Iterator[str]) -> list[str]:
    """Return the names of `size` reserves, or of more where more parts name one."""
    used = dict.fromkeys(part.anki for part in parts if part.anki)
    unused = islice((name for name in free if name not in used), max(0, size - len(used)))
    return sorted([*used, *unused], key=natural)


def _numbered(
    names: Iterable[str], parts: Iterable[Field | Template], number: Callable[[str], int]
) -> Iterator[tuple[str, int]]:
    """Yield the names of reserves with their ids; those in use may have one in the sources."""
    given = {part.anki: part.id for part in parts if part.anki and part.id is not None}
    return ((name, given.get(name) or number(name)) for name in names)


def _in_use(parts: Sequence[Field | Template]) -> dict[str, str]:
    """Return the names in the sources by those in Anki, '' where several parts name one reserve."""
    owners = {part.anki: part.name for part in parts if part.anki}
    return owners | dict.fromkeys(doubled_reserves(parts), "")


def _plain(part: Part) -> Part:
    return replace(part, name=part.anki or part.name, anki="", spare=False)


def _marked(part: Part, mark: object) -> Part:
    if mark == "":
        return replace(part, spare=True)
    return replace(part, name=mark, anki=part.name) if isinstance(mark, str) else part


def _with_names(template: Template, names: Names) -> Template:
    if not names:
        return template
    return replace(
        template,
        front=with_names(template.front, names),
        back=with_names(template.back, names),
        browser_front=with_names(template.browser_front, names),
        browser_back=with_names(template.browser_back, names),
    )
