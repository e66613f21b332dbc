"""All kinds of notes, in order of precedence.

The keys are in the order in which `flashdeck fmt` writes them; `id` is last, where builds add it.
"""

from collections.abc import Iterable

from flashdeck.kinds.cloze import CLOZE
from flashdeck.kinds.custom import CUSTOM
from flashdeck.kinds.items import ITEM, LIST, SET
from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, SPEAK, Composer, Cover, Item, Kind
from flashdeck.kinds.occlusion import ELLIPSE, MASK, OCCLUSION
from flashdeck.kinds.question import QUESTION
from flashdeck.kinds.settings import BREAKS, LIMITS, MARKUPS, MEDIA, SETTINGS, VERBATIM

KINDS: tuple[Kind, ...] = (CUSTOM, CLOZE, OCCLUSION, LIST, SET, QUESTION)


def kind_of(names: Iterable[str]) -> Kind | None:
    """Return the kind of a note with these keys, or None."""
    keys = set(names)
    if "occlude" in keys:
        return OCCLUSION
    if {"q", "a"} <= keys:
        # An `image` beside them is a mistake: it belongs in one of the texts.
        keys.discard(OCCLUSION.primary_key)
    match = next((kind for kind in KINDS if kind.primary_key in keys), None)
    return CUSTOM if match is None and "notetype" in keys else match


DOCUMENT: tuple[Key, ...] = (
    Key("deck", Shape.DECK, "The deck's full name; default: the file's path below `cards/`."),
    Key("description", Shape.TEXT, "Shown on the deck's page in Anki."),
    Key(
        "preset",
        Shape.PRESET,
        "Options of the deck and of its subdecks without their own, as a preset of Anki.",
    ),
    Key("tags", Shape.TAGS, "Tags for every note below."),
    Key("markup", Shape.MARKUP, "The markup of the texts below; default `markdown`."),
    BREAKS,
    MEDIA,
    SPEAK,
    Key("notetype", Shape.TEXT, "The note type of the notes below that give `fields`."),
    Key("table", Shape.TABLE, "A CSV file beside this one; each row is a note."),
    Key("notes", Shape.NOTES, "The notes, in the order in which they are learned.", required=True),
)

PRESET: tuple[Key, ...] = (
    Key("name", Shape.TEXT, "The preset's name in Anki; default: the deck's."),
    Key("new_per_day", Shape.COUNT, "The most new cards a day; default `20`."),
    Key("reviews_per_day", Shape.COUNT, "The most reviews a day; default `200`."),
    Key("retention", Shape.PERCENT, "Desired retention, 70% to 99%; default `90%`."),
    Key(
        "order",
        Shape.WORD,
        "New cards deck by deck, by their position in all subdecks, or notes at random.",
        words=("deck", "position", "random"),
    ),
    Key("steps", Shape.STEPS, "Learning steps; default `[1m, 10m]`."),
    Key("relearning_steps", Shape.STEPS, "Relearning steps; default `[10m]`."),
    Key("leech_threshold", Shape.NUMBER, "Lapses that make a card a leech; default `8`."),
    Key("leeches", Shape.WORD, "What Anki does with leeches.", words=("tag", "suspend")),
    Key("bury", Shape.FLAG, "`true`: the other cards of a note wait until the next day."),
)

SPOKEN: tuple[Key, ...] = (
    Key("text", Shape.TEXT, "The text.", required=True),
    Key("speak", Shape.SPEECH, "The language in which it is spoken.", required=True),
)

TABLE: tuple[Key, ...] = (
    Key(
        "file", Shape.TEXT, "The CSV file, its cells separated by `,`, `;` or tabs.", required=True
    ),
    Key("columns", Shape.COLUMNS, "The column of each key; default: columns are named like keys."),
    Key(
        "each",
        Shape.CONSTANTS,
        "Values for every note of the table; a cell that is not empty overrides them.",
    ),
    Key(
        "make",
        Shape.PATTERNS,
        "Notes of each row: keys of notes, with `{{column}}` in their texts.",
    ),
)

PATTERN: tuple[Key, ...] = (
    Key(
        "name",
        Shape.TEXT,
        "Its name. The ids of its notes are derived from it: never change it.",
        required=True,
    ),
    Key("when", Shape.COLUMN_NAMES, "Only rows in which these columns are not empty."),
)

