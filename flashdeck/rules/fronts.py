"""Rule for fronts without visible characters."""

from __future__ import annotations

from collections.abc import Iterator

from flashdeck.anki.html_text import shows_something
from flashdeck.rules.context import LintContext
from flashdeck.rules.rule import Finding


def invisible_front(context: LintContext) -> Iterator[Finding]:
    """The front of a card has characters, but no visible ones.

    Anki makes the card, since the field is not empty, and the learner sees an empty screen.
    Non-breaking spaces (`&nbsp;`) and zero-width characters are the usual reason; they are
    copied along with text from a web page. (`empty-front` reports fronts that are
    empty, `nothing-shown` Markdown that shows nothing.)

    Fix: write the question.

    Fails::

        notes:
          - {q: "&nbsp;", a: Werkzeug, markup: html}

    Passes::

        notes:
          - {q: Which library is Flask's WSGI layer?, a: Werkzeug}
    """
    for entry in context.entries:
        for field in ("Question", "Answer") if entry.reverse else ("Question",):
            passage = entry.field(field)
            if passage is not None and not shows_something(passage.html):
                message = f"nothing of '{entry.fields[field]}' can be seen"
                yield Finding(passage.span, message, "write something visible")
