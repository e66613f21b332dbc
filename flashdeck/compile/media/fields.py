"""Compares the files of a text with those that Anki finds in the field.

Anki does not find `src = "x.png"`, though browsers show it; but it finds files in comments and
scripts.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping

from flashdeck.anki.template.references import references
from flashdeck.markup import MediaRefusal, MediaResolver, Problem


class Lookups:
    """Looks up media, and records their names in the package by those in the sources."""

    def __init__(self, resolve: MediaResolver) -> None:
        self.names: dict[str, str] = {}
        self._resolve = resolve

    def __call__(self, destination: str) -> str | MediaRefusal:
        """Look up a file."""
        name = self._resolve(destination)
        if isinstance(name, str):
            self.names[destination] = name
        return name


def unfound(names: Mapping[str, str], text: str, html: str) -> list[Problem]:
    """Report the files of a text that Anki does not find in its HTML."""
    if not names:
        return []
    packed = set(references(html))
    return [_unfound(written, text) for written, name in names.items() if name not in packed]


def other_references(names: Container[str], html: str) -> Iterator[str]:
    """Return the files that Anki finds in HTML and that were not looked up."""
    for name in sorted(set(references(html))):
        if name not in names and ":" not in name and "{{" not in name:
            yield name


def _unfound(name: str, text: str) -> Problem:
    message = f"Anki does not find {name} here, so it would not come along"
    hint = f"write src=\"{name}\", without a space beside '='"
    start = max(text.find(name), 0)
    return Problem("html-attribute", message, start, start + len(name), hint, "warning")
