"""Renamed decks, recognised by their notes in a new deck. Other notes were moved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

from flashdeck.anki.deck_names import is_within, join, levels, with_parents
from flashdeck.comparison.changes import DescriptionChange, RenamedDeck
from flashdeck.model import Collection, Deck
from flashdeck.text import natural


class Renames:
    """The expected new decks of old ones. Like Anki, it ignores case."""

    def __init__(self, renames: Mapping[str, str]) -> None:
        self._renames = {old.casefold(): (len(old), new) for old, new in renames.items()}

    def target(self, deck: str) -> str:
        """Return a deck's name after renames of it or of a parent deck."""
        for name in reversed(with_parents(deck)):
            rename = self._renames.get(name.casefold())
            if rename is not None:
                length, new = rename
                return new + deck[length:]
        return deck


def find_renames(
    moves: Sequence[tuple[str, str]], old: Iterable[str], new: Iterable[str]
) -> tuple[RenamedDeck, ...]:
    """Find renamed decks.

    `moves` are the old and the new deck of every note that is in both collections, `old` and `new`
    the decks with cards. A deck was renamed when it is gone, most of its notes are in one new deck,
    and all of its subdecks followed, as they do when Anki renames a deck.
    """
    before, after = _by_key(old), {deck.casefold() for deck in new}
    taken = {name.casefold() for deck in before.values() for name in with_parents(deck)}
    candidates: dict[str, str] = {}
    for key, (target, _) in sorted(_main_targets(moves).items(), key=lambda item: -item[1][1]):
        free = target.casefold() not in taken and target not in candidates.values()
        if key in before and key not in after and free:
            candidates[key] = target
    renames: dict[str, str] = {}
    for key, target in sorted(candidates.items()):
        deck = before[key]
        for source, name in (_stem(deck, target), (deck, target)):
            if name.casefold() not in taken and _coherent(source, name, before, candidates):
                renames[source] = name
                break
    rule = Renames(renames)
    counts = Counter(
        source for old_deck, new_deck in moves for source in _followed(rule, old_deck, new_deck)
    )
    return tuple(
        RenamedDeck(source, target, sum(counts[deck] for deck in counts if is_within(deck, source)))
        for source, target in sorted(renames.items(), key=lambda rename: natural(rename[0]))
    )


def described(old: Collection, new: Collection, renames: Renames) -> tuple[DescriptionChange, ...]:
    """Return the decks that are in both collections with different descriptions."""
    old_decks = {renames.target(deck.name).casefold(): deck for deck in old.decks}
    pairs = ((old_decks.get(deck.name.casefold(), Deck("")), deck) for deck in new.decks)
    return tuple(
        DescriptionChange(after.name, before.description, after.description)
        for before, after in pairs
        if before.name and before.description != after.description
    )


def with_new_presets(old: Collection, new: Collection, renames: Renames) -> tuple[Deck, ...]:
    """Return the decks of the new collection whose preset they did not have in the old one."""
    presets = {renames.target(deck.name).casefold(): deck.preset for deck in old.decks}
    return tuple(
        deck
        for deck in new.decks
        if deck.preset is not None and presets.get(deck.name.casefold()) != deck.preset
    )


def _by_key(decks: Iterable[str]) -> dict[str, str]:
    return {deck.casefold(): deck for deck in sorted(decks)}


def _main_targets(moves: Iterable[tuple[str, str]]) -> dict[str, tuple[str, int]]:
    """Return the deck that has more than half of an old deck's notes now, and their number."""
    targets: dict[str, Counter[str]] = {}
    for old, new in moves:
        targets.setdefault(old.casefold(), Counter())[new] += 1
    main: dict[str, tuple[str, int]] = {}
    for key, counts in targets.items():
        ((target, count),) = counts.most_common(1)
        if 2 * count > counts.total():
            main[key] = (target, count)
    return main


def _stem(old: str, new: str) -> tuple[str, str]:
    """Drop the levels that both names end in: A::x and B::x give A and B."""
    before, after = levels(old), levels(new)
    while len(before) > 1 and len(after) > 1 and before[-1] == after[-1]:
        del before[-1], after[-1]
    return join(before), join(after)


def _coherent(old: str, new: str, before: Mapping[str, str], candidates: Mapping[str, str]) -> bool:
    """Whether a deck and all of its subdecks moved to the new name."""
    return all(
        candidates.get(key) == new + deck[len(old) :]
        for key, deck in before.items()
        if is_within(deck, old)
    )


def _followed(renames: Renames, old: str, new: str) -> list[str]:
    expected = renames.target(old)
    return [old] if expected != old and expected.casefold() == new.casefold() else []
