"""The custom note types of a project, from `cards/notetypes/`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.notetypes.built_in import style
from flashdeck.project.project import Project, read_source

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
