"""Random histories: hypothesis chooses the actions of author and learner, and shrinks failures."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from real_anki import VERSION

from proof.builder import Builder, through_command_line, through_python
from proof.edits import EDITS
from proof.ledger import DAY
from proof.study import ACTS
from proof.world import World

_ANY = st.integers(0, 23)


def _steps(names: list[str], most: int) -> st.SearchStrategy[list[tuple[str, int, int]]]:
    return st.lists(st.tuples(st.sampled_from(names), _ANY, _ANY), max_size=most)


# Older releases identify fields by name only, as the reference of note types documents.
_FOLLOWS_RENAMES = (23, 10)
_EDITS = _steps(sorted(set(EDITS) - ({"rename_field"} if VERSION < _FOLLOWS_RENAMES else set())), 4)
# Learners mostly answer.
_ACTS = _steps(["answer"] * 6 + sorted(ACTS), 5)
_WAIT = st.sampled_from([0, 60, DAY, 5 * DAY, 40 * DAY, 200 * DAY, 400 * DAY])
_WHICH = st.none() | st.integers(0, 2)


class History(RuleBasedStateMachine):
    """A history built from Python. `total` sums the tallies of all histories."""

    builder: ClassVar[Builder] = staticmethod(through_python)
    total: ClassVar[Counter[str]] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(type(self).builder)
        self._whole = True

    @initialize(notes=st.integers(2, 7), acts=_ACTS)
    def begin(self, notes, acts):
        with self._step() as world:
            world.begin(notes)
            world.act(acts)

    @rule(edits=_EDITS, before=_ACTS, between=_ACTS, after=_ACTS, wait=_WAIT, which=_WHICH)
    def publish(self, edits, before, between, after, wait, which):
        """A complete round of edits, build and import, with reviews in between."""
        with self._step() as world:
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
        with self._step() as world:
            world.edit(edits)
            world.act(acts)
            world.wait(wait)
            world.build()

    @rule(which=_WHICH, acts=_ACTS, wait=_WAIT)
    def take(self, which, acts, wait):
        """An import of an older build, possibly repeated."""
        with self._step() as world:
            world.wait(wait)
            world.act(acts)
            world.take(which)

    @rule(
        here=_EDITS, there=_EDITS, between=_ACTS, how=st.integers(0, 15), acts=_ACTS, which=_WHICH
    )
    def merge(self, here, there, between, how, acts, which):
        """Two people's branches."""
        with self._step() as world:
            world.branch(here, there, between, how)
            world.wait(60)
            world.act(acts)
            world.take(which)

    @rule(edits=_EDITS, in_clone=st.booleans(), which=_WHICH)
    def revert(self, edits, in_clone, which):
        """Edits that git takes back, together with the lock."""
        with self._step() as world:
            world.build()
            world.revert(edits, in_clone=in_clone)
            world.wait(60)
            world.take(which)

    @rule(
        what=st.sampled_from(
            ["slow clock", "wrong clock", "copy", "slow clock", "copy", "lock", "all"]
        ),
        hours=st.integers(0, 23),
        which=_ANY,
    )
    def go_wrong(self, what, hours, which):
        """An accident."""
        with self._step() as world:
            match what:
                case "slow clock":
                    world.behind = hours * 3600
                case "wrong clock":
                    world.clock_of_another_time()
                case "copy":
                    world.copy_with_id(which, hours)
                case _:
                    world.lose_lock(with_packages=what == "lock")
                    world.build()

    def teardown(self) -> None:
        """Import the last build, and let Anki check its database."""
        try:
            if self._whole:
                self.world.finish()
                type(self).total.update(self.world.tally)
                type(self).total["histories"] += 1
        finally:
            self.world.close()

    @contextmanager
    def _step(self) -> Iterator[World]:
        """Run a step, and record whether it succeeded."""
        self._whole = False
        yield self.world
        self._whole = True


class CommandLineHistory(History):
    """A history built by the command line."""

    builder = staticmethod(through_command_line)
    total: ClassVar[Counter[str]] = Counter()
