"""Blocks of code as HTML; Pygments is imported for the first that is highlighted."""

from __future__ import annotations

from functools import lru_cache

from flashdeck.html.escape import escape_value, inert_text
from flashdeck.text import nearest

_NOT_HIGHLIGHTED = frozenset({"text", "plain", "plaintext", "txt", "none", "nohighlight"})


def is_language(name: str) -> bool:
    """Whether code in this language can be highlighted, or need not be."""
    if name.lower() in _NOT_HIGHLIGHTED:
        return True
    from flashdeck.highlighting.highlight import languages

    return name.lower() in languages()


@lru_cache(maxsize=256)
def nearest_language(name: str) -> str | None:
    """Return the name of a known language that a name may be a misspelling of."""
    from flashdeck.highlighting.highlight import languages

    return nearest(name, sorted(languages()))


def code_block(
    language: str, code: str, kept: tuple[tuple[int, int], ...] = (), attributes: str = ""
) -> str:
    """Write code, highlighted if its language is known; `kept` are parts that are not code."""
    if not language:
        return f"<pre{attributes}><code>{inert_text(code)}</code></pre>"
    opening = f'<code class="language-{escape_value(language)}">'
    if language.lower() in _NOT_HIGHLIGHTED or not is_language(language):
        return f"<pre{attributes}>{opening}{inert_text(code)}</code></pre>"
    from flashdeck.highlighting.highlight import highlight

    code = highlight(language, code, kept)
    return f'<pre{attributes} class="fd-code">{opening}{code}</code></pre>'
