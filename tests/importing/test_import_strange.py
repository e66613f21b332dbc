"""Import of packages with unusual names and texts: kept where possible, else reported."""

from __future__ import annotations

import json
import shutil
import sqlite3
import zipfile
from contextlib import closing
from dataclasses import replace
from hashlib import sha256
from io import BytesIO

import pytest

import flashdeck.importing.existing
import flashdeck.importing.importer
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.files.files import temporary
from flashdeck.files.lock import lock
from flashdeck.importing.importer import import_file
from flashdeck.model import Card, Collection, Deck, Field, Media, Note, NoteType, Template
from flashdeck.release.build import build
from flashdeck.release.numbering import latest_id
from flashdeck.release.result import Options

NOW = 1_780_000_000
ID = 1_500_000_000_000
FRONT = Template("Ca:rd", "{{#a}}{{Fr:ont}}{{/a}}\n", "")
KIND = NoteType(
    ID, "kind", (Field("Fr:ont"), Field("#1"), Field("a")), (FRONT,), css="\r\n.x{}", mod=5
)
TWIN = NoteType(ID + 1, "Kind", (Field("A"),), (Template("T", "{{A}}", "x"),), cloze=True, mod=5)
RIVER = NoteType(ID + 5, "River", (Field("A"),), (Template("T", "{{A}}", "x"),), css=".r {}", mod=5)


def note(number, guid, fields, tags=(), deck="D", kind=ID):
    card = Card(0, deck, number, ID + number)
    return Note(guid, kind, fields, tags, (card,), ID + number, 1_600_000_000 + number)


def packed(path, notes, media=(), kinds=(KIND, TWIN)):
    """Write a package of notes in decks without descriptions."""
    decks = sorted({card.deck for one in notes for card in one.cards})
    used = {one.notetype for one in notes}
    kinds = tuple(kind for kind in kinds if kind.id in used)
    with path.open("w+b") as out:
        write_apkg(Collection(kinds, tuple(map(Deck, decks)), tuple(notes), media), out)
    return path


def both(tmp_path, *notes):
    """Import a package and build it; give what the import did and the notes that came out."""
    done = import_file(packed(tmp_path / "x.apkg", notes), tmp_path / "p", now=NOW)
    built = build(done.root, Options(now=NOW + 9, allow_scripts=True))
    assert [problem for problem in built.diagnostics if problem.severity is Severity.ERROR] == []
    out = [read_apkg(package.path) for package in built.packages]
    return done, {one.guid: one for package in out for one in package.notes}, out


def test_texts_of_every_character_come_back(tmp_path):
    texts = ("a\x92b\r\n\u2028\x0b", " \t{{c1::", "no: #\n\n\n")
    _, notes, _ = both(tmp_path, note(1, "g", texts), note(2, "7=", ("", "", "")))
    assert notes["g"].fields == texts
    assert notes["7="].fields == ("", "", "")
    assert (notes["g"].mod, notes["g"].id) == (1_600_000_001, ID + 1)


def test_names_that_anki_bears_are_kept(tmp_path):
    done, _, (package,) = both(
        tmp_path, note(1, "one", ("x", "", "y")), note(2, "two", ("z",), kind=ID + 1)
    )
    kind, twin = package.notetypes
    assert [field.name for field in kind.fields] == ["Fr:ont", "#1", "a"]
    assert [field.id for field in kind.fields] == [None, None, None]
    assert (kind.templates, kind.css, kind.mod) == ((FRONT,), "\n.x{}", 5)
    assert (twin.name, twin.id, twin.cloze) == ("Kind+", ID + 1, True)
    message = "1 name of note types, fields or templates changed"
    assert done.diagnostics[0].message == message


def test_what_a_project_can_not_hold_is_reported(tmp_path):
    done, notes, _ = both(
        tmp_path,
        note(1, "tabbed\tguid", ("x", "", "y")),
        note(2, "tags", ("x", "", "y"), ("leech", "a\xa0b", "c::", "ok")),
        note(3, "deck", ("x", "", "y"), deck="A::::b\x01"),
    )
    assert set(notes) == {"tags", "deck"}
    assert notes["tags"].tags == ("a_b", "c::blank", "ok")
    assert notes["deck"].cards[0].deck == "A::blank::b"
    messages = " ".join(problem.message for problem in done.diagnostics)
    assert "1 note left out, since its GUID has control characters" in messages
    assert "1 tag left out that no package can contain" in messages
    assert "2 tags renamed" in messages
    assert "1 deck renamed" in messages


