"""Import of decks from the real Anki; packages of the project change nothing there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import genanki
import pytest
from owned_deck import ODD, export, make
from real_anki import Imported as Counts
from real_anki import Learner

from flashdeck.cli.run import run
from flashdeck.diagnostics import Severity
from flashdeck.importing.importer import import_file
from flashdeck.importing.markdown import is_same
from flashdeck.importing.result import Rewriting
from flashdeck.release.build import build
from flashdeck.release.result import Options

NOW = 2_000_000_000  # the clock of a test may be ahead of Anki's, never behind it


class Owner(Learner):
    """Somebody who made a deck, and has imported it into a project."""

    def __init__(self, folder: Path) -> None:
        super().__init__()
        make(self)
        self.package = export(self, folder / "owned deck.apkg")
        self.root = folder / "project"
        self.done = import_file(self.package, self.root, now=NOW)

    def built(self) -> list[Path]:
        """Build the project, and expect no errors."""
        built = build(self.root, Options(now=NOW, allow_scripts=True))
        assert Severity.ERROR not in {problem.severity for problem in built.diagnostics}
        return [package.path for package in built.packages]


@pytest.fixture(scope="module")
def owner(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Owner]:
    with Owner(tmp_path_factory.mktemp("owner")) as owner:
        yield owner


def test_the_packages_are_no_news_to_the_collection_they_came_from(owner):
    before = {guid: (owner.note(guid), owner.cards(guid)) for guid in owner.guids()}
    types = {name: owner.notetype(name) for name in owner.notetypes()}
    counts = [owner.import_package(path) for path in owner.built()]
    assert {(count.new, count.updated, count.conflicting) for count in counts} == {(0, 0, 0)}
    assert sum(count.duplicate for count in counts) == len(before)
    assert {guid: (owner.note(guid), owner.cards(guid)) for guid in owner.guids()} == before
    assert owner.notetypes() == set(types)


def test_the_sources_are_formatted(owner):
    assert run(["fmt", "--check", "-C", str(owner.root)]) == 0


def test_in_an_empty_collection_they_give_the_same_notes(owner):
    with Learner() as one, Learner() as other:
        one.import_package(owner.package)
        for path in owner.built():
            other.import_package(path)
        assert {g: one.note(g) for g in one.guids()} == {g: other.note(g) for g in other.guids()}
        assert {g: len(one.cards(g)) for g in one.guids()} == {
            g: len(other.cards(g)) for g in other.guids()
        }
        assert one.description("Deep::B::C") == other.description("Deep::B::C")
        assert one.media() == other.media()
        assert set(other.decks()) - set(one.decks()) == {"owned deck"}  # for what lay in Default


@pytest.mark.parametrize(
    "name", [ODD, "Image Occlusion", "Cloze", "Basic (optional reversed card)"]
)
def test_in_an_empty_collection_they_give_the_same_note_types(owner, name):
    id_ = owner.notetype(name)["id"]
    with Learner() as other:
        for path in owner.built():
            other.import_package(path)
        own, theirs = owner.collection.models.get(id_), other.collection.models.get(id_)
    assert [{**field, "media": []} for field in own["flds"]] == [
        {**field, "media": []} for field in theirs["flds"]
    ]
    kept = ("css", "type", "sortf", "tmpls", "latexPre", "latexPost", "originalStockKind")
    assert {key: own[key] for key in kept} == {key: theirs[key] for key in kept}


def test_one_edited_field_updates_that_note_and_keeps_its_reviews(tmp_path):
    with Owner(tmp_path) as owner:
        (guid,) = (one for one in owner.guids() if owner.note(one).fields[0] == "no")
        owner.answer(guid)
        before = owner.card(guid).history, owner.review_log(guid)
        page = owner.root / "cards/deep.yaml"
        page.write_text(page.read_text("utf-8").replace('"012"', "0123"), "utf-8")
        counts = [owner.import_package(path) for path in owner.built()]
        assert sum(count.updated for count in counts) == 1
        assert sum(count.new + count.conflicting for count in counts) == 0
        assert owner.note(guid).fields == ("no", "0123")
        assert (owner.card(guid).history, owner.review_log(guid)) == before


def test_anki_takes_over_a_new_picture_and_a_new_note(tmp_path):
    with Owner(tmp_path) as owner:
        owner.add_tag(owner.guids()[0], "mine")
        (owner.root / "cards/pics").mkdir()
        (owner.root / "cards/pics/New.png").write_bytes(b"\x89PNG")
        page = owner.root / "cards/io.yaml"
        page.write_text(
            page.read_text("utf-8")
            + "  - notetype: Basic\n    q: new\n    a: '<img src=\"pics/New.png\">'\n",
            "utf-8",
        )
        counts = [owner.import_package(path) for path in owner.built()]
        assert [count for count in counts if count.new] == [Counts(new=1, duplicate=1)]
        assert owner.media()["New.png"] == b"\x89PNG"
        assert "mine" in owner.note(owner.guids()[0]).tags


def test_only_the_named_deck_and_those_below_it_are_taken(owner, tmp_path):
    done = import_file(owner.package, tmp_path / "part", now=NOW, deck="deep::b")
    files = {path.relative_to(done.root).as_posix() for path in done.root.rglob("*.yaml")}
    decks = {file for file in files if "notetypes" not in file}
    assert decks == {
        "flashdeck.yaml",
        "cards/deep/b.yaml",
        "cards/deep/b/c.yaml",  # which has a description
        "cards/deep/b/c/d/e.yaml",
    }
    assert done.new == 4


def test_as_markdown_a_deck_is_no_news_either(owner, tmp_path):
    root = tmp_path / "markdown"
    done = import_file(owner.package, root, now=NOW, markdown=Rewriting.SAME)
    assert not [problem for problem in done.diagnostics if problem.severity is Severity.ERROR]
    page = (root / "cards/deep.yaml").read_text("utf-8")
    assert "  - q: '<img src=\"gone.png\">'" not in page.partition("markup: html")[0]
    built = build(root, Options(now=NOW, allow_scripts=True))
    counts = [owner.import_package(package.path) for package in built.packages]
    assert {(count.new, count.updated, count.conflicting) for count in counts} == {(0, 0, 0)}
    with Learner() as other:
        for package in built.packages:
            other.import_package(package.path)
        assert all(is_same(other.note(g).fields, owner.note(g).fields) for g in owner.guids())


def test_the_command_says_what_it_did(owner, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))
    assert run(["import", str(owner.package)]) == 0
    out, err = capsys.readouterr()
    assert out == f"{tmp_path / 'owned-deck'}\n"
    assert "14 new; 7 decks, 7 note types, 3 media files" in err
    assert "as 'owned deck' for 'Default'" in err
    assert "flashdeck build --allow-scripts" in err
    assert run(["import", str(owner.package), "-o", "owned-deck", "--json"]) == 0
    report = json.loads(capsys.readouterr()[0])
    assert (report["new"], report["unchanged"], report["conflicts"]) == (0, 14, 0)
    assert run(["import", str(owner.package), "--deck", "Nowhere", "-o", "x"]) == 1
    assert "there is no note to import" in capsys.readouterr()[1]
    assert not (tmp_path / "x").exists()


def test_a_folder_with_other_files_becomes_the_project(owner, tmp_path):
    (tmp_path / "README.md").write_text("mine", "utf-8")
    assert import_file(owner.package, tmp_path, now=NOW).new == 14
    assert (tmp_path / "README.md").read_text("utf-8") == "mine"
    assert (tmp_path / "cards/deep.yaml").exists()
    assert not list(tmp_path.parent.glob("*.tmp"))


def test_a_package_of_genankis_is_no_news_to_who_has_it(tmp_path):
    fields = [{"name": "Question"}, {"name": "Answer"}]
    template = {"name": "Card 1", "qfmt": "{{Question}}", "afmt": "{{FrontSide}}<hr>{{Answer}}"}
    model = genanki.Model(1_607_392_319, "Simple", fields=fields, templates=[template])
    deck = genanki.Deck(2_059_400_110, "Capitals::Europe")
    deck.add_note(genanki.Note(model, ["Of Italy?", "Rome<br>&amp; no other"], tags=["geo"]))
    deck.add_note(genanki.Note(genanki.CLOZE_MODEL, ["{{c1::Rome}} in {{c2::Italy}}", ""]))
    package = tmp_path / "made.apkg"
    genanki.Package(deck).write_to_file(package)
    root = tmp_path / "project"
    import_file(package, root, now=NOW)
    with Learner() as learner:
        assert learner.import_package(package).new == 2
        (built,) = build(root, Options(now=NOW)).packages
        counts = learner.import_package(built.path)
        assert (counts.new, counts.updated, counts.conflicting, counts.duplicate) == (0, 0, 0, 2)
