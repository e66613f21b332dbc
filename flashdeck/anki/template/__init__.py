"""Anki's template language: which cards a note has, and what each side of them shows.

Written from the behaviour of Anki 26.9.3; the tests hold every part of it against the real backend.
What only those need who show cards or read templates is imported from where it is: `render`, `av`,
`problems`.
"""

from flashdeck.anki.clozes import cloze_numbers
from flashdeck.anki.html_text import strip_html
from flashdeck.anki.template.cloze import cloze_filter, typed_cloze
from flashdeck.anki.template.ordinals import FIRST_ALONE, ordinals, shown_ordinals

__all__ = [
    "FIRST_ALONE",
    "cloze_filter",
    "cloze_numbers",
    "ordinals",
    "shown_ordinals",
    "strip_html",
    "typed_cloze",
]
