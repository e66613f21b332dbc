"""Short keys of imported note types."""

from __future__ import annotations

from dataclasses import replace

import pytest
from conftest import NOW
from test_import_strange import ID, note, packed

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.importing.importer import import_file
from flashdeck.importing.rewriting.keys import short_keys
from flashdeck.model import Field, NoteType, Template
from flashdeck.release.build import build
from flashdeck.release.result import Options

BACK = "{{FrontSide}}<hr id=answer>"


def notetype(*names, front="", back="", cloze=False, stock=None):
    front = front or (f"{{{{cloze:{names[0]}}}}}" if cloze else f"{{{{{names[0]}}}}}")
    back = back or f"{BACK}{{{{{names[-1]}}}}}"
    fields = tuple(map(Field, names))
    sides = (Template("Card 1", front, back),)
    return NoteType(5, "Words", fields, sides, "", cloze, stock=stock, mod=5)


@pytest.mark.parametrize(
    ("kind", "keys"),
    [
        (notetype("Hanzi", "Meaning"), "q a"),
        (notetype("Wort", "Bedeutung", "Quelle", back="{{Bedeutung}} {{Quelle}}"), "q a extra"),
        (notetype("A", "B", "Add Reverse", back="{{B}}"), "q a reverse"),
        (notetype("A", "B", "Long Source", "Audio", back="{{B}}"), "q a long_source audio"),
        (notetype("Lückentext", cloze=True), "cloze"),
        (notetype("Lückentext", "Mehr", cloze=True), "cloze extra"),
        (notetype("Front", "Back"), "q a"),
        (notetype("Recto", "Verso", stock=1), "q a"),
        (notetype("A", "B", front="{{A}} {{B}}"), ""),
        (notetype("A", "B", front="{{B}}"), ""),
        (notetype("A", "B", "Tags", "Deck", back="{{B}}"), ""),
        (notetype("A", "B", "漢字", "x", back="{{B}}"), ""),
        (notetype("A", front="{{^A"), ""),
    ],
)
def test_the_first_card_decides_about_short_keys(kind, keys):
    assert " ".join(short_keys(kind, by_shape=True).values()) == keys


def test_other_note_types_have_short_keys_on_request_only():
    assert short_keys(notetype("Hanzi", "Meaning")) == {}
    assert short_keys(notetype("Front", "Back")) == {"Front": "q", "Back": "a"}


def test_an_import_with_short_keys_builds_the_same_notes(tmp_path):
    kind = replace(notetype("Hanzi", "Meaning", "Source", back="{{Meaning}}"), id=ID)
    notes = [note(1, "one", ("漢", "Han", "x")), note(2, "two", ("字", "word", ""))]
    path = packed(tmp_path / "x.apkg", notes, kinds=(kind,))
    root = import_file(path, tmp_path / "p", now=NOW, keys=True).root
    assert "keys:\n  q: Hanzi\n  a: Meaning\n  extra: Source\n" in (
        root / "cards/notetypes/words.yaml"
    ).read_text("utf-8")
    assert "  - q: 漢\n    a: Han\n    extra: x\n" in (root / "cards/d.yaml").read_text("utf-8")
    (package,) = build(root, Options(now=NOW + 9)).packages
    assert package.counts.unchanged == len(notes)
    assert [one.fields for one in read_apkg(package.path).notes] == [one.fields for one in notes]
    new = [*notes, note(3, "new", ("新", "new", ""))]
    later = packed(tmp_path / "y.apkg", new, kinds=(kind,))
    assert import_file(later, root, now=NOW + 99).new == 1
    assert "  - q: 新\n    a: new\n" in (root / "cards/d.yaml").read_text("utf-8")
