"""Single edits and their effect on a learner's cards: the rows of the table for authors."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from real_anki import VERSION

from proof.accidents import ACCIDENTS, TAKEN_BACK, two_first_builds
from proof.author import Author
from proof.builder import RefusedError
from proof.drafts import Document, Draft, File
from proof.edits import copy_of
from proof.ledger import DAY
from proof.snapshot import Snapshot
from proof.words import FORMS, Words
from proof.world import Step, World

FOLLOWS_RENAMES = (23, 10)
"""Older releases identify fields by name only, as the reference of note types documents."""

# The positions of the notes in the initial project of every scenario.
_QUESTION, _BOTH_WAYS, _CLOZE, _CUSTOM, _OTHER = range(5)
_OWN_TAG = "mine0"


PAGE = Path(__file__).parents[2] / "docs" / "explanation" / "identity.md"
_HEAD = "| you … | reviews | the card shows | learners' own tags and edits of the note |"


def table() -> list[str]:
    """The rows of the table for authors."""
    lines = PAGE.read_text("utf-8").splitlines()
    start = lines.index(_HEAD) + 2
    end = next(at for at, line in enumerate(lines[start:], start) if not line.startswith("|"))
    return lines[start:end]


@dataclass(frozen=True, slots=True)
class Scenario:
    """An edit, its description, the position of the observed note, and the first build.

    `since` is the first release of Anki that it is for.
    """

    words: str
    do: Callable[[World], object]
    note: int = _QUESTION
    build: Callable[[World], object] = World.build
    since: tuple[int, ...] = ()


def row(scenario: Scenario) -> str:
    """Run a scenario with Anki, checking every promise; returns its table row."""
    world = _begin(scenario.build)
    try:
        draft = _drafts(world)[scenario.note]
        seen = _Seen(world, draft)
        try:
            scenario.do(world)
            world.build()
        except RefusedError:
            return f"| {scenario.words} | the build stops and says where | | |"
        world.wait(60)
        world.take()
        return f"| {scenario.words} | {seen.reviews()} | {seen.text()} | {seen.tags()} |"
    finally:
        world.close()


class _Seen:
    """A note and its cards, before and after the edit."""

    def __init__(self, world: World, draft: Draft) -> None:
        self._world = world
        self._old = draft
        documents = world.author.sources.documents()
        self._document = next(
            tuple(document.notes) for document in documents if draft in document.notes
        )
        self._before = world.student.look()
        self._content = world.ledger.notes[draft.id].content
        self._descriptions = dict(world.ledger.descriptions)
        self._styling = dict(world.ledger.styling)

    def reviews(self) -> str:
        """The effect on its cards and their reviews."""
        after, guid = self._after, self._old.id
        words = ["kept" if self._history() else "lost"]
        if self._now is None:
            words += ["until learners use *Empty Cards*"] * (guid in after.deletes)
        elif self._now.id != guid:
            words += [
                "on the old note, which *Empty Cards* deletes; the new note starts without reviews"
            ]
        else:
            words += [", for the number"] * self._is_renumbered(self._now)
            words += ["; one more card"] * bool(after.ordinals(guid) - self._before.ordinals(guid))
            words += ["; *Empty Cards* lists the card that is gone"] * (guid in after.empty)
        return " ".join(words).replace(" ,", ",").replace(" ;", ";")

    def text(self) -> str:
        """The text that the learner sees."""
        ledger = self._world.ledger
        if self._now is None:
            return "an empty card"
        note = self._after.notes[self._now.id]
        content = ledger.notes[self._now.id].content
        assert content is not None
        fields = note.fields[: len(content.fields)]  # without spare ones
        if (fields, note.tags - {_OWN_TAG, "late"}) != (content.fields, content.tags):
            return "the old text, till your next build"
        deck = {self._world.student.anki.card(self._now.id).deck}
        if deck != {content.deck}:
            return "new cards come to the new deck, old ones stay"
        if self._content is None or self._content.taken != content.taken:
            return "your edit"
        if (ledger.descriptions, ledger.styling) != (self._descriptions, self._styling):
            return "your edit"
        return "as before"

    def tags(self) -> str:
        """The effect on the learner's own tags and edits."""
        kept = {guid for guid, note in self._after.notes.items() if _OWN_TAG in note.tags}
        if self._old.id in kept:
            return "kept"
        if not kept:
            return "gone, on all notes"
        siblings = {draft.id for draft in self._document}
        return "gone, on all its notes" if not kept & siblings else "gone"

    @property
    def _after(self) -> Snapshot:
        return self._world.student.look()

    @property
    def _now(self) -> Draft | None:
        drafts = (draft for draft in _drafts(self._world) if draft.handle == self._old.handle)
        return next(drafts, None)

    def _history(self) -> bool:
        after = self._after
        cards = all(after.cards.get(card) == row for card, row in self._before.cards.items())
        return cards and after.reviews == self._before.reviews

    def _is_renumbered(self, now: Draft) -> bool:
        old, new = dict(self._old.clozes), dict(now.clozes)
        return any(old[number] != new[number] for number in set(old) & set(new))


