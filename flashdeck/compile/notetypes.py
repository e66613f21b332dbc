"""The note types of an author's own, from all the files of `cards/notetypes/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.notetypes.built_in import style
from flashdeck.project.project import Project, read_source

if TYPE_CHECKING:
    from flashdeck.source.notetypes import Dress, SourceNoteType

# Errors in spite of which a note type is read.
_READ = frozenset({"template", "template-media", "duplicate-notetype"})


def read_custom_types(
    project: Project, number: Callable[..., int], dress: Dress
) -> tuple[dict[str, SourceNoteType], list[Diagnostic]]:
    """Give the note types by what notes and the lock know them by: "custom:" and the id."""
    found: dict[str, SourceNoteType] = {}
    names: dict[str, SourceNoteType] = {}
    problems: list[Diagnostic] = []
    for path in project.notetypes:
        from flashdeck.source.notetypes import (
            read_notetypes,  # few projects have types of their own
        )

        file, said = read_source(project, path)
        problems += said
        if file is None:
            continue
        own_style = style(project.settings.css)
        types, said = read_notetypes(
            file, project.root, own_style, number, dress, verbatim=project.settings.verbatim
        )
        problems += (one for one in said if one not in problems)  # a side that two of them name
        for one in types:
            twin = names.get(one.notetype.name.casefold()) or found.get(one.key)
            if twin is None:
                found[one.key] = names[one.notetype.name.casefold()] = one
            else:
                problems.append(_twice(one, twin))
    return found, problems


def may_lack_types(problems: Iterable[Diagnostic]) -> bool:
    """Whether there may be note types that could not be read, given what was reported of them."""
    return any(one.severity is Severity.ERROR and one.rule not in _READ for one in problems)


def _twice(one: SourceNoteType, twin: SourceNoteType) -> Diagnostic:
    place = f"{twin.span.path}:{twin.span.line}"
    same = (
        "named" if one.notetype.name.casefold() == twin.notetype.name.casefold() else "with the id"
    )
    what = one.notetype.name if same == "named" else one.notetype.id
    message = f"there are two note types {same} '{what}'; the other stands in {place}"
    return Diagnostic("duplicate-notetype", message, one.span, hint="choose another")
