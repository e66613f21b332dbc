"""Media in templates and styles, which are packed as `_fd-<hash>`.

There Anki packs only files whose names begin with `_`, and never replaces them, so the name of a
changed file needs another hash. With `media: verbatim` files keep their names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from flashdeck.compile.media.table import MediaTable
from flashdeck.css import Load, loads, too_long
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.html.tags import STYLED
from flashdeck.markup import Markup, MediaRefusal, MediaResolver, Problem, render
from flashdeck.markup.html_field import read_tags
from flashdeck.notetypes.built_in import scripts
from flashdeck.project.project import Project
from flashdeck.records import dataclass
from flashdeck.source.mapping import MappingReader
from flashdeck.yamlnode import MappingNode, ScalarNode

_MORE_ENDINGS = frozenset({"otf", "ttf", "woff", "woff2", "css", "js"})
_QUERY = re.compile(r"[?#].*", re.DOTALL)
_PIECE = re.compile(r"&[#\w]+;?|&|[^&]+")
_NOT_PACKED = "not-packed"
_TOO_LONG = MediaRefusal(
    "this style is larger than 1 MiB, and the files that it names are not packed",
    "make it smaller",
    _NOT_PACKED,
)


@dataclass(frozen=True, slots=True)
class AssetRewriter:
    """Replaces media names in the texts of a note type by those in the package."""

    table: MediaTable
    allow_scripts: bool = False

    def __call__(
        self, text: str, folder: Path, *, css: bool, verbatim: bool
    ) -> tuple[str, list[Problem]]:
        """Rewrite a style or a template side in `folder`; returns it and its problems.

        With `verbatim` it is not changed, but its media are checked.
        """
        packed = self.table.template_resolver(folder, _MORE_ENDINGS)
        lookup = _Lookup(self._verbatim_resolver(folder) if verbatim else packed)
        parts: list[str] = []
        problems: list[Problem] = []
        copied = 0
        for load in _loads(text, css=css):
            name = lookup(load.address)
            if isinstance(name, MediaRefusal):
                problems.append(Problem(name.rule, name.message, load.start, load.end, name.hint))
            else:
                parts += [text[copied : load.start], name]
                copied = load.end
        rewritten = "".join(parts) + text[copied:]
        if not css:
            problems += self._as_field(text, lookup, verbatim=verbatim)
            rewritten = render(rewritten, Markup.HTML, media=lookup, allow_scripts=True).html
        return text if verbatim else rewritten, _first_of_each(problems)

    def _as_field(self, text: str, lookup: _Lookup, *, verbatim: bool) -> Iterator[Problem]:
        """Return the problems of a template side that a field can have as well."""
        if verbatim:
            # The built-in scripts are allowed.
            for script in scripts():
                element = f"<script>{script}</script>"
                text = text.replace(element, " " * len(element))
        rendered = render(text, Markup.HTML, media=lookup, allow_scripts=self.allow_scripts)
        for problem in rendered.problems:
            if (
                not verbatim
                or problem.rule == "active-content"
                or problem.message in lookup.refused
            ):
                yield problem

    def _verbatim_resolver(self, folder: Path) -> MediaResolver:
        """Return the resolver of files that keep their names."""
        resolve = self.table.template_resolver_verbatim(folder)

        def resolve_verbatim(name: str) -> str | MediaRefusal:
            if "{{" in name or "://" in name or name.startswith(("data:", "#", "//")):
                return name
            if name.startswith("_"):
                found, fault = resolve(name), self.table.fault(folder, name)
                return replace(fault, rule=_NOT_PACKED) if fault is not None else found
            self.table.mark_used(folder, name)
            message = f"Anki does not export {name} for a template"
            hint = f"rename it to _{PurePosixPath(name).name}: it exports names that begin with _"
            return MediaRefusal(message, hint, _NOT_PACKED)

        return resolve_verbatim


class _Lookup:
    """Looks up files by name or, as a browser does, by decoded address."""

    def __init__(self, resolve: MediaResolver) -> None:
        self.refused: set[str] = set()
        self._resolve = resolve

    def __call__(self, address: str) -> str | MediaRefusal:
        """Return the name of a file in the package."""
        name = self._resolve(address) if address else _TOO_LONG
        plain = unquote(_QUERY.sub("", address))
        if isinstance(name, MediaRefusal) and plain != address:
            other = self._resolve(plain)
            name = name if isinstance(other, MediaRefusal) else other
        if isinstance(name, MediaRefusal):
            self.refused.add(name.message)
        return name


def _loads(text: str, *, css: bool) -> Iterator[Load]:
    """Return the files of a style or a template that are not named as in a field."""
    if css:
        yield from _styled(text, range(len(text) + 1))
        return
    for tag, end in read_tags(text):
        if tag.name == "style":
            yield from _styled(text[tag.end : end], range(tag.end, end + 1))
        for attribute in tag.attributes:
            if (
                tag.name in {"script", "link"}
                and attribute.name in {"src", "href"}
                and attribute.value
            ):
                yield Load(attribute.value, attribute.start, attribute.end)
            elif attribute.name in STYLED:
                yield from _styled(*_decoded(text, attribute.start, attribute.end))


def _styled(css: str, places: Sequence[int]) -> Iterator[Load]:
    """Return the files in CSS, at its `places`; the address '' if the CSS is too long."""
    for load in [Load("", 0, 0)] if too_long(css) else loads(css):
        yield Load(load.address, places[load.start], places[load.end])


def _decoded(html: str, start: int, end: int) -> tuple[str, Sequence[int]]:
    """Decode the value of an attribute; returns it and the positions of its characters."""
    pieces: list[str] = []
    places: list[int] = []
    for piece in _PIECE.finditer(html, start, end):
        pieces.append(unescape(piece[0]))
        is_same = pieces[-1] == piece[0]
        places += range(*piece.span()) if is_same else [piece.start()] * len(pieces[-1])
    return "".join(pieces), [*places, end]


def _first_of_each(problems: Iterable[Problem]) -> list[Problem]:
    """Return the first of problems with the same message."""
    first: dict[str, Problem] = {}
    for problem in sorted(problems, key=lambda problem: problem.start):
        severity = "warning" if problem.rule == _NOT_PACKED else problem.severity
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
    css, problems = rewrite(style.text, folder, css=True, verbatim=settings.verbatim)
    for problem in problems:
        severity, span = Severity(problem.severity), style.place(problem.start, problem.end)
        reader.report("template-media", problem.message, node, problem.hint, severity, span=span)
    return replace(project, settings=replace(settings, css=css)), reader.problems
