"""Conversions from HTML to text: as Anki does it, for display, and for type-in answers.

`strip_html`, `is_blank` and the encoders match Anki's backend exactly. `readable` is for display: a
space between blocks, ruby text in parentheses, media as their names; `readable_lines` has lines
instead of these spaces. `typable` is for type-in answers: no ruby text, no media. All take linear
time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from html import unescape
from html.entities import name2codepoint

from flashdeck.text import enclosed, holds_ink

FORMULA = re.compile(r"(\\\()|(\\\[)"), (re.compile(r"\\\)"), re.compile(r"\\\]"))
"""What opens a formula of MathJax, and what closes each kind, for `text.enclosed`."""

# Characters that an empty field can begin with; a fast first check.
BLANK_STARTS = frozenset(" \t\n\v\f\r<")
_BLANK = re.compile(r"(?:[ \t\n\v\f\r]|</?(?:[bB][rR]|[dD][iI][vV]) ?/?>)*+")
# These spell out the case folding of Rust, where dotless i is not an i, as it is in Python.
_STYLE = "[sS\u017f][tT][yY][lL][eE]"
_SCRIPT = "[sS\u017f][cC][rR][iI][pP][tT]"
_MARKUP = re.compile(r"<[^>]*>")
_HIDING = re.compile(rf"<(?:(!--)|({_STYLE})[^>]*>|({_SCRIPT})[^>]*>)")
_HIDING_ENDS = [re.compile(end) for end in ("-->", f"</{_STYLE}>", f"</{_SCRIPT}>")]
# An unclosed element runs to the end, as in browsers; this also keeps the time linear.
_TAG = re.compile(
    r"<!--(?:.*?-->|.*)|<(script|style|rp)\b.*?(?:</\1>|\Z)|<(/?)([a-zA-Z][a-zA-Z0-9]*)([^<>]*)>?",
    re.DOTALL | re.IGNORECASE,
)
_SOUND = re.compile(r"\[sound:([^\]]+)\]")
_SPEECH = re.compile(r" ?\[anki:tts [^\[\]]*\].*?\[/anki:tts\]", re.DOTALL)
_READINGS = {end: re.compile(rf"<{end[2:-1]}\b.*?{end}", re.DOTALL) for end in ("</rtc>", "</rt>")}
_SOURCE = re.compile(r"""\b(?:src|data)\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>"']+))""", re.IGNORECASE)
_SHOWING = frozenset({"img", "audio", "video", "source", "object", "embed"})
_SHOWN = re.compile(r"<(?:img|svg|video|audio|object|canvas|hr|table)\b", re.IGNORECASE | re.ASCII)
_PRE = re.compile(r"(<pre\b.*?(?:</pre>|\Z))", re.DOTALL | re.IGNORECASE)
_CELLS = frozenset({"td", "th"})
_BEGINS_WITH_TEXT = re.compile(
    r"(?:<(?:p|div|[uo]l|li|em|strong|code|h[1-6]|blockquote|table|thead|tr|t[hd])(?: [^<>]*)?>"
    r"|\s)*+[^\W_]"
)
# The digest in the name of a media file.
_DIGEST = re.compile(r"-[0-9a-f]{12}(?=\.[a-zA-Z0-9]+$)")
_IN_LINE = frozenset(
    "a abbr b bdi bdo big cite code del dfn em font i ins kbd mark q rb ruby s samp small span "
    "strong sub sup tt u var wbr".split()
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
    """Return whether a field counts as empty: only ASCII whitespace, `<br>` and `<div>` tags."""
    if not text:
        return True
    return text[0] in BLANK_STARTS and _BLANK.fullmatch(text) is not None


def strip_markup(html: str) -> str:
    """Return the text without comments, styles, scripts and tags; entities stay as they are."""
    end = html.rfind(">") + 1
    if not end:
        return html
    if _HIDING.search(html, 0, end):
        return "".join(_between_markup(html, end))
    return _MARKUP.sub("", html[:end]) + html[end:]


def _between_markup(html: str, last: int) -> Iterator[str]:
    """Yield the text between markup, which ends at `last`.

    A missing end is searched for only once, which keeps the time linear.
    """
    at = 0
    missing: set[int] = set()
    while (start := html.find("<", at, last)) >= 0:
        yield html[at:start]
        at = html.find(">", start) + 1
        hiding = _HIDING.match(html, start)
        kind = hiding.lastindex if hiding else None
        if hiding is None or kind is None or kind in missing:
            continue
        if end := _HIDING_ENDS[kind - 1].search(html, hiding.end()):
            at = end.end()
        else:
            missing.add(kind)
    yield html[at:]


def strip_html(html: str) -> str:
    """Return the plain text of HTML: markup taken out, entities decoded."""
    return decode_entities(strip_markup(html))


def decode_entities(html: str) -> str:
    """Return the text with HTML 4's entities decoded and no-break spaces replaced.

    As in Anki, a `&` that begins no known entity leaves the whole text unchanged.
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
        message = "a surrogate is not a character"
        raise ValueError(message)
    return chr(code)


def encode_attribute(text: str) -> str:
    """Return the text as Anki writes it into an attribute: all but letters and digits encoded.

    Characters above U+00FF stay as they are.
    """
    return text.translate(_ATTRIBUTE)


def encode_minimal(text: str) -> str:
    """Return the text with `&`, `<`, `>`, `"` and `'` encoded."""
    return text.translate(_MINIMAL)


def readable(html: str) -> str:
    """Return the text for display, on one line; an image or sound is its name in brackets.

    Speech is left out, as it repeats text.
    """
    if "[anki:tts " in html:
        html = without_speech(html)
    if "<" in html:
        html = _TAG.sub(_read, html)
    if "[sound:" in html:
        html = _replaced(_SOUND, lambda sound: f"[{display_name(unescape(sound[1]))}]", html, "]")
    return " ".join(unescape(html).split())


def without_speech(html: str) -> str:
    """Return a field without speech, and the space before it."""
    return _replaced(_SPEECH, "", html, "[/anki:tts]")


def readable_lines(html: str) -> str:
    """Return the text for display, in lines: blocks, rows, `<br>` and lines of code begin one."""
    lines: list[str] = []
    for index, part in enumerate(_PRE.split(html)):
        is_code = index % 2 == 1
        text = unescape(_TAG.sub(_line, part if is_code else " ".join(part.split())))
        if is_code:
            lines += text.strip("\n").split("\n")
        else:
            lines += filter(None, (" ".join(line.split()) for line in text.split("\n")))
    return "\n".join(lines)


def shows_something(html: str) -> bool:
    """Whether anything of a text can be seen or heard: a letter, a mark, a picture, a sound."""
    return (
        _BEGINS_WITH_TEXT.match(html) is not None
        or holds_ink(readable(html))
        or ("<" in html and _SHOWN.search(html) is not None)
    )


def typable(html: str) -> str | None:
    """Return the text for a type-in answer, on one line; None if it is empty or has formulas."""
    if any(True for _ in enclosed(html, *FORMULA)):
        return None
    html = _replaced(_SOUND, "", without_speech(html), "]")
    for end, reading in _READINGS.items():
        html = _replaced(reading, "", html, end)
    return " ".join(unescape(_TAG.sub(_space, html)).split()) or None


def _replaced(
    pattern: re.Pattern[str], new: str | Callable[[re.Match[str]], str], html: str, end: str
) -> str:
    """Replace all that ends with `end`; to look no further than the last takes linear time."""
    last = html.rfind(end) + len(end)
    return pattern.sub(new, html[:last]) + html[last:]


@lru_cache(maxsize=4096)
def display_name(name: str) -> str:
    """Return the name of a media file without its digest."""
    return _DIGEST.sub("", name)


def _read(tag: re.Match[str]) -> str:
    closing, name, rest = tag[2], (tag[3] or "").lower(), tag[4]
    if name in _SHOWING and not closing and (source := _SOURCE.search(rest)):
        return f"[{display_name(next(filter(None, source.groups()), ''))}]"
    if name == "rt":  # ruby text, after its base
        return ")" if closing else "("
    return ":" + _space(tag) if name == "summary" and closing else _space(tag)


def _line(tag: re.Match[str]) -> str:
    word = _read(tag)
    return "\n" if word == " " and tag[3].lower() not in _CELLS else word


def _space(tag: re.Match[str]) -> str:
    return "" if tag[3] is None or tag[3].lower() in _IN_LINE else " "
