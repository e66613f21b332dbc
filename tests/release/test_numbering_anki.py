"""The real Anki doubles no card of ours when a template's front changes.

Releases from 25.07 on read a note type's cards in the order of card ids once they have statistics
of the database, and take the cards of a note for those of several where others lie between them.
Runs without the other tests' fixtures, so that every release can judge it.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from real_anki import Imported, Learner

import flashdeck.notetypes.built_in
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.importing.importer import import_file
from flashdeck.release.build import build
from flashdeck.release.result import BuildResult, Options

NOW = 1_780_000_000
DAY = 86_400
TYPE = """\
notetype: Fact
fields: [Name, Value, More]
templates:
  - {name: Forth, front: "FRONT {{Name}}", back: "{{FrontSide}}<hr id=answer>{{Value}}"}
  - {name: Back, front: "FRONT {{#More}}{{Value}}{{/More}}", back: "{{Name}}"}
"""


class Author:
    """A project with 60 notes of two and three cards, of built-in and custom note types."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.now = NOW
        (root / "cards/notetypes").mkdir(parents=True)
        cloze = "{cloze: '{{c1::a}} {{c2::b}} {{c3::c}} %d'}"
        self.decks = {
            "cloze.yaml": ["deck: D", "notes:", *(f"  - {cloze % n}" for n in range(20))],
            "both.yaml": [
                "deck: D",
                "notes:",
                *(f"  - {{q: q{n}, a: a{n}, reverse: true}}" for n in range(20)),
            ],
        }
        self.facts(more=4)
        self.front("one")

    def facts(self, more: int) -> None:
        """Write 20 notes of the custom type, of which the first `more` have two cards."""
        extra = [", More: x" if n < more else "" for n in range(20)]
        notes = (f"  - fields: {{Name: n{n}, Value: v{n}{extra[n]}}}" for n in range(20))
        self.decks["facts.yaml"] = ["deck: D", "notetype: Fact", "notes:", *notes]

    def front(self, word: str) -> None:
        """Write another front into the custom note type."""
        (self.root / "cards/notetypes/fact.yaml").write_text(TYPE.replace("FRONT", word))

    def build(self) -> BuildResult:
        """Save, wait a day and build."""
        self.now += DAY
        for name, lines in self.decks.items():
            path = self.root / "cards" / name
            if not path.exists() or name == "facts.yaml":
                self._keep_ids(path, lines)
        (self.root / "build/.state").unlink(missing_ok=True)  # the program changed, too
        return build(self.root, Options(now=self.now))

    def _keep_ids(self, path: Path, lines: list[str]) -> None:
        before = path.read_text().splitlines() if path.exists() else []
        ids = [line for line in before if line.lstrip().startswith("id:")]
        merged: list[str] = []
        for line in lines:
            merged.append(line)
            if line.startswith("  - ") and ids:
                merged.append(ids.pop(0))
        path.write_text("\n".join(merged) + "\n")


@pytest.fixture
def author(tmp_path):
    return Author(tmp_path / "project")


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


def take(author: Author, learner: Learner) -> Imported:
    built = author.build()
    assert built.packages, built.diagnostics
    return learner.import_package(built.packages[0].path)


def change_built_in_fronts(monkeypatch: pytest.MonkeyPatch, word: str) -> None:
    """Change the fronts of the built-in note types, as another release of flashdeck might."""
    for name in ("_question_templates", "_cloze_templates"):
        original = getattr(flashdeck.notetypes.built_in, name)

        def changed(original=original):
            return tuple((one, f"{front}<!-- {word} -->", back) for one, front, back in original())

        monkeypatch.setattr(flashdeck.notetypes.built_in, name, changed)


@pytest.mark.parametrize("statistics", [Learner.check_database, Learner.optimize])
def test_no_card_is_duplicated_when_fronts_change(author, learner, monkeypatch, statistics):
    take(author, learner)
    statistics(learner)
    for number, word in enumerate(("two", "three")):
        author.front(word)
        author.facts(more=8 + 4 * number)
        change_built_in_fronts(monkeypatch, word)
        imported = take(author, learner)
        assert imported.conflicting == 0
        assert learner.doubled_cards() == []
        assert learner.card_count() == 20 * 3 + 20 * 2 + 20 + 8 + 4 * number
        statistics(learner)


def test_no_card_is_duplicated_in_a_deck_that_is_imported_after_the_statistics(
    author, learner, monkeypatch
):
    for number in range(20):
        note = learner.collection.new_note(learner.collection.models.by_name("Basic"))
        note.fields[0] = f"own {number}"
        learner.collection.add_note(note, 1)
    learner.optimize()
    take(author, learner)
    author.front("two")
    change_built_in_fronts(monkeypatch, "two")
    take(author, learner)
    assert learner.doubled_cards() == []


def test_no_card_is_duplicated_in_an_imported_deck_whose_cards_leave_room(
    author, learner, tmp_path
):
    """The ids of its notes leave none, as after an import of many notes."""
    collection = read_apkg(author.build().packages[0].path)
    first = (NOW - 90 * DAY) * 1000
    notes = tuple(
        replace(
            note,
            id=first + place,
            cards=tuple(
                replace(card, id=first + DAY + 1000 * place + card.ordinal) for card in note.cards
            ),
        )
        for place, note in enumerate(collection.notes)
    )
    package = tmp_path / "shared.apkg"
    with package.open("wb") as stream:
        # With a name of its own, a note type is not one of flashdeck's, and has files.
        kinds = tuple(replace(kind, name=f"{kind.name}s") for kind in collection.notetypes)
        write_apkg(replace(collection, notes=notes, notetypes=kinds), stream)
    learner.import_package(package)
    learner.check_database()
    root = tmp_path / "imported"
    import_file(package, root, now=author.now)
    deck, front = root / "cards/d.yaml", root / "cards/notetypes/d-clozes/cloze-front.html"
    deck.write_text(deck.read_text().replace(" {{c3::c}} 1", " {{c3::c}} {{c4::d}} 1"))
    for days in (1, 2):  # the second change finds the later cards
        front.write_text(f"{front.read_text()}!")
        (built,) = build(root, Options(now=author.now + days * DAY)).packages
        assert learner.import_package(built.path).conflicting == 0
        assert learner.doubled_cards() == []
        learner.check_database()
    assert learner.card_count() == 20 * 3 + 11 + 20 * 2 + 20 + 4
