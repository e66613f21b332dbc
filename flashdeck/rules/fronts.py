"""Rule for fronts without visible characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding

# Separators, control and format characters, unassigned ones; and blank letters, as of Braille.
_INVISIBLE = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn"})
_BLANK = "\u2800\u3164\u115f\u1160"
_ENOUGH = 10
_VISIBLE = re.compile(
    r"<(?:img|svg|video|audio|object|canvas|hr|table)\b|\[sound:", re.IGNORECASE | re.ASCII
)


def invisible_front(context: LintContext) -> Iterator[Finding]:
    """The front of a card has characters, but no visible ones.

    Anki makes the card, since the field is not empty, and the learner looks at a white screen.
    Non-breaking spaces (`&nbsp;`) and zero-width characters are the usual reason; they come
    along when text is copied from a web page. (`empty-front` reports fronts that are empty.)

    Fix: write the question.

    Fails::

        notes:
          - {q: "&nbsp;", a: Werkzeug}

    Passes::

        notes:
          - {q: Which library is Flask's WSGI layer?, a: Werkzeug}
    """
    for entry in context.entries:
        if entry.kind != "question":
            continue
        for key in ("q", "a") if entry.reverse else ("q",):
            passage = entry.passage(key)
            if passage is not None and not _is_visible(passage):
                message = f"nothing of '{key}' can be seen"
                yield Finding(passage.span, message, "write something that can be seen")


def _is_visible(passage: FieldText) -> bool:
    words = passage.words
    if words.isascii():
        return bool(words.strip()) or _VISIBLE.search(passage.html) is not None
    if any(character.isalnum() for character in words[:_ENOUGH]):
        return True
    visible = (unicodedata.category(c) not in _INVISIBLE and c not in _BLANK for c in words)
    return any(visible) or _VISIBLE.search(passage.html) is not None
