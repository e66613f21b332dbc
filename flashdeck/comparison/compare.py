"""Collection x Collection to Changes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from itertools import chain, starmap

from flashdeck.anki.clozes import hidden_texts
from flashdeck.anki.html_text import display_name, readable
from flashdeck.anki.template.references import references
from flashdeck.comparison.changes import (
    ChangedNote,
    Changes,
    Edit,
    Entry,
    FieldChange,
    MovedNote,
    RemovedNote,
    Renumbered,
    ReplacedMedia,
    RetypedNote,
)
from flashdeck.comparison.decks import Renames, described, find_renames
from flashdeck.comparison.notetypes import changed_notetype, matches
from flashdeck.model import Collection, Media, NoteType

Entries = Mapping[str, Entry]
Pairs = Sequence[tuple[Entry, Entry]]


def diff(old: Collection, new: Collection, *, empties_removed: bool = False) -> Changes:
    """Compare what two collections hold.

    A note that the old one holds as removed (empty, without cards, tagged `flashdeck::removed`) is
    as good as absent. `empties_removed` says that a build will do that to the notes that are absent
    from the new one, as it does for sources.
    """
    before, after = _entries(old), _entries(new)
    living = {guid: entry for guid, entry in before.items() if not entry.removed}
    present = {guid: entry for guid, entry in after.items() if not entry.removed}
    both = [(living[guid], entry) for guid, entry in present.items() if guid in living]
    same_type = [(one, other) for one, other in both if _type(one) == _type(other)]
    moves = [(one.deck, other.deck) for one, other in same_type if one.deck and other.deck]
    decks_renamed = find_renames(moves, _decks(living), _decks(present))
    renames = Renames({one.old: one.new for one in decks_renamed})
    notetypes = _in_both(old, new, living, present)
    changed = tuple(filter(None, starmap(_changed, same_type)))
    added, removed, replaced = compare_media(
        old.media, new.media, {one.new.note.guid for one in changed}, present.values()
    )
    return Changes(
        new=tuple(entry for guid, entry in present.items() if guid not in before),
        changed=changed,
        removed=tuple(
            RemovedNote(entry, guid in after or empties_removed)
            for guid, entry in living.items()
            if guid not in present
        ),
        restored=tuple(
            entry for guid, entry in present.items() if guid in before and guid not in living
        ),
        moved=tuple(move for pair in same_type for move in _moved(*pair, renames)),
        retyped=tuple(RetypedNote(*pair) for pair in both if _type(pair[0]) != _type(pair[1])),
        reordered=_reordered(same_type, living),
        decks_renamed=decks_renamed,
        descriptions=described(old, new, renames),
        notetypes_added=notetypes[0],
        notetypes_removed=notetypes[1],
        notetypes_changed=tuple(filter(None, starmap(changed_notetype, notetypes[2]))),
        media_added=added,
        media_removed=removed,
        media_replaced=replaced,
    )


def _entries(collection: Collection) -> Entries:
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    return {note.guid: Entry(note, notetypes[note.notetype]) for note in collection.notes}


def _type(entry: Entry) -> int:
    return entry.notetype.id


def _decks(entries: Entries) -> set[str]:
    return {card.deck for entry in entries.values() for card in entry.note.cards}


def _in_both(
    old: Collection, new: Collection, living: Entries, present: Entries
) -> tuple[tuple[NoteType, ...], tuple[NoteType, ...], list[tuple[NoteType, NoteType]]]:
    """Give the note types that came, those that went, and those in both; all of them in use."""
    used_before, used_after = map(_type, living.values()), map(_type, present.values())
    before = {one.id: one for one in old.notetypes}
    after = {one.id: one for one in new.notetypes}
    came, went = set(used_after) - before.keys(), set(used_before) - after.keys()
    return (
        tuple(one for one in new.notetypes if one.id in came),
        tuple(one for one in old.notetypes if one.id in went),
        [(before[id_], after[id_]) for id_ in before if id_ in after],
    )


def _changed(old: Entry, new: Entry) -> ChangedNote | None:
    before, after = old.note, new.note
    if (before.fields, before.tags) == (after.fields, after.tags) and _ordinals(old) == _ordinals(
        new
    ):
        return None
    tags_added = tuple(tag for tag in after.tags if tag not in before.tags)
    tags_removed = tuple(tag for tag in before.tags if tag not in after.tags)
    fields = tuple(_fields(old, new))
    cards_added, cards_vanished = _cards(old, new)
    if not (fields or tags_added or tags_removed or cards_added or cards_vanished):
        return None
    gaps = (
        renumbered(map(readable, before.fields), map(readable, after.fields))
        if new.notetype.cloze
        else ()
    )
    return ChangedNote(
        old, new, fields, tags_added, tags_removed, cards_added, cards_vanished, gaps
    )


def _ordinals(entry: Entry) -> list[int]:
    return [card.ordinal for card in entry.note.cards]


def _fields(old: Entry, new: Entry) -> Iterator[FieldChange]:
    """Compare fields that match; a new one was empty, a lost one is no note's change."""
    if old.notetype.fields == new.notetype.fields:
        origin = {index: index for index in range(len(new.notetype.fields))}
    else:
        pairs = matches(old.notetype.fields, new.notetype.fields)
        origin = {after: before for before, after in pairs.items()}
    for index, after in enumerate(new.note.fields):
        before = old.note.fields[origin[index]] if index in origin else ""
        if before != after:
            name = new.notetype.fields[index].name
            shown = name in _shown_fields(new.notetype)
            yield FieldChange(name, _edit(before, after), before, after, shown)


