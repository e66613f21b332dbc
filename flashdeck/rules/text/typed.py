"""Rule for answers that can't be typed."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from flashdeck.anki.clozes import OPENING
from flashdeck.diagnostics import Fix
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding

# No-break and other spaces that no key writes, and characters without width. The joiners of
# Persian, of Indic scripts and of emoji are typed, and so is the wide space of Japanese.
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f"
_ZERO_WIDTH = "\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff"
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
_UNTYPABLE = re.compile(f"[{_SPACES}{_ZERO_WIDTH}{_DIRECTIONS}]")
_SPACE, _WIDTHLESS = re.compile(f"[{_SPACES}]"), re.compile(f"[{_ZERO_WIDTH}]")
_CLOZE_MARK = re.compile(rf"({OPENING})|\}}\}}|::")
_MEDIA = re.compile(r"!\[[^\[\]\n]*+\]\([^()\n]++\)|\[sound:[^\[\]\n]++\]")


def untypable(context: LintContext) -> Iterator[Finding]:
    """A text that the learner types has characters that keyboards can't type.

    Anki compares letter by letter: with a no-break space, a soft hyphen or a zero-width space in
    the answer, what the learner types is never right. Such characters are often in text that was
    copied from a web page or a document.

    Fix: write a plain space, or remove the character.

    Fails::

        notes:
          - {q: How long is it?, a: "5\u00a0km", typed: true}

    Passes::

        notes:
          - {q: How long is it?, a: "5 km", typed: true}
    """
    for entry in context.entries:
        if "typed" not in entry.flags and "typed" not in entry.passages:
            continue
        for passage, places in _typed(entry):
            found = [
                match
                for start, end in places
                for match in _UNTYPABLE.finditer(passage.text, start, end)
            ]
            if found:
                yield _finding(passage, found)
            elif passage.markup == "text" and (media := _MEDIA.search(passage.text)):
                message = f"'{media.group()}' would have to be typed letter by letter"
                yield Finding(passage.place(*media.span()), message, "write the word that it shows")


def _typed(entry: Entry) -> Iterator[tuple[FieldText, list[tuple[int, int]]]]:
    """Return the texts that are typed, and the places of what is typed in them."""
    answers = (*entry.texts("Answer"), *entry.passages.get("occlude", ()))
    for passage in entry.passages.get("typed", answers):
        yield passage, [(0, len(passage.text))]
    for passage in entry.texts("Text"):
        if not passage.text.isascii():
            yield passage, list(_hidden(passage.text))


def _hidden(text: str) -> Iterator[tuple[int, int]]:
    """Return the places of what clozes hide, without their hints."""
    hints: list[bool] = []  # for each open cloze, whether its hint has begun
    done = 0
    for mark in _CLOZE_MARK.finditer(text):
        if hints and not hints[-1]:
            yield done, mark.start()
        done = mark.end()
        if mark[1]:
            hints.append(False)
        elif hints and mark.group() == "}}":
            hints.pop()
        elif hints:
            hints[-1] = True


def _finding(passage: FieldText, found: list[re.Match[str]]) -> Finding:
    first = found[0]
    name = unicodedata.name(first.group(), f"U+{ord(first.group()):04X}").lower()
    message = f"no key writes the character {name}"
    edits: list[Fix] = []
    for match in found:
        space = " " if _SPACE.match(match.group()) else ""
        edit = passage.fix(*match.span(), space)
        if edit is None or not (space or _WIDTHLESS.match(match.group())):
            edits = []
            break
        edits.append(edit)
    hint = "write a plain space" if _SPACE.match(first.group()) else "remove it"
    fix = Fix(*edits[0][:3], also=tuple(edits[1:])) if edits else None
    return Finding(passage.place(*first.span()), message, hint, fix)
