"""Import of decks from CrowdAnki and brain-brew."""

from __future__ import annotations

import copy
import hashlib
import json
import unicodedata
from typing import Any

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.importing.importer import import_file
from flashdeck.release.build import build
from flashdeck.release.result import Options

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
    assert "have no ids of note types" in done.diagnostics[0].message
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
def test_invalid_crowdanki_json_is_an_error(folder, tmp_path, key, value, words):
    (folder / "geo.json").write_text(json.dumps(GEO | {key: value}), "utf-8")
    with pytest.raises(FlashdeckError, match=words):
        import_file(folder, tmp_path / "project", now=NOW)
    assert not (tmp_path / "project").exists()


@pytest.fixture
def geo(folder, tmp_path):
    """A deck whose JSON lists no media, as brain-brew and scripts write them."""
    return Geo(folder, tmp_path / "project")


class Geo:
    def __init__(self, folder, project) -> None:
        self.folder = folder
        self.project = project
        self.deck: dict[str, Any] = copy.deepcopy(GEO) | {"media_files": []}
        self.note = self.deck["notes"][0]
        self.note["fields"][2] = ""
        self.model = self.deck["note_models"][0]
        (folder / "media/flag.png").unlink()

    def put(self, *names: str) -> None:
        for name in names:
            (self.folder / "media" / name).write_text(name, "utf-8")

    def imported(self):
        (self.folder / "geo.json").write_text(json.dumps(self.deck), "utf-8")
        return import_file(self.folder, self.project, now=NOW)

    def packed(self) -> list[str]:
        (package,) = build(self.project, Options(now=NOW + 60)).packages
        self.package = package.path
        return [media.name for media in read_apkg(package.path).media]


def test_files_that_notes_templates_and_styles_name_come_along_unlisted(geo):
    formula = f"latex-{hashlib.sha1(b'$x$').hexdigest()}.png"  # noqa: S324 - Anki's choice
    names = sorted(["_base.png", "_bg.png", "地图.mp3", "Map é.PNG", formula])
    geo.put(*names)
    geo.note["fields"][1:] = ["[sound:地图.mp3] [$]x[/$]", "<IMG SRC='Map é.PNG'>"]
    geo.model["tmpls"][0]["qfmt"] += '<img src="_base.png">'
    geo.model["css"] = ".card { background: url(_bg.png) }"
    done = geo.imported()
    assert done.media == 5
    assert [problem.message for problem in done.diagnostics[1:]] == []
    assert geo.packed() == names
    with Learner() as learner:
        learner.import_package(geo.package)
        assert sorted(learner.media()) == names


def test_a_file_in_another_unicode_form_is_the_one_that_a_note_names(geo):
    geo.put(unicodedata.normalize("NFD", "Café.png"))
    geo.note["fields"][2] = '<img src="Café.png">'
    geo.imported()
    assert geo.packed() == ["Café.png"]


def test_a_file_that_only_a_template_names_is_there_to_be_renamed(geo):
    geo.put("plain.png")
    geo.model["tmpls"][0]["qfmt"] += '<img src="plain.png">'
    geo.imported()
    assert (geo.project / "cards/media/plain.png").exists()


def test_files_that_nothing_names_are_imported_and_reported_in_one_line(geo):
    geo.put("a.png", "b.png", "c.png", "d.png", "_script.js", ".hidden")
    (geo.folder / "media/sub").mkdir()
    (problem,) = geo.imported().diagnostics[1:]
    assert problem.message == "4 files that no card shows: in cards/media/, not packed"
    assert problem.hint == "as a.png, b.png, c.png"
    names = ["_script.js", "a.png", "b.png", "c.png", "d.png"]
    assert sorted(path.name for path in (geo.project / "cards/media").iterdir()) == names
    assert geo.packed() == ["_script.js"]


def test_a_media_folder_that_leads_elsewhere_is_not_looked_into(geo, tmp_path):
    geo.put("flag.png", "_base.png")
    geo.note["fields"][2] = "<img src=flag.png>"
    (geo.folder / "media").rename(tmp_path / "elsewhere")
    (geo.folder / "media").symlink_to(tmp_path / "elsewhere")
    assert geo.imported().media == 0
