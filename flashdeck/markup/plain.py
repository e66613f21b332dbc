"""Texts without any markup, which most fields are: they need escaping and nothing else."""

from __future__ import annotations

import re

BEGINS_NO_BLOCK = r"(?![-+=>#\s]|[0-9]{1,9}[.)](?!\S))"
"""Stands in a regular expression before a line of words, which is not indented."""

# Holds nothing that an inline rule looks for.
_LINE = (
    rf"{BEGINS_NO_BLOCK}"
    r"[^\x00-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\\`*_\[\]<&{$~|]*+(?<!\s)"
)
_PLAIN = re.compile(rf"{_LINE}(?:\n{_LINE})*+")
_TAKEN_BY_ANKI = re.compile(r"\[(?=sound:|anki:|latex\]|\$\$?\])", re.IGNORECASE)
_RIGHT_TO_LEFT = re.compile(
    "[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]"
)
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def is_plain(text: str) -> bool:
    """Whether a Markdown text shows as it is written. Some texts that do are not noticed."""
    return _PLAIN.fullmatch(text) is not None


def holds_right_to_left(text: str) -> bool:
    """Whether any letter is one of a script that runs from right to left."""
    return not text.isascii() and _RIGHT_TO_LEFT.search(text) is not None


def escape_text(text: str) -> str:
    """Text as HTML, escaped as the engine does."""
    text = text.replace("&", "&amp;").replace("<", "&lt;")
    return text.replace(">", "&gt;").replace('"', "&quot;")


def inert_text(text: str) -> str:
    """Text that is to be seen only: Anki would play `[sound:…]` and typeset `[latex]` in it."""
    text = escape_text(text)
    return _TAKEN_BY_ANKI.sub("&#91;", text) if "[" in text else text


def inert_braces(html: str) -> str:
    """HTML in which Anki finds no cloze, no end and no hint of one; it looks the same."""
    return html.replace("{{", "{&#123;").replace("}}", "}&#125;").replace("::", ":&#58;")


def without_control(html: str) -> str:
    """HTML without control characters and lone surrogates, which Anki drops or refuses."""
    return _CONTROL.sub("\ufffd", html)
