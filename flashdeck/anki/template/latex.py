"""LaTeX as in old decks: `[latex]…[/latex]`, `[$]…[/$]` and `[$$]…[/$$]` become images."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterator

from flashdeck.anki.html_text import encode_attribute, strip_html
from flashdeck.text import enclosed

_OPENING = re.compile(r"\[(?:(latex)|(\$)|(\$\$))\]", re.IGNORECASE)
_CLOSINGS = [re.compile(rf"\[/{kind}\]", re.IGNORECASE) for kind in ("latex", r"\$", r"\$\$")]
_NEWLINES = re.compile(r"<br/?>|<div>", re.IGNORECASE)
# Generating images is off by default in Anki.
_DISABLED = "LaTeX image generation is disabled in the preferences."


def latex_pictures(text: str, media: Container[str], *, svg: bool = False) -> str:
    """Return the text with an `<img>` for every formula, of an SVG file with `svg`.

    If an image is not in `media`, Anki's message is appended.
    """
    if "[" not in text:
        return text
    parts: list[str] = []
    last, is_missing = 0, False
    for start, end, source in formulas(text):
        name = _name(source, svg=svg)
        is_missing |= name not in media
        image = f'<img class=latex alt="{encode_attribute(source)}" src="{name}">'
        parts += [text[last:start], image]
        last = end
    parts.append(text[last:])
    return "".join(parts) + (_DISABLED if is_missing else "")


def latex_names(text: str, *, svg: bool = False) -> set[str]:
    """Return the image names of the formulas in a text."""
    return {_name(source, svg=svg) for _, _, source in formulas(text)}


def formulas(text: str) -> Iterator[tuple[int, int, str]]:
    """Yield the start, end and LaTeX source of each formula in a field."""
    for opened, closed in enclosed(text, _OPENING, _CLOSINGS, least=1):
        kind = opened[opened.lastindex or 0].lower()
        source = _source(kind, text[opened.end() : closed.start()])
        yield opened.start(), closed.end(), source


def _name(source: str, *, svg: bool) -> str:
    # Anki uses SHA-1 for the file names; it is not for security.
    digest = hashlib.sha1(source.encode(errors="surrogatepass"), usedforsecurity=False)
    return f"latex-{digest.hexdigest()}.{'svg' if svg else 'png'}"


def _source(kind: str, inside: str) -> str:
    """Return the LaTeX source of the content of the brackets."""
    if kind == "$":
        inside = f"${inside}$"
    elif kind == "$$":
        inside = rf"\begin{{displaymath}}{inside}\end{{displaymath}}"
    return strip_html(_NEWLINES.sub("\n", inside))
