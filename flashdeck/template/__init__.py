"""Anki's template language: which cards a note has, and what each side of them shows.

Written from the behaviour of Anki 26.9.3; the tests hold every part of it against the real backend.
"""

from flashdeck.template.av import AvTag, Sound, Speech
from flashdeck.template.cloze import cloze_numbers
from flashdeck.template.ordinals import ordinals, shows_something
from flashdeck.template.problems import TemplateProblem, template_problems
from flashdeck.template.render import Rendered, render

__all__ = [
    "AvTag",
    "Rendered",
    "Sound",
    "Speech",
    "TemplateProblem",
    "cloze_numbers",
    "ordinals",
    "render",
    "shows_something",
    "template_problems",
]
