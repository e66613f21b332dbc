"""The built-in note types. Their fields and templates are fixed for ever; only texts may change.

Anki carries changed template texts and CSS to learners without touching a note, but strands every
note of a type whose fields or templates were added, removed or put in another order.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path

from flashdeck.markup import code_css
from flashdeck.model import Field, NoteType, Template

_QUESTION_FIELDS = ("Question", "Answer", "Extra", "Typed", "Reverse", "Id")
_CLOZE_FIELDS = ("Text", "Extra", "Typed", "Id")

# `<hr id=answer>` is written without quotes: Anki's type-in comparison looks for these very
# characters to put the rule in front of itself. `dir="auto"` gives each part its own direction.
# `fd-back` is how the style and the script tell the answer side.
_RULE = "\n\n<hr id=answer>\n\n"
_TYPED = '{{#Typed}}<div class="fd-typed">{{type:Typed}}</div>{{/Typed}}'
_TYPED_GAP = '{{#Typed}}<div class="fd-typed">{{type:cloze:Text}}</div>{{/Typed}}'
_EXTRA = '{{#Extra}}<div class="fd-extra" dir="auto">{{Extra}}</div>{{/Extra}}'


def _part(part: str, name: str) -> str:
    return f'<div class="fd-{part}" dir="auto">{{{{{name}}}}}</div>'


def _back(text: str, more: str = "") -> str:
    return f'<div class="fd-back{more}">{text}{_EXTRA}</div>'


def _question_templates() -> tuple[tuple[str, str, str], ...]:
    script = f"<script>{choice_script()}</script>"
    return (
        (
            "Question → Answer",
            _part("question", "Question") + _TYPED + script,
            _back("{{FrontSide}}" + _RULE + _part("answer", "Answer")),
        ),
        (
            "Answer → Question",
            "{{#Reverse}}" + _part("question", "Answer") + "{{/Reverse}}",
            _back("{{FrontSide}}" + _RULE + _part("answer", "Question"), " fd-reversed"),
        ),
    )


def _cloze_templates() -> tuple[tuple[str, str, str], ...]:
    text = _part("text", "cloze:Text") + _TYPED_GAP
    return (("Cloze", text, _back(text)),)


def built_in(name: str, css: str, number: Callable[..., int]) -> Mapping[str, NoteType]:
    """Make the note types of a project, by the names that kinds know them by.

    `name` is the project's; `css` is added to the built-in style. `number` derives a lasting number
    from words, the same for the same project.
    """
    css = style(css)
    question = _notetype("Question", name, css, _QUESTION_FIELDS, _question_templates(), number)
    cloze = _notetype("Cloze", name, css, _CLOZE_FIELDS, _cloze_templates(), number)
    return {"Question": question, "Cloze": cloze}


def style(css: str) -> str:
    """Give the built-in style with that of highlighted code and the project's own `css` behind."""
    own = Path(__file__).with_name("style.css").read_text("utf-8")
    added = f"\n{css.strip()}\n" if css.strip() else ""
    return f"{own}\n{code_css()}{added}"


def _notetype(
    key: str,
    project: str,
    css: str,
    fields: tuple[str, ...],
    templates: tuple[tuple[str, str, str], ...],
    number: Callable[..., int],
) -> NoteType:
    return NoteType(
        id=number(key),
        name=f"{project} {key}",
        fields=tuple(Field(field, id=number(key, "field", field)) for field in fields),
        templates=tuple(
            Template(name, front, back, id=number(key, "template", name))
            for name, front, back in templates
        ),
        css=css,
        cloze=key == "Cloze",
    )


@cache
def choice_script() -> str:
    """Give the text of the script that shuffles choices, and keeps their order and ticks.

    It runs on the question and, since the answer shows that side again, on the answer. Its memory
    is the page, which lives on across sides in Anki, and the session's storage for AnkiDroid, where
    every side is a page of its own. Without either the order follows from the day and the choices,
    and so is the same on both sides. It is plain ES5, for old web views.
    """
    text = Path(__file__).with_name("choices.js").read_text("utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())


def choice_script_source() -> str:
    """Give the script's name in a Content-Security-Policy, without the quotes: `sha256-…`."""
    digest = hashlib.sha256(choice_script().encode()).digest()
    return f"sha256-{b64encode(digest).decode()}"
