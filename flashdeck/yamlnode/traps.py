"""Explanations of YAML syntax errors, and which text to skip.

Markdown in YAML has a few typical traps: a value with a colon, or one that begins with a special
character. Each has a message that names it and shows the value in quotes.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import partial

from yaml import MarkedYAMLError, YAMLError
from yaml.events import Event, ScalarEvent

from flashdeck.yamlnode.comments import before_comment
from flashdeck.yamlnode.edit import quoted
from flashdeck.yamlnode.finding import LINE, NEXT_KEY, SPACE, Finding, Lines, Place
from flashdeck.yamlnode.parse import TrapError
from flashdeck.yamlnode.quotes import behind_quote, never_closed

_GLUED_KEY = re.compile(r"[ \t]*(?:-[ \t]+)*(?P<key>[A-Za-z_][\w-]*):(?P<value>[^\s:/].*)")

# The meaning of a first character in YAML.
_MEANINGS = {
    "`": "'`' is reserved in YAML",
    "@": "'@' is reserved in YAML",
    "%": "in YAML, '%' begins a directive",
    "*": "in YAML, '*' begins an alias",
    "&": "in YAML, '&' begins an anchor",
    "!": "in YAML, '!' begins a tag",
    ">": "in YAML, '>' begins folded text",
    "|": "in YAML, '|' begins block text",
    "-": "in YAML, '-' begins a list",
    "?": "in YAML, '?' begins a key",
    "[": "in YAML, '[' begins a list",
    "{": "in YAML, '{' begins a mapping",
    "]": "in YAML, ']' ends a list",
    "}": "in YAML, '}' ends a mapping",
    ",": "in YAML, ',' separates items",
}
_LONE_PROPERTY = re.compile(r"[&!]\S*")
_CLOSING = {"[": "]", "{": "}"}
_LONGEST_QUOTE = 40
_NO_DECK = re.compile(r"(?:^|/)(?:flashdeck\.yaml$|notetypes/)")
# `[a](b)`, or a list with text right after it.
_LINK = re.compile(r"\[[^\[\]]*\]\s*[^\s,#]")


def find_trap(
    path: str,
    text: str,
    working: str,
    error: YAMLError | TrapError,
    last: Event | None,
    *,
    flow: bool,
) -> Finding:
    """Explain an error of libyaml (or a `TrapError`) by the line that caused it.

    `last` is the event before it; `flow`: it is in a flow collection.
    """
    lines = Lines(path, text, working)
    return lines.completed(_explained(lines, error, last, flow=flow))


def _explained(
    lines: Lines, error: YAMLError | TrapError, last: Event | None, *, flow: bool
) -> Finding:
    if isinstance(error, TrapError):
        place = lines.at(error.mark)
        return _value_trap(lines, place, flow=flow) or _unfit(lines, place)
    if not isinstance(error, MarkedYAMLError) or error.problem_mark is None:
        return _unfit(lines, lines.first())
    here = lines.at(error.problem_mark)
    there = lines.at(error.context_mark) if error.context_mark is not None else here
    problem, context = error.problem or "", error.context or ""
    if "tab character" in problem or here.text[here.column : here.column + 1] == "\t":
        return _tab(here)
    if "quoted scalar" in context:
        is_escape = "escape" in problem or "hexdecimal" in problem
        return _bad_escape(here) if is_escape else never_closed(there)
    marks = [mark for mark in (error.problem_mark, error.context_mark) if mark is not None]
    finding = behind_quote(lines, last, marks, flow=flow or "flow" in context)
    return finding or _wrong_start(lines, error, here, there, last, flow=flow)


def _wrong_start(
    lines: Lines,
    error: MarkedYAMLError,
    here: Place,
    there: Place,
    last: Event | None,
    *,
    flow: bool,
) -> Finding:
    """Explain a value or a line with a wrong start."""
    problem, context = error.problem or "", error.context or ""
    if problem.startswith("mapping values are not allowed"):
        return _colon(lines, here, last)
    trap = partial(_value_trap, lines, flow=flow)
    if problem.startswith("could not find expected ':'"):
        return trap(there) or _no_key(there)
    if context.startswith("while scanning"):
        return trap(there) or _unfit(lines, there)
    if problem.startswith("did not find expected ',' or"):
        return trap(there) or trap(here) or _unfit(lines, here)
    return trap(here) or _unfit(lines, here)


def _value_trap(lines: Lines, place: Place, *, flow: bool) -> Finding | None:
    """Explain a value that begins with a special character."""
    match = LINE.fullmatch(place.text)
    if match is None:
        return None
    start = match.start("value")
    if place.working[start:] != place.text[start:] or start > place.column:
        return None
    text = before_comment(match["value"])
    value = match["value"].rstrip() if text is None else text
    if not value or value[0] not in _MEANINGS:
        return _inner_trap(place)
    if (flow or value[0] in _CLOSING) and (inner := _inner_trap(place)):
        return inner
    bare = not flow and lines.is_bare(place)
    if bare and value[0] not in _CLOSING:
        return _no_key(place)
    if _LONE_PROPERTY.fullmatch(value):
        return _property(place, start, value)
    sign = next((prefix for prefix in ("{{", "![") if value.startswith(prefix)), value[0])
    message = f"text that begins with '{sign}' must be quoted: {_MEANINGS[value[0]]}"
    is_open = value[0] in _CLOSING and _CLOSING[value[0]] not in value
    if is_open:
        message = f"this '{sign}' is never closed; text that begins with '{sign}' must be quoted"
    hint = f"write {_with_key(match['key'], value)}{_or_comment(text)}"
    is_text = text is not None and _is_text(value)
    instead = quoted(value) if is_text and not bare else ""
    width = len(value)
    finding = place.finding("unquoted-start", message, hint, start, width, instead=instead)
    return replace(finding, lost=bare or (is_open and not is_text))


def _is_text(value: str) -> bool:
    """Whether a value that begins with a special character can only be text.

    An unclosed list or a tag may not be.
    """
    if value.startswith("!!"):
        return False
    return value[0] not in _CLOSING or value.startswith("{{") or _LINK.match(value) is not None


def _property(place: Place, begin: int, value: str) -> Finding:
    """Explain an anchor or a tag of a list or mapping."""
    what = {"&": "anchors", "!": "tags"}[value[0]]
    message = f"'{value}' is a YAML {what.removesuffix('s')}, which a deck does not need"
    hint = f"remove it; if it is text, write {quoted(value)}"
    return place.finding(f"yaml-{what}", message, hint, begin, len(value), SPACE, whole=False)


def _inner_trap(place: Place) -> Finding | None:
    """Explain a special character in a flow collection: `tags: [@home, x]`."""
    character = place.text[place.column : place.column + 1]
    if not character or character not in "`@%*&!>|":
        return None
    piece = re.match(r"[^,\]}]*", place.text[place.column :])
    word = piece.group().rstrip() if piece else character
    message = f"text that begins with '{character}' must be quoted: {_MEANINGS[character]}"
    hint = f"write {quoted(word)}"
    instead = quoted(word) if not word.startswith("!!") else ""
    return place.finding(
        "unquoted-start", message, hint, place.column, len(word), instead=instead, whole=False
    )


def _colon(lines: Lines, here: Place, last: Event | None) -> Finding:
    """Explain a second colon, a missing space after a colon, or a misplaced key."""
    match = LINE.fullmatch(here.text)
    if match is not None and match["key"] and match.start("value") <= here.column:
        text = before_comment(match["value"])
        begin, value = match.start("value"), match["value"].rstrip() if text is None else text
        hint = _with_key(match["key"], value)
        if value[:1] in _CLOSING:
            item = re.match(r".*[,{\[] *", here.text[: here.column])
            begin = item.end() if item else begin
            rest = re.match(r"[^,\]}]*", here.text[begin:])
            value = rest.group().rstrip() if rest else value
            hint = quoted(value)
        message = "a colon inside unquoted text: YAML takes it for a key"
        before = re.search(
            r"(?<![A-Za-z_])[A-Za-z_]++(?=[\"']?[ \t]*+:[ \t]*+\Z)", here.text[:begin]
        )
        if before is not None and before.group() == "deck":
            # A deck name with a colon and a space is rare; subdecks are not.
            name = re.sub(r"(?<![ \t:])[ \t]*+:++[ \t]+", "::", value)
            hint = f"did you mean deck: {name}? else write {quoted(value)}"
            return here.finding("unquoted-colon", message, hint, begin, len(value))
        instead = quoted(value) if text is not None else ""
        return here.finding(
            "unquoted-colon",
            message,
            f"write {hint}{_or_comment(text)}",
            begin,
            len(value),
            instead=instead,
        )
    if isinstance(last, ScalarEvent) and not last.style and last.start_mark is not None:
        start = lines.at(last.start_mark)
        glued = _GLUED_KEY.fullmatch(start.text)
        if start.line < here.line and glued is not None and start.column <= glued.start("key"):
            key = glued["key"]
            message = f"'{key}:' needs a space after its colon"
            hint = f"write {key}: {glued['value'].strip()}"
            begin = glued.start("key")
            return start.finding("colon-space", message, hint, begin, len(key) + 1, SPACE)
    return _unfit(lines, here)


def _bad_escape(here: Place) -> Finding:
    """Explain an unknown escape, or a surrogate in `u` escapes."""
    begin = max(here.text.rfind("\\", 0, here.column + 1), 0)
    match = re.match(r"(?:\\u[0-9A-Fa-f]{4})+|\\.?[A-Za-z]*", here.text[begin:])
    word = (match.group() if match else "") or here.text[begin : begin + 1]
    message = f"{word[:2]} inside double quotes is not an escape that YAML knows"
    hint = "use single quotes or block text ('|'), where a backslash is a backslash"
    if re.fullmatch(r"(?:\\u[0-9A-Fa-f]{4})+", word):
        message, hint = f"{word} is not a complete escape in YAML", "write the character itself"
    return here.finding("unknown-escape", message, hint, begin, len(word), whole=False)


def _no_key(place: Place) -> Finding:
    content = place.text.strip()
    excerpt = content if len(content) <= _LONGEST_QUOTE else content[: _LONGEST_QUOTE - 1] + "…"
    message = f"'{excerpt}' is neither 'key: text' nor part of the text above"
    hint = "indent it below its key, or begin longer text with '|' after the key"
    return place.finding("no-key", message, hint, place.text.index(content), len(content), SPACE)


def _tab(place: Place) -> Finding:
    column = max(0, place.text.find("\t"))
    hint = "indent with spaces"
    return place.finding("tab", "a tab in the indentation", hint, column, 1, SPACE)


def _unfit(lines: Lines, place: Place) -> Finding:
    """Explain a line that does not fit the ones above."""
    content = place.text.strip()
    column = place.text.index(content)
    if lines.lacks("notes", place) and not _NO_DECK.search(place.path):
        message = "'notes:' is missing above this list"
        hint = "write 'notes:' above it; what is in the list was not checked"
        return place.finding("missing-key", message, hint, column, len(content), SPACE)
    match = NEXT_KEY.match(place.text)
    what = f"'{match['key']}:'" if match else "this line"
    message = f"{what} does not line up with what is above it"
    hint = "the keys of a note begin in the same column; a text that continues is indented further"
    return place.finding("indentation", message, hint, column, len(content), SPACE)


def _or_comment(text: str | None) -> str:
    """Return the rest of a hint, if it is unclear where a comment begins."""
    return "" if text is not None else "; a comment has two spaces before its '#'"


def _with_key(key: str | None, value: str) -> str:
    return f"{key}: {quoted(value)}" if key else quoted(value)
