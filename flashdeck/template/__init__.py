"""Anki's template language: which cards a note has, and what each side of them shows.

Written from the behaviour of Anki 26.9.3; the tests hold every part of it against the real backend.
"""

from flashdeck.template.av import AvTag, Sound, Speech
from flashdeck.template.cloze import cloze_filter, cloze_numbers, typed_cloze
from flashdeck.template.htmltext import strip_html
from flashdeck.template.ordinals import FIRST_ALONE, ordinals, shown_ordinals
from flashdeck.template.problems import TemplateProblem, template_problems
from flashdeck.template.render import Rendered, render

__all__ = [
    "FIRST_ALONE",
    "AvTag",
    "Rendered",
    "Sound",
    "Speech",
    "TemplateProblem",
    "cloze_filter",
    "cloze_numbers",
    "ordinals",
    "render",
    "shown_ordinals",
    "strip_html",
    "template_problems",
    "typed_cloze",
]
