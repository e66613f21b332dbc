"""Media references in fields, in the forms that Anki recognises (rslib/src/text.rs)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from html import unescape

# Attributes are case-insensitive, with `=` right after the name; `[sound:` is lower case. The
# pattern begins with `=` because that is much faster to search.
_ATTRIBUTE = re.compile(
    r"""=(?:(?<=\b(?i:src)=)|(?<=\b(?i:data)=))(?:"([^"]+)"|'([^']+)'|([^\s>"']+))"""
)
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_FORMULA = re.compile(r"\[(?:latex|\$\$?)\]", re.IGNORECASE)


def references(text: str) -> list[str]:
    """Return the names of media that a field refers to."""
    names: list[str] = []
    if "=" in text:
        names += (next(filter(None, groups), "") for groups in _ATTRIBUTE.findall(text))
    if "[sound:" in text:
        # No sound ends after the last bracket: without this limit the time would be quadratic.
        names += _SOUND.findall(text, 0, text.rfind("]") + 1)
    return [unescape(name) for name in names]


def may_hold_formula(texts: Iterable[str]) -> bool:
    """Whether a text may have LaTeX that Anki turns into an image."""
    return bool([text for text in texts if "[" in text and _FORMULA.search(text)])
