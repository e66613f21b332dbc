"""Random histories: authors edit, learners study and edit, and pushes come in between."""

from __future__ import annotations

import json
import tempfile
import time
from contextlib import suppress
from pathlib import Path

import pytest
import yaml
from ankiconnect import AnkiConnectDouble
from conftest import ProjectFolder
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pushing import DAY, Pusher
from real_anki import Learner

from flashdeck.diagnostics import FlashdeckError

DECKS = ("Geo", "Geo::West", "Land", "Land::East")
SOURCE = "cards/all.yaml"
WORDS = st.sampled_from(["one", "two", "three"])
WHICH = st.integers(0, 4)
AUTHOR = st.one_of(
    st.tuples(st.just("write"), WHICH, st.sampled_from(["a", "extra"]), WORDS),
    st.tuples(st.just("retag"), WHICH, WORDS),
    st.tuples(st.just("place"), WHICH, st.sampled_from(DECKS)),
    st.tuples(st.just("rename"), st.sampled_from(DECKS), st.sampled_from(DECKS)),
    st.tuples(st.just("remove"), WHICH),
    st.tuples(st.just("restore")),
    st.tuples(st.just("add"), WORDS),
    st.tuples(st.just("retype"), WHICH),
    st.tuples(st.just("reverse"), WHICH),
)
LEARNER = st.one_of(
    st.tuples(st.just("study")),
    st.tuples(st.just("edit"), WHICH, st.integers(0, 2), WORDS),
    st.tuples(st.just("tag"), WHICH, WORDS),
    st.tuples(st.just("untag"), WHICH),
    st.tuples(st.just("move"), WHICH, st.sampled_from([*DECKS, "My own"])),
    st.tuples(st.just("late"), WHICH),
    st.tuples(st.just("flag"), WHICH),
    st.tuples(st.just("suspend"), WHICH),
    st.tuples(st.just("delete"), WHICH),
    st.tuples(st.just("cram"), st.sampled_from(DECKS)),
    st.tuples(st.just("import")),
)
PUSH = st.tuples(st.just("push"), st.none() | st.tuples(st.integers(0, 25), st.booleans()))
# `one_of` would flatten them, and hardly ever push.
KINDS = {"author": AUTHOR, "learner": LEARNER, "push": PUSH}
STEP = st.sampled_from(["author", "author", "learner", "push"]).flatmap(KINDS.__getitem__)
HISTORY = st.lists(STEP, min_size=3, max_size=16)


class Author:
    """The notes of a project, by deck; each has an id."""

    def __init__(self, project):
        self.project = project
        self.notes = [
            {"q": f"question {number}", "a": "one", "id": f"note{number:08}", "deck": "Geo"}
            for number in range(6)
        ]
        self.removed = []
        self.count = len(self.notes)

    def save(self):
        lines = [f"  - {json.dumps(note)}\n" for note in self.notes]
        self.project.write(SOURCE, "deck: Geo\nnotes:\n" + "".join(lines))

    def load(self):
        """Read the ids that a build wrote."""
        self.notes = yaml.load(self.project.read(SOURCE), yaml.BaseLoader)["notes"]  # noqa: S506
        for note in self.notes:
            for key in ("tags", "reverse"):
                if key in note and isinstance(note[key], str):
                    note[key] = json.loads(note[key])

    def pick(self, which):
        return self.notes[which % len(self.notes)]

    def write(self, which, key, word):
        note = self.pick(which)
        note["a" if key == "a" and "q" in note else "extra"] = word

    def retag(self, which, word):
        self.pick(which)["tags"] = [word]

    def place(self, which, deck):
        self.pick(which)["deck"] = deck

    def rename(self, old, new):
        for note in self.notes:
            note["deck"] = new if note["deck"] == old else note["deck"]

    def remove(self, which):
        if len(self.notes) > 2:
            self.removed.append(self.notes.pop(which % len(self.notes)))

    def restore(self):
        if self.removed:
            self.notes.append(self.removed.pop())

    def add(self, word):
        self.count += 1
        name = f"note{self.count:08}"
        self.notes.append({"q": f"question {self.count}", "a": word, "id": name, "deck": "Geo"})

    def retype(self, which):
        note = self.pick(which)
        if "q" in note:
            note["cloze"] = f"{{{{c1::{note.pop('a')}}}}} {note.pop('q')}"
            note.pop("reverse", None)

    def reverse(self, which):
        note = self.pick(which)
        if "q" in note:
            note["reverse"] = not note.get("reverse", False)


