"""Errors of text after a closing quote.

The opening quote may be YAML's or part of the text, so the message shows a likely correction, but
there is no fix.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from yaml.events import Event, ScalarEvent

from flashdeck.yamlnode.edit import quoted
from flashdeck.yamlnode.finding import LINE, NEXT_KEY, Finding, Lines, Place
from flashdeck.yamlnode.nodes import Mark

_QUOTES = {'"': re.compile(r'\\.|"'), "'": re.compile("''|'")}
_QUOTED = r"""(?P<text>"(?:\\.|[^"\\])*"|'(?:''|[^'])*')"""
_WHOLE_VALUE = re.compile(_QUOTED)
_IN_BRACKETS = re.compile(rf"[\[{{,:][ \t]*{_QUOTED}")
_ENDS = {False: re.compile(r"[ \t]*$|[ \t]+#"), True: re.compile(r"[ \t]*(?:[,}\]]|$)|[ \t]+#")}
_OUTSIDE = {False: re.compile(r"(?:(?![ \t]#).)*"), True: re.compile(r"(?:(?![ \t]#)[^,}\]])*")}
_BEHIND_WORD = re.compile(r"[\s.,:;!?)]")
_WORD_BACKWARDS = re.compile(r"[\w.-]*[A-Za-z_]")
_MESSAGE = "text continues after the closing "
_MANY_LINES = {
    '"': 'write \\" for each quote inside the text',
    "'": "write '' for each quote inside the text",
}


class _Meant(NamedTuple):
    """The likely value: the column after it, and how to write it."""

    end: int
    written: str


def behind_quote(
    lines: Lines, last: Event | None, marks: Sequence[Mark], *, flow: bool
) -> Finding | None:
    """Explain an error at one of `marks` if it is right after a quoted value.

    `last` is the event before it; `flow`: it is in a flow collection.
    """
    if isinstance(last, ScalarEvent) and last.style in _QUOTES:
        first, end = last.start_mark, last.end_mark
        if first is not None and end is not None and any(_meets(lines, end, m) for m in marks):
            place = lines.at(first)
            if any(NEXT_KEY.match(line) for line in lines.written[first.line + 1 : end.line + 1]):
                return never_closed(place)
            if first.line < end.line:
                return _in_many_lines(place)
            return _in_one_line(lines, place, end.column, flow=flow)
    for place in map(lines.at, marks):
        value = _quoted_before(place)
        if value is not None:
            start, stop, in_brackets = value
            opening = replace(place, column=start)
            return _in_one_line(lines, opening, stop, flow=flow or in_brackets)
    return None


def never_closed(place: Place) -> Finding:
    """Report a quote that is never closed."""
    quote = place.text[place.column : place.column + 1]
    message, hint = f"this {quote} is never closed", f"add {quote} where the text ends"
    return replace(place.finding("unclosed-quote", message, hint, place.column, 1), lost=True)


def _meets(lines: Lines, end: Mark, mark: Mark) -> bool:
    """Whether only spaces are between the end of a quoted value and a mark."""
    between = lines.written[end.line][end.column : mark.column]
    return mark.line == end.line and mark.column >= end.column and not between.strip()


def _quoted_before(place: Place) -> tuple[int, int, bool] | None:
    """Return the columns of the quoted value right before a place, and whether it is in brackets.

    libyaml reads ahead, so an error can come before the event of the value in front of it.
    """
    line = place.working
    end = len(line[: place.column].rstrip())
    match = LINE.fullmatch(line)
    if match is None or line[end - 1 : end] not in _QUOTES:
        return None
    value = _WHOLE_VALUE.match(line, match.start("value"))
    if value is not None and value.end() == end:
        return value.start(), end, False
    if match["value"][:1] in ("[", "{"):
        for value in _IN_BRACKETS.finditer(line, match.start("value")):
            if value.end() == end:
                return value.start("text"), end, True
    return None


def _in_many_lines(place: Place) -> Finding:
    quote = place.text[place.column]
    width = len(place.text[place.column :].rstrip())
    message = _MESSAGE + quote
    return place.finding("text-after-quote", message, _MANY_LINES[quote], place.column, width)


def _in_one_line(lines: Lines, place: Place, end: int, *, flow: bool) -> Finding:
    if not flow and lines.runs_on(place):
        return _in_many_lines(place)
    meant = _meant_by(place.text, place.column, end, flow=flow)
    key = _key_before(place.text, place.column)
    hint = f"write {key}: {meant.written}" if key else f"write {meant.written}"
    message = _MESSAGE + place.text[place.column]
    width = meant.end - place.column
    return place.finding("text-after-quote", message, hint, place.column, width, whole=not flow)


def _meant_by(line: str, start: int, end: int, *, flow: bool) -> _Meant:
    """Return the likely value at `start` whose quote is closed at `end`, with text after it.

    If another quote closes the value, the outer quotes are YAML's, else all belong to the text.
    `flow`: it is in a flow collection.
    """
    quote = line[start]
    quotes = [end - 1]  # the closing quote in YAML
    quotes += [m.start() for m in _QUOTES[quote].finditer(line, end) if m.group() == quote]
    closing = [n for n in range(1, len(quotes)) if _ENDS[flow].match(line, quotes[n] + 1)]
    # Quotes in a text come in pairs, but apostrophes do not.
    paired = (n for n in closing if n % 2 == 0 or quote == "'")
    last = next(paired, closing[0] if closing else 0)
    if last and not (last % 2 == 0 and _closes_word(line, quotes[0])):
        return _Meant(quotes[last] + 1, _rewritten(line[start + 1 : quotes[last]], quote))
    if last:
        return _Meant(quotes[last] + 1, quoted(line[start : quotes[last] + 1]))
    rest = _OUTSIDE[flow].match(line, end)
    whole = line[start : rest.end() if rest else end].rstrip()
    return _Meant(start + len(whole), quoted(whole))


def _key_before(line: str, start: int) -> str:
    """Return the key of the value at `start`, or ''."""
    head = line[:start].rstrip(" \t")
    if not head.endswith(":"):
        return ""
    head = head[:-1].rstrip(" \t")
    if head[-1:] in _QUOTES:
        return head[max(head.rfind(head[-1], 0, -1), 0) :]
    match = _WORD_BACKWARDS.match(head[::-1])
    return head[-match.end() :] if match else ""


def _closes_word(line: str, at: int) -> bool:
    return not line[at - 1].isspace() and _BEHIND_WORD.match(line, at + 1) is not None


def _rewritten(text: str, quote: str) -> str:
    """Format the text between YAML's quotes, escaping others."""
    if quote == "'":
        return quoted(text.replace("''", "'"))
    if "\\" not in text.replace('\\"', ""):
        return quoted(text.replace('\\"', '"'))
    inside = _QUOTES[quote].sub(lambda m: '\\"' if m.group() == quote else m.group(), text)
    return f'"{inside}"'
