"""Decks that CrowdAnki or brain-brew wrote become projects that build."""

from __future__ import annotations

import json

import pytest

from flashdeck.builder import build
from flashdeck.built import Options
from flashdeck.diagnostics import FlashdeckError
from flashdeck.importing import import_file
from flashdeck.read.apkg import read_apkg

NOW = 1_780_000_000
GEO = {
    "__type__": "Deck",
    "children": [
        {
            "__type__": "Deck",
            "children": [],
            "crowdanki_uuid": "deck-2",
            "desc": "",
            "media_files": [],
            "name": "Africa",
            "notes": [
                {
                    "__type__": "Note",
                    "fields": ["Chad", "N'Djamena", ""],
                    "guid": "c%_b",
                    "note_model_uuid": "model-1",
                    "tags": ["africa"],
                }
            ],
        }
    ],
    "crowdanki_uuid": "deck-1",
    "deck_config_uuid": "config-1",
    "desc": "All <b>countries</b>",
    "media_files": ["flag.png", "missing.png", "../evil.png"],
    "name": "Geo",
    "note_models": [
        {
            "__type__": "NoteModel",
            "crowdanki_uuid": "model-1",
            "css": ".card {}",
            "flds": [
                {"font": "Arial", "media": [], "name": name, "ord": at, "rtl": False, "size": 20}
                for at, name in enumerate(["Country", "Capital", "Flag"])
            ],
            "name": "Geography",
            "sortf": 0,
            "tmpls": [
                {
                    "afmt": "{{FrontSide}}<hr>{{Capital}}",
                    "bafmt": "",
                    "bqfmt": "",
                    "did": None,
                    "name": "Country - Capital",
                    "ord": 0,
                    "qfmt": "{{Country}}",
                }
            ],
            "type": 0,
            "vers": [],
        }
    ],
    "notes": [
        {
            "__type__": "Note",
            "fields": ["France", "Paris", '<img src="flag.png">'],
            "guid": "a]1=x",
            "note_model_uuid": "model-1",
            "tags": ["europe", "big"],
        }
    ],
}


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "geo"
    (folder / "media").mkdir(parents=True)
    (folder / "media/flag.png").write_bytes(b"\x89PNG")
    (folder / "geo.json").write_text(json.dumps(GEO), "utf-8")
    (tmp_path / "evil.png").write_bytes(b"\x89PNG")
    return folder


@pytest.mark.parametrize("name", ["", "geo.json"])
def test_a_crowdanki_deck_becomes_a_project_that_builds(folder, tmp_path, name):
    done = import_file(folder / name, tmp_path / "project", now=NOW)
    assert (done.new, done.decks, done.media) == (2, 2, 1)
    assert "hold no ids of note types" in done.diagnostics[0].message
    (package,) = build(done.root, Options(now=NOW + 60)).packages
    built = read_apkg(package.path)
    notes = {note.guid: note for note in built.notes}
    assert notes["a]1=x"].fields == ("France", "Paris", '<img src="flag.png">')
    assert notes["c%_b"].tags == ("africa",)
    assert [card.deck for card in notes["c%_b"].cards] == ["Geo::Africa"]
    assert [media.name for media in built.media] == ["flag.png"]
    assert built.decks[0].description == "All <b>countries</b>"
    assert package.counts.new == 2


@pytest.mark.parametrize(
    ("key", "value", "words"),
    [
        ("notes", [{"guid": "x"}], "'note_model_uuid' is not what CrowdAnki writes"),
        ("note_models", 3, "'note_models' is not what CrowdAnki writes"),
        ("name", None, "'name' is not what CrowdAnki writes"),
        ("children", [3], "'children' is not what CrowdAnki writes"),
    ],
)
def test_what_is_no_crowdanki_deck_is_said(folder, tmp_path, key, value, words):
    (folder / "geo.json").write_text(json.dumps(GEO | {key: value}), "utf-8")
    with pytest.raises(FlashdeckError, match=words):
        import_file(folder, tmp_path / "project", now=NOW)
    assert not (tmp_path / "project").exists()
