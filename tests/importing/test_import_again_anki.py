"""Import into an existing project: edits from Anki, without losing own edits."""

from __future__ import annotations

from pathlib import Path

import pytest
from owned_deck import add, export
from real_anki import Learner
from test_import_anki import NOW, Owner

from flashdeck.cli.run import run
from flashdeck.diagnostics import FlashdeckError
from flashdeck.importing.importer import Imported, import_file
from flashdeck.release.build import build
from flashdeck.release.result import Options

pytestmark = pytest.mark.slow


@pytest.fixture
def owner(tmp_path):
    with Owner(tmp_path) as owner:
        owner.built()
        yield owner


def again(owner: Owner, name: str = "again.apkg") -> Imported:
    """Export the collection once more and import that."""
    return import_file(export(owner, owner.root.parent / name), owner.root, now=NOW + 10)


def by_front(owner: Owner, text: str) -> str:
    return next(one for one in owner.guids() if owner.note(one).fields[0].startswith(text))


def edit(owner: Owner, text: str, field: int, words: str) -> str:
    """Edit a note in Anki, at a time later than everything before."""
    guid = by_front(owner, text)
    owner.edit(guid, field, words)
    owner.touch(guid, owner.note(guid).mod + 60)
    return guid


def sources(root: Path) -> dict[str, str]:
    return {
        path.relative_to(root).as_posix(): path.read_text("utf-8")
        for path in sorted((root / "cards").rglob("*"))
        if path.suffix in {".yaml", ".html", ".css"}
    }


def test_without_changes_nothing_changes(owner):
    before = sources(owner.root), (owner.root / "flashdeck.lock").read_bytes()
    done = again(owner)
    assert (done.new, done.changed, done.conflicts, done.unchanged) == (0, 0, 0, 14)
    assert (sources(owner.root), (owner.root / "flashdeck.lock").read_bytes()) == before


def test_edits_in_anki_change_those_texts_in_the_source(owner):
    edits = {
        ("Front <b>x", 1): "Plain",
        ("no", 1): "two: <b>lines</b>\nmore",
        ("a < b", 1): "",
        ("# no", 0): " # x ",
        ("שלום", 4): "x: " * 50,
    }
    before = sources(owner.root)
    guids = {edit(owner, *place, words): (place[1], words) for place, words in edits.items()}
    done = again(owner)
    assert (done.changed, done.conflicts) == (5, 0)
    changed = {path for path, text in sources(owner.root).items() if text != before[path]}
    assert changed == {"cards/deep.yaml", "cards/deep/b-c.yaml", "cards/deep/b/c/d/e.yaml"}
    assert run(["fmt", "--check", "-C", str(owner.root)]) == 0
    counts = [owner.import_package(path) for path in owner.built()]
    assert {(count.new, count.updated, count.conflicting) for count in counts} == {(0, 0, 0)}
    assert all(owner.note(guid).fields[at] == words for guid, (at, words) in guids.items())


def test_a_text_and_tags_that_were_not_there_are_added(owner):
    guid = edit(owner, "שלום 2", 4, "now\nthere")
    owner.edit(guid, 2, "this, too")
    owner.add_tag(guid, "new::tag")
    owner.touch(guid, owner.note(guid).mod + 60)
    assert again(owner).changed == 1
    page = (owner.root / "cards/deep/b-c.yaml").read_text("utf-8")
    assert "    tags: [new::tag]\n" in page
    assert [count.updated for count in map(owner.import_package, owner.built())] == [0, 0, 0, 0]


def test_a_new_note_in_anki_joins_its_deck(owner):
    add(owner, "Basic", "Deep::B", ("newcomer", "<i>hi</i>"), [])
    add(owner, "Basic", "Elsewhere", ("stranger", "ho"), ["tag"])
    done = again(owner)
    assert (done.new, done.changed, done.conflicts) == (2, 0, 0)
    assert "\n  - notetype: Basic\n    q: newcomer\n" in sources(owner.root)["cards/deep/b.yaml"]
    assert "cards/elsewhere.yaml" in sources(owner.root)
    assert run(["fmt", "--check", "-C", str(owner.root)]) == 0
    counts = [owner.import_package(path) for path in owner.built()]
    assert {(count.new, count.updated, count.conflicting) for count in counts} == {(0, 0, 0)}


