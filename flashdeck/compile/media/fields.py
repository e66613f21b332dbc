"""The files that a text names, beside those that Anki will find in the field that it becomes.

Anki packs what its own search finds: not `src = "x.png"`, though browsers show it; but what a
comment or a script names as well.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from flashdeck.anki.template.references import references
from flashdeck.markup import MediaRefusal, MediaResolver, Problem


class Lookups:
    """Styling up media, and gathers what was found: the package's names by the author's."""

    def __init__(self, resolve: MediaResolver) -> None:
        self.names: dict[str, str] = {}
        self._resolve = resolve

    def __call__(self, destination: str) -> str | MediaRefusal:
        """Look up a file."""
        found = self._resolve(destination)
        if isinstance(found, str):
            self.names[destination] = found
        return found


def unfound(names: Mapping[str, str], text: str, html: str) -> list[Problem]:
    """Report the files of a text that Anki does not find in its HTML."""
    if not names:
        return []
    found = set(references(html))
    return [_unfound(one, text) for one, name in names.items() if name not in found]


def other_references(names: Container[str], html: str) -> Iterator[str]:
    """Give what Anki finds in HTML beside the files that were looked up."""
    for name in sorted(set(references(html))):
        if name not in names and ":" not in name and "{{" not in name:
            yield name


def _unfound(name: str, text: str) -> Problem:
    message = f"Anki does not find {name} here, so it would not come along"
    hint = f"write src=\"{name}\", without a space beside '='"
    start = max(text.find(name), 0)
    return Problem("html-attribute", message, start, start + len(name), hint, "warning")
