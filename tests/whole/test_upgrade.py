"""Upgrades of projects from earlier versions, without loss for learners."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from conftest import ROOT, ProjectFolder
from real_anki import Imported, Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.project.lockfile import parse_lock
from flashdeck.release.result import Counts

pytestmark = pytest.mark.slow

HOUR = 3600
DAY = 24 * HOUR
VERSIONS = sorted(path for path in (ROOT / "tests" / "upgrade").iterdir() if path.is_dir())
LATER = 3 * DAY
REMOVED = "flashdeck::removed"


class Upgraded:
    """A learner of an old version's packages, and the author's project of that time."""

    def __init__(self, version: Path, root: Path, learner: Learner) -> None:
        shutil.copytree(version / "project", root)
        self.learner = learner
        lock, _ = parse_lock("flashdeck.lock", (root / "flashdeck.lock").read_text())
        self.project = ProjectFolder(root, lock.latest + LATER)
        for package in (*sorted(version.glob("releases/*/*.apkg")), *self.packages):
            learner.import_package(package)
        for guid in learner.guids():
            for card in learner.cards(guid):
                learner.answer(guid, card.ordinal)
        self.mark("marked", lock.latest + DAY)

    def mark(self, tag, time):
        """Let the learner give every note a tag, at a time between builds."""
        for guid in self.learner.guids():
            self.learner.add_tag(guid, tag)
            self.learner.touch(guid, time)

    def without(self, tag):
        """The notes that lack a tag, except removed ones."""
        tags = {guid: self.learner.note(guid).tags for guid in self.learner.guids()}
        return {guid for guid, own in tags.items() if tag not in own and REMOVED not in own}

    def outdated(self):
        """The notes with other fields than in the packages."""
        notes = [note for package in self.packages for note in read_apkg(package).notes]
        return {
            note.guid
            for note in notes
            if note.cards and self.learner.note(note.guid).fields != note.fields
        }

    def edit(self):
        """Edit a note of each package, a day later."""
        self.project.now += DAY
        for name, old, new in (
            ("products", "How much is", "How many are"),
            ("romans", "Numeral: IV", "Numeral: IIII"),
            ("elements", "Hydrogen gas", "Hydrogen"),
        ):
            self.project.replace(f"cards/{name}.yaml", old, new)

    @property
    def packages(self):
        return sorted((self.project.root / "build").glob("*.apkg"))

    def look(self):
        """All that must stay as it is: cards with their history, reviews, and fields by GUID."""
        learner = self.learner
        cards = {guid: learner.cards(guid) for guid in learner.guids()}
        reviews = {
            (guid, card.ordinal): learner.review_log(guid, card.ordinal)
            for guid, own in cards.items()
            for card in own
        }
        return cards, reviews, {guid: learner.note(guid) for guid in cards}

    def publish(self):
        """Build and import; give the counts of both."""
        packages = self.project.built().packages
        done = [self.learner.import_package(package.path) for package in packages]
        counts = (package.counts for package in packages)
        return Counts(*map(sum, zip(*counts, strict=True))), Imported(
            *map(sum, zip(*done, strict=True))
        )


@pytest.fixture(params=VERSIONS, ids=[version.name for version in VERSIONS])
def upgraded(request, tmp_path):
    with Learner() as learner:
        yield Upgraded(request.param, tmp_path / "project", learner)


def test_an_upgrade_loses_and_duplicates_nothing(upgraded):
    cards, reviews, notes = upgraded.look()
    built, done = upgraded.publish()
    after_cards, after_reviews, after = upgraded.look()
    assert (after_cards, after_reviews) == (cards, reviews)
    assert set(after) == set(notes)
    assert upgraded.learner.doubled_cards() == []
    other_html = {guid for guid, note in after.items() if note.fields != notes[guid].fields}
    assert (built.new, built.removed, done.new, done.conflicting) == (0, 0, 0, 0)
    assert done.updated == built.changed + built.sent_again + built.tombstones
    lost = upgraded.without("marked")
    assert lost >= other_html
    assert (len(other_html), len(lost)) == (built.changed, built.changed + built.sent_again)
    # Check Database reports cards with old reviews, too: only its effect counts.
    upgraded.learner.check_database()
    assert upgraded.look() == (cards, reviews, after)


def test_edits_after_an_upgrade_are_imported(upgraded):
    upgraded.publish()
    upgraded.edit()
    upgraded.publish()
    assert upgraded.outdated() == set()
    assert upgraded.learner.doubled_cards() == []


def test_tags_that_are_added_after_an_upgrade_are_lost_by_edited_notes_only(upgraded):
    upgraded.publish()
    upgraded.mark("later", upgraded.project.now + HOUR)
    cards, reviews, _ = upgraded.look()
    upgraded.edit()
    built, _ = upgraded.publish()
    assert upgraded.look()[:2] == (cards, reviews)
    assert upgraded.outdated() == set()
    assert len(upgraded.without("later")) == built.changed + built.sent_again
    assert built.changed < len(cards) / 2


def test_what_a_learner_tags_before_importing_an_upgrade_gets_it_with_the_next_build(upgraded):
    built = upgraded.project.built().packages
    upgraded.mark("late", upgraded.project.now + HOUR)
    _, _, before = upgraded.look()
    for package in built:
        assert upgraded.learner.import_package(package.path).updated == 0
    assert upgraded.look()[2] == before
    changed = sum(package.counts.changed for package in built)
    assert len(upgraded.outdated()) == changed
    upgraded.edit()
    upgraded.publish()
    assert upgraded.outdated() == set()
    assert upgraded.learner.doubled_cards() == []


def test_a_new_learner_gets_every_card_once(upgraded):
    upgraded.project.built()
    with Learner() as newcomer:
        for package in upgraded.packages:
            newcomer.import_package(package)
        notes = [note for package in upgraded.packages for note in read_apkg(package).notes]
        assert newcomer.card_count() == sum(len(note.cards) for note in notes)
        assert {guid: newcomer.note(guid).fields for guid in newcomer.guids()} == {
            note.guid: note.fields for note in notes
        }


def test_an_upgraded_project_builds_the_same_again(upgraded):
    upgraded.project.built()
    first = (
        [path.read_bytes() for path in upgraded.packages],
        upgraded.project.read("flashdeck.lock"),
    )
    shutil.rmtree(upgraded.project.root / "build")
    upgraded.project.built(frozen=True)
    again = (
        [path.read_bytes() for path in upgraded.packages],
        upgraded.project.read("flashdeck.lock"),
    )
    assert first == again
