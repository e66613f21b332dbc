"""Finds every problem of a project without writing anything."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from flashdeck.checking.context import subject_of
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.compile.suppress import Judge
from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.project.packages import package_files
from flashdeck.project.project import Project, load_project
from flashdeck.release.consequences import consequences
from flashdeck.rules.registry import lint

_MOST_UNUSED = 50


def check(root: Path, *, allow_scripts: bool = False) -> list[Diagnostic]:
    """Read and compile the project at `root`, and give everything that is to be said of it.

    That is what a build would say, and what the rules for good cards find.
    """
    project, problems = load_project(root)
    return examined(project, problems, allow_scripts=allow_scripts)[1]


def examined(
    project: Project, problems: Sequence[Diagnostic], *, allow_scripts: bool = False
) -> tuple[Compiled, list[Diagnostic]]:
    """Compile a project; `problems` are those of its settings."""
    compiled, found = compile_project(project, allow_scripts=allow_scripts)
    decks = {card.deck for note in compiled.collection.notes for card in note.cards}
    _, named = package_files(sorted(decks), project.settings)
    left = consequences(compiled.collection, project.lock)
    told = [*problems, *found, *named, *left]
    advice = lint(subject_of(project, compiled, told), project.settings.rules)
    if all(one.severity is not Severity.ERROR for one in told):
        told += _unused(compiled)
    judge = Judge(project.settings.rules, compiled.sources)
    judged = judge.judged([*told, *advice])
    return compiled, [*judged, *judge.comments()]


def _unused(compiled: Compiled) -> list[Diagnostic]:
    """Tell of pictures and sounds that no card shows; a text with an error may have named them."""
    hint = "show it on a card, or delete it"
    names = compiled.media.unused()
    told = [
        Diagnostic("unused-media", f"nothing uses {name}", Span.point(name), Severity.WARNING, hint)
        for name in names[:_MOST_UNUSED]
    ]
    if len(names) > _MOST_UNUSED:
        message = f"nothing uses {len(names) - _MOST_UNUSED:,} more pictures and sounds"
        told.append(Diagnostic("more-problems", message, None, Severity.NOTE))
    return told
