"""The custom note types of a project, from `cards/notetypes/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from flashdeck.anki.template.reserves import (
    Reserve,
    Slots,
    doubled_names,
    new_slots,
    with_slots,
)
from flashdeck.diagnostics import Diagnostic, Severity, Text
from flashdeck.model import Field, NoteType, Template
from flashdeck.notetypes.built_in import style
from flashdeck.project.ids import stable_id
from flashdeck.project.lockfile import Lock
from flashdeck.project.project import Project, read_source
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.source.notetypes import RewriteAssets, SourceNoteType

# Errors with which a note type is read nevertheless.
_READ = frozenset({"template", "template-filter", "template-media", "duplicate-notetype"})


def read_custom_types(
    project: Project, number: Callable[..., int], rewrite: RewriteAssets
) -> tuple[dict[str, SourceNoteType], list[Diagnostic]]:
    """Return the note types by their keys in notes and in the lock: "custom:" and the id."""
    by_key: dict[str, SourceNoteType] = {}
    by_name: dict[str, SourceNoteType] = {}
    problems: list[Diagnostic] = []
    for path in project.notetypes:
        from flashdeck.source.notetypes import read_notetypes  # few projects need it

        file, file_problems = read_source(project, path)
        problems += file_problems
        if file is None:
            continue
        types, type_problems = read_notetypes(
            file,
            project.root,
            style(project.settings.css),
            number,
            rewrite,
            verbatim=project.settings.verbatim,
        )
        # Two note types may share a template file.
        problems += (problem for problem in type_problems if problem not in problems)
        for source in types:
            name = source.notetype.name.casefold()
            twin = by_name.get(name) or by_key.get(source.key)
            if twin is None:
                by_key[source.key] = by_name[name] = source
            else:
                problems.append(_duplicate(source, twin))
    return by_key, problems


def with_reserves(
    types: Mapping[str, SourceNoteType], lock: Lock
) -> tuple[dict[str, NoteType], list[Diagnostic]]:
    """Return the note types with their reserves, and report those that are newly in use.

    A type that was released without reserves stays without.
    """
    notetypes: dict[str, NoteType] = {}
    problems: list[Diagnostic] = []
    for key, source in types.items():
        own, entry = source.notetype, lock.notetypes.get(source.notetype.id)
        slots = entry.slots if entry is not None else first_slots(own, source.reserve)
        first = [{name: text.value for name, text in parts.items()} for parts in source.parts]
        if slots.has_reserves:
            own = with_slots(own, slots, *first)
            own = own if source.has_sort else replace(own, sort=0)
            problems += _doubled(source, own)
        notetypes[key] = own
        if entry is not None:
            problems += [*_newly_used(source, own, slots), *_ineffective(source, slots)]
    return notetypes, problems


def _doubled(source: SourceNoteType, notetype: NoteType) -> list[Diagnostic]:
    """Report fields and templates with the name of another one or of a reserve."""
    names = doubled_names(notetype.fields), doubled_names(notetype.templates)
    return [
        Diagnostic(
            "duplicate-name",
            f"there are two {what}s named '{name}', in the sources or among the reserves in Anki",
            first[name].span,
            hint="choose another name",
        )
        for what, doubled, first in zip(("field", "template"), names, source.parts, strict=True)
        for name in dict.fromkeys(doubled)
        if name in first
    ]


def first_slots(own: NoteType, reserve: Reserve) -> Slots:
    """Return the slots of a note type that the lock does not know.

    Ids of reserves follow from the note type's, which an import keeps.
    """
    return new_slots(own, reserve, partial(stable_id, str(own.id), "reserve"))


def _newly_used(source: SourceNoteType, notetype: NoteType, slots: Slots) -> list[Diagnostic]:
    """Report fields and templates that took a reserve since the last build."""
    fields = [field for field in notetype.fields if slots.own_fields.get(field.anki) == ""]
    templates = [part for part in notetype.templates if slots.own_templates.get(part.anki) == ""]
    left = slots.left(notetype)
    rest = f"{counted(left.fields, 'field')} and {counted(left.cards, 'card')} left"
    named: list[tuple[str, Field | Template, Text]] = [
        *(("field", part, source.parts[0][part.name]) for part in fields),
        *(("template", part, source.parts[1][part.name]) for part in templates),
    ]
    return [
        Diagnostic(
            "reserve-used",
            f"the {what} '{part.name}' is '{part.anki}' in Anki: it takes a reserve of the note "
            f"type '{notetype.name}', which has {rest}",
            first.span,
            Severity.INFO,
        )
        for what, part, first in named
    ]


def _ineffective(source: SourceNoteType, slots: Slots) -> list[Diagnostic]:
    """Report a 'reserve' that is not what the note type was released with."""
    own, spare = source.notetype, source.reserve
    fields = spare.fields + sum(bool(field.anki) for field in own.fields)
    cards = spare.cards + sum(bool(template.anki) for template in own.templates)
    if source.reserve_span is None or slots.size == Reserve(fields, cards):
        return []
    had = f"{counted(slots.size.fields, 'field')} and {counted(slots.size.cards, 'card')}"
    message = f"the note type '{own.name}' was released with a reserve of {had}"
    hint = "it can't change after a release: remove 'reserve', or write these numbers"
    return [Diagnostic("reserve-released", message, source.reserve_span, Severity.WARNING, hint)]


def may_lack_types(problems: Iterable[Diagnostic]) -> bool:
    """Whether some note types may have failed to load, given the problems of all."""
    return any(
        problem.severity is Severity.ERROR and problem.rule not in _READ for problem in problems
    )


def _duplicate(source: SourceNoteType, twin: SourceNoteType) -> Diagnostic:
    place = f"{twin.span.path}:{twin.span.line}"
    same, what = "with the id", str(source.notetype.id)
    if source.notetype.name.casefold() == twin.notetype.name.casefold():
        same, what = "named", source.notetype.name
    message = f"there are two note types {same} '{what}'; the other is in {place}"
    return Diagnostic("duplicate-notetype", message, source.span, hint="choose another")