def test_colons_at_the_end_of_levels_are_removed_as_in_anki(tmp_path):
    _, notes, _ = both(tmp_path, note(1, "deck", ("x", "", "y"), deck="A:::b: ::c:d"))
    assert notes["deck"].cards[0].deck == "A::b::c:d"


def test_an_import_without_a_note_leaves_nothing_behind(tmp_path):
    package = packed(tmp_path / "x.apkg", [note(1, "tabbed\tguid", ("x", "", "y"))])
    with pytest.raises(FlashdeckError, match="no note to import"):
        import_file(package, tmp_path / "p", now=NOW)
    assert list(tmp_path.iterdir()) == [package]


def test_a_note_of_the_future_keeps_its_time_but_not_its_id(tmp_path):
    late = note(1, "late", ("x", "", "y"))
    late = Note("late", ID, late.fields, (), late.cards, (NOW + 99) * 1000, NOW + 99)
    _, notes, _ = both(tmp_path, late)
    assert (notes["late"].mod, notes["late"].id) == (NOW + 99, latest_id(NOW))


def test_a_new_note_that_can_not_be_written_is_left_out_and_reported(project, tmp_path):
    project.write("cards/words.yaml", "deck: A::Words\ntable: words.csv\n")
    project.write("cards/words.csv", "q,a\nx,y\n")
    project.built()
    other = tmp_path / "other"
    shutil.copytree(project.root, other)
    there = replace(project, root=other)
    there.replace("cards/words.csv", "x,y,", "x,why,")
    there.write("cards/words.csv", there.read("cards/words.csv") + "new,note,\n")
    before = project.read("cards/words.csv")
    done = import_file(there.built().packages[0].path, project.root, now=project.now)
    messages = [
        problem.message for problem in done.diagnostics if problem.rule == "import-conflict"
    ]
    assert "the new note 'new' was left out: it can't be written as it is in Anki" in messages
    assert (done.new, project.read("cards/words.csv")) == (0, before)


def test_a_deck_of_ours_in_another_project_builds_without_allowing_scripts(two_notes, tmp_path):
    package = two_notes.built().packages[0].path
    import_file(package, tmp_path / "new", now=two_notes.now)
    assert replace(two_notes, root=tmp_path / "new").built().packages[0].notes == 2


@pytest.mark.parametrize("name", ["Default", "default", "a::", " ", "x\ny", "Default::k"])
def test_notes_of_default_get_a_deck_for_any_file_name(tmp_path, monkeypatch, name):
    package = packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))])
    collection = read_apkg(package)
    home = replace(collection.notes[0], cards=(Card(0, "Default", 1, ID + 1),))
    collection = replace(collection, decks=(Deck("Default"),), notes=(home,))
    monkeypatch.setattr(flashdeck.importing.importer, "_read", lambda _: (collection, []))
    done = import_file(tmp_path / f"{name}.apkg", tmp_path / "p", now=NOW)
    assert [problem for problem in done.diagnostics if problem.severity is Severity.ERROR] == []
    assert build(done.root, Options(now=NOW + 9)).packages


def test_a_media_file_is_never_read_as_a_deck(tmp_path):
    deck = b"deck: Evil\nnotes:\n  - {q: a, a: b}\n"
    media = tuple(
        Media(name, sha256(deck).hexdigest(), len(deck), lambda: BytesIO(deck))
        for name in ("_b.YML", "a.yaml")
    )
    kept = packed(tmp_path / "x.apkg", [note(1, "one", ("[sound:a.yaml]", "", "y"))], media)
    done = import_file(kept, tmp_path / "p", now=NOW)
    assert [problem.message for problem in done.diagnostics if "left out" in problem.message] == [
        "the file '_b.YML' was left out: it would be read as a deck",
        "the file 'a.yaml' was left out: it would be read as a deck",
    ]
    assert done.media == 0
    (package,) = build(done.root, Options(now=NOW + 9)).packages
    assert package.decks == ("D",)