class Studying:
    """What a learner does."""

    def __init__(self, learner, project):
        self.learner, self.project = learner, project

    def pick(self, which):
        guids = [guid for guid in self.learner.guids() if self.learner.cards(guid)]
        return guids[which % len(guids)] if guids else None

    def study(self):
        for guid in self.learner.guids():
            for card in self.learner.cards(guid):
                if card.queue >= 0:
                    self.learner.answer(guid, card.ordinal, 4)

    def edit(self, which, field, word):
        if guid := self.pick(which):
            self.learner.edit(guid, field, f"mine {word}")

    def tag(self, which, word):
        if guid := self.pick(which):
            self.learner.add_tag(guid, word)

    def untag(self, which):
        if guid := self.pick(which):
            note = self.learner.collection.get_note(self.learner.note(guid).id)
            note.tags = []
            self.learner.collection.update_note(note)

    def move(self, which, deck):
        if guid := self.pick(which):
            self.learner.move(guid, deck, self.learner.cards(guid)[0].ordinal)

    def late(self, which):
        """Touch a note after the next build."""
        if guid := self.pick(which):
            self.learner.touch(guid, self.project.now + 3 * DAY)

    def flag(self, which):
        if guid := self.pick(which):
            self.learner.flag(guid, self.learner.cards(guid)[0].ordinal, 3)

    def suspend(self, which):
        if guid := self.pick(which):
            self.learner.suspend(guid, self.learner.cards(guid)[0].ordinal)

    def delete(self, which):
        if guid := self.pick(which):
            self.learner.delete(guid)

    def cram(self, deck):
        """Put the cards of a deck into a filtered deck."""
        collection = self.learner.collection
        filtered = collection.sched.get_or_create_filtered_deck(0)
        del filtered.config.search_terms[1:]
        filtered.config.search_terms[0].search = f'deck:"{deck}"'
        filtered.config.reschedule = False
        filtered.allow_empty = True
        collection.sched.add_or_update_filtered_deck(filtered)

    def import_package(self):
        for path in (self.project.root / "build").glob("*.apkg"):
            assert self.learner.import_package(path).conflicting == 0


def snapshot(learner):
    """Everything of the learner's by note: texts, tags, and by card: place, schedule, reviews."""
    rows = learner.collection.db.all(
        "select n.guid, n.flds, n.tags, c.id, case when c.odid then c.odid else c.did end, c.queue,"
        " c.flags, c.ivl, c.reps, (select count() from revlog where cid = c.id)"
        " from notes n join cards c on c.nid = n.id"
    )
    names = {deck.id: deck.name for deck in learner.collection.decks.all_names_and_ids()}
    notes = {}
    for guid, fields, tags, card, deck, *state in rows:
        known = notes.setdefault(guid, (fields.split("\x1f"), {*tags.split()}, {}))
        known[2][card] = (names[deck], state)
    return notes


def check_named(before, after, plan):
    """Nothing changed that the plan does not name, and no review is lost."""
    edits = {edit.after.guid: edit for edit in plan.edits}
    moved = {card: move.new for move in plan.moved for card in move.cards}
    gone = {note.guid for note in plan.deleted}
    for guid, (fields, tags, cards) in before.items():
        if guid in gone:
            assert guid not in after
            continue
        now_fields, now_tags, now_cards = after[guid]
        edit = edits.get(guid)
        again = {kind.after.guid for kind in plan.kinds}
        changed = {pair for pair in zip(fields, now_fields, strict=True) if pair[0] != pair[1]}
        named = {(one.before, one.after) for one in edit.fields} if edit else set()
        if guid not in again:
            assert changed == named
            added, removed = (edit.added, edit.removed) if edit else ((), ())
            assert now_tags == ({*tags} | {*added}) - {*removed}
            for card, (deck, state) in cards.items():
                assert now_cards[card] == (moved.get(card, deck), state)
    for kind in plan.kinds:
        reviews = sum(state[-1] for _, state in before[kind.before.guid][2].values())
        assert sum(state[-1] for _, state in after[kind.after.guid][2].values()) == kind.reviews
        assert kind.reviews + kind.left == reviews


def push(pusher, author, cut):
    """Push, killed at a request if it gets so far, and push again."""
    double, learner = pusher.double, pusher.learner
    author.save()
    pusher.project.now = max(pusher.project.now + DAY, int(time.time()))
    pusher.project.built(accept_removals=True)
    author.load()
    options = {"first": True, "accept_removals": True}
    if cut is not None:
        double.cut = (len(double.requests) + cut[0], cut[1])
        with suppress(FlashdeckError):
            pusher.push(**options)
        double.cut = None
    before = snapshot(learner)
    reviews = learner.collection.db.scalar("select count() from revlog")
    plan, different = pusher.push(**options)
    assert different == []
    check_named(before, snapshot(learner), plan)
    assert learner.collection.db.scalar("select count() from revlog") >= reviews
    assert not learner.doubled_cards()
    assert pusher.push(**options)[0].is_empty
    schema = learner.schema_time()
    for path in (pusher.project.root / "build").glob("*.apkg"):
        if any(package.path == path for package in pusher.project.built().packages):
            assert learner.import_package(path).conflicting == 0
    assert learner.schema_time() == schema


@pytest.mark.slow
@settings(max_examples=25, suppress_health_check=[*HealthCheck])
@given(HISTORY)
def test_random_histories_lose_nothing_and_change_only_what_the_plan_names(history):
    with tempfile.TemporaryDirectory() as folder, Learner() as learner:
        project = ProjectFolder(Path(folder) / "project", int(time.time()) - 100 * DAY)
        project.write("flashdeck.yaml", "id: nzcq86nza31542tk\nname: Geo\n")
        author = Author(project)
        double = AnkiConnectDouble(learner)
        with double.running() as port:
            pusher = Pusher(project, double, port)
            studying = Studying(learner, project)
            for action, *values in [("push", None), ("study",), *history, ("push", None)]:
                if action == "push":
                    push(pusher, author, *values)
                elif action == "import":
                    studying.import_package()
                else:
                    actor = author if hasattr(author, action) else studying
                    getattr(actor, action)(*values)
