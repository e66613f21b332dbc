"""`![alt](destination "title"){width=200}`: pictures, sounds and videos of the project.

As in CommonMark, and further: a destination may hold spaces if it ends like a file name, and a
size in braces may follow, in pixels or per cent. `[sound:word.mp3]` is Anki's own form.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markdown_it.common.utils import unescapeAll
from markdown_it.rules_inline import image as commonmark_image
from markdown_it.rules_inline import link as commonmark_link

if TYPE_CHECKING:
    from markdown_it.rules_inline import StateInline
    from markdown_it.token import Token

_GAP = re.compile(r"[ \t\n]*")
_SIZES = re.compile(r"\{((?:width|height)=[0-9]{1,5}(?:px|%)?(?:\s+(?:width|height)=[^\s{}]+)?)\}")
_SIZE = re.compile(r"(width|height)=([0-9]{1,5}(?:px|%)?)(?=\s|$)")
_FILE_ENDING = re.compile(r"\.\w{1,5}$")
_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]", re.IGNORECASE)
_PARENTHESIS = re.compile(r"\\.|[()\n]")
_BARE = re.compile(r"[()\\\x00-\x20\x7f]")
_DEEPEST = 32  # nested parentheses in a destination, as in CommonMark
_LONGEST = 500  # characters of a destination with spaces, and its title


@dataclass(frozen=True, slots=True)
class _Target:
    """What stands in the parentheses; `start` and `end` are the destination's place."""

    destination: str
    title: str
    start: int
    end: int
    stop: int


def picture(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule; reference pictures (`![alt][name]`) are left to CommonMark's own rule."""
    start = state.pos
    if not state.src.startswith("![", start) or state.html_terminator_last("]") < start:
        return False
    label_end = state.md.helpers.parseLinkLabel(state, start + 1, False)  # noqa: FBT003
    if label_end < 0:
        return False
    target = None
    if state.src.startswith("(", label_end + 1) and state.html_terminator_last(")") > label_end:
        target = _strict_target(state, label_end + 2) or _loose_target(state, label_end + 2)
    if target is None:
        return "references" in state.env and _reference(state, silent)
    if not silent:
        label = state.src[start + 2 : label_end]
        children: list[Token] = []
        state.md.inline.parse(label, state.md, state.env, children)
        token = state.push("image", "img", 0)
        token.children, token.content = children, label
        token.attrs = {"src": target.destination, "alt": ""}
        if target.title:
            token.attrs["title"] = target.title
        token.meta["at"] = (target.start, target.end)
        token.meta["source"] = state.src[start : target.stop]
    state.pos = target.stop
    _take_sizes(state, silent)
    return True


def _reference(state: StateInline, silent: bool) -> bool:  # noqa: FBT001
    start = state.pos
    if not commonmark_image(state, silent):
        return False
    if not silent:
        token = state.tokens[-1]
        token.meta["at"] = (start, state.pos)
        token.meta["source"] = state.src[start : state.pos]
    _take_sizes(state, silent)
    return True


def _take_sizes(state: StateInline, silent: bool) -> None:  # noqa: FBT001
    sizes = _SIZES.match(state.src, state.pos, state.posMax)
    if not sizes:
        return
    if not silent:
        attrs = state.tokens[-1].attrs
        for name, value in _SIZE.findall(sizes.group(1)):
            attrs[name] = value.removesuffix("px")
    state.pos = sizes.end()


def _strict_target(state: StateInline, opened: int) -> _Target | None:
    """The parentheses as CommonMark reads them."""
    source, limit = state.src, state.posMax
    start = _skip_gap(source, opened, limit)
    destination, end = _strict_destination(state, start)
    behind = _skip_gap(source, end, limit)
    title = ""
    if behind > end:
        quoted = state.md.helpers.parseLinkTitle(source, behind, limit)
        if quoted.ok:
            title, behind = quoted.str, _skip_gap(source, quoted.pos, limit)
    if behind >= limit or source[behind] != ")":
        return None
    pointed = source.startswith("<", start)
    return _Target(destination, title, start + pointed, end - pointed, behind + 1)


def _strict_destination(state: StateInline, start: int) -> tuple[str, int]:
    source, limit = state.src, state.posMax
    if not source.startswith("<", start):
        depth = 0
        for mark in _BARE.finditer(source, start, limit):
            depth += {"(": 1, ")": -1}.get(mark.group(), 0)
            if mark.group() == "\\":
                break
            if depth < 0 or mark.group() not in "()":
                end = mark.start()
                return (unescapeAll(source[start:end]), end) if depth <= 0 else ("", start)
            if depth > _DEEPEST:
                return "", start
    found = state.md.helpers.parseLinkDestination(source, start, limit)
    return (found.str, found.pos) if found.ok else ("", start)


def _skip_gap(source: str, start: int, limit: int) -> int:
    gap = _GAP.match(source, start, limit)
    return gap.end() if gap else start


def _loose_target(state: StateInline, opened: int) -> _Target | None:
    """A file name with spaces, and maybe a title, up to the closing parenthesis."""
    closing = _closing_parenthesis(state.src, opened, min(opened + _LONGEST, state.posMax))
    if closing < 0:
        return None
    inside = state.src[opened:closing]
    start = opened + len(inside) - len(inside.lstrip(" \t"))
    inside = inside.strip(" \t")
    name, title = _split_title(inside)
    if not _FILE_ENDING.search(name[-6:]) or "<" in name or ">" in name:
        return None
    return _Target(unescapeAll(name), unescapeAll(title), start, start + len(name), closing + 1)


def _split_title(inside: str) -> tuple[str, str]:
    quote = inside[-1:]
    opened = inside.rfind(quote, 0, -1) if quote in {'"', "'"} else 0
    if opened > 0 and inside[opened - 1] in " \t":
        return inside[:opened].rstrip(" \t"), inside[opened + 1 : -1]
    return inside, ""


def _closing_parenthesis(source: str, start: int, limit: int) -> int:
    depth = 0
    for mark in _PARENTHESIS.finditer(source, start, limit):
        match mark.group():
            case "(" if depth == _DEEPEST:
                return -1
            case "(":
                depth += 1
            case ")" if depth == 0:
                return mark.start()
            case ")":
                depth -= 1
            case "\n":
                return -1
            case _:  # an escaped character
                pass
    return -1


def link(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule: CommonMark's, which would look through the rest of a text without any `]`."""
    return state.html_terminator_last("]") > state.pos and commonmark_link(state, silent)


def sound(state: StateInline, silent: bool) -> bool:  # noqa: FBT001 - markdown-it calls rules so
    """Inline rule for `[sound:word.mp3]` and `[Sound: word.mp3]`, which Anki overlooks."""
    found = _SOUND.match(state.src, state.pos, state.posMax)
    if not found or not (name := found.group(1).strip()):
        return False
    if not silent:
        token = state.push("sound", "", 0)
        token.content = name
        token.meta["at"] = found.span(1)
        token.meta["source"] = found.group()
    state.pos = found.end()
    return True
