"""Export to other formats: checked with Anki, and without losing existing files."""

from __future__ import annotations

import contextlib
import csv
import gc
import io
import json
import re
from contextlib import redirect_stderr, redirect_stdout

import pytest
from anki.import_export_pb2 import ExportAnkiPackageOptions, ImportCsvRequest
from conftest import ROOT
from growing import add_flag, begin
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError
from flashdeck.exporting.export import Source, export, read_sources
from flashdeck.exporting.formats import Format

PICTURE = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
DECKS = """\
deck: Geo
description: All of it.
tags: [earth]
notes:
  - {q: 'A "quoted", word', a: "one\\ntwo", reverse: true}
  - {q: "#1 mountain?", a: Everest, id: "#everest", deck: Geo::Peaks, tags: [hills, asia::nepal]}
  - {cloze: "{{c1::Paris}} and {{c2::Rome}}", deck: Geo::Europe::Capitals}
  - {q: Which?, a: "![](map.svg)"}
  - {q: 日本, a: "<b>Japan</b>; שלום"}
"""


@pytest.fixture
def geo(project):
    """A project with what is hard to write into a text file, built once."""
    project.write("cards/geo.yaml", DECKS)
    (project.root / "cards" / "map.svg").write_bytes(PICTURE)
    project.built()
    return project


@pytest.fixture
def learner():
    with Learner() as each:
        yield each


