"""LaTeX as in old decks: `[latex]…[/latex]`, `[$]…[/$]` and `[$$]…[/$$]` become pictures."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Container

from flashdeck.template.htmltext import encode_attribute, strip_html

_LATEX = re.compile(
    r"\[latex\](.+?)\[/latex\]|\[\$\](.+?)\[/\$\]|\[\$\$\](.+?)\[/\$\$\]",
    re.DOTALL | re.IGNORECASE,
)
_NEWLINES = re.compile(r"<br/?>|<div>", re.IGNORECASE)
# Pictures are only ever made on the author's machine: Anki comes with that switched off.
_DISABLED = "LaTeX image generation is disabled in the preferences."


def latex_pictures(text: str, media: Container[str]) -> str:
    """Return the text with an `<img>` for every formula.

    Where a picture is not among the names in `media`, Anki's remark stands at the end.
    """
    names: list[str] = []

    def picture(found: re.Match[str]) -> str:
        source = _source(found)
        # SHA-1 is what Anki names the files by; nothing is protected by it.
        data = source.encode(errors="surrogatepass")
        name = f"latex-{hashlib.sha1(data, usedforsecurity=False).hexdigest()}.png"
        names.append(name)
        return f'<img class=latex alt="{encode_attribute(source)}" src="{name}">'

    if "[" not in text:
        return text
    shown = _LATEX.sub(picture, text)
    return shown if all(name in media for name in names) else shown + _DISABLED


def _source(found: re.Match[str]) -> str:
    document, inline, display = found.groups()
    if document is not None:
        source = document
    elif inline is not None:
        source = f"${inline}$"
    else:
        source = rf"\begin{{displaymath}}{display}\end{{displaymath}}"
    return strip_html(_NEWLINES.sub("\n", source))
