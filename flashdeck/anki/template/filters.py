"""The filters of a field in a template: `{{hint:text:Field}}` applies `text`, then `hint`."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from flashdeck.anki.html_text import strip_html
from flashdeck.anki.template.cloze import cloze_filter, cloze_only_filter
from flashdeck.anki.template.parse import WHITE_SPACE

TTS = "tts"
_LANGUAGE = re.compile(rf"{TTS} [^\s=]+(?:\s.*)?")


class Place(NamedTuple):
    """The context of a filter: the field, the number of the card (from 1) and its side."""

    field: str
    number: int
    question: bool


_Filter = Callable[[str, Place], str]


def apply_filters(text: str, filters: Sequence[str], place: Place) -> str:
    """Return the field's text after its filters.

    As in Anki, the filters left of an unknown one are not applied.
    """
    if filters and filters[-1] == "type":
        # A type-in box refers to the field by name, and only accepts these two filters.
        kind = f"{filters[0]}:" if tuple(filters[:-1]) in (("cloze",), ("nc",)) else ""
        return _type_box(kind, place)
    for name in filters:
        apply = _FILTERS.get(name)
        if apply is not None:
            text = apply(text, place)
        elif name.startswith(f"{TTS} "):
            text = f"[anki:tts lang={name.removeprefix(f'{TTS} ')}]{text}[/anki:tts]"
        else:
            break
    return text


def _type_box(kind: str, place: Place) -> str:
    return f"[[type:{kind}{place.field}]]"


def _ruby(form: Callable[[str, str], str]) -> _Filter:
    """Return a filter that rewrites `base[reading]`; `[sound:…]` is left alone."""

    def apply(text: str, _place: Place) -> str:
        text = text.replace("&nbsp;", " ")
        end = 0
        parts: list[str] = []
        for start, base_start, at, closing in _readings(text):
            parts.append(text[end:start])
            end = closing + 1
            base, reading = text[base_start:at], text[at + 1 : closing]
            sound = reading.startswith("sound:")
            parts.append(text[start:end] if sound else form(base, reading))
        parts.append(text[end:])
        return "".join(parts)

    return apply


def _readings(text: str) -> Iterator[tuple[int, int, int, int]]:
    """Yield where each base with a reading starts, with and without the space before it.

    Then the places of the two brackets, which are on one line. A base reaches back to the last
    space or `>`. No search goes over the same text twice, so that the time is linear.
    """
    end = searched = base_start = closing = line_break = 0
    at = text.find("[")
    while at >= 0:
        if closing < at + 2:
            closing = text.find("]", at + 2)
            line_break = text.rfind("\n", at, closing)
        if closing < 0:
            return
        spaces = (text.rfind(mark, searched, at) + 1 for mark in " >")
        base_start = max(base_start, *spaces)
        searched = at
        if line_break <= at and base_start < at:
            start = base_start - (base_start > end and text[base_start - 1] == " ")
            yield start, base_start, at, closing
            end = searched = base_start = closing + 1
            at = closing
        at = text.find("[", at + 1)


def _hint(text: str, place: Place) -> str:
    if not text.strip(WHITE_SPACE):
        return text
    element = _hint_id(text + place.field)
    return (
        '\n<a class=hint href="#"\n'
        "onclick=\"this.style.display='none';\n"
        f"document.getElementById('{element}').style.display='block';\n"
        'return false;" draggable=false>\n'
        f"{place.field}</a>\n"
        f'<div id="{element}" class=hint style="display: none">{text}</div>\n'
    )


@lru_cache(maxsize=1024)
def _hint_id(text: str) -> str:
    from blake3 import blake3  # few templates have hints

    return "hint" + blake3(text.encode(errors="surrogatepass")).hexdigest()[:16]


_FILTERS: dict[str, _Filter] = {
    "": lambda text, _place: text,
    "text": lambda text, _place: strip_html(text),
    "furigana": _ruby(lambda base, over: f"<ruby><rb>{base}</rb><rt>{over}</rt></ruby>"),
    "kana": _ruby(lambda _base, over: over),
    "kanji": _ruby(lambda base, _over: base),
    "type": lambda _text, place: _type_box("", place),
    "type-cloze": lambda _text, place: _type_box("cloze:", place),
    "type-nc": lambda _text, place: _type_box("nc:", place),
    "hint": _hint,
    "cloze": lambda text, place: cloze_filter(text, place.number, question=place.question),
    "cloze-only": lambda text, place: cloze_only_filter(
        text, place.number, question=place.question
    ),
}

FILTER_NAMES = (*filter(None, _FILTERS), TTS)
CLOZE_FILTERS = frozenset({"cloze", "cloze-only", "type-cloze"})


def is_filter(name: str, filters: Sequence[str]) -> bool:
    """Whether Anki applies a filter, one of a tag's `filters`."""
    if name == "nc":
        return tuple(filters) == (name, "type")
    return name in _FILTERS or name == "tts-voices" or _LANGUAGE.fullmatch(name) is not None
