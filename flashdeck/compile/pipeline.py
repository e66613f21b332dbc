"""Loads and compiles a project, for every command.

Severities in the settings and `# flashdeck: ignore` comments are applied here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from flashdeck.compile.cache import Cache
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.compile.media.cache import MediaCache
from flashdeck.compile.suppressions import Suppressions
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.project.packages import package_files
from flashdeck.project.project import Project, load_project
from flashdeck.records import dataclass


@dataclass(frozen=True, slots=True)
class Outcome:
    """A project and its compiled content.

    `packages` maps decks to the file names of packages. `problems` are those of settings, sources
    and package names, after `suppressions` were applied.
    """

    project: Project
    compiled: Compiled
    packages: Mapping[str, str]
    suppressions: Suppressions
    problems: tuple[Diagnostic, ...]

    @property
    def errors(self) -> int:
        """The number of errors."""
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

    With a `single_package` for all decks, package names are not checked.
    """
    compiled, compile_problems = compile_project(
        project, allow_scripts=allow_scripts, cache=cache, media_cache=media_cache
    )
    decks = sorted(set().union(*(file.homes for file in compiled.files)))
    packages, name_problems = package_files(decks, project.settings)
    suppressions = Suppressions(project.settings.rules, compiled.yaml_files)
    problems = [*problems, *compile_problems, *([] if single_package else name_problems)]
    applied = tuple(suppressions.applied(problems))
    return Outcome(project, compiled, packages, suppressions, applied)