def test_what_was_edited_on_both_sides_is_a_conflict_and_stays(owner):
    edit(owner, "Front <b>x", 1, "theirs")
    page = owner.root / "cards/deep.yaml"
    page.write_text(page.read_text("utf-8").replace("Front <b>x</b>", "Ours <b>x</b>"), "utf-8")
    before = sources(owner.root)
    done = again(owner)
    assert (done.new, done.changed, done.conflicts) == (0, 0, 1)
    (problem,) = (problem for problem in done.diagnostics if problem.rule == "import-conflict")
    assert "edited here, and in Anki as well" in problem.message
    assert problem.span is not None
    assert "Ours" in page.read_text("utf-8").splitlines()[problem.span.line - 1]
    assert sources(owner.root) == before


def test_what_is_older_in_anki_than_the_last_build_is_not_taken_back(owner):
    page = owner.root / "cards/deep.yaml"
    page.write_text(page.read_text("utf-8").replace('"012"', "newer"), "utf-8")
    build(owner.root, Options(now=NOW + 5, allow_scripts=True))
    done = again(owner)
    assert (done.changed, done.conflicts) == (0, 0)
    assert "newer" in page.read_text("utf-8")


def test_what_was_removed_here_stays_so(owner):
    (owner.root / "cards/io.yaml").unlink()
    done = again(owner)
    assert (done.new, done.changed) == (0, 0)
    assert not (owner.root / "cards/io.yaml").exists()


def test_a_style_edited_in_anki_is_written_into_its_file(owner):
    models = owner.collection.models
    notetype = models.by_name("Cloze")
    notetype["css"] += "\n.theirs {}"
    notetype["tmpls"][0]["afmt"] += "<hr>"
    models.update_dict(notetype)
    owner.collection.db.execute("update notetypes set mtime_secs = mtime_secs + 60")
    again(owner)
    after = sources(owner.root)
    assert after["cards/notetypes/cloze/style.css"].endswith("\n.theirs {}")
    assert after["cards/notetypes/cloze/cloze-back.html"].endswith("<hr>")
    before = owner.collection.models.get(notetype["id"])["css"]
    for path in owner.built():
        owner.import_package(path)
    assert owner.collection.models.get(notetype["id"])["css"] == before


def test_a_field_added_in_anki_is_reported_only(owner):
    models = owner.collection.models
    notetype = models.by_name("Cloze")
    models.add_field(notetype, models.new_field("More"))
    models.update_dict(notetype)
    owner.collection.db.execute("update notetypes set mtime_secs = mtime_secs + 60")
    before = sources(owner.root)
    done = again(owner)
    messages = [
        problem.message for problem in done.diagnostics if problem.rule == "import-conflict"
    ]
    assert messages == ["the note type 'Cloze' was changed in Anki; here it was left as it is"]
    assert sources(owner.root) == before


def test_what_was_edited_of_a_deck_that_flashdeck_built_comes_back(project):
    project.write(
        "cards/deck.yaml",
        """\
        deck: Own
        notes:
          - q: What is *this*?
            a: |
              One

              Two
            reverse: true

          - cloze: "{{c1::Paris}} is a city"   # a comment

          - q: With a hint?
            a: It has
            hint: Look
        """,
    )
    project.built()
    with Learner() as learner:
        learner.import_package(project.package)
        question, cloze, hinted = sorted(learner.guids(), key=lambda one: learner.note(one).id)
        learner.edit(question, 0, "What is <em>that</em>, &amp; why?")
        learner.edit(cloze, 0, "{{c1::Paris}} is a *big* city")
        learner.edit(hinted, 0, "gone")
        for guid in (question, cloze, hinted):
            learner.touch(guid, NOW)
        package = export(learner, project.root.parent / "own.apkg")
        done = import_file(package, project.root, now=NOW)
        assert (done.changed, done.conflicts) == (2, 1)
        text = project.read("cards/deck.yaml")
        assert "  - q: What is *that*, & why?\n    a: |\n      One\n\n      Two\n" in text
        assert "cloze: '{{c1::Paris}} is a \\*big\\* city'   # a comment" in text.replace('"', "'")
        project.now = NOW + 60
        project.built()
        assert learner.import_package(project.package).updated == 0


