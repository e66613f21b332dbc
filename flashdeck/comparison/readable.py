"""Fields as people read them: HTML without its tags, on one line; and the media that they name."""

from __future__ import annotations

import re
from functools import lru_cache
from html import unescape

from flashdeck.anki.template.references import references

# What is never closed runs to the end, as in a browser; so each character is read once.
_MARKUP = re.compile(
    r"<!--(?:.*?-->|.*)|<(script|style|rp)\b.*?(?:</\1>|\Z)|<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>?",
    re.DOTALL | re.IGNORECASE,
)
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_SOURCE = re.compile(r"""\b(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_SPACE = re.compile(r"\s+")
# A media name that holds the beginning of its content's digest.
_DIGEST = re.compile(r"-[0-9a-f]{12}(?=\.[a-zA-Z0-9]+$)")
_IN_LINE = frozenset(
    "a abbr b bdi bdo big code del dfn em font i ins kbd mark q rb ruby s samp small span strong "
    "sub sup tt u var wbr".split()
)
_SHOWING = frozenset({"img", "audio", "video", "source", "object", "embed"})


def readable(html: str) -> str:
    """Give what HTML says, on one line; a picture or sound as its name in brackets."""
    if "<" in html:
        html = _MARKUP.sub(_replaced, html)
    if "[sound:" in html:
        html = _SOUND.sub(lambda sound: f"[{display_name(unescape(sound[1]))}]", html)
    return _SPACE.sub(" ", unescape(html)).strip()


def media_names(html: str) -> set[str]:
    """Find the media that HTML names."""
    return {name for name in references(html) if name}


@lru_cache(maxsize=4096)
def display_name(name: str) -> str:
    """Give a media file's name without the digest in it."""
    return _DIGEST.sub("", name)


def shortened(text: str, width: int) -> str:
    """Cut a text that is longer than `width` characters, at a blank where there is one near."""
    if len(text) <= width:
        return text
    cut = text[: width - 1]
    blank = cut.rfind(" ", width * 2 // 3)
    return (cut[:blank] if blank > 0 else cut).rstrip(" ,;:.") + "…"


def _replaced(tag: re.Match[str]) -> str:
    closing, name, rest = tag[2], (tag[3] or "").lower(), tag[4]
    if not name or name in _IN_LINE:
        return ""
    if name in _SHOWING and not closing and (source := _SOURCE.search(rest)):
        return f"[{display_name(next(filter(None, source.groups()), ''))}]"
    if name == "rt":  # a reading, behind its word
        return ")" if closing else "("
    return ": " if name == "summary" and closing else " "