def _begin(build: Callable[[World], object]) -> World:
    """A project with every kind, whose learner has answered every card and tagged every note."""
    world = World()
    world.author = author = Author.begin(world.root, 1)
    number = author.fresh

    def words(form: int = 0) -> Words:
        return Words(next(number), form)

    def draft(kind: str, handle: int, form: int = 0, *, reverse: bool = False) -> Draft:
        clozes = ((1, next(number)), (2, next(number)))
        return Draft(handle, kind, words(form), words(), None, reverse, clozes)

    notes = count(1000)
    first = [
        draft("question", next(notes)),
        draft("question", next(notes), FORMS - 1, reverse=True),
        draft("cloze", next(notes)),
        draft("custom", next(notes)),
    ]
    other = [draft("question", next(notes))]
    author.sources.files = [
        File("art.yaml", [Document("Art::One", first, description=words())]),
        File("bio.yaml", [Document("Bio", other)]),
    ]
    build(world)
    world.take()
    cards = len(world.student.look().cards)
    world.act([(act, card, 2) for act in ("answer", "tag") for card in range(cards)])
    world.wait(DAY)
    return world


def _drafts(world: World) -> list[Draft]:
    return [draft for _, draft in world.author.sources.drafts()]


def _edits(*edits: Step) -> Callable[[World], object]:
    return lambda world: world.edit(edits)


def _into_deck(world: World) -> None:
    draft = _drafts(world)[_QUESTION]
    world.author.sources.put(replace(draft, deck="Art::Two"))


def _put_back(world: World) -> None:
    world.edit([("delete", _QUESTION, 0)])
    world.build()
    world.take()
    world.wait(DAY)
    world.edit([("put_back", 0, 0)])


def _edit_then_touch(world: World) -> None:
    world.edit([("rewrite", _QUESTION, 0)])
    world.build()
    world.wait(60)
    world.act([("mark", 0, 0)])


def _edit_touch_and_build_again(world: World) -> None:
    _edit_then_touch(world)
    world.take()
    world.wait(DAY)
    world.edit([("rewrite", _CLOZE, 0)])


def _slow_clock(world: World) -> None:
    world.behind = 3600
    world.edit([("rewrite", _QUESTION, 0)])


def _branches(world: World, how: int = 0) -> None:
    world.branch([("rewrite", _QUESTION, 0)], [("rewrite", _CLOZE, 0)], [], how)


def _branches_with_two_clocks(world: World) -> None:
    """Of two branches one is built by a clock that is 16 hours slow, imported, and merged there."""
    ACCIDENTS["a slow clock"](world, (), 0, 16)
    _branches(world, 3)


def _accident(name: str, *edits: Step, how: int = 0) -> Callable[[World], object]:
    return lambda world: ACCIDENTS[name](world, edits, 0, how)


def _lose_all_grown(world: World) -> None:
    _edits(*_GROWTH)(world)
    world.build()
    world.wait(60)
    world.take()
    ACCIDENTS["lose the lock and build/"](world, (), 0, 0)


def _refused(name: str) -> Callable[[World], object]:
    """An accident that a build refuses."""

    def do(world: World) -> None:
        ACCIDENTS[name](world, (), 0, 0)
        raise RefusedError(frozenset(), name)

    return do


def _edit_another(days: int) -> Callable[[World], object]:
    """Edit a note, and another one so many days after a learner tagged the first."""

    def do(world: World) -> None:
        world.edit([_EDIT])
        world.build()
        world.wait(days * DAY)
        world.take()
        world.act([("tag", 0, 2)])
        world.wait(2 * DAY)
        world.edit([("rewrite", _CLOZE, 0)])

    return do


def _front_after_check(world: World) -> None:
    world.act([("check", 0, 0)])
    world.edit([("retext", 0, 0)])


def _taken_back(name: str, edit: Step) -> Callable[[World], object]:
    return lambda world: TAKEN_BACK[name](world, [edit])


_EDIT = ("rewrite", _QUESTION, 0)
_GROWTH = ("grow", 0, 0), ("grow", 0, 0)


