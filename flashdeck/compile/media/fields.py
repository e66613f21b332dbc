"""Compares the files of a text with those that Anki finds in the field.

Anki does not find `src = "x.png"`, though browsers show it; but it finds files in comments and
scripts.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Iterable, Iterator, Mapping

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
    packed = set(references(html))
    lost = [written for written, name in names.items() if name not in packed and name[:1] != "_"]
    return [_unfound(written, text) for written in lost]


def other_references(names: Container[str], html: str) -> Iterator[str]:
    """Return the files that Anki finds in HTML and that were not looked up."""
    for name in sorted(set(references(html))):
        if name not in names and ":" not in name and "{{" not in name:
            yield name


def content_problems(
    names: Iterable[str], text: str, fault: Callable[[str], MediaRefusal | None]
) -> Iterator[Problem]:
    """Report the files of a text that keep their names, and would not be shown."""
    for name in names:
        refusal = fault(name)
        if refusal is not None:
            for place in _places(name, text):
                yield Problem(refusal.rule, refusal.message, *place, refusal.hint, "warning")


def _unfound(name: str, text: str) -> Problem:
    message = f"Anki does not find {name} here, so it would not be packed"
    hint = f"write src=\"{name}\", without a space around '='"
    return Problem("html-attribute", message, *_places(name, text)[0], hint, "warning")


def _places(name: str, text: str) -> list[tuple[int, int]]:
    """Return the places of a name in a text: those where it may be a reference, or the first."""
    starts = [match.start() for match in re.finditer(rf"""(?<=["'(<=:]){re.escape(name)}""", text)]
    return [(start, start + len(name)) for start in starts or [max(text.find(name), 0)]]
