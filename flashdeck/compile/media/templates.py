"""Media that templates and styles name: packed as `_fd-<hash>`, as Anki takes no others there.

Anki never replaces a file whose name begins with `_`, so the hash is what brings a changed one to
learners. With `media: verbatim` files keep their names, and Anki takes those that begin with `_`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from html import unescape
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from flashdeck.compile.media.table import MediaTable
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.markup import Markup, MediaRefusal, MediaResolver, render
from flashdeck.notetypes.built_in import choice_script
from flashdeck.project.project import Project
from flashdeck.source.note import MediaFault
from flashdeck.yamlnode import MappingNode, ScalarNode

_FONTS = frozenset({"otf", "ttf", "woff", "woff2"})
# Each name is one group. What is never closed runs to the end, so that the time grows linearly.
_HTML_COMMENT = r"<!--(?:.*?-->|.*)"
_CSS_COMMENT = r"/\*(?:.*?\*/|.*)"
_URL = r"""\burl\(\s*+(?:"([^"]+)"|'([^']+)'|([^"'()\s]+))\s*\)"""
_IMPORT = r"""@import\s+(?:"([^"]+)"|'([^']+)')"""
_LOADED = (
    r"<(?:script|link)\b[^<>]*?(?<![\w-])(?:src|href)\s*=\s*"
    r"""(?:"([^"]+)"|'([^']+)'|([^\s"'<>]+))"""
)
_FLAGS = re.DOTALL | re.IGNORECASE
_IN_STYLE = re.compile(f"{_CSS_COMMENT}|{_URL}|{_IMPORT}", _FLAGS)
_IN_TEMPLATE = re.compile(f"{_HTML_COMMENT}|{_LOADED}|{_URL}", _FLAGS)
_ELEMENTS = re.compile(
    rf"{_HTML_COMMENT}|<script\b(?:.*?</script>|.*)|<style\b(.*?)(?:</style>|\Z)", _FLAGS
)
_QUERY = re.compile(r"[?#].*", re.DOTALL)


@dataclass(frozen=True, slots=True)
class TemplateDresser:
    """Puts the names of packed files into the texts of a note type."""

    table: MediaTable
    allow_scripts: bool = False

    def __call__(
        self, text: str, folder: Path, *, css: bool, verbatim: bool
    ) -> tuple[str, list[MediaFault]]:
        """Dress a style or a template side that lies in `folder`; give it and what is wrong.

        With `verbatim` it stays as it is; files must be there, under names that Anki takes.
        """
        faults: list[MediaFault] = []
        if verbatim:
            faults += [] if css else self._active(text)
            faults += self._missing(text, folder, css=css)
            return text, faults
        resolve = self.table.template_resolver(folder, {*_FONTS, "css", "js"})
        pattern = _IN_STYLE if css else _IN_TEMPLATE
        text = pattern.sub(lambda found: _renamed(found, resolve, faults), text)
        if css:
            return text, faults
        rendered = render(text, Markup.HTML, media=resolve, allow_scripts=self.allow_scripts)
        faults += [MediaFault(problem.message) for problem in rendered.problems]
        return rendered.html, faults

    def _active(self, text: str) -> list[MediaFault]:
        # Our own script, letter by letter, is what every deck of ours brings along.
        text = text.replace(f"<script>{choice_script()}</script>", "")
        rendered = render(text, Markup.HTML, allow_scripts=self.allow_scripts)
        return [
            MediaFault(one.message) for one in rendered.problems if one.rule == "active-content"
        ]

    def _missing(self, text: str, folder: Path, *, css: bool) -> Iterator[MediaFault]:
        """Look for the files that keep their names, each once."""
        resolve = self.table.template_resolver_verbatim(folder)
        for name in dict.fromkeys(_in_style(text) if css else _in_template(text)):
            if "{{" in name or "://" in name or name.startswith(("data:", "#", "//")):
                continue
            if not name.startswith("_"):
                self.table.leave(folder, name)
                message = f"Anki does not bring {name} along for a template"
                hint = (
                    f"call the file _{PurePosixPath(name).name}: it takes those that begin with _"
                )
                yield MediaFault(message, hint, Severity.WARNING)
                continue
            found = _resolved(name, resolve)
            if isinstance(found, MediaRefusal):
                is_missing = found.rule == "missing-media"
                yield MediaFault(found.message, found.hint, is_missing=is_missing)


def _renamed(found: re.Match[str], resolve: MediaResolver, faults: list[MediaFault]) -> str:
    whole = found.group()
    if found.lastindex is None:  # a comment
        return whole
    name = resolve(found[found.lastindex])
    if isinstance(name, MediaRefusal):
        faults.append(MediaFault(name.message))
        return whole
    start, end = (place - found.start() for place in found.span(found.lastindex))
    return whole[:start] + name + whole[end:]


def _resolved(name: str, resolve: MediaResolver) -> str | MediaRefusal:
    """Look up a file by its name, or by what a browser takes an address for."""
    found = resolve(name)
    plain = unquote(_QUERY.sub("", name))
    if isinstance(found, MediaRefusal) and plain != name:
        other = resolve(plain)
        return found if isinstance(other, MediaRefusal) else other
    return found


def _in_style(css: str) -> Iterator[str]:
    """Give the files that a style names."""
    return (one[one.lastindex] for one in _IN_STYLE.finditer(css) if one.lastindex is not None)


def _in_template(text: str) -> Iterator[str]:
    """Give the files that a template names: in tags, in styles, in tags that load others."""
    names: list[str] = []

    def gather(name: str) -> str:
        names.append(name)
        return name

    render(text, Markup.HTML, media=gather, allow_scripts=True)
    yield from names
    for element in _ELEMENTS.finditer(text):
        yield from _in_style(element[1] or "")
    # What is left is looked through for tags that load files, and for styles in attributes.
    loading = re.sub(_HTML_COMMENT, "", text, flags=_FLAGS)
    yield from (_first(found) for found in re.findall(_LOADED, loading, _FLAGS))
    styles = _ELEMENTS.sub("", text)
    yield from (unescape(_first(found)).strip("'\"") for found in re.findall(_URL, styles, _FLAGS))


def _first(groups: tuple[str, ...]) -> str:
    return next(filter(None, groups))


def with_own_style(project: Project, dress: TemplateDresser) -> tuple[Project, list[Diagnostic]]:
    """Dress the `css` of `flashdeck.yaml`; a file that it names is seen from that file's folder."""
    settings = project.settings
    root = settings.yaml.documents[0] if settings.yaml and settings.yaml.documents else None
    node = root.get("css") if isinstance(root, MappingNode) else None
    if settings.yaml is None or not isinstance(node, ScalarNode):
        return project, []
    folder = (project.root / settings.css_file).parent if settings.css_file else project.root
    css, faults = dress(settings.css, folder, css=True, verbatim=settings.verbatim)
    span = settings.yaml.span(node)
    problems = [
        Diagnostic("template-media", one.message, span, one.severity, one.hint) for one in faults
    ]
    return replace(project, settings=replace(settings, css=css)), problems