def test_a_style_edited_in_anki_goes_to_its_own_note_type(tmp_path):
    first = replace(KIND, name="Basic", css=".card {}")
    second = replace(first, id=ID + 1, name="Basic+")
    notes = [note(1, "one", ("x", "", "y")), note(2, "two", ("z", "", "y"), kind=ID + 1)]
    root = import_file(
        packed(tmp_path / "x.apkg", notes, kinds=(first, second)), tmp_path / "p", now=NOW
    ).root
    build(root, Options(now=NOW + 9))
    second = replace(second, css=".card { color: red }", mod=NOW + 20)
    import_file(packed(tmp_path / "y.apkg", notes, kinds=(first, second)), root, now=NOW + 30)
    (package,) = build(root, Options(now=NOW + 40)).packages
    notetypes = {one.name: (one.css, one.mod) for one in read_apkg(package.path).notetypes}
    assert notetypes == {"Basic": (".card {}", 5), "Basic+": (".card { color: red }", NOW + 20)}


def test_what_is_saved_while_media_are_copied_is_not_overwritten(tmp_path):
    notes = [note(1, "one", ("x", "", "y"))]
    root = import_file(packed(tmp_path / "x.apkg", notes), tmp_path / "p", now=NOW).root
    build(root, Options(now=NOW + 9))
    saved = (root / "cards/d.yaml").read_text().replace("x", "mine")

    def save(*_: object) -> None:
        (root / "cards/d.yaml").write_text(saved)

    picture = Media("_a.png", sha256(b"a").hexdigest(), 1, lambda: BytesIO(b"a"))
    notes.append(note(2, "two", ("new", "", "y")))
    more = packed(tmp_path / "y.apkg", notes, (picture,))
    with pytest.raises(FlashdeckError, match=r"cards/d.yaml was changed while"):
        import_file(more, root, now=NOW + 20, progress=save)
    assert (root / "cards/d.yaml").read_text() == saved
    assert not (root / "cards/media/_a.png").exists()


def test_a_picture_that_differs_in_anki_is_reported(tmp_path):
    def package(data, back):
        media = (Media("a.png", sha256(data).hexdigest(), len(data), lambda: BytesIO(data)),)
        notes = [note(1, "one", (f'<img src="a.png">{back}', "", "y"))]
        return packed(tmp_path / "x.apkg", notes, media)

    root = import_file(package(b"first", ""), tmp_path / "p", now=NOW).root
    build(root, Options(now=NOW))
    done = import_file(package(b"other", "!"), root, now=NOW + 9)
    (problem,) = [problem for problem in done.diagnostics if problem.rule == "import-conflict"]
    assert problem.message == "a.png is another file in Anki; the one here is kept"
    assert (root / "cards/media/a.png").read_bytes() == b"first"


def test_a_new_note_type_leaves_the_files_that_are_there(tmp_path):
    first = packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))])
    root = import_file(first, tmp_path / "p", now=NOW).root
    build(root, Options(now=NOW + 9))
    mine = root / "cards" / "notetypes" / "river" / "style.css"
    mine.parent.mkdir(parents=True)
    mine.write_text("/* mine */")
    more = packed(tmp_path / "y.apkg", [note(2, "two", ("z",), kind=ID + 5)], kinds=(RIVER,))
    import_file(more, root, now=NOW + 20)
    assert mine.read_text() == "/* mine */"
    assert mine.with_name("style-2.css").read_text() == ".r {}"
    packages = build(root, Options(now=NOW + 30)).packages
    styles = [one.css for package in packages for one in read_apkg(package.path).notetypes]
    assert ".r {}" in styles


