"""Collections to write: a rich fixed one, and random ones from hypothesis."""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace
from functools import partial
from itertools import accumulate
from typing import Any

from hypothesis import strategies as st

from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template

BORN = 1_600_000_000_000

QUESTION = NoteType(
    id=BORN,
    name="Spanish Question",
    fields=(
        Field("Question", id=11),
        Field("Answer", id=12, rtl=True, font="Noto Naskh", size=24, sticky=True, description="a"),
    ),
    templates=(
        Template("Question → Answer", "{{Question}}", "{{Answer}}", 21, "{{Question}}!", "b"),
        Template("Answer → Question", "{{Answer}}", "{{Question}}"),
    ),
    css=".card { color: #123 }",
    latex_pre="\\documentclass{standalone}",
    mod=1_600_000_000,
)
CLOZE = NoteType(
    id=BORN + 1,
    name="Spanish Cloze",
    fields=(Field("Text"), Field("Extra")),
    templates=(Template("Cloze", "{{cloze:Text}}", "{{cloze:Text}}{{Extra}}"),),
    cloze=True,
    sort=1,
    stock=5,
    mod=1_600_000_001,
)


def media(name: str, data: bytes) -> Media:
    """A media file from memory."""
    return Media(name, hashlib.sha256(data).hexdigest(), len(data), partial(io.BytesIO, data))


def note(number: int, question: str, *decks: str, **others: Any) -> Note:
    """A question with one card in each deck; positions, ids and times derive from its number."""
    born = BORN + 100 * number
    cards = tuple(Card(at, deck, 10 * number + at, born + 1 + at) for at, deck in enumerate(decks))
    made = Note(
        guid=f"guid-{number}",
        notetype=QUESTION.id,
        fields=(question, f"answer {number}"),
        tags=("verbs", "lang::es"),
        cards=cards,
        id=born,
        mod=1_600_000_000 + number,
    )
    return replace(made, **others)


# Long texts need overflow pages, many notes need several levels of pages.
SAMPLE = Collection(
    notetypes=(QUESTION, CLOZE),
    decks=(Deck("Spanish", "<b>¡Hola!</b>"), Deck("Spanish::Verbs"), Deck("日本語")),
    notes=(
        note(1, "<img src='sun-0123.png'> 🌞", "Spanish::Verbs", "日本語"),
        note(2, "x" * 20_000, "Spanish"),
        note(3, "42", "Spanish", tags=()),
        note(
            4,
            "",
            notetype=CLOZE.id,
            fields=("{{c1::a}} {{c3::b}}", "3.14159265358979323846"),
            cards=(Card(0, "Spanish", 40, BORN + 401), Card(2, "Spanish", 41, BORN + 402)),
        ),
        *(note(number, f"question {number}", "Spanish") for number in range(5, 900)),
        note(900, "", tags=("flashdeck::removed",)),
    ),
    media=(media("bell-89ab.mp3", b"ding" * 1000), media("sun-0123.png", b"")),
)


ODD = (
    "שלום עולם",
    "👩‍👩‍👧‍👦",
    "e\u0301",
    "a\nb\tc",
    "\x00",
    "<b>&amp;</b>",
    "1e5",
    "'; --",
    "漢字",
    " x ",
)


def text(*, least: int = 0, without: str = "") -> st.SearchStrategy[str]:
    """Any text that a package can contain: no lone surrogates."""
    alphabet = st.characters(codec="utf-8", exclude_characters=without)
    odd = [word for word in ODD if not set(word) & set(without)]
    return st.sampled_from(odd) | st.text(alphabet, min_size=least, max_size=8)


DECK_NAMES = text(least=1).filter(lambda name: name != "Default")
MEDIA_NAMES = text(least=1, without="/\\:\x7f" + "".join(map(chr, range(32)))).filter(
    lambda name: name not in {".", ".."}
)
TAGS = st.lists(text(least=1, without=" \u3000"), max_size=3).map(tuple)
JSON_IDS = st.none() | st.integers(-(2**63), 2**63 - 1)
TIMES = st.integers(1, 2**40)


@st.composite
def notetypes(draw: st.DrawFn) -> NoteType:
    """A note type of any shape; its id is set later."""
    fields = st.builds(
        Field,
        name=text(least=1),
        id=JSON_IDS,
        rtl=st.booleans(),
        font=text(),
        size=st.integers(0, 99),
        sticky=st.booleans(),
        description=text(),
        plain_text=st.booleans(),
        collapsed=st.booleans(),
        exclude_from_search=st.booleans(),
        tag=st.none() | st.integers(0, 9),
        prevent_deletion=st.booleans(),
    )
    templates = st.builds(
        Template,
        name=text(least=1),
        front=text(),
        back=text(),
        id=JSON_IDS,
        browser_front=text(),
        browser_back=text(),
        browser_font=text(),
        browser_size=st.integers(0, 99),
        deck=JSON_IDS,
    )
    columns = tuple(draw(st.lists(fields, min_size=1, max_size=4)))
    return NoteType(
        id=0,
        name=draw(text(least=1)),
        fields=columns,
        templates=tuple(draw(st.lists(templates, min_size=1, max_size=3))),
        css=draw(text()),
        cloze=draw(st.booleans()),
        sort=draw(st.integers(0, len(columns) - 1)),
        latex_pre=draw(st.none() | text()),
        latex_post=draw(st.none() | text()),
        stock=draw(st.none() | st.integers(0, 6)),
        mod=draw(TIMES),
        latex_svg=draw(st.booleans()),
    )


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Any collection that satisfies the writer's contract."""
    types = [
        replace(each, id=id_)
        for each, id_ in zip(
            draw(st.lists(notetypes(), min_size=1, max_size=3)),
            accumulate(draw(st.lists(TIMES, min_size=3, max_size=3))),
            strict=False,
        )
    ]
    decks = sorted(draw(st.sets(DECK_NAMES, min_size=1, max_size=3)))
    gaps = iter(draw(st.lists(st.integers(1, 10**9), min_size=40, max_size=40)))
    guids = draw(st.lists(text(least=1), unique=True, max_size=6))
    ids = accumulate(gaps)
    notes = []
    for place, guid in enumerate(guids):
        kind = draw(st.sampled_from(types))
        ordinals = sorted(draw(st.sets(st.integers(0, 499), max_size=4)))
        notes.append(
            Note(
                guid=guid,
                notetype=kind.id,
                fields=tuple(draw(text(without="\x1f")) for _ in kind.fields),
                tags=draw(TAGS),
                id=next(ids),
                mod=draw(TIMES),
                cards=tuple(
                    Card(ordinal, draw(st.sampled_from(decks)), place * 500 + ordinal, next(ids))
                    for ordinal in ordinals
                ),
            )
        )
    names = sorted(draw(st.sets(MEDIA_NAMES, max_size=3)))
    return Collection(
        notetypes=tuple(types),
        decks=tuple(Deck(name, draw(text()), markdown=draw(st.booleans())) for name in decks),
        notes=tuple(sorted(notes, key=lambda each: not each.cards)),
        media=tuple(media(name, draw(st.binary(max_size=50))) for name in names),
    )