def flashdeck(*words, cwd, code=0):
    """Run the command; return its output, or its errors when it fails."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.chdir(cwd), redirect_stdout(out), redirect_stderr(err):
        ended = run([str(word) for word in words])
    gc.enable()  # a command that runs in a process of its own does without
    assert ended == code, err.getvalue()
    return out.getvalue() if code == 0 else err.getvalue()


def files(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def state(learner):
    """Notes with fields, tags, and the decks of their cards."""
    return {
        guid: (
            learner.note(guid).notetype,
            learner.note(guid).fields,
            learner.note(guid).tags,
            [(card.ordinal, card.deck) for card in learner.cards(guid)],
        )
        for guid in learner.guids()
    }


def import_csv(learner, path):
    collection = learner.collection
    metadata = collection.get_csv_metadata(path=str(path), delimiter=None)
    return collection.import_csv(ImportCsvRequest(path=str(path), metadata=metadata)).log


def import_crowdanki(learner, folder):
    """Do with a folder what CrowdAnki does: note types by their dicts, decks, notes."""
    whole = json.loads((folder / "deck.json").read_text("utf-8"))
    collection = learner.collection
    options = {one["crowdanki_uuid"]: one for one in whole["deck_configurations"]}
    models = {}
    for model in whole["note_models"]:
        merged = {**collection.models.new(model["name"]), **model}
        models[model["crowdanki_uuid"]] = collection.models.add(merged).id

    def save(deck, above):
        name = f"{above}::{deck['name']}" if above else deck["name"]
        stored = collection.decks.get(collection.decks.id(name))
        stored.update({key: deck[key] for key in ("desc", "dyn", "extendNew", "extendRev")})
        collection.decks.save(stored)
        assert deck["deck_config_uuid"] in options
        for child in deck["children"]:
            save(child, name)
        for note in deck["notes"]:
            added = collection.new_note(collection.models.get(models[note["note_model_uuid"]]))
            added.guid, added.fields, added.tags = note["guid"], note["fields"], note["tags"]
            collection.add_note(added, stored["id"])

    save(whole, "")


def test_the_text_that_anki_imports_makes_the_same_notes(geo, learner):
    learner.import_package(geo.package)
    before = state(learner)
    for guid in learner.guids():
        learner.delete(guid)
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)

    log = import_csv(learner, geo.root / "out" / "notes.csv")

    assert (len(log.new), len(log.updated)) == (5, 0)
    assert state(learner) == before
    text = (geo.root / "out" / "notes.csv").read_text("utf-8").partition("#columns:")[2]
    assert len({len(row) for row in csv.reader(text.splitlines(keepends=True))}) == 1


def test_the_text_updates_the_notes_that_are_there(geo, learner):
    learner.import_package(geo.package)
    learner.answer(learner.guids()[0])
    geo.replace("cards/geo.yaml", "Everest", "Mount Everest")
    geo.built()
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    log = import_csv(learner, geo.root / "out" / "notes.csv")
    assert (len(log.new), len(log.updated)) == (0, 1)
    assert "Mount Everest" in [learner.note(guid).fields[1] for guid in learner.guids()]


def test_crowdanki_makes_the_same_notes_note_types_and_decks(geo, learner):
    flashdeck("export", "--to", "crowdanki", "out", cwd=geo.root)
    with Learner() as other:
        other.import_package(geo.package)
        import_crowdanki(learner, geo.root / "out" / "geo")
        assert state(learner) == state(other)
        assert learner.description("Geo") == other.description("Geo")
        for name in {learner.note(guid).notetype for guid in learner.guids()}:
            one, two = learner.notetype(name), other.notetype(name)
            for key in ("css", "type", "sortf", "latexPre", "latexPost", "req"):
                assert one[key] == two[key]
            for key in ("flds", "tmpls"):
                assert one[key] == two[key]


def test_crowdanki_knows_decks_and_note_types_again(geo):
    first = geo.root / "out" / "geo" / "deck.json"
    flashdeck("export", "--to", "crowdanki", "out", cwd=geo.root)
    ids = re.findall(r'"[a-z_]*uuid": "[^"]*"', first.read_text("utf-8"))
    geo.replace("cards/geo.yaml", "Everest", "Mount Everest")
    flashdeck("export", "--to", "crowdanki", "out", cwd=geo.root)
    assert re.findall(r'"[a-z_]*uuid": "[^"]*"', first.read_text("utf-8")) == ids


def test_each_root_deck_goes_into_a_folder_of_its_own_with_its_media(geo):
    geo.write("cards/music.yaml", "deck: Música\nnotes:\n  - {q: a, a: b}\n")
    geo.built()
    printed = flashdeck("export", "--to", "crowdanki", "out", cwd=geo.root)
    assert printed.splitlines() == ["out/geo/deck.json", "out/musica/deck.json"]
    assert [re.sub("-[0-9a-f]{12}", "", one) for one in files(geo.root / "out")] == [
        ".flashdeck-export",
        "geo/deck.json",
        "geo/media/map.svg",
        "musica/deck.json",
    ]


def keys_of(value, path=""):
    """Every key of a JSON value with the keys above it; the names of fields are no keys."""
    if isinstance(value, list):
        return {key for one in value for key in keys_of(one, path)}
    if not isinstance(value, dict) or path == "notes.fields":
        return set()
    inner = {f"{path}.{key}".strip("."): one for key, one in value.items()}
    return set(inner) | {key for one, below in inner.items() for key in keys_of(below, one)}


def test_the_reference_describes_every_key_of_the_plain_json(geo):
    flashdeck("export", "--to", "json", "out", cwd=geo.root)
    whole = json.loads((geo.root / "out" / "deck.json").read_text("utf-8"))
    page = (ROOT / "docs" / "reference" / "json.md").read_text("utf-8")
    described = set(re.findall(r"^\| `([a-z0-9_.]+)` \|", page, re.MULTILINE))
    assert described == keys_of(whole)


def test_the_plain_json_holds_the_deck(geo):
    flashdeck("export", "--to", "json", "out", cwd=geo.root)
    whole = json.loads((geo.root / "out" / "deck.json").read_text("utf-8"))
    peak = next(note for note in whole["notes"] if note["fields"].get("Answer") == "Everest")
    assert peak["fields"]["Question"] == "#1 mountain?"
    assert sorted(peak["tags"]) == ["asia::nepal", "earth", "hills"]
    assert peak["cards"] == [{"ordinal": 0, "template": "Question → Answer", "deck": "Geo::Peaks"}]
    (picture,) = whole["media"]
    assert (geo.root / "out" / "media" / picture["name"]).read_bytes() == PICTURE


# What is in the way


def test_a_second_export_replaces_the_first_and_removes_what_is_gone(geo):
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    assert len(files(geo.root / "out")) == 3
    geo.replace("cards/geo.yaml", '"![](map.svg)"', "this")
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    assert files(geo.root / "out") == [".flashdeck-export", "notes.csv"]


@pytest.mark.parametrize("to", list(Format))
def test_a_file_that_is_not_ours_stays(geo, to):
    name = {"csv": "notes.csv", "json": "deck.json", "crowdanki": "geo/deck.json"}[to]
    foreign = geo.root / "out" / name
    foreign.parent.mkdir(parents=True)
    foreign.write_text("mine")
    err = flashdeck("export", "--to", to, "out", cwd=geo.root, code=1)
    assert f"out/{name} was not written by an export, or was changed since" in err
    assert files(geo.root / "out") == [name]
    assert foreign.read_text() == "mine"


def test_an_export_that_somebody_edited_stays(geo):
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    with (geo.root / "out" / "notes.csv").open("a") as text:
        text.write("mine\n")
    geo.replace("cards/geo.yaml", "Everest", "K2")
    assert "was not written by an export" in flashdeck(
        "export", "--to", "csv", "out", cwd=geo.root, code=1
    )


def test_files_beside_the_export_stay(geo):
    geo.write("out/readme.md", "mine")
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    assert geo.read("out/readme.md") == "mine"


def test_no_link_leads_out_of_the_folder(geo, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (geo.root / "out").mkdir()
    (geo.root / "out" / "media").symlink_to(tmp_path / "elsewhere")
    assert "can't be written: a link leads out of out" in flashdeck(
        "export", "--to", "csv", "out", cwd=geo.root, code=1
    )
    assert files(tmp_path / "elsewhere") == []
    assert files(geo.root / "out") == []


def test_a_list_of_files_with_a_way_out_is_not_believed(geo, tmp_path):
    precious = tmp_path / "precious"
    precious.write_bytes(b"")
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    geo.write("out/.flashdeck-export", f"{empty}  ../../precious\n")
    flashdeck("export", "--to", "csv", "out", cwd=geo.root)
    assert precious.exists()


def test_notes_without_ids_are_not_exported(project):
    project.write("cards/a.yaml", "notes:\n  - {q: a, a: b}\n")
    err = flashdeck("export", "--to", "csv", "out", cwd=project.root, code=1)
    assert "run 'flashdeck build' once" in err
    assert not (project.root / "out").exists()


def test_sources_with_errors_are_not_exported(geo):
    geo.replace("cards/geo.yaml", "map.svg", "gone.svg")
    assert "missing-media" in flashdeck("export", "--to", "csv", "out", cwd=geo.root, code=1)
    assert not (geo.root / "out").exists()


def test_nothing_is_no_deck(tmp_path, project):
    project.write("flashdeck.yaml", "id: abcdefgh12345678\n")
    source, _ = read_sources(project.root, allow_scripts=False)
    with pytest.raises(FlashdeckError, match="no note with a card"):
        export(source, Format.CSV, tmp_path / "out")


# Packages


@pytest.fixture
def newest(geo, learner, tmp_path):
    """The deck as Anki exports it, in its newest format."""
    learner.import_package(geo.package)
    path = tmp_path / "newest.apkg"
    learner.collection.export_anki_package(
        out_path=str(path), options=ExportAnkiPackageOptions(with_media=True), limit=None
    )
    return path


@pytest.mark.parametrize("to", list(Format))
def test_a_package_is_exported_like_the_project_that_it_was_built_from(geo, newest, tmp_path, to):
    flashdeck("export", "--to", to, tmp_path / "one", cwd=geo.root)
    flashdeck("export", "--to", to, tmp_path / "two", newest, cwd=tmp_path)
    one, two = (files(tmp_path / name) for name in ("one", "two"))
    assert one == two
    if to is Format.CSV:
        texts = [(tmp_path / name / "notes.csv").read_text("utf-8") for name in ("one", "two")]
        assert sorted(texts[0].splitlines()) == sorted(texts[1].splitlines())


def test_removed_notes_are_left_out_and_counted(geo, tmp_path):
    geo.replace("cards/geo.yaml", "  - {q: Which?", "  - {q: Which one?, deck: Geo::Maps")
    collection = read_apkg(geo.package)
    gone = [note for note in collection.notes if "Rome" not in note.fields[0]]
    assert gone
    geo.write("cards/geo.yaml", geo.read("cards/geo.yaml").split("  - {cloze")[0])
    geo.built()
    package = read_apkg(geo.package)
    exported = export(Source(package, ""), Format.JSON, tmp_path / "out")
    assert (exported.notes, exported.left_out) == (2, 3)


def test_cards_of_a_newest_package_are_listed(geo, newest, tmp_path):
    rows = json.loads(flashdeck("cards", newest, "--json", cwd=tmp_path))
    ours = json.loads(flashdeck("cards", "--json", cwd=geo.root))
    sides = ("id", "ordinal", "deck", "question", "answer")
    assert sorted([row[key] for key in sides] for row in rows) == sorted(
        [row[key] for key in sides] for row in ours
    )


def test_a_newest_package_is_compared_with_the_sources(geo, newest):
    geo.replace("cards/geo.yaml", "Everest", "K2")
    assert "1 changed" in flashdeck("diff", newest, cwd=geo.root)


def test_a_newest_package_is_previewed_with_its_pictures(newest, tmp_path):
    flashdeck("preview", newest, "--html", "page.html", cwd=tmp_path)
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "Everest" in page
    assert "data:image/svg+xml" in page


def test_exports_have_the_author_s_names_and_no_spare_fields(project):
    begin(project).built()
    add_flag(project)
    for to in ("csv", "json", "crowdanki"):
        flashdeck("export", "--to", to, f"out/{to}", cwd=project.root)
    out = project.root / "out"
    texts = [path.read_text("utf-8") for path in out.rglob("*.*") if path.is_file()]
    assert [
        word for word in ("Extra ", "Card 3", '"spare"') if any(word in text for text in texts)
    ] == []
    whole = json.loads((out / "json/deck.json").read_text("utf-8"))
    france, spain = whole["notes"]
    assert france["fields"]["Flag"] == "tricolore"
    assert [field["name"] for field in whole["notetypes"][0]["fields"]] == list(france["fields"])
    assert [card["template"] for card in france["cards"]][2:] == ["Flag → Country"]
    assert len(spain["cards"]) == 2
    rows = list(csv.reader((out / "csv/notes.csv").read_text("utf-8").splitlines()[7:]))
    assert rows[0][4:] == ["France", "Paris", "Europe", "tricolore"]
    (crowd,) = json.loads((out / "crowdanki/world/deck.json").read_text("utf-8"))["note_models"]
    assert crowd["tmpls"][2]["qfmt"] == "{{#Flag}}{{Flag}}{{/Flag}}"
    assert [field["name"] for field in crowd["flds"]] == list(france["fields"])
