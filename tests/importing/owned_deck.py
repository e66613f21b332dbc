"""A deck created in Anki: every stock note type, odd names, all scripts, media."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

from anki.collection import DeckIdLimit, ExportAnkiPackageOptions
from real_anki import Learner

PIXEL = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)
ODD = "Ōdd  Näme: 'x' #1"
STOCK = (
    ("Basic", "Deep::B::C::D::E", ("# no\n  two", "line<br>break<div>x</div>\n")),
    ("Basic", "Deep", ("Front <b>x</b>: y", '<img src="Bild Ä (1).PNG">')),
    ("Basic", "Deep", ("no", "012")),
    ("Basic", "Deep", ("a < b <c", "tab\there  ")),
    ("Basic", "Deep", ('<img src="gone.png">', '<img src="https://example.com/a.png">')),
    ("Basic (and reversed card)", "Deep::B", ("F", "B")),
    ("Basic (optional reversed card)", "Deep::B", ("F2", "B2", "y")),
    ("Basic (optional reversed card)", "Deep::B", ("F3", "B3", "")),
    ("Basic (type in the answer)", "日本", ("漢字", "[sound:漢字.mp3]")),
    ("Cloze", "Deep", ("x {{c1::a}} {{c3::b::hint}}", "more")),
    ("Cloze", "Default", ("{{c1::<b>deep {{c2::er}}</b>}}", "")),
    (
        "Image Occlusion",
        "IO",
        (
            "{{c1::image-occlusion:rect:left=.1:top=.2:width=.3:height=.1:oi=1}}<br>",
            '<img src="Bild Ä (1).PNG">',
            "Header",
            "Back",
            "Comments",
        ),
    ),
    (ODD, "Deep::b:c", ("שלום", "two \\theta \\(x^2\\)", "<i>x", "y", "long: " * 40)),
    (ODD, "Deep::b:c", ("שלום 2", "", "", "", "")),
)


def make(learner: Learner) -> None:
    """Fill a collection."""
    folder = Path(learner.collection.media.dir())
    for name, data in {
        "Bild Ä (1).PNG": PIXEL,
        "_font.woff2": b"font",
        "漢字.mp3": b"ID3",
    }.items():
        (folder / name).write_bytes(data)
    _odd_notetype(learner.collection)
    for notetype, deck, fields in STOCK:
        add(learner, notetype, deck, fields, tags=["t1", "a::b"] if deck == "Deep" else [])
    described = learner.collection.decks.by_name("Deep::B::C")
    described["desc"] = '<b>C</b>: "a" & <a href="https://example.com">more</a>'
    learner.collection.decks.save(described)


def add(
    learner: Learner, notetype: str, deck: str, fields: tuple[str, ...], tags: list[str]
) -> str:
    """Add a note and give its GUID."""
    collection = learner.collection
    note = collection.new_note(collection.models.by_name(notetype))
    note.fields[:] = fields
    note.tags = tags
    collection.add_note(note, collection.decks.id(deck))
    return str(note.guid)


def _odd_notetype(collection: Any) -> None:
    models = collection.models
    notetype = models.new(ODD)
    for name in ("עברית", "two", " #3 x", "y/n", "a b c"):
        models.add_field(notetype, models.new_field(name))
    notetype["flds"][0].update(rtl=True, font="David CLM", size=33, sticky=True)
    notetype["flds"][1].update(collapsed=True, plainText=True, description="say: more")
    notetype["css"] = '@font-face{src:url("_font.woff2")}\n.x{}'
    for name, front in (
        ("Cärd 1 → <x>", "{{עברית}}\n\n "),
        ("Card 2", "{{#y/n}}{{עברית}}{{/y/n}}"),
    ):
        template = models.new_template(name)
        template.update(qfmt=front, afmt="{{FrontSide}}<hr>{{a b c}}" + name, bqfmt="{{two}}")
        models.add_template(notetype, template)
    notetype["sortf"] = 2
    models.add_dict(notetype)


def export(learner: Learner, path: Path, deck: str = "") -> Path:
    """Export the whole collection, or one deck, as Anki's window does for older versions."""
    options = ExportAnkiPackageOptions(
        with_scheduling=False, with_deck_configs=False, with_media=True, legacy=True
    )
    limit = DeckIdLimit(learner.collection.decks.id(deck)) if deck else None
    learner.collection.export_anki_package(out_path=str(path), options=options, limit=limit)
    return path
