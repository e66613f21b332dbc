"""Import of plain text, and of what `flashdeck export` wrote."""

from __future__ import annotations

from dataclasses import replace

import pytest
from anki.collection import DeckIdLimit
from owned_deck import PIXEL, add
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError
from flashdeck.exporting.export import export, read_sources
from flashdeck.exporting.formats import Format
from flashdeck.importing.importer import import_file
from flashdeck.importing.markdown import is_same

SUN = ("#1 <b>sun</b>", 'say "hi"\nthere\tnow')


@pytest.fixture
def texts(tmp_path):
    """Export a collection as Notes in Plain Text and Cards in Plain Text."""
    with Learner() as learner:
        add(
            learner, "Basic", "Words::Sun", ("#1 <b>sun</b>", 'say "hi"\nthere\tnow'), ["a", "b::c"]
        )
        add(learner, "Basic (and reversed card)", "Words", ("moon", "Mond"), [])
        add(learner, "Cloze", "Words", ("{{c1::x}} y", "more"), [])
        limit = DeckIdLimit(learner.collection.decks.id("Words"))
        notes, cards = tmp_path / "notes.txt", tmp_path / "cards.txt"
        learner.collection.export_note_csv(
            out_path=str(notes),
            limit=limit,
            with_html=True,
            with_tags=True,
            with_deck=True,
            with_notetype=True,
            with_guid=True,
        )
        learner.collection.export_card_csv(out_path=str(cards), limit=limit, with_html=True)
        own = {guid: learner.note(guid) for guid in learner.guids()}
        yield notes, cards, own


def test_notes_in_plain_text_are_read(texts, project):
    notes, _, own = texts
    root = project.root / "new"
    done = import_file(notes, root, now=project.now)
    assert done.new == len(own)
    (package,) = replace(project, root=root).built().packages
    made = read_apkg(package.path)
    assert {note.guid: note.fields for note in made.notes} == {
        guid: tuple(note.fields) for guid, note in own.items()
    }
    assert {note.guid: note.tags for note in made.notes} == {
        guid: tuple(sorted(note.tags)) for guid, note in own.items()
    }
    assert {card.deck for note in made.notes for card in note.cards} == {"Words", "Words::Sun"}
    assert sum(len(note.cards) for note in made.notes) == 4
    assert "q: moon\n    a: Mond\n" in (root / "cards/words.yaml").read_text("utf-8")


def test_edits_in_plain_text_are_imported_into_the_project(texts, project, tmp_path):
    notes, _, _ = texts
    root = project.root / "new"
    import_file(notes, root, now=project.now)
    replace(project, root=root).built()
    assert import_file(notes, root, now=project.now + 9).changed == 0
    edited = tmp_path / "edited.txt"
    edited.write_text(notes.read_text("utf-8").replace("Mond", "la luna"), "utf-8")
    done = import_file(edited, root, now=project.now + 9)
    assert (done.new, done.changed, done.conflicts, done.missing) == (0, 1, 0, 0)
    assert "a: la luna\n" in (root / "cards/words.yaml").read_text("utf-8")


def test_cards_in_plain_text_are_questions_and_answers(texts, project):
    _, cards, _ = texts
    root = project.root / "new"
    assert import_file(cards, root, now=project.now).new > 0
    page = (root / "cards/cards.yaml").read_text("utf-8")
    assert "q: moon\n    a: Mond\n" in page
    assert "q: Mond\n    a: moon\n" in page
    replace(project, root=root).built()
    again = import_file(cards, root, now=project.now + 9)
    assert (again.new, again.changed, again.missing) == (0, 0, 0)


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("a;b", ("a", "b")),
        ("#separator:pipe\na|b", ("a", "b")),
        ("#separator:,\n#html:false\n#tags:x y\n1 < 2,b & c", ("1 &lt; 2", "b &amp; c")),
        ("#html:true\n\ufeffa\t<b>b</b>\t", ("\ufeffa", "<b>b</b>")),
        ('"a\n""b"""\tc', ('a\n"b"', "c")),
        ("#notetype:Words\n#deck:D\na\tb\tc", ("a", "b", "c")),
    ],
)
def test_columns_are_as_the_header_says(text, fields, project, tmp_path):
    path = tmp_path / "x.txt"
    path.write_text(text, "utf-8")
    root = project.root / "new"
    assert import_file(path, root, now=project.now).new == 1
    (package,) = replace(project, root=root).built().packages
    (note,) = read_apkg(package.path).notes
    assert note.fields == fields
    assert note.tags == (("x", "y") if "#tags" in text else ())


@pytest.mark.parametrize("data", [b"", b"#separator:tab\n", b"\xff\xfe\xff", b"#separator:ab\nx"])
def test_other_text_is_refused(data, project, tmp_path):
    path = tmp_path / "x.txt"
    path.write_bytes(data)
    with pytest.raises(FlashdeckError, match=r"x\.txt can't be read"):
        import_file(path, project.root / "new", now=project.now)
    assert not (project.root / "new").exists()


DECK = """\
deck: Words
notes:
  - q: "![](sun.png)"
    a: "*Sonne*"
    tags: [a]
  - cloze: The {{c1::moon}} shines.
"""


@pytest.mark.parametrize("form", Format)
def test_what_export_wrote_can_be_imported(form, project, tmp_path):
    (project.root / "cards/sun.png").write_bytes(PIXEL)
    project.write("cards/words.yaml", DECK)
    (built,) = project.built().packages
    source, _ = read_sources(project.root, allow_scripts=False)
    export(source, form, tmp_path / "out")
    root = tmp_path / "again"
    assert import_file(tmp_path / "out", root, now=project.now).new == 2
    (package,) = replace(project, root=root).built().packages
    before, after = read_apkg(built.path), read_apkg(package.path)
    assert [file.name for file in after.media] == [file.name for file in before.media]
    for old, new in zip(before.notes, after.notes, strict=True):
        assert (new.guid, new.tags, len(new.cards)) == (old.guid, old.tags, len(old.cards))
        width = min(len(new.fields), len(old.fields))
        assert is_same(new.fields[:width], old.fields[:width])
    if form is Format.JSON:
        assert "a: '*Sonne*'\n" in (root / "cards/words.yaml").read_text("utf-8").replace('"', "'")
    # And into the project that it came from.
    done = import_file(tmp_path / "out", project.root, now=project.now + 9)
    assert (done.new, done.changed, done.missing) == (0, 0, 0)
