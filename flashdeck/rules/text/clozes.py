"""Rule for clozes in other notes than cloze notes."""

from __future__ import annotations

import re
from collections.abc import Iterator

from flashdeck.anki.clozes import OPENING
from flashdeck.rules.context import FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.text import shortened

_OPENING = re.compile(OPENING)
_CODE = ("<code", "<pre")
_WIDEST = 40


def cloze_in_question(context: LintContext) -> Iterator[Finding]:
    """A note that is not a cloze note contains a cloze deletion.

    Its braces are shown on the card, and it hides nothing.

    Fix: write `cloze:` instead of `q:`, without `a:`; write visible braces in
    backticks.

    Fails::

        notes:
          - {q: 'The {{c1::heart}} pumps blood.', a: a muscle}

    Passes::

        notes:
          - {cloze: 'The {{c1::heart}} pumps blood.', extra: It is a muscle.}
          - {q: 'How is a cloze written?', a: '`{{c1::hidden}}`'}
    """
    for entry in context.entries:
        for key, passages in entry.passages.items():
            for passage in passages:
                if passage.cloze or "{{c" not in passage.text:
                    continue
                place = _unread_cloze(passage, is_custom=entry.kind == "custom")
                if place is not None:
                    cloze = shortened(passage.text[slice(*place)], _WIDEST)
                    message = f"'{cloze}' is not a cloze in '{key}'"
                    hint = "write 'cloze:' instead of 'q:', and what it is about into 'extra'"
                    if entry.kind == "custom":
                        hint = "make it a cloze note, or write 'cloze: true' into the note type"
                    elif key != "q":
                        hint = "make it a cloze note: cloze: …"
                    yield Finding(passage.place(*place), message, hint)


def _unread_cloze(passage: FieldText, *, is_custom: bool) -> tuple[int, int] | None:
    """Return the place of a cloze that is shown as text."""
    text = passage.text
    if passage.markup == "markdown":
        text = passage.prose.text
    elif passage.markup != "html" or is_custom or any(tag in text for tag in _CODE):
        return None
    opening = _OPENING.search(text)
    if opening is None:
        return None
    closing = text.find("}}", opening.end())
    return opening.start(), closing + 2 if closing >= 0 else opening.end()
