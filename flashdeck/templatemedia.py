"""Media that templates and styles name: packed as `_fd-<hash>`, as Anki takes no others there.

Anki never replaces a file whose name begins with `_`, so the hash is what brings a changed one to
learners.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from flashdeck.markup import Markup, MediaRefusal, render
from flashdeck.markup.results import MediaResolver
from flashdeck.media import MediaTable
from flashdeck.notetypes.script import choice_script

_FONTS = frozenset({"otf", "ttf", "woff", "woff2"})
_URL = re.compile(r"""(?P<before>\burl\(\s*(?P<quote>["']?))(?P<name>[^"')]+)(?P=quote)\s*\)""")
_IMPORT = re.compile(r"""(?P<before>@import\s+(?P<quote>["']))(?P<name>[^"']+)(?P=quote)""")
_LOADED = re.compile(
    r"""(?P<before><(?:script|link)\b[^>]*\b(?:src|href)\s*=\s*(?P<quote>["']))"""
    r"""(?P<name>[^"']+)(?P=quote)""",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class TemplateDresser:
    """Puts the names of packed files into the texts of a note type."""

    table: MediaTable
    allow_scripts: bool = False

    def __call__(
        self, text: str, folder: Path, *, css: bool, verbatim: bool
    ) -> tuple[str, list[str]]:
        """Dress a style or a template side that lies in `folder`; give it and what is wrong.

        With `verbatim` it stays as it is, and only what would run is wrong.
        """
        problems: list[str] = []
        if verbatim:
            return text, [] if css else self._active(text)
        resolve = self.table.template_resolver(folder, {*_FONTS, "css", "js"})
        for pattern in (_URL, _IMPORT) if css else (_LOADED, _URL):
            text = pattern.sub(lambda found: _renamed(found, resolve, problems), text)
        if css:
            return text, problems
        rendered = render(text, Markup.HTML, media=resolve, allow_scripts=self.allow_scripts)
        problems += [problem.message for problem in rendered.problems]
        return rendered.html, problems

    def _active(self, text: str) -> list[str]:
        # Our own script, letter by letter, is what every deck of ours brings along.
        text = text.replace(f"<script>{choice_script()}</script>", "")
        rendered = render(text, Markup.HTML, allow_scripts=self.allow_scripts)
        return [one.message for one in rendered.problems if one.rule == "active-content"]


def _renamed(found: re.Match[str], resolve: MediaResolver, problems: list[str]) -> str:
    name = resolve(found["name"])
    if isinstance(name, MediaRefusal):
        problems.append(name.message)
        return found.group()
    whole = found.group()
    start = len(found["before"])
    return whole[:start] + name + whole[start + len(found["name"]) :]
