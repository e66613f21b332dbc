"""Rules of the frame, broken on purpose: a comparison that doesn't notice is worth nothing."""

from __future__ import annotations

from typing import NamedTuple


class Spoiled(NamedTuple):
    """A text of the frame's document, what it is replaced by, and a hard card that must show it."""

    what: str
    old: str
    new: str
    card: str
    night: bool = False


SPOILED = (
    Spoiled("a rule of 2 px", "hr { height: 1px;", "hr { height: 2px;", "plain"),
    Spoiled("a margin of 21 px", "margin: 20px;", "margin: 21px;", "plain"),
    Spoiled("day colors by night", "body.nightMode {", "body.never {", "plain", night=True),
    Spoiled("links by night", ".night-mode a {", ".never a {", "no-css", night=True),
    Spoiled(
        "the browser's light scheme",
        "color-scheme: dark",
        "color-scheme: light",
        "form",
        night=True,
    ),
    Spoiled("lists in the middle", "li { text-align: start; }", "", "lists"),
    Spoiled("pictures higher than the screen", "max-height: 95vh", "max-height: 96vh", "pictures"),
    Spoiled("quirks mode", "<!doctype html>", "", "table"),
    Spoiled("no scrolling to the answer", "scrollTo(0, answer.", "void (0, answer.", "long-both"),
    Spoiled("another green", "background: #afa", "background: #afb", "typed-right"),
    Spoiled("larger buttons", "width: 40px; height: 40px", "width: 41px; height: 41px", "sounds"),
)