NOTETYPE: tuple[Key, ...] = (
    Key("notetype", Shape.TEXT, "The note type's name.", required=True),
    Key("id", Shape.NUMBER, "The note type's id, where it was imported."),
    Key(
        "kind",
        Shape.WORD,
        "`cloze` for a note type with cloze deletions.",
        words=("standard", "cloze"),
    ),
    Key("fields", Shape.FIELD_LIST, "The fields, in an order that never changes.", required=True),
    Key("keys", Shape.FIELDS, "Short keys for fields: `{q: Front, a: Back}`."),
    Key("sort", Shape.TEXT, "The field that Anki's browser sorts by; default: the first."),
    Key("css", Shape.TEXT, "The style, a file or the text; default: the built-in style."),
    Key("templates", Shape.TEMPLATES, "The card templates, in their order.", required=True),
    Key(
        "reserve",
        Shape.RESERVE,
        "Spare fields and cards that it is released with; default `{fields: 2, cards: 1}`.",
    ),
    Key("latex_pre", Shape.TEXT, "What LaTeX begins with, where it was imported."),
    Key("latex_post", Shape.TEXT, "What LaTeX ends with, where it was imported."),
    Key("latex_svg", Shape.FLAG, "`true`: LaTeX becomes SVG pictures."),
    Key("stock", Shape.NUMBER, "Anki's number of the stock note type that it descends from."),
    MEDIA,
)

RESERVE: tuple[Key, ...] = (
    Key("fields", Shape.COUNT, "How many fields can be added later, up to 16; default `2`."),
    Key("cards", Shape.COUNT, "How many templates can be added later, up to 8; default `1`."),
)

FIELD: tuple[Key, ...] = (
    Key("name", Shape.TEXT, "The field's name.", required=True),
    Key("was", Shape.TEXT, "Its first name, if it was renamed."),
    Key("anki", Shape.TEXT, "The reserve that it took; a build writes it."),
    Key("id", Shape.WHOLE, "Its id, where it was imported."),
    Key("rtl", Shape.FLAG, "`true`: the editor writes it from right to left."),
    Key("font", Shape.TEXT, "The editor's font."),
    Key("size", Shape.NUMBER, "The editor's font size."),
    Key("sticky", Shape.FLAG, "`true`: the editor keeps its text for the next note."),
    Key("description", Shape.TEXT, "Shown in the editor while it is empty."),
    Key("plain_text", Shape.FLAG, "`true`: the editor shows its HTML first."),
    Key("collapsed", Shape.FLAG, "`true`: the editor shows it closed."),
    Key("exclude_from_search", Shape.FLAG, "`true`: Anki's search skips it."),
    Key("prevent_deletion", Shape.FLAG, "`true`: Anki's own note type relies on it."),
    Key("tag", Shape.WHOLE, "What Anki's own note type knows it by."),
)

TEMPLATE: tuple[Key, ...] = (
    Key("name", Shape.TEXT, "The template's name.", required=True),
    Key("front", Shape.TEXT, "The front, a file (`front.html`) or the text.", required=True),
    Key("back", Shape.TEXT, "The back, a file or the text.", required=True),
    Key("was", Shape.TEXT, "Its first name, if it was renamed."),
    Key("anki", Shape.TEXT, "The reserve that it took; a build writes it."),
    Key("id", Shape.WHOLE, "Its id, where it was imported."),
    Key("browser_front", Shape.TEXT, "The front in Anki's browser."),
    Key("browser_back", Shape.TEXT, "The back in Anki's browser."),
    Key("browser_font", Shape.TEXT, "The font in Anki's browser."),
    Key("browser_size", Shape.NUMBER, "The font size in Anki's browser."),
)

__all__ = [
    "CLOZE",
    "COMMON",
    "CUSTOM",
    "DOCUMENT",
    "ELLIPSE",
    "FIELD",
    "ITEM",
    "KINDS",
    "LIMITS",
    "LIST",
    "MARKUPS",
    "MASK",
    "MEDIA",
    "NOTETYPE",
    "OCCLUSION",
    "PATTERN",
    "PRESET",
    "QUESTION",
    "RESERVE",
    "SET",
    "SETTINGS",
    "SPOKEN",
    "TABLE",
    "TEMPLATE",
    "VERBATIM",
    "Composer",
    "Cover",
    "Item",
    "Key",
    "Kind",
    "Shape",
    "kind_of",
]
