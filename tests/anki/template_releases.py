"""Differences of the template language in Anki releases other than 26.9, which flashdeck follows.

Everything else must be equal. 25.9.2 and 26.5 are backends of AnkiDroid;
docs/reference/templates.md describes the differences for its users.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version

from flashdeck.model import Field, NoteType

SPECIAL = ("Tags", "Type", "Deck", "Subdeck", "Card", "CardFlag", "CardID", "FrontSide")


@dataclass(frozen=True)
class Difference:
    """A difference, an example of it, and a pattern for the notes that it concerns.

    The example is a field A of a note with tags; on a cloze note type the front is `{{cloze:A}}`,
    else there is a template `second` behind `{{A}}`. `there` are the ordinals and the first card's
    question in the release that differs, `here` in 26.9.
    """

    name: str
    pattern: str
    example: str
    cloze: bool
    there: tuple[tuple[int, ...], str]
    here: tuple[tuple[int, ...], str]
    second: str = "{{Tags}}"

    def concerns(self, fields: Sequence[str]) -> bool:
        """Whether the other release may differ for a note with these fields."""
        return bool(self.pattern) and any(re.search(self.pattern, text) for text in fields)


def _asked(text: str, number: str = "1") -> str:
    return f'<span class="cloze" data-cloze="{text}" data-ordinal="{number}">[...]</span>'


_ZERO = (
    '<span class="cloze-inactive" data-ordinal="0">'
    '<span class="cloze-inactive" data-ordinal="2">x</span></span> '
)

SEVERAL_NUMBERS = Difference(
    name="a cloze has one number",
    pattern=r"\{\{c(?=[0-9,]*,)[0-9,]*::",
    example="{{c1,2::x}} {{c1::y}}",
    cloze=True,
    there=((0,), "{{c1,2::x}} " + _asked("y")),
    here=((0, 1), _asked("x", "1,2") + " " + _asked("y")),
)
TAGS = Difference(
    name="tags make no cards",
    pattern="",  # known by the templates: see `without_special_fields`
    example="y",
    cloze=False,
    there=((0,), "y"),
    here=((0, 1), "y"),
)
SPECIAL_FIELDS = replace(TAGS, name="special fields make no cards", second="{{Deck}}")
INSIDE_ZERO = Difference(
    name="clozes inside of c0 are not counted",
    pattern=r"\{\{c0+::",
    example="{{c0::{{c2::x}}}} {{c1::y}}",
    cloze=True,
    there=((0,), _ZERO + _asked("y")),
    here=((0, 1), _ZERO + _asked("y")),
)
OCCLUSIONS = Difference(
    name="an occlusion's properties can't be escaped or empty",
    pattern=r"image-occlusion:[^}]*(?:\\|::)|image-occlusion::",
    example=r"{{c1::image-occlusion:rect:left=a\\b}}",
    cloze=True,
    there=((0,), '<div class="cloze" data-ordinal="1" data-shape="rect" ></div>'),
    here=((0,), '<div class="cloze" data-ordinal="1" data-shape="rect" data-left="a\\b" ></div>'),
)
DIFFERENCES = (SEVERAL_NUMBERS, TAGS, SPECIAL_FIELDS, INSIDE_ZERO, OCCLUSIONS)
RELEASES = {"25.9.2": DIFFERENCES, "26.5": (SPECIAL_FIELDS, OCCLUSIONS), "26.9.3": ()}

ANKI = version("anki")
KNOWN: tuple[Difference, ...] = RELEASES[ANKI]
"""The differences of the release at hand."""

# In 26.5 a field of this name counts as filled for notes with tags.
ODD_FIELDS = {"Tags"} if ANKI == "26.5" else set()

_NOTHING = "∅"
_UNUSED = [name for name in SPECIAL if name != "Tags" or TAGS in KNOWN]
_NAMED = re.compile(
    rf"(?<=[#^/:{{%\s])(?:{'|'.join(sorted(_UNUSED, key=len, reverse=True))})(?=\s*(?:\}}\}}|%>))"
)


def concerned(fields: Sequence[str]) -> bool:
    """Whether a known difference concerns a note with these fields."""
    return any(difference.concerns(fields) for difference in KNOWN)


def without_special_fields(
    notetype: NoteType, fields: Sequence[str]
) -> tuple[NoteType, Sequence[str]]:
    """Return a note whose cards are generated as if special fields were empty."""
    if notetype.cloze or SPECIAL_FIELDS not in KNOWN:
        return notetype, fields
    own = {field.name for field in notetype.fields}

    def front(text: str) -> str:
        return _NAMED.sub(lambda name: name[0] if name[0] in own else _NOTHING, text)

    templates = tuple(
        replace(template, front=front(template.front)) for template in notetype.templates
    )
    more = (*notetype.fields, Field(_NOTHING))
    return replace(notetype, fields=more, templates=templates), (*fields, "")