def test_rows_of_tables_are_left_to_their_author_and_new_notes_get_a_file_of_their_own(owner):
    (owner.root / "cards/words.csv").write_text("q,a,id\nmesa,table,tablerow0001\n", "utf-8")
    (owner.root / "cards/words.yaml").write_text("deck: Words\ntable: words.csv\n", "utf-8")
    for path in owner.built():
        owner.import_package(path)
    owner.touch(edit(owner, "mesa", 1, "desk"), NOW + 60)
    add(owner, "Basic", "Words", ("silla", "chair"), [])
    before = sources(owner.root)
    done = again(owner)
    assert (done.new, done.changed, done.conflicts) == (1, 0, 1)
    (problem,) = (problem for problem in done.diagnostics if problem.rule == "import-conflict")
    assert problem.message.endswith("it is a row of a table; change it there")
    assert problem.span is not None
    assert (problem.span.path, problem.span.line) == ("cards/words.csv", 2)
    after = sources(owner.root)
    assert {path for path in after if after[path] != before.get(path)} == {"cards/words-2.yaml"}


def missing_message(done: Imported) -> str:
    (problem,) = (one for one in done.diagnostics if "not in the package any more" in one.message)
    assert problem.span is not None
    return f"{problem.message}: {problem.hint}"


def test_a_note_that_was_deleted_in_anki_is_named_and_kept(owner):
    owner.delete(by_front(owner, "no"))
    before = sources(owner.root)
    done = again(owner)
    assert (done.missing, done.conflicts, done.unchanged) == (1, 0, 13)
    message = missing_message(done)
    assert message.startswith("1 note not in the package any more, and kept here: as 'no'")
    assert "--delete-missing" in message
    assert sources(owner.root) == before


def test_deleted_notes_are_removed_on_request_and_stay_away(owner):
    guid = by_front(owner, "no")
    owner.delete(guid)
    path = export(owner, owner.root.parent / "again.apkg")
    done = import_file(path, owner.root, now=NOW + 10, delete_missing=True)
    assert done.missing == 1
    assert f"    id: {guid}\n" not in sources(owner.root)["cards/deep.yaml"]
    assert run(["fmt", "--check", "-C", str(owner.root)]) == 0
    counts = [owner.import_package(path) for path in owner.built()]
    assert {(count.updated, count.conflicting) for count in counts} == {(0, 0)}
    assert not [one for one in owner.guids() if owner.note(one).fields[0] == "no"]


def test_many_deleted_notes_are_removed_only_on_a_second_request(owner):
    gone = [by_front(owner, text) for text in ("no", "a < b", "Front <b>x", "שלום 2")]
    for guid in gone:
        owner.delete(guid)
    path = export(owner, owner.root.parent / "again.apkg")
    before = sources(owner.root)
    with pytest.raises(FlashdeckError, match="4 notes of 14 would be removed"):
        import_file(path, owner.root, now=NOW + 10, delete_missing=True)
    assert sources(owner.root) == before
    arguments = ["--delete-missing", "--accept-removals", "-o", str(owner.root)]
    assert run(["import", str(path), *arguments]) == 0
    pages = "".join(sources(owner.root).values())
    assert not [guid for guid in gone if f"id: {guid}\n" in pages]


def test_only_the_decks_of_the_package_count(owner):
    owner.delete(by_front(owner, "no"))
    path = export(owner, owner.root.parent / "part.apkg", "Deep::B")
    assert import_file(path, owner.root, now=NOW + 10).missing == 0
    whole = export(owner, owner.root.parent / "whole.apkg")
    assert import_file(whole, owner.root, now=NOW + 10, deck="Deep::B").missing == 0
    assert import_file(whole, owner.root, now=NOW + 10, deck="Deep").missing == 1
    with pytest.raises(FlashdeckError, match="no note to import"):
        import_file(whole, owner.root, now=NOW + 10, deck="Nowhere")


def test_a_whole_collection_can_be_imported_again(owner):
    guid = edit(owner, "no", 1, "changed")
    path = owner.root.parent / "all.colpkg"
    owner.collection.export_collection_package(str(path), include_media=True, legacy=True)
    done = import_file(path, owner.root, now=NOW + 10)
    assert (done.new, done.changed, done.conflicts, done.missing) == (0, 1, 0, 0)
    page = sources(owner.root)["cards/deep.yaml"]
    assert f"a: changed\n    tags: [a::b, t1]\n    id: {guid}\n" in page


def test_notes_that_are_newer_than_the_package_are_not_missing(owner):
    path = export(owner, owner.root.parent / "old.apkg")
    page = owner.root / "cards/deep.yaml"
    page.write_text(page.read_text("utf-8") + "\n  - q: newer\n    a: than it\n", "utf-8")
    build(owner.root, Options(now=NOW + 10**9, allow_scripts=True))
    assert import_file(path, owner.root, now=NOW + 10**9).missing == 0
