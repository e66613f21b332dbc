"""Checks of a whole project, without writing anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from flashdeck.checking.context import lint_context
from flashdeck.checking.selection import Selection
from flashdeck.compile.compiler import Compiled
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.project.project import Project, load_project
from flashdeck.project.published import Healed, healed
from flashdeck.project.settings import AcceptedScripts
from flashdeck.release.consequences import changed_fronts, consequences
from flashdeck.release.removals import gone_notes, last_texts, many_removals, without_others
from flashdeck.release.schemas import missing_notetypes, schema_problems
from flashdeck.rules.registry import lint
from flashdeck.text import counted

_MOST_UNUSED = 50


def check(
    root: Path,
    *,
    allow_scripts: bool = False,
    paths: Sequence[str] = (),
    decks: Sequence[str] = (),
) -> list[Diagnostic]:
    """Read and compile the project at `root`, and return all diagnostics.

    These are the problems that a build reports, and the findings of the rules for good cards.
    `paths` and `decks` select those of files, folders and decks.
    """
    project, problems = load_project(root)
    state = healed(project, problems)
    compiled, found = examine(state.project, problems, allow_scripts=allow_scripts, published=state)
    return Selection(compiled.sources, paths, decks).of(found)


def examine(
    project: Project,
    problems: Sequence[Diagnostic],
    *,
    allow_scripts: bool = False,
    published: Healed | None = None,
) -> tuple[Compiled, list[Diagnostic]]:
    """Compile and check a loaded project; `problems` are those of loading.

    `published` is the result of the comparison of the lock with what was published.
    """
    outcome = compile_loaded(project, problems, allow_scripts=allow_scripts)
    compiled = outcome.compiled
    findings: list[Diagnostic] = []
    if published is not None and compiled.has_stamps:
        findings += [*published.problems, *published.left_out(compiled.kinds)]
    findings += consequences(compiled.collection, project.lock)
    findings += lint(lint_context(project, compiled, outcome.problems), project.settings.rules)
    if not outcome.errors:
        notetypes = compiled.notetypes.values()
        findings += schema_problems(notetypes, project.lock, compiled.places)
        findings += changed_fronts(compiled.collection.notetypes, project.lock, compiled.places)
        if published is not None:
            findings += _refused(project, compiled)
        findings += _unused(compiled)
    if not allow_scripts:
        findings += _accepted(compiled, project.settings.allow_scripts)
    reported = [*outcome.problems, *outcome.suppressions.applied(findings)]
    return compiled, [*reported, *outcome.suppressions.comments()]


def _refused(project: Project, compiled: Compiled) -> list[Diagnostic]:
    """Report what a build refuses because it is missing in the sources."""
    if len(project.lock.projects) > 1:
        project = without_others(project, compiled)
    lock, settings = project.lock, project.settings
    problems = missing_notetypes(compiled.notetypes.values(), lock)
    if settings.removed == "empty":
        gone = gone_notes(settings.id, lock, compiled.kinds)
        problems += many_removals(gone, lock, partial(last_texts, project.build))
    return problems


def _accepted(compiled: Compiled, scripts: AcceptedScripts) -> Iterator[Diagnostic]:
    """Report the scripts that the settings accept."""
    for name, digest in scripts.notetypes.items():
        if compiled.scripts.get(name) == digest.value:
            yield _of_scripts(f"the note type '{name}' runs scripts that you accepted", digest.span)
        elif name not in compiled.scripts:
            message = f"no note type '{name}' runs scripts"
            yield _of_scripts(message, digest.span, "remove this line")
    for deck in scripts.decks:
        yield _of_scripts(f"notes of '{deck.value}' may run scripts: you accepted that", deck.span)


def _of_scripts(message: str, span: Span, hint: str = "") -> Diagnostic:
    return Diagnostic("accepted-scripts", message, span, Severity.INFO, hint)


def _unused(compiled: Compiled) -> list[Diagnostic]:
    """Report pictures and sounds that no card shows. With errors this is not known."""
    hint = "show it on a card, or delete it"
    names = compiled.media.unused()
    problems = [
        Diagnostic("unused-media", f"nothing uses {name}", Span.point(name), Severity.WARNING, hint)
        for name in names[:_MOST_UNUSED]
    ]
    if len(names) > _MOST_UNUSED:
        message = f"nothing uses {counted(len(names) - _MOST_UNUSED, 'more file')}"
        problems.append(Diagnostic("more-problems", message, None, Severity.INFO))
    return problems
