"""The prose of a Markdown text: its words without code, formulas, tags and addresses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from flashdeck.html.escape import readable_source
from flashdeck.markup.masking import MaskedText
from flashdeck.markup.nesting import VERBATIM
from flashdeck.markup.output import element_ranges
from flashdeck.markup.placeholders import Kind, TooManyError

_MARKED = re.compile(r"[\\`$<\[{]|~~~|^(?:\t| {4})", re.MULTILINE)
# Escapes, and what follows the text of a link or picture.
_NOT_WORDS = re.compile(r"\\[!-/:-@\[-`{-~]|\]\(((?:[^()\n\\]|\\.|\([^()\n]*\))*+)\)")
_AUTOLINK = re.compile(r"<[A-Za-z][^\s<>]*[:@][^\s<>]*>")
_HIDDEN = re.compile(r"[^\n]")


@dataclass(frozen=True, slots=True)
class FormulaSpan:
    """A formula of a text: `start` is at its opening mark, `end` after its closing mark.

    `tex` is the text between the marks.
    """

    start: int
    end: int
    tex: str
    display: bool


@dataclass(frozen=True, slots=True)
class Prose:
    """The prose of a text, with the same length and line breaks.

    All other characters are U+0000: those of code, formulas, tags, comments, destinations of links
    and pictures, autolinks, cloze openings and closings, and escaped characters.
    """

    text: str
    formulas: tuple[FormulaSpan, ...]


def prose(text: str, *, cloze: bool) -> Prose:
    """Return the prose of a Markdown text; `cloze`: its clozes are active."""
    if not _MARKED.search(text):
        return Prose(text, ())
    lead = len(text) - len(text.lstrip())
    if lead:  # as in rendering, white space around a text means nothing
        rest = prose(text[lead:], cloze=cloze)
        moved = [replace(f, start=f.start + lead, end=f.end + lead) for f in rest.formulas]
        return Prose(text[:lead] + rest.text, tuple(moved))
    source = readable_source(text)
    try:
        masked = MaskedText(source, cloze=cloze, scan=True)
    except TooManyError:
        return Prose(_HIDDEN.sub("\0", text), ())
    formulas = [
        FormulaSpan(start, end, data.tex, data.display)
        for kind, start, end, data in masked.replaced
        if kind == Kind.FORMULA
    ]
    return Prose(_without(text, _not_prose(masked)), tuple(formulas))


def _not_prose(masked: MaskedText) -> list[tuple[int, int]]:
    ranges = [*masked.code, *_in_code_tags(masked)]
    ranges += [
        (start, end)
        for kind, start, end, _ in masked.replaced
        if kind != Kind.HINT and (kind != Kind.TEXT or end - start > 1)
    ]
    found = element_ranges(masked.text)
    ranges += [(masked.place(start), masked.place(end)) for start, end in found.get("Code", [])]
    for first, last in found.get("CodeBlock", []):  # with the indentation of its first line
        start = masked.place(first)
        line = masked.source.rfind("\n", 0, start) + 1
        indent = len(masked.source[line:start].rstrip(" \t"))
        ranges.append((line + indent, masked.place(last)))
    for mark in _NOT_WORDS.finditer(masked.source):
        ranges += [mark.span(1) if mark[1] is not None else mark.span()]
    ranges += [address.span() for address in _AUTOLINK.finditer(masked.source)]
    return ranges


def _in_code_tags(masked: MaskedText) -> Iterator[tuple[int, int]]:
    """Yield the places of raw `<code>` and the like, with what is in them."""
    opened: dict[str, int] = {}
    for kind, start, end, tag in masked.replaced:
        if kind == Kind.TAG and tag.name in VERBATIM:
            if not tag.closing:
                opened.setdefault(tag.name, start)
            elif tag.name in opened:
                yield opened.pop(tag.name), end


def _without(text: str, ranges: list[tuple[int, int]]) -> str:
    pieces: list[str] = []
    done = 0
    for start, end in sorted(ranges):
        if end > done:
            first = max(start, done)
            pieces += (text[done:first], _HIDDEN.sub("\0", text[first:end]))
            done = end
    pieces.append(text[done:])
    return "".join(pieces)
