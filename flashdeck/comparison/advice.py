"""Manual steps for learners: changes that an import does not make, and searches for the cards.

Each case was measured with real Anki; tests/comparison/test_diff_anki.py runs the searches there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from flashdeck.comparison.changes import ChangedNote, Changes, Entry, MovedNote
from flashdeck.comparison.decks import Renames
from flashdeck.comparison.search import card_search, deck_search, note_searches, notetype_search
from flashdeck.text import counted


class When(StrEnum):
    """When a step is due; `RELEASE` is for the author, all others are for learners."""

    RELEASE = "release"
    BEFORE = "before"
    IMPORTING = "importing"
    AFTER = "after"


@dataclass(frozen=True, slots=True)
class Advice:
    """A manual step. `rule` is its short name; `searches` find its cards in Anki."""

    rule: str
    when: When
    words: str
    searches: tuple[str, ...] = ()


def advise(changes: Changes) -> tuple[Advice, ...]:
    """Return the manual steps, in the order in which they are due."""
    steps = [
        *_media(changes),
        *_renamed(changes),
        *_retyped(changes),
        *_notetypes(changes),
        *_moved(changes),
        *_empty(changes),
        *_presets(changes),
        *_kept(changes),
        *_renumbered(changes),
        *_descriptions(changes),
        *_doubled(changes),
    ]
    order = list(When)
    return tuple(sorted(steps, key=lambda step: order.index(step.when)))


def _media(changes: Changes) -> Iterator[Advice]:
    for media in changes.media_replaced:
        if media.reaches:
            continue
        if media.new.startswith("_"):
            words = f"Delete {media.old} from Anki's media folder: an import never replaces it."
            yield Advice("replaced-media", When.BEFORE, words)
        else:
            words = (
                f"Give {media.new} another name: no note that shows it changed, so everybody who "
                "has the deck would keep the old file."
            )
            yield Advice("replaced-media", When.RELEASE, words)


def _renamed(changes: Changes) -> Iterator[Advice]:
    for deck in changes.decks_renamed:
        words = (
            f"Rename the deck “{deck.old}” to “{deck.new}”; otherwise your cards stay behind in "
            "the old one. Imported already? Then move the cards that this finds."
        )
        yield Advice("renamed-deck", When.BEFORE, words, (deck_search(deck.old),))


def _retyped(changes: Changes) -> Iterator[Advice]:
    entries = [note.old for note in changes.retyped]
    if entries:
        words = (
            f"Delete {counted(len(entries), 'note')}, which {_have(len(entries))} another note "
            "type now: Anki won't update them. The import brings them back as new ones, without "
            "their reviews."
        )
        yield Advice("retyped-notes", When.BEFORE, words, note_searches(entries))


def _notetypes(changes: Changes) -> Iterator[Advice]:
    for change in changes.notetypes_changed:
        name = f"“{change.new.name}”"
        if change.kind_changed and change.refused:
            words = (
                f"Delete the notes of the note type {name}: it changed in a way that Anki can't "
                "carry over. The import brings them back as new ones, without their reviews."
            )
            search = notetype_search(change.old.name)
            yield Advice("changed-note-type", When.BEFORE, words, (search,))
        elif change.kind_changed:
            words = f"Leave “Merge note types” unticked: {name} can't be merged."
            yield Advice("changed-note-type", When.IMPORTING, words)
        elif change.refused:
            words = (
                "Tick “Merge note types”, set “Update notes” and “Update note types” to “Always” "
                f"(Anki 23.10 or later): the note type {name} has other fields or card types, and "
                "its notes would not be updated otherwise. This replaces your own edits and tags "
                "on the notes of this deck, and the next sync has to replace one side as a whole."
            )
            yield Advice("changed-note-type", When.IMPORTING, words)


def _moved(changes: Changes) -> Iterator[Advice]:
    renames = Renames({deck.old: deck.new for deck in changes.decks_renamed})
    ways: dict[tuple[str, str], list[MovedNote]] = {}
    for note in changes.moved:
        ways.setdefault((renames.target(note.from_deck), note.to_deck), []).append(note)
    for (source, target), moved in ways.items():
        words = (
            f"Move the cards of {counted(len(moved), 'note')} from “{source}” to “{target}”: find "
            "them in Anki's browser, select them all, and choose Change Deck."
        )
        searches = note_searches((note.new for note in moved), within=deck_search(source))
        yield Advice("moved-notes", When.AFTER, words, searches)


def _empty(changes: Changes) -> Iterator[Advice]:
    removed = [note for note in changes.removed if note.emptied]
    fewer = [note for note in changes.changed if note.cards_vanished]
    cards = sum(len(note.cards_vanished) for note in fewer)
    what = [
        *([f"the cards of {counted(len(removed), 'removed note')}"] if removed else []),
        *([f"{counted(cards, 'card')} that {_no_longer_made(cards)}"] if cards else []),
    ]
    if what:
        searches = _card_searches((note, note.cards_vanished) for note in fewer)
        if removed:
            searches = ("tag:flashdeck::removed", *searches)
        words = f"Run Tools > Empty Cards: it deletes {' and '.join(what)}."
        yield Advice("empty-cards", When.AFTER, words, searches)


def _kept(changes: Changes) -> Iterator[Advice]:
    entries = [note.entry for note in changes.removed if not note.emptied]
    if entries:
        notes = counted(len(entries), "note")
        words = f"Delete {notes} by hand, if you want: an import never deletes."
        yield Advice("removed-notes", When.AFTER, words, note_searches(entries))


def _renumbered(changes: Changes) -> Iterator[Advice]:
    notes = [note for note in changes.changed if note.renumbered]
    if notes:
        words = (
            f"In {counted(len(notes), 'note')} clozes got other numbers, and reviews stay with the "
            "number. To learn those cards again, reset them in Anki's browser (Cards > Reset)."
        )
        searches = _card_searches((note, _other_text(note)) for note in notes)
        yield Advice("renumbered-clozes", When.AFTER, words, searches)


def _other_text(change: ChangedNote) -> tuple[int, ...]:
    """Return the ordinals of cards that hide another text than before."""
    numbers = {number for cloze in change.renumbered for number in (cloze.old, cloze.new)}
    ordinals = (card.ordinal for card in change.new.note.cards)
    return tuple(ordinal for ordinal in ordinals if ordinal + 1 in numbers)


def _card_searches(cards: Iterable[tuple[ChangedNote, tuple[int, ...]]]) -> tuple[str, ...]:
    """Find cards of several notes: a search for each set of ordinals."""
    by_ordinals: dict[tuple[int, ...], list[Entry]] = {}
    for change, ordinals in cards:
        by_ordinals.setdefault(ordinals, []).append(change.new)
    return tuple(
        search
        for ordinals, entries in by_ordinals.items()
        for search in note_searches(entries, within=card_search(ordinals))
    )


def _presets(changes: Changes) -> Iterator[Advice]:
    if changes.presets:
        decks = ", ".join(f"“{deck.name}”" for deck in changes.presets)
        words = (
            f"Tick “Import any deck presets” to take the deck options that come with {decks}; they "
            "replace the options that you chose for these decks."
        )
        yield Advice("deck-preset", When.IMPORTING, words)


def _descriptions(changes: Changes) -> Iterator[Advice]:
    for change in changes.descriptions:
        if not change.new:
            words = f"Clear the description of the deck “{change.deck}”: an import leaves it there."
            yield Advice("cleared-description", When.AFTER, words)


def _doubled(changes: Changes) -> Iterator[Advice]:
    """Name changed fronts; a note that has one card only is safe."""
    for change in changes.notetypes_changed:
        is_safe = not change.new.cloze and len(change.new.templates) == 1
        if not change.fronts or is_safe or change.refused or change.kind_changed:
            continue
        fronts = ", ".join(f"“{name}”" for name in change.fronts)
        words = (
            "If a card is there twice, run Tools > Check Database, which keeps the one with the "
            f"reviews: the front of {fronts} in the note type “{change.new.name}” changed, and "
            "then Anki 25.07 to 26.9.3 may double cards."
        )
        yield Advice("doubled-cards", When.AFTER, words)


def _have(count: int) -> str:
    return "has" if count == 1 else "have"


def _no_longer_made(count: int) -> str:
    return "its note no longer makes" if count == 1 else "their notes no longer make"
