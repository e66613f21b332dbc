"""Anki's template language: card generation and rendering.

Follows the behaviour of Anki 26.9.3; the tests compare it with the real backend. Import `render`,
`av` and `problems` from their modules.
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
