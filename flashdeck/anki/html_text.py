"""HTML as Anki's backend sees it: what is blank, what stripping leaves, how attributes are written.

Each function follows the backend to the character, oddities included, and takes linear time where
the plain pattern would not.
"""

from __future__ import annotations

import re
from html.entities import name2codepoint

# What a field that is not blank can't begin with; a short cut, not the whole rule.
BLANK_STARTS = frozenset(" \t\n\v\f\r<")
_BLANK = re.compile(r"(?:[ \t\n\v\f\r]|</?(?:[bB][rR]|[dD][iI][vV]) ?/?>)*+")
# The classes spell out Rust's case folding: long s is an s, dotless i no i (Python thinks it is).
_STYLE = "[sS\u017f][tT][yY][lL][eE]"
_SCRIPT = "[sS\u017f][cC][rR][iI][pP][tT]"
_MARKUP = re.compile(
    rf"<!--.*?-->|<{_STYLE}(?>.*?>).*?</{_STYLE}>|<{_SCRIPT}(?>.*?>).*?</{_SCRIPT}>|<[^>]*>",
    re.DOTALL,
)
_ENTITY = re.compile(r"&(?:#x([0-9a-fA-F]+);|#([0-9]+);|([a-zA-Z0-9]+);)?")
_SURROGATES = range(0xD800, 0xE000)
_NAMED = {"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}
_MINIMAL = str.maketrans(_NAMED | {"'": "&#x27;"})
_ATTRIBUTE = {
    code: _NAMED.get(chr(code), f"&#x{code:02X};")
    for code in range(256)
    if not (chr(code).isascii() and chr(code).isalnum())
}


def is_blank(text: str) -> bool:
    """Return whether a field counts as empty: only ASCII white space, `<br>` and `<div>` tags."""
    if not text:
        return True
    return text[0] in BLANK_STARTS and _BLANK.fullmatch(text) is not None


def strip_markup(html: str) -> str:
    """Return the text without comments, styles, scripts and tags; entities stay as they are."""
    end = html.rfind(">") + 1
    return _MARKUP.sub("", html[:end]) + html[end:] if end else html


def strip_html(html: str) -> str:
    """Return the plain text of HTML: markup taken out, entities decoded."""
    return decode_entities(strip_markup(html))


def decode_entities(html: str) -> str:
    """Return the text with HTML 4's entities decoded and no-break spaces made plain.

    A single `&` that begins no known entity leaves the whole text as it was, as in Anki.
    """
    if "&" not in html:
        return html
    try:
        return _ENTITY.sub(_character, html).replace("\xa0", " ")
    except (LookupError, ValueError, OverflowError):
        return html


def _character(entity: re.Match[str]) -> str:
    base_16, base_10, name = entity.groups()
    if base_16 is None and base_10 is None:
        return chr(name2codepoint[name])
    code = int(base_10) if base_16 is None else int(base_16, 16)
    if code in _SURROGATES:
        message = "a surrogate is no character"
        raise ValueError(message)
    return chr(code)


def encode_attribute(text: str) -> str:
    """Return the text as Anki writes it into an attribute: all but letters and digits encoded.

    Only the first 256 characters of Unicode are; the rest stays.
    """
    return text.translate(_ATTRIBUTE)


def encode_minimal(text: str) -> str:
    """Return the text with HTML's five own characters encoded."""
    return text.translate(_MINIMAL)
