"""Random histories: hypothesis chooses the actions of author and learner, and shrinks failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from real_anki import VERSION

from proof.accidents import ACCIDENTS, TAKEN_BACK, two_first_builds
from proof.builder import Builder, through_command_line, through_python
from proof.edits import EDITS
from proof.ledger import DAY
from proof.scenarios import FOLLOWS_RENAMES
from proof.study import ACTS
from proof.world import World

_ANY = st.integers(0, 23)


def _steps(names: list[str], most: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), _ANY, _ANY), max_size=most)


_EDITS = _steps(sorted(set(EDITS) - ({"rename_field"} if VERSION < FOLLOWS_RENAMES else set())), 4)
# Learners mostly answer.
_ACTS = _steps(["answer"] * 6 + sorted(ACTS), 5)
_WAIT = st.sampled_from([0, 60, DAY, 5 * DAY, 40 * DAY, 200 * DAY, 400 * DAY])
_WHICH = st.none() | st.integers(0, 2)


class History(RuleBasedStateMachine):
    """A history built from Python. `total` sums the tallies of all histories."""

    builder: ClassVar[Builder] = staticmethod(through_python)
    total: ClassVar[Counter[tuple[str, str]]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(type(self).builder)
        self._whole = True

    @initialize(notes=st.integers(2, 7), acts=_ACTS, how=st.none() | st.integers(0, 3))
    def begin(self, notes, acts, how):
        """A first build, or two in two clones."""
        with self._step("begin" if how is None else "two first builds") as world:
            world.begin(notes, None if how is None else partial(two_first_builds, how=how))
            world.act(acts)

    @rule(edits=_EDITS, before=_ACTS, between=_ACTS, after=_ACTS, wait=_WAIT, which=_WHICH)
    def publish(self, edits, before, between, after, wait, which):
        """A complete round of edits, build and import, with reviews in between."""
        with self._step("publish") as world:
            world.edit(edits)
            world.act(before)
            world.wait(wait)
            world.build()
            world.wait(60)
            world.act(between)
            world.take(which)
            world.act(after)
            world.wait(60)

    @rule(edits=_EDITS, acts=_ACTS, wait=_WAIT)
    def build(self, edits, acts, wait):
        """A build that the learner does not import."""
        with self._step("build") as world:
            world.edit(edits)
            world.act(acts)
            world.wait(wait)
            world.build()

    @rule(which=_WHICH, acts=_ACTS, wait=_WAIT)
    def take(self, which, acts, wait):
        """An import of an older build, possibly repeated."""
        with self._step("take") as world:
            world.wait(wait)
            world.act(acts)
            world.take(which)

    @rule(
        here=_EDITS, there=_EDITS, between=_ACTS, how=st.integers(0, 15), acts=_ACTS, which=_WHICH
    )
    def merge(self, here, there, between, how, acts, which):
        """Two people's branches."""
        with self._step("merge") as world:
            world.branch(here, there, between, how)
            world.wait(60)
            world.act(acts)
            world.take(which)

    @rule(what=st.sampled_from(sorted(ACCIDENTS)), edits=_EDITS, which=_ANY, how=_ANY, at=_WHICH)
    def go_wrong(self, what, edits, which, how, at):
        """An accident."""
        with self._step(what) as world:
            ACCIDENTS[what](world, edits, which, how)
            world.build()
            world.wait(60)
            world.take(at)

    @rule(what=st.sampled_from(sorted(TAKEN_BACK)), edits=_EDITS, which=_WHICH)
    def take_back(self, what, edits, which):
        """Edits that git takes back together with the lock."""
        with self._step(what) as world:
            TAKEN_BACK[what](world, edits)
            world.wait(60)
            world.take(which)

    @rule(statistics=st.sampled_from(["check", "optimize"]), which=_ANY)
    def change_fronts(self, statistics, which):
        """A changed front and a later card, after Anki analyzed its database."""
        with self._step("change fronts") as world:
            world.act([(statistics, 0, 0)])
            world.edit([("retext", 0, 0), ("rewrite_custom", which, 2), ("reverse", which, 0)])
            world.build()
            world.wait(60)
            world.take()

    @rule(which=_ANY, marked=st.sampled_from([10, 70]), released=st.sampled_from([2, 20]))
    def mark(self, which, marked, released):
        """A learner's mark on an edited note, some days after the edit, before other edits."""
        with self._step("mark an edited note") as world:
            world.mark_edited(which, marked * DAY, released * DAY)

    def teardown(self) -> None:
        """Import the last build, and let Anki check its database."""
        try:
            if self._whole:
                self.world.finish()
                type(self).total.update(self.world.tally)
                type(self).total["events", "histories"] += 1
        finally:
            self.world.close()

    @contextmanager
    def _step(self, name: str) -> Iterator[World]:
        """Run a step, count it, and record whether it succeeded."""
        self._whole = False
        yield self.world
        self.world.tally["steps", name] += 1
        self._whole = True


class CommandLineHistory(History):
    """A history built by the command line."""

    builder = staticmethod(through_command_line)
    total: ClassVar[Counter[tuple[str, str]]] = Counter()
