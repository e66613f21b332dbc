"""The definition of a kind of note: its keys, and how its fields are composed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple, Protocol

from flashdeck.kinds.key import Key, Shape


class Cover(NamedTuple):
    """A mask of an image occlusion.

    `number` is that of its card, from 1; `label` is HTML without braces that are special in Anki;
    `place` is left, top, width and height in percent of the image, as decimals.
    """

    number: int
    label: str
    place: tuple[str, str, str, str]
    ellipse: bool


class Item(NamedTuple):
    """An item of a list or a set.

    `number` is that of its card, from 1; `html` has no braces that are special in Anki.
    """

    number: int
    html: str


class Composer(Protocol):
    """Access to the values of a note, for composing its fields."""

    @property
    def guid(self) -> str:
        """The GUID of the note."""

    def html(self, key: str) -> str:
        """Return a text as HTML, '' if missing."""

    def htmls(self, key: str) -> tuple[str, ...]:
        """Return the items of a list of texts as HTML; a single text is a list of one."""

    def words(self, key: str) -> tuple[str, ...]:
        """Return the same texts as in the source, stripped."""

    def word(self, key: str) -> str:
        """Return the value of a key of shape `WORD`, '' if missing."""

    def is_list(self, key: str) -> bool:
        """Whether the value is a list, for a key that allows both a text and a list."""

    def flag(self, key: str) -> bool:
        """Whether a flag is set."""

    def typed(self, key: str, answer: str) -> str:
        """Return the text to type as HTML: the value of `typed`, or the text of the answer.

        `key` is the key of the answer, `answer` its HTML.
        """

    def picture(self, key: str) -> str:
        """Return the image of a key as an `<img>`."""

    def covers(self, key: str) -> tuple[Cover, ...]:
        """Return the masks of a key."""

    def items(self, key: str) -> tuple[Item, ...]:
        """Return the items of a key."""

    def named_fields(self) -> tuple[str, ...]:
        """Return the fields of a custom note type as HTML, in its order."""


class Kind(NamedTuple):
    """A kind of note.

    A note with the key `primary_key` is of this kind, and its id is derived from that key's text.
    `notetype` is the built-in note type ("Question" or "Cloze") whose fields `compose` returns, or
    '' if each note names its own. `clozes`: whether `{{c1::…}}` in its texts is a cloze where the
    note type is a cloze type. `fields` maps the fields that hold the text of a single key to it,
    so that edits made in Anki can be imported into the source.
    """

    name: str
    summary: str
    primary_key: str
    keys: tuple[Key, ...]
    notetype: str
    compose: Callable[[Composer], tuple[str, ...]]
    clozes: bool = False
    fields: Mapping[str, str] = MappingProxyType({})


EXTRA = Key("extra", Shape.TEXT, "Shown under the answer.")
HINT = Key("hint", Shape.TEXT, "Opens on the question side when tapped.")

SPEAK = Key("speak", Shape.SPEECH, "The language in which a text is spoken, as in `fr_FR`.")

COMMON = (
    Key("tags", Shape.TAGS, "Tags, beside those of the document."),
    Key(
        "deck",
        Shape.DECK,
        "A deck other than the document's; with a leading `::` a deck below it.",
    ),
    Key("markup", Shape.MARKUP, "The markup of its texts, if it differs from the document's."),
    SPEAK,
    Key("id", Shape.ID, "The note's GUID in Anki; written by the first build. Never change it."),
)


def prompted(note: Composer) -> str:
    """Return the question above a picture or items; '' if the note has none."""
    question = note.html("q")
    return f'<div class="fd-prompt">{question}</div>' if question else ""


def with_hint(question: str, hint: str) -> str:
    """Add a hint below a question, closed until it is tapped, without a script."""
    if not hint:
        return question
    return f'{question}<details class="fd-hint"><summary>Hint</summary><div>{hint}</div></details>'
