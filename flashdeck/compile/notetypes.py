"""The custom note types of a project, from `cards/notetypes/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from flashdeck.anki.template.reserves import (
    Names,
    Reserve,
    Slots,
    doubled_names,
    doubled_reserves,
    new_slots,
    with_slots,
)
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.model import Field, NoteType, Template
from flashdeck.notetypes.built_in import style
from flashdeck.project.ids import stable_id
from flashdeck.project.lockfile import Lock
from flashdeck.project.project import Project, read_source
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.source.assets import RewriteAssets
    from flashdeck.source.note import Part, SourceNoteType

# Errors with which a note type is read nevertheless.
_READ = frozenset(
    {"active-content", "template", "template-filter", "template-media", "duplicate-notetype"}
)


def read_custom_types(
    project: Project,
    number: Callable[..., int],
    rewrite: RewriteAssets,
    *,
    allow_scripts: bool = False,
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
            unsaved=project.unsaved,
            accepted=None if allow_scripts else project.settings.allow_scripts.notetypes,
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
        first = [
            {name: part.first for name, part in parts.items()}
            for parts in (source.fields, source.templates)
        ]
        new = first_slots(own, source.reserve, chain.from_iterable(one.values() for one in first))
        slots = entry.slots if entry is not None else new
        if slots.has_reserves:
            own = with_slots(own, slots, *first)
            own = own if source.has_sort else replace(own, sort=0)
            problems += [*_stamped_twice(source, slots), *_doubled(source, own)]
        notetypes[key] = own
        if entry is not None:
            problems += [*_newly_used(source, own, slots), *_ineffective(source, slots, new)]
    return notetypes, problems


def _doubled(source: SourceNoteType, notetype: NoteType) -> list[Diagnostic]:
    """Report fields and templates with the name of another one or of a reserve."""
    return [
        Diagnostic(
            "duplicate-name",
            f"there are two {what}s named '{name}', in the sources or among the reserves in Anki",
            parts[name].span,
            hint="choose another name",
        )
        for what, parts, doubled in (
            ("field", source.fields, doubled_names(notetype.fields)),
            ("template", source.templates, doubled_names(notetype.templates)),
        )
        for name in dict.fromkeys(doubled)
        if name in parts
    ]


def _stamped_twice(source: SourceNoteType, slots: Slots) -> list[Diagnostic]:
    """Report reserves that several fields or templates name, if the lock has none of them there."""
    own = source.notetype
    kinds: tuple[tuple[str, Mapping[str, Part], Sequence[Field | Template], Names], ...] = (
        ("field", source.fields, own.fields, slots.own_fields),
        ("template", source.templates, own.templates, slots.own_templates),
    )
    problems: list[Diagnostic] = []
    for what, parts, written, owners in kinds:
        for reserve in doubled_reserves(written):
            names = [part.name for part in written if part.anki == reserve]
            known = {*names, *(parts[name].first for name in names)}
            if owners.get(reserve) not in known:
                message = f"the {what}s '{names[0]}' and '{names[1]}' took one reserve: '{reserve}'"
                hint = "remove 'anki' from the one that was added later"
                span = parts[names[1]].span
                problems.append(Diagnostic("duplicate-name", message, span, hint=hint))
    return problems


def first_slots(own: NoteType, reserve: Reserve, first: Iterable[str] = ()) -> Slots:
    """Return the slots of a note type that the lock does not know.

    Ids of reserves follow from the note type's, which an import keeps. `first` are first names of
    fields and templates.
    """
    return new_slots(own, reserve, partial(stable_id, str(own.id), "reserve"), first)


def _newly_used(source: SourceNoteType, notetype: NoteType, slots: Slots) -> list[Diagnostic]:
    """Report fields and templates that took a reserve since the last build."""
    fields = [field for field in notetype.fields if slots.own_fields.get(field.anki) == ""]
    templates = [part for part in notetype.templates if slots.own_templates.get(part.anki) == ""]
    left = slots.left(notetype)
    rest = f"{counted(left.fields, 'field')} and {counted(left.cards, 'card')} left"
    named: list[tuple[str, Field | Template, Part]] = [
        *(("field", part, source.fields[part.name]) for part in fields),
        *(("template", part, source.templates[part.name]) for part in templates),
    ]
    return [
        Diagnostic(
            "reserve-used",
            f"the {what} '{part.name}' is '{part.anki}' in Anki: it takes a reserve of the note "
            f"type '{notetype.name}', which has {rest}",
            place.span,
            Severity.INFO,
        )
        for what, part, place in named
    ]


def _ineffective(source: SourceNoteType, slots: Slots, written: Slots) -> list[Diagnostic]:
    """Report a 'reserve' that is not what the note type was released with."""
    if source.reserve_span is None or slots.size == written.size:
        return []
    had = f"{counted(slots.size.fields, 'field')} and {counted(slots.size.cards, 'card')}"
    message = f"the note type '{source.notetype.name}' was released with a reserve of {had}"
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
