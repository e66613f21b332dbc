"""Notes of items: lists, whose order matters, and sets. One card for each item.

Each item is a cloze, directly inside of one element, since the style selects by it: only what
follows Anki's `.cloze` can be hidden without a script in every web view. So on a card of a list the
items after the one that is asked for are hidden. What is shown in place of an item is the hint of
its cloze, and so may contain items before it, where only a few are shown (`context`).
"""

from __future__ import annotations

from collections.abc import Sequence

from flashdeck.kinds.key import Key, Shape
from flashdeck.kinds.kind import COMMON, EXTRA, HINT, Composer, Kind, prompted, with_hint
from flashdeck.limits import LAST_CLOZE

WHOLE = LAST_CLOZE
"""The cloze number of the card that asks for all items."""
_CONTEXT = ("all", "1", "2", "3", "4", "5")
# It is never shown. Anki ignores an empty cloze.
_ALL = '<span class="fd-all">{}</span>::<div>[...]</div>'
_ASKED = "[...]"


def _list(note: Composer) -> tuple[str, ...]:
    context = note.word("context")
    count = int(context) if context.isdigit() else 0
    items = note.items("list")
    htmls = [item.html for item in items]
    clozes: list[str] = []
    for place, (number, html) in enumerate(items):
        few = range(max(place - count, 0), place) if count else ()
        before = "".join(_ordered(each, htmls[each]) for each in few)
        before = f'<div class="fd-before">{before}</div>' if before else ""
        clozes.append(_cloze(number, _ordered(place, html), before + _ordered(place, _ASKED)))
    classes = f"fd-list fd-context fd-context-{count}" if count else "fd-list"
    return _fields(note, htmls, clozes, classes)


def _set(note: Composer) -> tuple[str, ...]:
    items = note.items("set")
    clozes = [_cloze(item.number, _bullet(item.html), _bullet(_ASKED)) for item in items]
    return _fields(note, [item.html for item in items], clozes, "fd-set")


def _fields(
    note: Composer, htmls: Sequence[str], clozes: Sequence[str], classes: str
) -> tuple[str, ...]:
    typed = note.flag("typed")
    whole = ""
    if note.flag("whole"):
        classes += " fd-whole"
        whole = f"{{{{c{WHOLE}::{_ALL.format(', '.join(htmls) if typed else '…')}}}}}"
    text = f'{prompted(note)}<div class="{classes}">{whole}{"".join(clozes)}</div>'
    return (
        with_hint(text, note.html("hint")),
        note.html("extra"),
        "1" if typed else "",
        note.guid,
    )


def _cloze(number: int, html: str, asked: str) -> str:
    return f"{{{{c{number}::{html}::{asked}}}}}"


def _ordered(place: int, html: str) -> str:
    return f'<ol start="{place + 1}"><li dir="auto">{html}</li></ol>'


def _bullet(html: str) -> str:
    return f'<ul><li dir="auto">{html}</li></ul>'


ITEM: tuple[Key, ...] = (
    Key("text", Shape.TEXT, "The item.", required=True),
    Key("n", Shape.NUMBER, "Its card; written by the first build. Never change it."),
)

_Q = Key("q", Shape.TEXT, "What the items are, above them.")
_WHOLE = Key("whole", Shape.FLAG, "`true`: one more card asks for all items.")
_TYPED = Key("typed", Shape.FLAG, "`true`: the learner types the item.")

LIST = Kind(
    name="list",
    summary="Items in order, a card for each that shows those before it.",
    primary_key="list",
    keys=(
        _Q,
        Key("list", Shape.ITEMS, "The items, in their order.", required=True),
        Key(
            "context",
            Shape.WORD,
            "How many of the items before it a card shows.",
            words=_CONTEXT,
        ),
        _WHOLE,
        _TYPED,
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Cloze",
    compose=_list,
    fields={"Extra": "extra"},
)

SET = Kind(
    name="set",
    summary="Items without an order, a card for each that shows all others.",
    primary_key="set",
    keys=(
        _Q,
        Key("set", Shape.ITEMS, "The items.", required=True),
        _WHOLE,
        _TYPED,
        EXTRA,
        HINT,
        *COMMON,
    ),
    notetype="Cloze",
    compose=_set,
    fields={"Extra": "extra"},
)
