"""Rendering of clozes and of image occlusion masks on a card."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from flashdeck.anki.clozes import Cloze, join, parse_clozes
from flashdeck.anki.html_text import encode_attribute, strip_markup

_MATHS = re.compile(r"(\\[(\[])(.*?)(\\[)\]])", re.DOTALL)
_SHAPES = frozenset(("rect", "ellipse", "polygon", "text"))
# A value ends at a colon; `\:` and `\\` are escapes, and any other `\` ends the list.
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


def cloze_filter(text: str, number: int, *, question: bool) -> str:
    r"""Return the field as the card shows it, '' if cloze `number` is not in it.

    HTML inside `\(…\)` and `\[…\]` is removed, since MathJax needs plain text.
    """
    nodes, _ = parse_clozes(text)
    if not _is_active(nodes, number):
        return ""
    shown = join(nodes, partial(_on_card, number=number, question=question))
    # Looking no further than the last end keeps the time linear.
    end = max(shown.rfind(r"\)"), shown.rfind(r"\]")) + 2
    plain = _MATHS.sub(lambda maths: maths[1] + strip_markup(maths[2]) + maths[3], shown[:end])
    return plain + shown[end:]


def cloze_only_filter(text: str, number: int, *, question: bool) -> str:
    """Return only what cloze `number` hides (on the question: the hints), joined by commas."""
    return ", ".join(_hidden(parse_clozes(text)[0], number, question=question))


def typed_cloze(text: str, number: int) -> str:
    """Return the answer to type for cloze `number`: its hidden texts, once if all are equal."""
    hidden = list(_hidden(parse_clozes(text)[0], number, question=False))
    return ", ".join(hidden if len(set(hidden)) > 1 else hidden[:1])


def _is_active(nodes: list[str | Cloze], number: int) -> bool:
    """Return whether the cloze is shown; clozes inside an image occlusion never are."""
    return any(
        number in node.numbers or (node.occlusion is None and _is_active(node.nodes, number))
        for node in nodes
        if isinstance(node, Cloze)
    )


def _on_card(cloze: Cloze, inside: str, *, number: int, question: bool) -> str:
    """Return a cloze as the card of cloze `number` shows it."""
    active = number in cloze.numbers
    if cloze.occlusion is not None:
        return _mask(cloze, cloze.occlusion, active=active, question=question)
    ordinal = f'data-ordinal="{cloze.label}"'
    if not active:
        return f'<span class="cloze-inactive" {ordinal}>{inside}</span>'
    if question:
        data = encode_attribute(inside)
        return f'<span class="cloze" data-cloze="{data}" {ordinal}>[{cloze.hint}]</span>'
    return f'<span class="cloze" {ordinal}>{inside}</span>'


def _mask(cloze: Cloze, shape: str, *, active: bool, question: bool) -> str:
    if (question and active) or 0 in cloze.numbers:
        css = "cloze"
    else:
        css = "cloze-highlight" if active else "cloze-inactive"
    return f'<div class="{css}" data-ordinal="{cloze.label}" {_shape_data(shape)}></div>'


def _hidden(nodes: list[str | Cloze], number: int, *, question: bool) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, Cloze):
            if number in node.numbers:
                yield node.hint if question else node.text()
            yield from _hidden(node.nodes, number, question=question)


def _shape_data(text: str) -> str:
    """Return the `data-…` attributes of a shape, each with a space after it."""
    shape, colon, _ = text.partition(":")
    if not colon:
        return ""
    kind = f'data-shape="{shape}" ' if shape in _SHAPES else ""
    return kind + "".join(_attributes(text, len(shape)))


def _attributes(text: str, start: int) -> Iterator[str]:
    while match := _PROPERTY.match(text, start):
        start = match.end()
        name = match[1]
        value = re.sub(r"\\(.)", r"\1", match[2])
        if name == "points":
            value = " ".join(point for point in value.split(" ") if "," in point)
        elif name == "text":
            value = encode_attribute(value)
        if value and name in _ATTRIBUTES and not (value == "0" and name in _NOT_ZERO):
            yield f'data-{_ATTRIBUTES[name]}="{value}" '