def test_a_file_that_appears_while_media_are_copied_is_kept(tmp_path):
    first = packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))])
    root = import_file(first, tmp_path / "p", now=NOW).root
    build(root, Options(now=NOW + 9))
    digest = sha256(b"a").hexdigest()
    pictures = [Media(name, digest, 1, lambda: BytesIO(b"a")) for name in ("_a.png", "_b.png")]
    mine = root / "cards" / "media" / "_b.png"

    def save(*_: object) -> None:
        mine.parent.mkdir(exist_ok=True)
        mine.write_bytes(b"mine")

    more = packed(tmp_path / "y.apkg", [note(1, "one", ("x", "", "y"))], tuple(pictures))
    done = import_file(more, root, now=NOW + 20, progress=save)
    assert mine.read_bytes() == b"mine"
    assert (done.media, mine.with_name("_a.png").read_bytes()) == (1, b"a")
    assert "the file '_b.png' can't be written: file exists" in [
        problem.message for problem in done.diagnostics
    ]


def test_an_import_that_fails_leaves_the_project_as_it_was(tmp_path, monkeypatch):
    first = packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))])
    root = import_file(first, tmp_path / "p", now=NOW).root
    build(root, Options(now=NOW + 9))
    notes = [note(2, "two", ("z",), kind=ID + 5, deck="New::Deck")]
    picture = Media("_a.png", sha256(b"a").hexdigest(), 1, lambda: BytesIO(b"a"))
    more = packed(tmp_path / "y.apkg", notes, (picture,), kinds=(RIVER,))
    before = {path: path.is_file() and path.read_bytes() for path in root.rglob("*")}

    def fail(*_: object) -> None:
        raise FlashdeckError("the disk is full")

    monkeypatch.setattr(flashdeck.importing.existing, "require_unchanged", fail)
    with pytest.raises(FlashdeckError, match="the disk is full"):
        import_file(more, root, now=NOW + 20)
    after = {path: path.is_file() and path.read_bytes() for path in root.rglob("*")}
    lock = root / "build" / ".lock"
    assert {**after, lock: b""} == {**before, lock: b""}


def test_an_import_removes_the_folders_of_killed_ones_but_not_of_running_ones(tmp_path):
    target = tmp_path / "p"
    killed, running, other = temporary(target), temporary(target), temporary(tmp_path / "other")
    for folder in (killed, running, other):
        folder.mkdir()
    with lock(running / ".lock"):
        import_file(packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))]), target, now=NOW)
    assert not killed.exists()
    assert running.exists()
    assert other.exists()
    assert not (target / ".lock").exists()


def test_decks_of_templates_and_keys_of_add_ons_are_named(tmp_path):
    template = replace(FRONT, deck=1)
    kind = replace(KIND, templates=(template,))
    path = packed(tmp_path / "x.apkg", [note(1, "one", ("x", "", "y"))], kinds=(kind,))
    with_key = tmp_path / "y.apkg"
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(with_key, "w") as new:
        for name in old.namelist():
            data = old.read(name)
            if name.startswith("collection"):
                data = edited_models(tmp_path / name, data)
            new.writestr(name, data)
    hints = " ".join(
        problem.hint for problem in import_file(with_key, tmp_path / "p", now=NOW).diagnostics
    )
    assert "a deck with the id 1 of 'Ca:rd'" in hints or "'Default' of 'Ca:rd'" in hints
    assert "'lineAlone' of '#1' in 'kind'" in hints


def edited_models(path, data):
    path.write_bytes(data)
    with closing(sqlite3.connect(path)) as database:
        ((models,),) = database.execute("SELECT models FROM col")
        models = json.loads(models)
        for notetype in models.values():
            notetype["flds"][1]["lineAlone"] = True
        database.execute("UPDATE col SET models = ?", (json.dumps(models),))
        database.commit()
    return path.read_bytes()


def test_why_a_note_can_not_be_imported_is_said_with_what_to_do(tmp_path):
    notes = [note(1, "tab\tbed", ("x", "", "y")), note(2, "fine", ("x", "", "y"))]
    done, _, _ = both(tmp_path, *notes)
    (problem,) = (one for one in done.diagnostics if "left out" in one.message)
    assert problem.message == "1 note left out, since its GUID has control characters"
    assert problem.hint == (
        r"as 'tab\tbed' in 'D'; make a copy of it in Anki, and delete the original"
    )
