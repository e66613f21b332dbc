"""What a kind of note is: its keys, what decides it, and how its fields are composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from flashdeck.kinds.key import Key, Shape


class Cover(NamedTuple):
    """A mask over a picture, ready to be composed.

    `number` is its card's, from 1; `label` is HTML without braces that Anki would read; `place` is
    left, top, width and height in percent of the picture, as decimals.
    """

    number: int
    label: str
    place: tuple[str, str, str, str]
    ellipse: bool


class Composer(Protocol):
    """What a kind asks while it composes the fields of one note."""

    @property
    def guid(self) -> str:
        """Give the note's id."""

    def html(self, key: str) -> str:
        """Give the value of a text key as HTML; '' where the note lacks it."""

    def htmls(self, key: str) -> tuple[str, ...]:
        """Give the value of a key that takes texts as HTML, item by item; a single text is one."""

    def words(self, key: str) -> tuple[str, ...]:
        """Give the same texts as they were written, without blanks round them."""

    def word(self, key: str) -> str:
        """Give the one of a key's words that was chosen; '' where the note lacks the key."""

    def is_list(self, key: str) -> bool:
        """Say whether a key that may take one text or several was given a list."""

    def flag(self, key: str) -> bool:
        """Say whether a flag is set."""

    def typed(self, key: str, answer: str) -> str:
        """Give what the learner is to type as HTML: what was written for it, or `answer`'s text.

        `key` is where the answer is written, `answer` is its HTML.
        """

    def picture(self, key: str) -> str:
        """Give the picture that a key names as an `<img>`."""

    def covers(self, key: str) -> tuple[Cover, ...]:
        """Give the masks under a key."""

    def named_fields(self) -> tuple[str, ...]:
        """Give the fields of a note of a custom note type, in the type's order, as HTML."""


class Kind(NamedTuple):
    """A kind of note.

    A note is of this kind when it holds `opener`; that key's text is also what the note's id is
    derived from. `notetype` names the built-in note type ("Question" or "Cloze") whose fields
    `compose` gives, in their order; it is empty where each note names its own. `gaps`: whether
    `{{c1::…}}` in its texts is a gap, if its note type is one for gaps. `fields` names the fields
    of the note type that are the text of one key each: what was edited there in Anki can be
    imported into the source.
    """

    name: str
    summary: str
    opener: str
    keys: tuple[Key, ...]
    notetype: str
    compose: Callable[[Composer], tuple[str, ...]]
    gaps: bool = False
    fields: Mapping[str, str] = MappingProxyType({})


EXTRA = Key("extra", Shape.TEXT, "Shown under the answer.")
HINT = Key("hint", Shape.TEXT, "Opens on the question side when tapped.")

COMMON = (
    Key("tags", Shape.TAGS, "Tags, beside those of the document."),
    Key(
        "deck",
        Shape.DECK,
        "Another deck than the document's; with a leading `::` below the document's.",
    ),
    Key("markup", Shape.MARKUP, "How its texts are read, if not as the document's."),
    Key("id", Shape.ID, "The note's GUID in Anki; written by the first build. Never change it."),
)


def with_hint(question: str, hint: str) -> str:
    """Put a hint under a question: closed until it is tapped, without a script."""
    if not hint:
        return question
    return f'{question}<details class="fd-hint"><summary>Hint</summary><div>{hint}</div></details>'
