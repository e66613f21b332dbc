"""Fronts on which there is nothing to be seen, though something is written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding

# Separators, control and format characters, unassigned ones: no ink. And Braille's blank.
_NO_INK = frozenset({"Zs", "Zl", "Zp", "Cc", "Cf", "Cn"})
_BLANK = "\u2800\u3164\u115f\u1160"
_ENOUGH = 10
_INK = re.compile(
    r"<(?:img|svg|video|audio|object|canvas|hr|table)\b|\[sound:", re.IGNORECASE | re.ASCII
)


def invisible_front(context: LintContext) -> Iterator[Finding]:
    """The front of a card holds characters, but none that can be seen.

    Anki makes the card, since the field is not empty, and the learner looks at a white screen.
    Blanks that don't break (`&nbsp;`) and characters of no width are the usual reason; they come
    along when text is copied from a web page. (`empty-front` reports fronts that are empty.)

    Mend: write the question.

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
            if passage is not None and not _is_seen(passage):
                message = f"nothing of '{key}' can be seen"
                yield Finding(passage.span, message, "write something that can be seen")


def _is_seen(passage: FieldText) -> bool:
    words = passage.words
    if words.isascii():
        return bool(words.strip()) or _INK.search(passage.html) is not None
    if any(one.isalnum() for one in words[:_ENOUGH]):
        return True
    seen = (unicodedata.category(one) not in _NO_INK and one not in _BLANK for one in words)
    return any(seen) or _INK.search(passage.html) is not None
