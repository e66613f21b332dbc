"""The built-in note types. Their fields and templates are frozen; only texts may change.

On import Anki updates changed template texts and CSS without touching a note. Notes of a type whose
fields or templates were added, removed or reordered are no longer updated.
"""

from __future__ import annotations

import hashlib
from base64 import b64encode
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path

from flashdeck.highlighting.palette import code_css
from flashdeck.model import Field, NoteType, Template

_QUESTION_FIELDS = ("Question", "Answer", "Extra", "Typed", "Reverse", "Id")
_CLOZE_FIELDS = ("Text", "Extra", "Typed", "Id")

# `<hr id=answer>` has no quotes: Anki's type-in comparison searches for exactly this text to move
# the rule before itself. `dir="auto"` gives each part its own direction. `fd-back` marks the answer
# side for the style and the scripts.
_RULE = "\n\n<hr id=answer>\n\n"
_TYPED = '{{#Typed}}<div class="fd-typed">{{type:Typed}}</div>{{/Typed}}'
_TYPED_CLOZE = '{{#Typed}}<div class="fd-typed">{{type:cloze:Text}}</div>{{/Typed}}'
_EXTRA = '{{#Extra}}<div class="fd-extra" dir="auto">{{Extra}}</div>{{/Extra}}'


def _part(part: str, name: str) -> str:
    return f'<div class="fd-{part}" dir="auto">{{{{{name}}}}}</div>'


def _back(text: str, more: str = "") -> str:
    return f'<div class="fd-back{more}">{text}{_EXTRA}</div>'


def _question_templates() -> tuple[tuple[str, str, str], ...]:
    choices, once = [f"<script>{script}</script>" for script in scripts()]
    return (
        (
            "Question → Answer",
            _part("question", "Question") + _TYPED + choices,
            _back("{{FrontSide}}" + _RULE + _part("answer", "Answer")) + once,
        ),
        (
            "Answer → Question",
            "{{#Reverse}}" + _part("question", "Answer") + "{{/Reverse}}",
            _back("{{FrontSide}}" + _RULE + _part("answer", "Question"), " fd-reversed"),
        ),
    )


def _cloze_templates() -> tuple[tuple[str, str, str], ...]:
    text = _part("text", "cloze:Text") + _TYPED_CLOZE
    return (("Cloze", text, _back(text)),)


@lru_cache(maxsize=4)
def built_in(name: str, css: str, number: Callable[..., int]) -> Mapping[str, NoteType]:
    """Create the note types of a project, by the names that kinds refer to.

    `name` is the project's; `css` is added to the built-in style. `number` derives a stable id from
    strings.
    """
    css = style(css)
    question = _notetype("Question", name, css, _QUESTION_FIELDS, _question_templates(), number)
    cloze = _notetype("Cloze", name, css, _CLOZE_FIELDS, _cloze_templates(), number)
    return {"Question": question, "Cloze": cloze}


def style(css: str) -> str:
    """The built-in style, followed by that of highlighted code and the project's `css`."""
    built_in = Path(__file__).with_name("style.css").read_text("utf-8")
    added = f"\n{css.strip()}\n" if css.strip() else ""
    return f"{built_in}\n{code_css()}{added}"


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
def scripts() -> tuple[str, str]:
    """The scripts of the built-in note types: that of choices, and that of the answer side.

    The first shuffles choices, and keeps their order and ticks. It runs on the question and again
    on the answer, which repeats the question. It keeps its state in the window, which Anki reuses
    for both sides, and in `sessionStorage` for AnkiDroid, which loads a new page for each side.
    Without either, the order is derived from the date and the choices, and so is the same on both
    sides.

    The second hides an answer that the card shows already: as right choices, or as the text that
    was to be typed. It leaves anything else visible, such as what a learner added. Without
    scripts such an answer is shown twice.

    Both are plain ES5, for old web views.
    """
    return _script("choices.js"), _script("answer.js")


def script_sources() -> tuple[str, ...]:
    """The sources of the scripts in a Content-Security-Policy: `'sha256-…'`."""
    digests = (hashlib.sha256(script.encode()).digest() for script in scripts())
    return tuple(f"'sha256-{b64encode(digest).decode()}'" for digest in digests)


def _script(name: str) -> str:
    text = Path(__file__).with_name(name).read_text("utf-8")
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
