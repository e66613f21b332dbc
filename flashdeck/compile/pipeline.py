"""The one way from a project's folder to its collection and its diagnostics.

Every command goes it, so that severities in the settings and `# flashdeck: ignore` hold everywhere.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flashdeck.compile.cache import Cache
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.compile.media.cache import MediaCache
from flashdeck.compile.suppressions import Suppressions
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.project.packages import package_files
from flashdeck.project.project import Project, load_project


@dataclass(frozen=True, slots=True)
class Outcome:
    """A project and what it compiles to.

    `packages` gives the file name of the package that each deck goes into. `problems` are those of
    settings, sources and package names, with the severities that their author wants; `suppressions`
    give others the same.
    """

    project: Project
    compiled: Compiled
    packages: Mapping[str, str]
    suppressions: Suppressions
    problems: tuple[Diagnostic, ...]

    @property
    def errors(self) -> int:
        """How many of the problems are errors."""
        return sum(problem.severity is Severity.ERROR for problem in self.problems)


def compile_root(root: Path, *, allow_scripts: bool = False) -> Outcome:
    """Load and compile the project at `root`."""
    project, problems = load_project(root)
    return compile_loaded(project, problems, allow_scripts=allow_scripts)


def compile_loaded(
    project: Project,
    problems: Iterable[Diagnostic],
    *,
    allow_scripts: bool = False,
    cache: Cache | None = None,
    media_cache: MediaCache | None = None,
    single_package: bool = False,
) -> Outcome:
    """Compile a project that was loaded with these problems.

    With a `single_package` for all decks nothing can be wrong with the names of several.
    """
    compiled, found = compile_project(
        project, allow_scripts=allow_scripts, cache=cache, media_cache=media_cache
    )
    decks = {card.deck for note in compiled.collection.notes for card in note.cards}
    packages, named = package_files(sorted(decks), project.settings)
    suppressions = Suppressions(project.settings.rules, compiled.sources)
    judged = suppressions.applied([*problems, *found, *([] if single_package else named)])
    return Outcome(project, compiled, packages, suppressions, tuple(judged))