def _edit(before: str, after: str) -> Edit:
    if readable(before) != readable(after):
        return Edit.TEXT
    return Edit.MEDIA if {*references(before)} != {*references(after)} else Edit.MARKUP


_REPLACEMENT = re.compile(r"\{\{\s*([^{}#^/!][^{}]*)\}\}")


@lru_cache(maxsize=64)
def _shown_fields(notetype: NoteType) -> frozenset[str]:
    """Find the fields that a card shows, rather than only asks whether they are filled."""
    texts = ((one.front, one.back) for one in notetype.templates)
    found = (_REPLACEMENT.findall(text) for text in chain.from_iterable(texts))
    return frozenset(name.split(":")[-1].strip() for name in chain.from_iterable(found))


def _cards(old: Entry, new: Entry) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Give the ordinals that came and went, but for those whose template came or went."""
    before, after = _ordinals(old), _ordinals(new)
    if new.notetype.cloze or old.notetype.templates == new.notetype.templates:
        pairs = {ordinal: ordinal for ordinal in (*before, *after)}
    else:
        pairs = matches(old.notetype.templates, new.notetype.templates)
    kept = {pairs[ordinal] for ordinal in before if ordinal in pairs}
    added = tuple(one for one in after if one in pairs.values() and one not in kept)
    vanished = tuple(one for one in before if one in pairs and pairs[one] not in after)
    return added, vanished


def _moved(old: Entry, new: Entry, renames: Renames) -> Iterator[MovedNote]:
    """Give a note's moves: one for each pair of decks that cards of it left and came to."""
    decks = {card.ordinal: card.deck for card in old.note.cards}
    pairs = {
        (decks[card.ordinal], card.deck): None
        for card in new.note.cards
        if card.ordinal in decks
        and renames.target(decks[card.ordinal]).casefold() != card.deck.casefold()
    }
    yield from (MovedNote(old, new, *pair) for pair in pairs)


def _reordered(pairs: Pairs, old: Entries) -> int:
    """Count the notes that change places among those that stay together in a deck."""
    places = {guid: place for place, guid in enumerate(old)}
    decks: dict[tuple[str, str], list[int]] = {}
    for before, after in pairs:
        decks.setdefault((before.deck, after.deck), []).append(places[after.note.guid])
    return sum(len(order) - len(longest_increasing(order)) for order in decks.values())


def compare_media(
    old: Iterable[Media], new: Iterable[Media], changed: Container[str], present: Iterable[Entry]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[ReplacedMedia, ...]]:
    """Give the names of the files that were added and removed, and the replaced files.

    A name with a digest in it is another name when the content changes; one that goes and one that
    comes with the same words are one file. Under an unchanged name Anki takes a new file only along
    with a note that changed and names it, and one that begins with `_` never; `changed` holds the
    GUIDs of the notes that changed.
    """
    before = {media.name: media.sha256 for media in old}
    after = {media.name: media.sha256 for media in new}
    went = {display_name(name): name for name in before if name not in after}
    came = {display_name(name): name for name in after if name not in before}
    renewed = [ReplacedMedia(went[one], came[one], reaches=True) for one in went if one in came]
    same_name = [one for one in after if one in before and before[one] != after[one]]
    if same_name:
        carried = {
            name
            for entry in present
            if entry.note.guid in changed
            for text in entry.note.fields
            for name in references(text)
            if not name.startswith("_")
        }
        renewed += [ReplacedMedia(one, one, one in carried) for one in same_name]
    done = {name for one in renewed for name in (one.old, one.new)}
    return (
        tuple(name for name in after if name not in before and name not in done),
        tuple(name for name in before if name not in after and name not in done),
        tuple(sorted(renewed, key=lambda one: one.new)),
    )


def renumbered(old: Iterable[str], new: Iterable[str]) -> tuple[Renumbered, ...]:
    """Find clozes that kept their text and got another number, given a note's readable fields."""
    before, after = _numbers(old), _numbers(new)
    found: list[Renumbered] = []
    for text, numbers in before.items():
        left = [number for number in numbers if number not in after.get(text, ())]
        came = [number for number in after.get(text, ()) if number not in numbers]
        found += [Renumbered(*pair, text) for pair in zip(left, came, strict=False)]
    return tuple(sorted(found, key=lambda one: one.old))


def _numbers(texts: Iterable[str]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for text in texts:
        for number, hidden in hidden_texts(text).items():
            if words := " … ".join(hidden).strip():
                numbers.setdefault(words, []).append(number)
    return numbers


def longest_increasing(numbers: Sequence[int]) -> list[int]:
    """Give the indices of a longest strictly increasing subsequence, in n log n steps."""
    tails: list[int] = []  # the least number that ends a run of each length
    ends: list[int] = []  # and its index
    before: list[int] = []
    for index, number in enumerate(numbers):
        length = bisect_left(tails, number)
        before.append(ends[length - 1] if length else -1)
        if length == len(tails):
            tails.append(number)
            ends.append(index)
        else:
            tails[length] = number
            ends[length] = index
    found: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        found.append(at)
        at = before[at]
    return found[::-1]
