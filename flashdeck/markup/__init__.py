"""From what the author wrote to the HTML that Anki stores: Markdown, HTML or plain text."""

from flashdeck.markup.clozes.problems import cloze_problems
from flashdeck.markup.rendering import latex_problems, picture, render
from flashdeck.markup.results import Markup, MediaRefusal, MediaResolver, Problem, Rendered

__all__ = [
    "Markup",
    "MediaRefusal",
    "MediaResolver",
    "Problem",
    "Rendered",
    "cloze_problems",
    "latex_problems",
    "picture",
    "render",
]
