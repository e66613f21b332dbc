"""The shape of an image occlusion: `rect:left=.1:top=.2` to the attributes Anki's script reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.anki.html_text import encode_attribute

MARK = "image-occlusion:"
_SHAPES = frozenset(("rect", "ellipse", "polygon", "text"))
# A value ends at a colon; `\:` and `\\` stand for themselves, any other `\` ends the list.
_PROPERTY = re.compile(r":([^=]+)=((?:[^\\:]|\\[\\:])++(?=:|\Z)|\Z)", re.DOTALL)
_ATTRIBUTES = {
    "left": "left",
    "top": "top",
    "angle": "angle",
    "fill": "fill",
    "width": "width",
    "height": "height",
    "rx": "rx",
    "ry": "ry",
    "points": "points",
    "oi": "occludeInactive",
    "text": "text",
    "scale": "scale",
    "fs": "font-size",
}
_NOT_ZERO = frozenset(("width", "height", "rx", "ry", "scale"))


def shape_data(text: str) -> str:
    """Return the `data-…` attributes of a shape, each with a blank behind it."""
    shape, colon, _ = text.partition(":")
    if not colon:
        return ""
    kind = f'data-shape="{shape}" ' if shape in _SHAPES else ""
    return kind + "".join(_attributes(text, len(shape)))


def _attributes(text: str, start: int) -> Iterator[str]:
    while found := _PROPERTY.match(text, start):
        start = found.end()
        name = found[1]
        value = re.sub(r"\\(.)", r"\1", found[2])
        if name == "points":
            value = " ".join(point for point in value.split(" ") if "," in point)
        elif name == "text":
            value = encode_attribute(value)
        if value and name in _ATTRIBUTES and not (value == "0" and name in _NOT_ZERO):
            yield f'data-{_ATTRIBUTES[name]}="{value}" '
