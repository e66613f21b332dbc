"""Media in templates and styles, which are packed as `_fd-<hash>`.

There Anki packs only files whose names begin with `_`, and never replaces them, so the name of a
changed file needs another hash. With `media: verbatim` files keep their names.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flashdeck.compile.media.table import MediaTable
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.html.addresses import is_remote
from flashdeck.html.requests import css_requests, requests
from flashdeck.markup import Markup, MediaRefusal, MediaResolver, Problem, render
from flashdeck.markup.results import NOT_FOUND
from flashdeck.notetypes.built_in import scripts
from flashdeck.project.project import Project
from flashdeck.records import dataclass
from flashdeck.source.assets import Rewritten
from flashdeck.source.mapping import MappingReader
from flashdeck.yamlnode import MappingNode, ScalarNode

# What Anki accepts in a template.
_ACCEPTED = frozenset({"remote-media", "unclosed-tag"})


@dataclass(frozen=True, slots=True)
class AssetRewriter:
    """Replaces media names in the texts of a note type by those in the package."""

    table: MediaTable
    allow_scripts: bool = False

    def __call__(self, text: str, folder: Path, *, css: bool, verbatim: bool) -> Rewritten:
        """Rewrite a style or a template side in `folder`.

        With `verbatim` it is not changed, but its media are checked.
        """
        lookup = self.table.static(folder, verbatim=verbatim)
        rewrite = self._style if css else self._side
        side = rewrite(text, lookup, verbatim=verbatim)
        return side._replace(
            text=text if verbatim else side.text, problems=_first_of_each(side.problems)
        )

    def _style(self, text: str, lookup: MediaResolver, *, verbatim: bool) -> Rewritten:
        pieces: list[str] = []
        problems: list[Problem] = []
        copied = 0
        for address, start, end, _ in css_requests(text, range(len(text) + 1)):
            name = address if verbatim and is_remote(address) else lookup(address)
            if isinstance(name, MediaRefusal):
                problems.append(Problem(name.rule, name.message, start, end, name.hint))
            else:
                pieces += [text[copied:start], name]
                copied = end
        return Rewritten("".join(pieces) + text[copied:], problems)

    def _side(self, text: str, lookup: MediaResolver, *, verbatim: bool) -> Rewritten:
        """Rewrite a side, which can have the same problems as a field."""
        if verbatim:
            # The built-in scripts are allowed.
            for script in scripts():
                element = f"<script>{script}</script>"
                text = text.replace(element, " " * len(element))
        side = render(text, Markup.HTML, media=lookup, allow_scripts=True)
        accepted = _ACCEPTED if verbatim else frozenset[str]()
        problems = [one for one in side.problems if one.rule not in accepted]
        found = render(text, Markup.HTML).problems
        active = [one for one in found if one.rule == "active-content"]
        if not self.allow_scripts and not verbatim:
            problems += [one for one in found if one.rule == "unclosed-tag"]
        return Rewritten(side.html, problems, active, self._digest(text, lookup) if active else "")

    def _digest(self, text: str, lookup: MediaResolver) -> str:
        """Return the digest of a side with scripts, and of the files that it runs."""
        digest = hashlib.sha256(text.encode(errors="surrogatepass"))
        for request in requests(text):
            name = lookup(request.address) if request.address.endswith(".js") else ""
            if isinstance(name, str):
                digest.update(self.table.digest_of(name).encode())
        return digest.hexdigest()


def _first_of_each(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first of problems with the same message."""
    first: dict[str, Problem] = {}
    for problem in sorted(problems, key=lambda problem: problem.start):
        severity = "warning" if problem.rule == NOT_FOUND else problem.severity
        first.setdefault(problem.message, replace(problem, severity=severity))
    return [*first.values()]


def with_project_style(
    project: Project, rewrite: AssetRewriter
) -> tuple[Project, list[Diagnostic]]:
    """Rewrite the `css` of `flashdeck.yaml`; names in a CSS file are relative to that file."""
    settings = project.settings
    root = settings.yaml.documents[0] if settings.yaml and settings.yaml.documents else None
    node = root.get("css") if isinstance(root, MappingNode) else None
    if settings.yaml is None or not isinstance(node, ScalarNode):
        return project, []
    reader = MappingReader(settings.yaml)
    style, folder = reader.text_or_file(node, project.root, project.root, ".css")
    reader.problems.clear()  # reported when the settings were read
    rewritten = rewrite(style.text, folder, css=True, verbatim=settings.verbatim)
    for problem in rewritten.problems:
        severity, span = Severity(problem.severity), style.place(problem.start, problem.end)
        reader.report("template-media", problem.message, node, problem.hint, severity, span=span)
    return replace(project, settings=replace(settings, css=rewritten.text)), reader.problems