SCENARIOS = (
    Scenario("rewrite a question, an answer, an extra", _edits(("rewrite", _QUESTION, 0))),
    Scenario("change its markup", _edits(("mark_up", _QUESTION, 0))),
    Scenario("add a tag to a note, or take one away", _edits(("tag", _QUESTION, 1))),
    Scenario("change the tags of a document", _edits(("tag_document", 0, 1))),
    Scenario(
        "replace a picture under the same name", _edits(("replace_picture", 0, 0)), _BOTH_WAYS
    ),
    Scenario("put notes in another order", _edits(("reorder", _QUESTION, 3))),
    Scenario("move a note to another place, same deck", _edits(("move_file", 0, 0))),
    Scenario("move a note to another deck", _into_deck),
    Scenario("rename a deck", _edits(("rename_deck", 0, 6))),
    Scenario("rename its root, and so the package", _edits(("rename_deck", 0, 5))),
    Scenario("turn `reverse` on", _edits(("reverse", 0, 0))),
    Scenario("turn `reverse` off", _edits(("reverse", 1, 0)), _BOTH_WAYS),
    Scenario("add a cloze with a new number", _edits(("add_cloze", 0, 0)), _CLOZE),
    Scenario("remove a cloze", _edits(("remove_cloze", 0, 0)), _CLOZE),
    Scenario("renumber clozes", _edits(("renumber", 0, 0)), _CLOZE),
    Scenario("make a question a cloze note", _edits(("change_kind", _QUESTION, 0))),
    Scenario("make it a note of your own note type", _edits(("change_kind", _QUESTION, 1))),
    Scenario("delete a note", _edits(("delete", _QUESTION, 0))),
    Scenario("put a deleted note back, with its `id`", _put_back),
    Scenario("copy a note with its `id`", lambda world: copy_of(world.author, _QUESTION, 0)),
    Scenario("copy a whole file", _refused("copy a file")),
    Scenario("write another description", _edits(("describe", 0, 0))),
    Scenario("change the style", _edits(("restyle", 0, 0))),
    Scenario("change the texts of your note type", _edits(("retext", 0, 0)), _CUSTOM),
    Scenario("… after *Check Database*", _front_after_check, _CUSTOM),
    Scenario(
        "rename a field of it (Anki 23.10 on)",
        _edits(("rename_field", 0, 0)),
        _CUSTOM,
        since=FOLLOWS_RENAMES,
    ),
    Scenario("add a field to it, and its text to each note", _edits(("grow", 0, 0)), _CUSTOM),
    Scenario("add a field and a card to it", _edits(*_GROWTH), _CUSTOM),
    Scenario("merge two people's branches", _branches),
    Scenario("… whose clocks are 16 hours apart", _branches_with_two_clocks, _CLOZE),
    Scenario("lose `flashdeck.lock`", _accident("lose the lock")),
    Scenario("lose `flashdeck.lock` and `build/`", _accident("lose the lock and build/")),
    Scenario("… after you added a field and a card to your note type", _lose_all_grown, _CUSTOM),
    Scenario("lose `flashdeck.yaml`, and edit", _accident("lose the settings", _EDIT)),
    Scenario("take `flashdeck.yaml` from another project", _refused("settings of another project")),
    Scenario(
        "make the first build in two clones, merge them, and edit",
        _edits(_EDIT),
        build=two_first_builds,
    ),
    Scenario("`git revert` an edit", _taken_back("git revert", _EDIT)),
    Scenario(
        "`git revert` an edit, and build in a fresh clone",
        _taken_back("git revert, in a clone", _EDIT),
    ),
    Scenario(
        "`git revert` the removal of a note", _taken_back("git revert", ("delete", _QUESTION, 0))
    ),
    Scenario(
        "build an edit, and `git checkout` the files of before",
        _taken_back("git checkout of files", _EDIT),
    ),
    Scenario("build an edit, and `git stash` it", _taken_back("git stash", _EDIT)),
    Scenario("check out the commit before an edit", _taken_back("git checkout of a commit", _EDIT)),
    Scenario(
        "leave a branch with an edit that was built", _taken_back("a branch that is left", _EDIT)
    ),
    Scenario("set the clock back by an hour", _slow_clock),
    Scenario("edit what a learner then touches before importing", _edit_then_touch),
    Scenario("… and build again, for any other edit", _edit_touch_and_build_again),
    Scenario("edit what a learner tags in the next 60 days, then another note", _edit_another(30)),
    Scenario("edit what a learner tags later than that, then another note", _edit_another(70)),
)


def wrong_rows() -> list[str]:
    """Run all scenarios for this release of Anki; returns rows that the table does not have."""
    rows = table()
    return [
        found
        for scenario in SCENARIOS
        if scenario.since <= VERSION and (found := row(scenario)) not in rows
    ]
