"""Reports of what an import rewrote as Markdown, and of what stays HTML."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator

from flashdeck.compile.compiler import Compiled
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.importing.markdown import is_same
from flashdeck.model import Note
from flashdeck.source.note import SourceNote
from flashdeck.text import counted
from flashdeck.yamlnode import ScalarNode

_TAG = re.compile(r"<([A-Za-z][A-Za-z0-9]*)\b[^<>]*>")
_OTHER = "tags that Markdown has no sign for"
_REASONS = {
    **dict.fromkeys(("span", "font", "small", "big"), "colors, fonts and sizes"),
    **dict.fromkeys(("div", "p", "center"), "text that is aligned, indented or styled"),
    **dict.fromkeys(
        ("table", "thead", "tbody", "tr", "td", "th"),
        "tables without a row of headings, or with more than text",
    ),
    **dict.fromkeys(("ul", "ol", "li"), "lists of one item, or styled ones"),
    "img": "pictures that are missing, or have a size",
    "br": "empty lines at the edge of a text",
    **dict.fromkeys(("b", "strong", "i", "em", "s"), "marks that end inside of a word"),
    **dict.fromkeys(("u", "sub", "sup"), "underlined, raised and lowered text"),
}


def rewritten_notes(notes: Iterable[Note], compiled: Compiled) -> Iterator[Diagnostic]:
    """Report how many notes learners get as edits, and why some of them keep HTML tags."""
    built = {note.guid: note for note in compiled.collection.notes}
    pairs = [(built[note.guid], note) for note in notes if note.guid in built]
    if rewritten := sum(not is_same(own.fields, theirs.fields) for own, theirs in pairs):
        message = f"{counted(rewritten, 'note(s)')} rewritten as Markdown with the same look"
        hint = (
            "the next build sends them once to everyone who has the deck: they lose their own "
            "tags and edits on these notes, and keep all reviews"
        )
        yield Diagnostic("import", message, None, Severity.INFO, hint)
    reasons = Counter[str]()
    kept = 0
    for entry in compiled.notes:
        found = {_REASONS.get(tag.lower(), _OTHER) for tag in _tags(entry.note)}
        reasons.update(found)
        kept += bool(found)
    if kept:
        parts = ", ".join(f"{count:,} {reason}" for reason, count in reasons.most_common())
        total = len(compiled.notes)
        message = f"{total - kept:,} of {counted(total, 'note(s)')} without an HTML tag"
        hint = f"{kept:,} {'has' if kept == 1 else 'have'} some: {parts}"
        yield Diagnostic("import", message, None, Severity.INFO, hint)


def _tags(note: SourceNote) -> Iterator[str]:
    for value in note.values.values():
        scalars = value.values() if isinstance(value, dict) else [value]
        for scalar in scalars:
            if isinstance(scalar, ScalarNode):
                yield from (match[1] for match in _TAG.finditer(scalar.value))
