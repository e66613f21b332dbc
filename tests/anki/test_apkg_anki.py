"""Written packages in a learner's Anki: everything arrives, and only what changed changes."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from zipfile import ZipFile

import pytest
from anki.import_export_pb2 import ExportAnkiPackageOptions
from made_collections import BORN, media
from real_anki import Imported, Learner
from spanish import CLOZE, QUESTION, question

from flashdeck.anki.read.apkg import read_apkg, read_package
from flashdeck.anki.read.collection import Skipped
from flashdeck.anki.write.apkg import apkg_bytes
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PICTURE = media("sun-0123456789ab.png", b"not really a picture")
SOUND = media("bell-89abcdef0123.mp3", b"ding")
SPANISH = Collection(
    notetypes=(QUESTION, CLOZE),
    decks=(Deck("Spanish", "<b>¡Hola!</b>"), Deck("Spanish::Verbs"), Deck("日本語")),
    notes=(
        question(1, "sol", f'sun <img src="{PICTURE.name}">'),
        question(2, "campana", f"bell [sound:{SOUND.name}]", "y", deck="Spanish::Verbs"),
        question(3, "شمس 🌞", "3.14"),
        replace(
            question(4),
            notetype=CLOZE.id,
            fields=("{{c1::Madrid}} is in {{c3::Spain}}", "geography"),
            cards=(
                Card(0, "日本語", 40, BORN + 401),
                Card(2, "Spanish", 41, BORN + 402),
            ),
        ),
        question(5, "x" * 20_000, "long", tags=()),
    ),
    media=(SOUND, PICTURE),
)
CARDS = 7


@pytest.fixture
def learner() -> Iterator[Learner]:
    """A learner who starts with an empty collection."""
    with Learner() as learner:
        yield learner


def package(folder: Path, collection: Collection) -> Path:
    """The package of a collection, as a file."""
    path = folder / "spanish.apkg"
    path.write_bytes(apkg_bytes(collection))
    return path


def changed(number: int, **changes: Any) -> Collection:
    """The collection after a change of the note at an index."""
    notes = list(SPANISH.notes)
    notes[number] = replace(notes[number], **changes)
    return replace(SPANISH, notes=tuple(notes))


def test_every_note_and_card_is_imported_unchanged(learner: Learner, tmp_path: Path) -> None:
    assert learner.import_package(package(tmp_path, SPANISH)) == Imported(new=5)
    assert learner.card_count() == CARDS
    for note in SPANISH.notes:
        arrived = learner.note(note.guid)
        assert (arrived.id, arrived.mod) == (note.id, note.mod)
        assert (arrived.fields, arrived.tags) == (note.fields, note.tags)
        cards = [(c.ordinal, c.deck, c.due, c.id) for c in learner.cards(note.guid)]
        assert cards == [(c.ordinal, c.deck, c.position, c.id) for c in note.cards]
    assert learner.decks() == {"Default": 0, "Spanish": 4, "Spanish::Verbs": 2, "日本語": 1}
    assert learner.description("Spanish") == "<b>¡Hola!</b>"
    assert learner.media() == {PICTURE.name: b"not really a picture", SOUND.name: b"ding"}


def test_note_types_are_imported_with_every_key(learner: Learner, tmp_path: Path) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    notetype = learner.notetype("Spanish Question")
    assert (notetype["id"], notetype["mod"]) == (QUESTION.id, QUESTION.mod)
    assert notetype["css"] == QUESTION.css
    keys = ("name", "id", "font", "size", "rtl", "sticky", "description")
    assert [[field[key] for key in keys] for field in notetype["flds"]] == [
        [getattr(field, key) for key in keys] for field in QUESTION.fields
    ]
    assert [
        [template[key] for key in ("name", "id", "qfmt", "afmt", "bqfmt")]
        for template in notetype["tmpls"]
    ] == [
        [
            template.name,
            template.id,
            template.front,
            template.back,
            template.browser_front,
        ]
        for template in QUESTION.templates
    ]
    assert "\\usepackage[utf8]{inputenc}" in notetype["latexPre"]


def test_check_database_and_empty_cards_report_nothing(learner: Learner, tmp_path: Path) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    assert learner.check_database() == ""
    assert learner.empty_cards() == []
    assert learner.card_count() == CARDS


def test_imported_cards_are_rendered(learner: Learner, tmp_path: Path) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    assert learner.render("q2").answer == "campana<hr>bell [anki:play:a:0]"
    assert learner.render("q4", 2).question == (
        '<span class="cloze-inactive" data-ordinal="1">Madrid</span> is in '
        '<span class="cloze" data-cloze="Spain" data-ordinal="3">[...]</span>'
    )


def test_importing_again_changes_nothing(learner: Learner, tmp_path: Path) -> None:
    path = package(tmp_path, SPANISH)
    learner.import_package(path)
    learner.answer("q1")
    before = learner.card("q1")
    assert learner.import_package(path) == Imported(new=0, duplicate=5)
    assert learner.card("q1") == before
    assert learner.card_count() == CARDS


def test_an_edit_changes_only_its_note_and_keeps_every_review(
    learner: Learner, tmp_path: Path
) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    learner.answer("q1", button=4)
    learner.answer("q4", 2)
    learner.flag("q1", colour=3)
    learner.suspend("q4")
    learner.add_tag("q3", "hard")
    before = {guid: learner.cards(guid) for guid in learner.guids()}
    schema = learner.schema_time()

    edited = changed(0, fields=("el sol", "the sun", ""), mod=1_600_000_500)
    assert learner.import_package(package(tmp_path, edited)) == Imported(0, updated=1, duplicate=4)

    assert learner.note("q1").fields == ("el sol", "the sun", "")
    assert learner.note("q3").tags == ("hard", "lang::es")
    assert {guid: learner.cards(guid) for guid in learner.guids()} == before
    assert learner.review_log("q1") == [4]
    assert learner.schema_time() == schema


def test_reversing_a_note_later_adds_a_card_and_keeps_the_history_of_the_first(
    learner: Learner, tmp_path: Path
) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    learner.answer("q1")
    before = learner.card("q1")
    both_ways = replace(question(1, "sol", "sun", "y"), mod=1_600_000_500)
    grown = replace(SPANISH, notes=(both_ways, *SPANISH.notes[1:]))

    assert learner.import_package(package(tmp_path, grown)).updated == 1

    assert learner.card("q1") == before
    assert (learner.card("q1", 1).due, learner.card("q1", 1).deck) == (11, "Spanish")


def removed(number: int) -> Collection:
    """The collection after a note was removed: it is empty, tagged, without cards, and last."""
    gone = replace(
        SPANISH.notes[number],
        fields=("",) * len(SPANISH.notes[number].fields),
        tags=("flashdeck::removed",),
        cards=(),
        mod=1_600_000_500,
    )
    left = [note for note in SPANISH.notes if note.guid != gone.guid]
    return replace(SPANISH, notes=(*left, gone))


def test_a_removed_note_is_emptied_and_empty_cards_deletes_it(
    learner: Learner, tmp_path: Path
) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    learner.answer("q2")

    assert learner.import_package(package(tmp_path, removed(1))) == Imported(0, 1, 4)

    gone = learner.note("q2")
    assert (gone.fields, gone.tags) == (("", "", ""), ("flashdeck::removed",))
    (empty,) = learner.empty_cards()
    assert (empty.note, empty.deletes_note, len(empty.cards)) == (gone.id, True, 2)
    learner.delete_empty_cards()
    assert learner.guids() == ["q1", "q3", "q4", "q5"]
    assert learner.card_count() == CARDS - 2


def test_a_removed_note_gives_a_new_learner_no_card(learner: Learner, tmp_path: Path) -> None:
    assert learner.import_package(package(tmp_path, removed(1))) == Imported(new=5)
    assert learner.cards("q2") == []
    assert learner.card_count() == CARDS - 2


def test_a_restored_note_has_its_history(learner: Learner, tmp_path: Path) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    learner.answer("q2")
    before = learner.cards("q2")
    learner.import_package(package(tmp_path, removed(1)))

    learner.import_package(package(tmp_path, changed(1, mod=1_600_000_900)))

    assert learner.note("q2").fields == SPANISH.notes[1].fields
    assert learner.cards("q2") == before
    assert learner.review_log("q2") == [3]


FORMATS = pytest.mark.parametrize("legacy", [False, True], ids=["newest", "older"])


def exported(learner: Learner, path: Path, *, legacy: bool, progress: bool = False) -> Path:
    """An export of all decks by Anki; `legacy` supports older versions."""
    options = ExportAnkiPackageOptions(
        with_media=True, legacy=legacy, with_scheduling=progress, with_deck_configs=progress
    )
    learner.collection.export_anki_package(out_path=str(path), options=options, limit=None)
    return path


@FORMATS
def test_a_package_that_anki_exports_is_read(
    learner: Learner, tmp_path: Path, *, legacy: bool
) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    collection = read_apkg(exported(learner, tmp_path / "exported.apkg", legacy=legacy))
    assert [note.guid for note in collection.notes] == ["q1", "q2", "q3", "q4", "q5"]
    assert [note.fields for note in collection.notes] == [note.fields for note in SPANISH.notes]
    assert [note.cards for note in collection.notes] == [note.cards for note in SPANISH.notes]
    assert collection.decks == SPANISH.decks
    assert collection.media == SPANISH.media
    assert [notetype.fields for notetype in collection.notetypes] == [QUESTION.fields, CLOZE.fields]
    for file, written in zip(collection.media, SPANISH.media, strict=True):
        with file.open() as actual, written.open() as expected:
            assert actual.read() == expected.read()


@FORMATS
def test_a_whole_collection_that_anki_exports_is_read(
    learner: Learner, tmp_path: Path, *, legacy: bool
) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    path = tmp_path / "collection.colpkg"
    learner.collection.export_collection_package(str(path), include_media=True, legacy=legacy)
    collection = read_apkg(path)
    assert [note.guid for note in collection.notes] == ["q1", "q2", "q3", "q4", "q5"]
    assert collection.decks == SPANISH.decks
    assert collection.media == SPANISH.media
    assert {"Basic", "Image Occlusion"} <= {notetype.name for notetype in collection.notetypes}


@FORMATS
def test_skipped_content_is_counted(learner: Learner, tmp_path: Path, *, legacy: bool) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    learner.answer("q1")
    learner.answer("q1")
    learner.answer("q2")
    learner.suspend("q3")
    learner.bury("q4")
    learner.flag("q4", 2)
    presets = learner.collection.decks
    presets.set_config_id_for_deck_dict(
        presets.by_name("Spanish"), presets.add_config_returning_id("Fast")
    )
    presets.new_filtered("Late")
    learner.collection.sched.rebuild_filtered_deck(presets.id_for_name("Late"))
    collection, beyond = read_package(
        exported(learner, tmp_path / "exported.apkg", legacy=legacy, progress=True)
    )
    assert beyond == Skipped(
        studied=2, reviews=3, suspended=1, buried=1, flagged=1, presets=1, filtered=("Late",)
    )
    assert collection.decks == SPANISH.decks


def test_the_note_that_asks_to_update_anki_is_not_read(learner: Learner, tmp_path: Path) -> None:
    learner.import_package(package(tmp_path, SPANISH))
    path = exported(learner, tmp_path / "exported.apkg", legacy=False)
    with ZipFile(path) as whole, ZipFile(tmp_path / "torn.apkg", "w") as torn:
        torn.writestr("collection.anki2", whole.read("collection.anki2"))
    with pytest.raises(FlashdeckError, match="its only note is the one in which Anki asks"):
        read_apkg(tmp_path / "torn.apkg")


RICH = NoteType(
    id=BORN + 2,
    name="Everything",
    fields=(
        Field("Image", -5, plain_text=True, collapsed=True, tag=1, prevent_deletion=True),
        Field("Notes", 7, rtl=True, font="Noto", size=31, sticky=True, exclude_from_search=True),
        Field("More", description="what else", tag=0),
    ),
    templates=(
        Template("One", "{{Image}}", "{{Notes}}", -9, "{{More}}", "b", "Mono", 14, BORN + 7),
        Template("Two", "{{Notes}}", "{{Image}}"),
    ),
    css=".card { color: teal }",
    sort=1,
    latex_pre="\\documentclass{standalone}",
    latex_post="\\bye",
    stock=6,
    mod=1_600_000_000,
    latex_svg=True,
)


@FORMATS
def test_every_attribute_of_note_types_and_decks_survives_a_round_trip(
    learner: Learner, tmp_path: Path, *, legacy: bool
) -> None:
    decks = (Deck("Plain", "<i>one</i>"), Deck("Written", "*two*", markdown=True))
    cards = (Card(0, "Plain", 1, BORN + 1), Card(1, "Written", 2, BORN + 2))
    note = Note("rich", RICH.id, ("a", "b", "c"), (), cards, BORN, 1_600_000_000)
    learner.import_package(package(tmp_path, Collection((RICH,), decks, (note,))))

    collection = read_apkg(exported(learner, tmp_path / "exported.apkg", legacy=legacy))

    (notetype,) = collection.notetypes
    assert notetype == replace(RICH, fields=notetype.fields, templates=notetype.templates)
    assert notetype.templates == RICH.templates
    assert notetype.fields == RICH.fields
    assert collection.decks == decks
    assert all(deck.id for deck in collection.decks)
