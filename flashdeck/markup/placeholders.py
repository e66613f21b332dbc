"""Placeholders: characters that stand for what is not Markdown while a text is parsed."""

from __future__ import annotations

import re
from enum import IntEnum, auto
from html import unescape
from typing import Any, NamedTuple

SPACE = "\x85"
"""White space to the parser, removed from its output: inside the borders of clozes and marks."""

SIDE = "\U00010100"
"""Punctuation to the parser, removed from its output: beside tags, which `<` and `>` border."""

GLUE = "\ufdd0"
"""A letter to the parser, removed from its output: between emphasis marks and CJK punctuation."""

HTML_BLOCK = "<nav>"
"""Starts a block of HTML for the parser. Every other `<` of the text is a placeholder."""

PRIVATE = "\ue000-\uf8ff\U000f0000-\U0010fffd"
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")

DUNDERS = frozenset(
    "init name main str repr file doc dict class call del enter exit len iter next new slots all"
    " getattr setattr delattr getattribute getitem setitem delitem contains hash eq ne lt le gt ge"
    " add sub mul truediv floordiv mod pow and or xor not neg pos abs invert radd iadd bool int"
    " float bytes format sizeof reduce import builtins version author future module qualname mro"
    " bases subclasses subclasshook annotations wrapped code globals closure defaults kwdefaults"
    " self func get set index await aiter anext aenter aexit missing reversed copy deepcopy proto"
    " dirname filename pycache path spec loader package LINE FILE FUNCTION DIR CLASS METHOD"
    " cplusplus STDC VA_ARGS post_init match_args init_subclass set_name class_getitem".split()
)
"""The words that are shown as `__word__`: names of Python, C, PHP and JavaScript."""


class Kind(IntEnum):
    """What a placeholder stands for."""

    TEXT = auto()  # characters that are shown as written
    COMMENT = auto()
    FORMULA = auto()
    RUBY = auto()
    SOUND = auto()
    TARGET = auto()  # the destination of a picture or link
    SIZE = auto()  # of a picture
    TAG = auto()
    PRE = auto()  # a whole <pre>…</pre>
    CLOZE = auto()
    HINT = auto()
    CLOZE_END = auto()
    MARK = auto()
    MARK_END = auto()


class Placeholder(NamedTuple):
    """Something that is not Markdown: what it is, its place in the text, its source.

    `data` depends on the kind: what a text shows where that is not its source, a `Formula`, a
    `Tag`, a `Target`, ruby's pairs, a sound's name and its place, a picture's size.
    """

    kind: Kind
    start: int
    end: int
    source: str
    data: Any = None


class Target(NamedTuple):
    """A picture's or link's destination; the place of the whole picture, -1 where not known."""

    destination: str
    start: int
    end: int


class TooManyError(Exception):
    """A text has more placeholders than there are characters for them."""


def unescaped(written: str) -> str:
    """Return a destination without the escapes of Markdown and HTML."""
    written = _ESCAPE.sub(r"\1", written)
    return unescape(written) if "&" in written else written
