"""Colors of an author's own style, and whether text can be read in them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.rules.colors import Color, contrast, parse_color
from flashdeck.rules.rule import Finding
from flashdeck.rules.subject import Sheet, Subject

# WCAG 2.2, success criterion 1.4.3 (level AA): https://www.w3.org/TR/WCAG22/#contrast-minimum
_LEAST, _LEAST_LARGE = 4.5, 3.0
_LARGE = 24.0
_COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)", re.DOTALL)
_PIXELS = re.compile(r"([0-9.]+)px")
_BACKGROUNDS = ("background-color", "background")


def low_contrast(subject: Subject) -> Iterator[Finding]:
    """A style gives text and background colors that are too near to each other.

    WCAG asks for a contrast of 4.5 to 1 (3 to 1 for text of 24 pixels and more), so that text can
    be read by people with weak eyes, and by everybody in sunlight. A rule that sets both colors is
    measured; one that sets only one of them depends on what lies round it.

    Mend: make the text darker or the background lighter (at night the other way round).

    Fails::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
        == flashdeck.yaml
        css: |
          .card { color: #999; background: white; }

    Passes::

        notes:
          - {q: Who created Flask?, a: Armin Ronacher}
        == flashdeck.yaml
        css: |
          .card { color: #666; background: white; }
    """
    for sheet in subject.sheets:
        yield from _unreadable(sheet)


def _unreadable(sheet: Sheet) -> Iterator[Finding]:
    css = _COMMENT.sub(lambda found: " " * len(found.group()), sheet.css)
    start = 0
    for piece in css.split("}"):
        opened = piece.rfind("{") + 1
        if opened:
            yield from _block(sheet, piece[:opened], piece[opened:], start + opened)
        start += len(piece) + 1


def _block(sheet: Sheet, head: str, body: str, start: int) -> Iterator[Finding]:
    found: dict[str, tuple[str, int, int]] = {}
    place = start
    for declaration in body.split(";"):
        name, colon, value = declaration.partition(":")
        words = value.replace("!important", "").strip().lower()
        begin = place + len(declaration) - len(declaration.lstrip())
        if colon:
            found[name.strip().lower()] = (words, begin, place + len(declaration.rstrip()))
        place += len(declaration) + 1
    text = parse_color(found["color"][0]) if "color" in found else None
    behind = next((_solid(found[name][0]) for name in _BACKGROUNDS if name in found), None)
    if text is None or behind is None:
        return
    ratio = contrast(text, behind)
    least = _LEAST_LARGE if _is_large(found.get("font-size", ("",))[0]) else _LEAST
    if ratio < least:
        selector = " ".join(head[:-1].rpartition("{")[2].split())
        message = f"the text of '{selector}' has a contrast of {ratio:.1f} to its background"
        hint = f"WCAG asks for {least:g}: choose a darker or a lighter color"
        yield Finding(sheet.place(*found["color"][1:]), message, hint)


def _solid(value: str) -> Color | None:
    """Give the one color of a background; None for pictures, gradients and variables."""
    if "(" in value and not value.startswith(("rgb", "hsl")):
        return None
    return parse_color(value) or next(filter(None, map(parse_color, value.split())), None)


def _is_large(size: str) -> bool:
    pixels = _PIXELS.fullmatch(size)
    return (
        pixels is not None
        and pixels[1].replace(".", "", 1).isdigit()
        and float(pixels[1]) >= _LARGE
    )
