"""Comparison of note types, by the rules of Anki's import."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TypeVar

from flashdeck.comparison.changes import NoteTypeChange, PartsChange
from flashdeck.html.requests import read_tags
from flashdeck.html.tags import active_reason
from flashdeck.model import Field, NoteType, Template

Part = TypeVar("Part", Field, Template)


def matches(old: Sequence[Part], new: Sequence[Part]) -> dict[int, int]:
    """Match fields, or templates, as Anki 23.10 and later does: old index to new index.

    By their JSON ids where both have one, else by their names (rslib/src/notetype/merge.rs).
    """
    pairs: dict[int, int] = {}
    for index, part in enumerate(old):
        for other, candidate in enumerate(new):
            by_id = part.id is not None and candidate.id is not None
            same = part.id == candidate.id if by_id else _name(part) == _name(candidate)
            if same and other not in pairs.values():
                pairs[index] = other
                break
    return pairs


def changed_notetype(old: NoteType, new: NoteType) -> NoteTypeChange | None:
    """Return the changes of a note type, apart from its time and spare parts; None without any."""
    if replace(old, mod=0) == replace(new, mod=0):
        return None
    templates = _pairs(old.templates, new.templates)
    texts = [
        after.name
        for before, after in templates
        if (before.front, before.back) != (after.front, after.back)
    ]
    fields = _pairs(old.fields, new.fields)
    change = NoteTypeChange(
        old=old,
        new=new,
        fields=_parts(old.fields, new.fields),
        templates=_parts(old.templates, new.templates),
        texts=tuple(texts),
        css=old.css != new.css,
        details=_latex(old) != _latex(new)
        or any(_settings(before) != _settings(after) for before, after in fields)
        or any(_browser(before) != _browser(after) for before, after in templates),
        fronts=tuple(after.name for before, after in templates if before.front != after.front),
        scripts=tuple(after.name for before, after in templates if _runs(before) != _runs(after)),
    )
    nothing = NoteTypeChange(old, new, PartsChange(), PartsChange(), (), css=False, details=False)
    renamed = old.name != new.name
    differs = change != nothing or renamed or change.sort_changed or change.kind_changed
    return change if differs else None


def _parts(old: Sequence[Part], new: Sequence[Part]) -> PartsChange:
    pairs = matches(old, new)
    both = [(old[before], new[after]) for before, after in pairs.items()]
    order = [pairs[before] for before in sorted(pairs)]
    added: list[Part] = [part for index, part in enumerate(new) if index not in pairs.values()]
    removed: list[Part] = [part for index, part in enumerate(old) if index not in pairs]
    grown: list[str] = [after.name for before, after in both if before.spare and not after.spare]
    shrunk: list[str] = [before.name for before, after in both if after.spare and not before.spare]
    return PartsChange(
        added=(*(part.name for part in added if not part.spare), *grown),
        removed=(*(part.name for part in removed if not part.spare), *shrunk),
        renamed=tuple(
            (before.name, after.name)
            for before, after in _without_spare(both)
            if before.name != after.name
        ),
        reordered=order != sorted(order),
        carried=(*grown, *shrunk),
    )


def _pairs(old: Sequence[Part], new: Sequence[Part]) -> list[tuple[Part, Part]]:
    both = [(old[before], new[after]) for before, after in matches(old, new).items()]
    return _without_spare(both)


def _without_spare(pairs: Sequence[tuple[Part, Part]]) -> list[tuple[Part, Part]]:
    return [pair for pair in pairs if not any(part.spare for part in pair)]


def _name(part: Field | Template) -> str:
    return part.anki or part.name


def _latex(notetype: NoteType) -> tuple[object, ...]:
    return notetype.latex_pre, notetype.latex_post, notetype.latex_svg


def _settings(field: Field) -> Field:
    """The settings of a field, without its name and id."""
    return replace(field, name="", id=None, anki="")


def _runs(template: Template) -> list[str]:
    """Return the active tags of a template, with the texts of scripts."""
    sides = (template.front, template.back)
    return [
        side[tag.start : end]
        for side in sides
        for tag, end in read_tags(side)
        if active_reason(tag, files=True)
    ]


def _browser(template: Template) -> Template:
    """The settings of a template, without its name, id and sides."""
    return replace(template, name="", id=None, front="", back="", anki="")
