"""Blocks of code as HTML; Pygments is imported for the first that is highlighted."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from flashdeck.html.escape import escape_value, inert_text
from flashdeck.text import nearest

# The time of many lexers grows with the square of the length, and most of all in white space.
_LONGEST = 4000
_MOST_SPACES = 100
_MANY_SPACES = re.compile(rf"\s{{{_MOST_SPACES + 1}}}")
_NOT_HIGHLIGHTED = frozenset({"text", "plain", "plaintext", "txt", "none", "nohighlight"})


class CodeProblem(NamedTuple):
    """Why a block of code is not highlighted."""

    rule: str
    message: str
    hint: str
    severity: str


def code_problem(language: str, code: str) -> CodeProblem | None:
    """Return why code in a language is not highlighted, or None if it is, or need not be."""
    if language.lower() in _NOT_HIGHLIGHTED:
        return None
    if not _is_known(language):
        close = _nearest_language(language)
        hint = f"did you mean {close}?" if close else "write text for none"
        message = f"no highlighting is known for {language}"
        return CodeProblem("unknown-language", message, hint, "warning")
    if len(code) > _LONGEST:
        message = f"code of more than {_LONGEST:,} characters is not highlighted"
    elif _MANY_SPACES.search(code):
        message = f"code with more than {_MOST_SPACES} spaces in a row is not highlighted"
    else:
        return None
    return CodeProblem("long-code", message, "show the lines that matter", "info")


def _is_known(language: str) -> bool:
    from flashdeck.highlighting.highlight import languages

    return language.lower() in languages()


@lru_cache(maxsize=256)
def _nearest_language(name: str) -> str | None:
    from flashdeck.highlighting.highlight import languages

    return nearest(name, sorted(languages()))


def code_block(
    language: str, code: str, kept: tuple[tuple[int, int], ...] = (), attributes: str = ""
) -> str:
    """Write code, highlighted if its language is known; `kept` are parts that are not code."""
    if not language:
        return f"<pre{attributes}><code>{inert_text(code)}</code></pre>"
    opening = f'<code class="language-{escape_value(language)}">'
    if language.lower() in _NOT_HIGHLIGHTED or code_problem(language, code):
        return f"<pre{attributes}>{opening}{inert_text(code)}</code></pre>"
    from flashdeck.highlighting.highlight import highlight

    code = highlight(language, code, kept)
    return f'<pre{attributes} class="fd-code">{opening}{code}</code></pre>'
