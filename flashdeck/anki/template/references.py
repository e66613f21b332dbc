"""The media that texts name, in the forms in which Anki finds them (rslib/src/text.rs)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

# Attributes in any case, with `=` right behind the name; `[sound:` in lower case alone. The pattern
# begins with `=`, which is found much faster than a name in any case.
_ATTRIBUTE = re.compile(
    r"""=(?:(?<=\b(?i:src)=)|(?<=\b(?i:data)=))(?:"([^"]+)"|'([^']+)'|([^\s>"']+))"""
)
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_FORMULA = re.compile(r"\[(?:latex|\$\$?)\]", re.IGNORECASE)


def references(text: str) -> list[str]:
    """Find the names of media that a field refers to."""
    names: list[str] = []
    if "=" in text:
        names += (next(filter(None, groups), "") for groups in _ATTRIBUTE.findall(text))
    if "[sound:" in text:
        # Behind the last bracket no sound ends: without this limit the time grows quadratically.
        names += _SOUND.findall(text, 0, text.rfind("]") + 1)
    return [unescape(name) for name in names]


def may_hold_formula(texts: Iterable[str]) -> bool:
    """Whether LaTeX begins in a text, of which Anki makes a picture."""
    return any("[" in text and _FORMULA.search(text) for text in texts)
