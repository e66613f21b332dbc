"""LaTeX as in old decks: `[latex]…[/latex]`, `[$]…[/$]` and `[$$]…[/$$]` become images."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container, Iterator

from flashdeck.anki.html_text import encode_attribute, strip_html

_OPENING = re.compile(r"\[(latex|\$\$?)\]", re.IGNORECASE)
_CLOSING = {
    kind: re.compile(re.escape(f"[/{kind}]"), re.IGNORECASE) for kind in ("latex", "$", "$$")
}
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
    """Yield the start, end and LaTeX source of each formula in a field.

    A missing closing tag is searched for only once, which keeps the time linear.
    """
    unclosed: set[str] = set()
    at = 0
    while opening := _OPENING.search(text, at):
        at = opening.end()
        kind = opening[1].lower()
        closing = None if kind in unclosed else _CLOSING[kind].search(text, at + 1)
        if closing is None:
            unclosed.add(kind)
        else:
            yield opening.start(), closing.end(), _source(kind, text[at : closing.start()])
            at = closing.end()


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
