"""Sounds and speech: `[sound:x.mp3]` and `[anki:tts …]` to references like `[anki:play:q:0]`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from flashdeck.anki.html_text import decode_entities, strip_html

_START = re.compile(r"\[sound:([^\]]+)\]|\[anki:")
_NAME = re.compile(r"([^\] \t\r\n]{1,64}+)(?=[\] \t\r\n])[ \t\r\n]*")  # in truth all are short
_CLOSING = re.compile(r"\[/anki:(?=([^\] \t\r\n]{1,64}+)\])")
_OPTION = re.compile(r'([^\] \t\r\n=]+)=(?:"([^"]*)"|([^\] \t\r\n"]*))[ \t\r\n]*')
_NEEDS_QUOTES = re.compile(r"[\] \t\r\n]")
_LINE_BREAKS = re.compile(
    r"</?(?:br|address|article|aside|blockquote|canvas|dd|div|dl|dt|fieldset|figcaption|figure"
    r"|footer|form|h[1-6]|header|hr|li|main|nav|noscript|ol|output|p|pre|section|table|tfoot|ul"
    r"|video)>",
    re.IGNORECASE,
)
_NO_LANGUAGE = "[Error in directive '\u2068anki:tts\u2069': \u2068'\u2068lang\u2069' not set\u2069]"


@dataclass(frozen=True, slots=True)
class Sound:
    """A sound or video file that a card plays, by its name among the media."""

    name: str


@dataclass(frozen=True, slots=True)
class Speech:
    """Plain text that a card has read out. `lang` is as written (`en_US`); `speed` 1 is normal."""

    text: str
    lang: str
    voices: tuple[str, ...]
    speed: float


AvTag = Sound | Speech


def extract_av(text: str, side: Literal["q", "a"]) -> tuple[str, tuple[AvTag, ...]]:
    """Return the text with a reference for each sound and speech, and these in order.

    Other `[anki:…]` directives stay; as in Anki, their options are formatted again.
    """
    tags: list[AvTag] = []
    parts: list[str] = []
    for piece in _pieces(text):
        if isinstance(piece, str):
            parts.append(piece)
        else:
            parts.append(f"[anki:play:{side}:{len(tags)}]")
            tags.append(piece)
    return "".join(parts), tuple(tags)


def strip_av(text: str) -> str:
    """Return the text without sounds and speech, as Anki does to compare typed answers."""
    return "".join(piece for piece in _pieces(text) if isinstance(piece, str))


def _pieces(text: str) -> Iterator[str | AvTag]:
    end = at = 0
    last = text.rfind("]") + 1  # each ends with a bracket; looking no further takes linear time
    closings = {found[1]: found.start() for found in _CLOSING.finditer(text)}
    ends: dict[int, int] = {}
    while match := _START.search(text, at, last):
        at = match.end()
        directive: tuple[int, AvTag | str] | None = None
        if match[1] is not None:
            directive = at, Sound(decode_entities(match[1]).rpartition("/")[2])
        else:
            directive = _directive(text, at, closings, ends)
        if directive is None:
            continue
        yield text[end : match.start()]
        after, content = directive
        yield content
        end = at = after
    yield text[end:]


def _directive(
    text: str, at: int, closings: Mapping[str, int], ends: dict[int, int]
) -> tuple[int, AvTag | str] | None:
    """Return the end of the directive and its replacement; None if it is plain text.

    `closings` has the place of the last closing tag of each name, `ends` the place at which the
    options end for each place at which one was read.
    """
    named = _NAME.match(text, at)
    if named is None or closings.get(named[1], 0) < at:
        return None
    at = named.end()
    passed: list[int] = []
    while at not in ends and (option := _OPTION.match(text, at)):
        passed.append(at)
        at = option.end()
    at = ends.get(at, at)
    ends.update(dict.fromkeys(passed, at))
    if text[at : at + 1] != "]" or closings[named[1]] <= at:
        return None
    closing = f"[/anki:{named[1]}]"
    end = text.find(closing, at + 1)
    found = _OPTION.finditer(text, named.end(), at)
    options = {each[1]: each[3] if each[2] is None else each[2] for each in found}
    return end + len(closing), _content(named[1], options, text[at + 1 : end], closing)


def _content(name: str, options: Mapping[str, str], content: str, closing: str) -> AvTag | str:
    if name != "tts":
        opening = "".join(f" {key}={_quoted(value)}" for key, value in options.items())
        return f"[anki:{name}{opening}]{content}{closing}"
    if not options.get("lang"):
        return _NO_LANGUAGE
    spoken = strip_html(_LINE_BREAKS.sub(" ", content))
    return Speech(
        text=spoken.replace("[...]", options.get("cloze_blank", "blank")),
        lang=options["lang"],
        voices=tuple(options["voices"].split(",")) if "voices" in options else (),
        speed=_speed(options.get("speed", "")),
    )


def _quoted(value: str) -> str:
    return f'"{value}"' if _NEEDS_QUOTES.search(value) else value


def _speed(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return 1.0
