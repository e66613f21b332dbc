"""Which decks were renamed: their notes are all in a deck that is new. What is left are moves."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from flashdeck.anki.deck_names import is_within, join, levels, with_parents
from flashdeck.comparison.changes import DescriptionChange, RenamedDeck
from flashdeck.model import Collection, Deck


class Renames:
    """Tells where the cards of an old deck are expected now. To Anki, case makes no difference."""

    def __init__(self, renames: Mapping[str, str]) -> None:
        self._renames = {old.casefold(): (len(old), new) for old, new in renames.items()}

    def target(self, deck: str) -> str:
        """Give a deck's name after the renames of it or of a deck above it."""
        for name in reversed(with_parents(deck)):
            found = self._renames.get(name.casefold())
            if found is not None:
                length, new = found
                return new + deck[length:]
        return deck


def find_renames(
    moves: Sequence[tuple[str, str]], old: Iterable[str], new: Iterable[str]
) -> tuple[RenamedDeck, ...]:
    """Find renamed decks.

    `moves` are the old and the new deck of every note that is in both collections, `old` and `new`
    the decks that hold cards. A deck was renamed when it is gone and most of its notes are in one
    deck that was not there, and all decks below it went along, as Anki's own rename would have it.
    """
    before, after = _by_key(old), {deck.casefold() for deck in new}
    taken = {one.casefold() for deck in before.values() for one in with_parents(deck)}
    candidates: dict[str, str] = {}
    for key, (target, _) in sorted(_main_targets(moves).items(), key=lambda one: -one[1][1]):
        free = target.casefold() not in taken and target not in candidates.values()
        if key in before and key not in after and free:
            candidates[key] = target
    renames: dict[str, str] = {}
    for key, target in sorted(candidates.items()):
        deck = before[key]
        for one in (_stem(deck, target), (deck, target)):
            if one[1].casefold() not in taken and _coherent(*one, before, candidates):
                renames[one[0]] = one[1]
                break
    rule = Renames(renames)
    counts = Counter(
        source for old_deck, new_deck in moves for source in _followed(rule, old_deck, new_deck)
    )
    return tuple(
        RenamedDeck(source, target, sum(counts[one] for one in counts if is_within(one, source)))
        for source, target in sorted(renames.items())
    )


def described(old: Collection, new: Collection, renames: Renames) -> tuple[DescriptionChange, ...]:
    """Find the decks that are in both collections and have another description."""
    before = {renames.target(deck.name).casefold(): deck for deck in old.decks}
    pairs = ((before.get(deck.name.casefold(), Deck("")), deck) for deck in new.decks)
    return tuple(
        DescriptionChange(after.name, one.description, after.description)
        for one, after in pairs
        if one.name and one.description != after.description
    )


def _by_key(decks: Iterable[str]) -> dict[str, str]:
    return {deck.casefold(): deck for deck in sorted(decks)}


def _main_targets(moves: Iterable[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Give the deck that holds more than half of an old deck's notes now, and how many."""
    targets: dict[str, Counter[str]] = {}
    for old, new in moves:
        targets.setdefault(old.casefold(), Counter())[new] += 1
    found: dict[str, tuple[str, int]] = {}
    for key, counts in targets.items():
        ((target, count),) = counts.most_common(1)
        if 2 * count > counts.total():
            found[key] = (target, count)
    return found


def _stem(old: str, new: str) -> tuple[str, str]:
    """Leave out the levels that both names end in: A::x, B::x were A, B."""
    before, after = levels(old), levels(new)
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        del before[-1], after[-1]
    return join(before), join(after)


def _coherent(old: str, new: str, before: Mapping[str, str], candidates: Mapping[str, str]) -> bool:
    """Whether every deck at or below the old name went to its place at or below the new one."""
    return all(
        candidates.get(key) == new + deck[len(old) :]
        for key, deck in before.items()
        if is_within(deck, old)
    )


def _followed(renames: Renames, old: str, new: str) -> list[str]:
    expected = renames.target(old)
    return [old] if expected != old and expected.casefold() == new.casefold() else []
