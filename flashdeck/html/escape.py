"""Text as HTML, in which neither Anki nor MathJax replaces anything by mistake."""

from __future__ import annotations

import re

# What Anki replaces anywhere in a field: sounds, speech, LaTeX, a box to type into.
_FOR_ANKI = r"\[(?=sound:|anki:|/?latex\]|/?\$\$?\]|\[type:)"
_ANKI = re.compile(_FOR_ANKI, re.IGNORECASE)
_ANKI_OR_MATHJAX = re.compile(rf"\\[(\[]|{_FOR_ANKI}", re.IGNORECASE)
# Anki shows a hint in brackets.
_LIVE_HINT = re.compile(r"::(?=(?:sound|anki):|/?latex\}\}|/?\$\$?\}\}|\[type:)(.)", re.IGNORECASE)
_NOT_TEXT = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0\ufdd1]")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")


def escape_text(text: str) -> str:
    """Escape text as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def escape_value(text: str) -> str:
    """Escape an attribute's value in double quotes, in which Anki replaces nothing."""
    return inert_html(escape_text(text).replace('"', "&quot;"))


def inert_html(html: str) -> str:
    """Spell out what Anki would replace in the HTML of code or of a tag."""
    return _ANKI.sub("&#91;", html) if "[" in html else html


def inert_text(text: str) -> str:
    """Escape code, in which Anki replaces nothing."""
    return inert_html(escape_text(text))


def shown_html(html: str) -> str:
    r"""Spell out in the HTML of a text what Anki would replace, and what MathJax would typeset."""
    if "[" not in html and "\\(" not in html:
        return html
    return _ANKI_OR_MATHJAX.sub(lambda found: inert_mark(found[0]), html)


def shown_text(text: str) -> str:
    """Escape text in which Anki replaces nothing and MathJax typesets nothing."""
    return shown_html(escape_text(text))


def inert_mark(mark: str) -> str:
    r"""Write a `[` that Anki would take for a tag, or a `\(` or `\[` that opens no formula."""
    return "&#91;" if mark == "[" else f'<span class="tex2jax_ignore">{mark}</span>'


LIVE = rf"\\[(\[]|(?i:{_FOR_ANKI})"
"""Matches in the HTML of a text what `inert_mark` writes otherwise."""


def inert_braces(html: str) -> str:
    """Spell out HTML in which Anki would find a cloze, its end or its hint; it looks the same."""
    return html.replace("{{", "{&#123;").replace("}}", "}&#125;").replace("::", ":&#58;")


def inert_hints(html: str) -> str:
    """Spell out hints of clozes that would be sounds or LaTeX in Anki's brackets."""
    return _LIVE_HINT.sub(lambda found: f"::&#{ord(found[1])};", html)


def without_control(html: str) -> str:
    """Replace control characters and lone surrogates, which Anki drops or refuses."""
    return _CONTROL.sub("\ufffd", html)


def is_text(text: str) -> bool:
    """Whether a text has no character that no parser takes, such as a control character."""
    return not _NOT_TEXT.search(text)


def readable_source(text: str) -> str:
    """Return a text of the same length without what no parser takes, and with line feeds only.

    Control characters and lone surrogates are replaced, and lines end with a line feed.
    """
    if text.isprintable():
        return text
    if "\r" in text:
        text = text.replace("\r\n", " \n").replace("\r", "\n")
    return _NOT_TEXT.sub("\ufffd", text)
