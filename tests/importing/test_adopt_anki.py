"""A package that learners have, imported into a project whose notes came from elsewhere."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from editor_deck import BASIC, CLOZE
from owned_deck import add, export
from real_anki import Learner

from flashdeck.anki.write.apkg import write_apkg
from flashdeck.importing.importer import import_file
from flashdeck.model import Card, Collection, Deck, Note

ID = 1_500_000_000_000
OLD = 1_600_000_000
TEXTS = {"first-note": ("Sun &amp; moon", "A pair"), "second-note": ("Who?", "Me")}


def note(guid, fields, number, kind=BASIC):
    cards = (Card(0, "Words", number, ID + 1000 * number),)
    return Note(guid, kind.id, fields, (), cards, ID + 1000 * number, OLD + number)


def packed(path, *notes, kinds=(BASIC, CLOZE)):
    used = {one.notetype for one in notes}
    kinds = tuple(kind for kind in kinds if kind.id in used)
    with path.open("w+b") as out:
        write_apkg(Collection(kinds, (Deck("Words"),), tuple(notes)), out)
    return path


@pytest.fixture
def package(tmp_path):
    notes = [note(guid, texts, number) for number, (guid, texts) in enumerate(TEXTS.items(), 1)]
    return packed(tmp_path / "words.apkg", *notes)


def news(package, project):
    """What the first build is to a learner who has the package."""
    with Learner() as learner:
        learner.import_package(package)
        counts = [learner.import_package(one.path) for one in project.built().packages]
        return [(count.new, count.updated, count.conflicting) for count in counts]


TABLE = "q,a,id\nSun & moon,A pair,first-note\nWho?,Me,second-note\n"
TABLE_DECK = "deck: Words\ntable: words.csv\n"
NOTES = """\
deck: Words
notes:
  - q: Sun & moon
    a: A pair
    id: first-note
  - q: Who?
    a: Me
    id: second-note
"""
TYPED = """\
deck: Words
notetype: Word
notes:
  - fields: {Front: Sun & moon, Back: A pair}
    id: first-note
  - fields: {Front: Who?, Back: Me}
    id: second-note
"""
TYPE = """\
notetype: Word
fields: [Front, {name: Back, font: Arial}]
templates:
  - name: Card 1
    front: "{{Front}}"
    back: "{{Back}}"
"""


@pytest.mark.parametrize("source", ["table", "notes", "typed"])
def test_the_first_build_is_no_news(package, project, source):
    if source == "table":
        project.write("cards/words.csv", TABLE)
    project.write("cards/words.yaml", {"table": TABLE_DECK, "notes": NOTES}.get(source, TYPED))
    if source == "typed":
        project.write("cards/notetypes/word.yaml", TYPE)
    done = import_file(package, project.root, now=project.now)
    assert (done.new, done.changed, done.conflicts, done.unchanged) == (0, 0, 0, 2)
    assert any("2 notes of yours" in one.message for one in done.diagnostics)
    assert news(package, project) == [(0, 0, 0)]
    page = project.read("cards/words.yaml")
    if source == "typed":
        assert page == TYPED
        assert f"id: {BASIC.id}\n" in project.read("cards/notetypes/word.yaml")
    else:
        assert page == {"table": TABLE_DECK, "notes": NOTES}[source].replace(
            "deck: Words\n", "deck: Words\nnotetype: Basic\n"
        )
        assert "keys:\n  q: Front\n  a: Back\n" in project.read("cards/notetypes/basic.yaml")


def test_ids_of_fields_and_templates_come_from_the_package(project, tmp_path):
    fields = tuple(replace(field, id=7 + at) for at, field in enumerate(BASIC.fields))
    kind = replace(
        BASIC, fields=fields, templates=(replace(BASIC.templates[0], id=-5),), stock=None
    )
    package = packed(
        tmp_path / "x.apkg", *(note(*item, 1) for item in [*TEXTS.items()][:1]), kinds=(kind,)
    )
    project.write("cards/words.yaml", TYPED)
    project.write("cards/notetypes/word.yaml", TYPE)
    import_file(package, project.root, now=project.now)
    written = project.read("cards/notetypes/word.yaml")
    assert "{name: Front, id: 7}, {name: Back, font: Arial, id: 8}" in written
    assert "    id: -5\n" in written
    with Learner() as learner:
        learner.import_package(package)
        (built,) = project.built().packages
        count = learner.import_package(built.path)
        assert (count.new, count.updated, count.conflicting) == (1, 0, 0)


def test_what_differs_here_is_an_edit_of_the_next_build(package, project):
    project.write("cards/words.yaml", NOTES.replace("a: Me", "a: You"))
    done = import_file(package, project.root, now=project.now)
    (hint,) = (one.hint for one in done.diagnostics if "2 notes of yours" in one.message)
    assert hint == "1 of them differ here: they are edits of the next build"
    assert news(package, project) == [(0, 1, 0)]


def test_an_import_that_was_stopped_halfway_can_be_repeated(package, project):
    project.write("cards/words.yaml", NOTES)
    import_file(package, project.root, now=project.now)
    (project.root / "flashdeck.lock").unlink()
    project.write("cards/words.yaml", NOTES)
    import_file(package, project.root, now=project.now)
    assert news(package, project) == [(0, 0, 0)]


def test_a_note_that_can_not_become_of_that_note_type_is_a_conflict(package, project):
    project.write("cards/words.yaml", NOTES.replace("a: Me", "a: Me\n    typed: true"))
    before = project.read("cards/words.yaml")
    with pytest.raises(Exception, match="without an id"):
        import_file(package, project.root, now=project.now)
    assert project.read("cards/words.yaml") == before
    project.built()
    done = import_file(package, project.root, now=project.now + 9)
    assert done.conflicts == 2


def test_notes_of_crowdanki_get_the_ids_of_the_package(package, project, tmp_path):
    """As one who maintains sources in CrowdAnki's format, and whose learners have a package."""
    from flashdeck.exporting.export import export as write
    from flashdeck.exporting.export import read_sources
    from flashdeck.exporting.formats import Format

    project.write("cards/words.yaml", TYPED)
    project.write("cards/notetypes/word.yaml", TYPE + "reserve: 0\n")
    project.built()
    source, _ = read_sources(project.root, allow_scripts=False)
    folder = tmp_path / "crowd"
    write(source, Format.CROWDANKI, folder)
    root = tmp_path / "new"
    import_file(folder / "words" / "deck.json", root, now=project.now)
    other = replace(project, root=root)
    done = import_file(package, root, now=project.now)
    assert (done.new, done.changed, done.conflicts) == (0, 0, 0)
    assert news(package, other) == [(0, 0, 0)]


@pytest.mark.slow
def test_an_export_of_anki_is_adopted(project):
    with Learner() as learner:
        guid = add(learner, "Basic (and reversed card)", "Words", ("Sun", "Sonne"), ["star"])
        package = export(learner, project.root.parent / "own.apkg")
        learner.answer(guid)
        project.write(
            "cards/words.yaml",
            "deck: Words\nnotes:\n  - q: Sun\n    a: Sonne\n    tags: [star]\n"
            f"    id: {json.dumps(guid)}\n",
        )
        assert import_file(package, project.root, now=project.now).conflicts == 0
        (built,) = project.built().packages
        count = learner.import_package(built.path)
        assert (count.new, count.updated, count.conflicting) == (0, 0, 0)
        assert len(learner.cards(guid)) == 2
