"""Comparison of two collections."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Collection as Container
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
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
from flashdeck.comparison.decks import Renames, described, find_renames, with_new_presets
from flashdeck.comparison.notetypes import changed_notetype, matches
from flashdeck.model import Collection, Media, NoteType

Entries = Mapping[str, Entry]
Pairs = Sequence[tuple[Entry, Entry]]


def diff(old: Collection, new: Collection, *, empties_removed: bool = False) -> Changes:
    """Compare the contents of two collections, and the times of their notes where both have some.

    A removed note (empty, without cards, tagged `flashdeck::removed`) counts as absent.
    `empties_removed` says that a build will empty the notes that are absent from the new
    collection, as it does for sources.
    """
    before, after = _entries(old), _entries(new)
    living = {guid: entry for guid, entry in before.items() if not entry.removed}
    present = {
        guid: _with_id(entry, before.get(guid))
        for guid, entry in after.items()
        if not entry.removed
    }
    both = [(living[guid], entry) for guid, entry in present.items() if guid in living]
    same_type = [pair for pair in both if _type(pair[0]) == _type(pair[1])]
    moves = [(was.deck, entry.deck) for was, entry in same_type if was.deck and entry.deck]
    decks_renamed = find_renames(moves, _decks(living), _decks(present))
    renames = Renames({deck.old: deck.new for deck in decks_renamed})
    notetypes = _in_both(old, new, living, present)
    changed = tuple(filter(None, starmap(_changed, same_type)))
    edited = {change.new.note.guid for change in changed}
    added, removed, replaced = compare_media(old.media, new.media, edited, present.values())
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
        sent_again=tuple(
            entry
            for was, entry in same_type
            if 0 < was.note.mod < entry.note.mod and entry.note.guid not in edited
        ),
        reordered=_reordered(same_type, living),
        decks_renamed=decks_renamed,
        descriptions=described(old, new, renames),
        presets=with_new_presets(old, new, renames),
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


def _with_id(entry: Entry, was: Entry | None) -> Entry:
    """Return a note with its id in Anki in the old collection, which learners keep."""
    if was is None or was.note.id in (0, entry.note.id):
        return entry
    return replace(entry, note=replace(entry.note, id=was.note.id))


def _type(entry: Entry) -> int:
    return entry.notetype.id


def _decks(entries: Entries) -> set[str]:
    return {card.deck for entry in entries.values() for card in entry.note.cards}


def _in_both(
    old: Collection, new: Collection, living: Entries, present: Entries
) -> tuple[tuple[NoteType, ...], tuple[NoteType, ...], list[tuple[NoteType, NoteType]]]:
    """Return the added and the removed note types in use, and those in both collections."""
    used_before, used_after = map(_type, living.values()), map(_type, present.values())
    before = {notetype.id: notetype for notetype in old.notetypes}
    after = {notetype.id: notetype for notetype in new.notetypes}
    added, removed = set(used_after) - before.keys(), set(used_before) - after.keys()
    return (
        tuple(notetype for notetype in new.notetypes if notetype.id in added),
        tuple(notetype for notetype in old.notetypes if notetype.id in removed),
        [(before[id_], after[id_]) for id_ in before if id_ in after],
    )


def _changed(old: Entry, new: Entry) -> ChangedNote | None:
    before, after = old.note, new.note
    same_cards = _ordinals(old) == _ordinals(new)
    if same_cards and (before.fields, before.tags) == (after.fields, after.tags):
        return None
    tags_added = tuple(tag for tag in after.tags if tag not in before.tags)
    tags_removed = tuple(tag for tag in before.tags if tag not in after.tags)
    fields = tuple(_fields(old, new))
    cards_added, cards_vanished = _cards(old, new)
    if not (fields or tags_added or tags_removed or cards_added or cards_vanished):
        return None
    clozes = (
        renumbered(map(readable, before.fields), map(readable, after.fields))
        if new.notetype.cloze
        else ()
    )
    return ChangedNote(
        old, new, fields, tags_added, tags_removed, cards_added, cards_vanished, clozes
    )


def _ordinals(entry: Entry) -> list[int]:
    return [card.ordinal for card in entry.note.cards]


def _fields(old: Entry, new: Entry) -> Iterator[FieldChange]:
    """Compare matching fields; a new field was empty, a removed field is not a note's change."""
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


_REPLACEMENT = re.compile(r"\{\{\s*+([^{}#^/!][^{}]*+)\}\}")


@lru_cache(maxsize=64)
def _shown_fields(notetype: NoteType) -> frozenset[str]:
    """Return the fields that templates show, not those that are only used in conditions."""
    texts = ((part.front, part.back) for part in notetype.templates if not part.spare)
    names = (_REPLACEMENT.findall(text) for text in chain.from_iterable(texts))
    return frozenset(name.split(":")[-1].strip() for name in chain.from_iterable(names))


def _cards(old: Entry, new: Entry) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Return added and removed ordinals, except those of added and removed templates.

    A template that takes a reserve is added: its cards do not change the note.
    """
    before, after = _ordinals(old), _ordinals(new)
    if new.notetype.cloze or old.notetype.templates == new.notetype.templates:
        pairs = {ordinal: ordinal for ordinal in (*before, *after)}
    else:
        pairs = {
            old_place: place
            for old_place, place in matches(old.notetype.templates, new.notetype.templates).items()
            if old.notetype.templates[old_place].spare == new.notetype.templates[place].spare
        }
    present = {pairs[ordinal] for ordinal in before if ordinal in pairs}
    added = set(pairs.values()) - present
    vanished = {ordinal for ordinal, match in pairs.items() if match not in after}
    return (
        tuple(ordinal for ordinal in after if ordinal in added),
        tuple(ordinal for ordinal in before if ordinal in vanished),
    )


def _moved(old: Entry, new: Entry, renames: Renames) -> Iterator[MovedNote]:
    """Return the moves of a note: one for each pair of decks of its cards."""
    decks = {card.ordinal: card.deck for card in old.note.cards}
    pairs = {
        (decks[card.ordinal], card.deck): None
        for card in new.note.cards
        if card.ordinal in decks
        and renames.target(decks[card.ordinal]).casefold() != card.deck.casefold()
    }
    yield from (MovedNote(old, new, *pair) for pair in pairs)


def _reordered(pairs: Pairs, old: Entries) -> int:
    """Count the notes with another position among those that stay together in a deck."""
    places = {guid: place for place, guid in enumerate(old)}
    decks: dict[tuple[str, str], list[int]] = {}
    for before, after in pairs:
        decks.setdefault((before.deck, after.deck), []).append(places[after.note.guid])
    return sum(len(order) - len(longest_increasing(order)) for order in decks.values())


def compare_media(
    old: Iterable[Media], new: Iterable[Media], changed: Container[str], present: Iterable[Entry]
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[ReplacedMedia, ...]]:
    """Return the names of added and removed files, and the replaced files.

    Names with a digest change with the content; a removed and an added name that differ in the
    digest only are one file. Under an unchanged name Anki imports a new file only with a changed
    note that names it, and never where the name starts with `_`. `changed` holds the GUIDs of
    changed notes.
    """
    before = {media.name: media.sha256 for media in old}
    after = {media.name: media.sha256 for media in new}
    gone = {display_name(name): name for name in before if name not in after}
    added = {display_name(name): name for name in after if name not in before}
    replaced = [ReplacedMedia(gone[key], added[key], reaches=True) for key in gone if key in added]
    same_name = [name for name in after if name in before and before[name] != after[name]]
    if same_name:
        carried = {
            name
            for entry in present
            if entry.note.guid in changed
            for text in entry.note.fields
            for name in references(text)
            if not name.startswith("_")
        }
        replaced += [ReplacedMedia(name, name, name in carried) for name in same_name]
    done = {name for media in replaced for name in (media.old, media.new)}
    return (
        tuple(name for name in after if name not in before and name not in done),
        tuple(name for name in before if name not in after and name not in done),
        tuple(sorted(replaced, key=lambda media: media.new)),
    )


def renumbered(old: Iterable[str], new: Iterable[str]) -> tuple[Renumbered, ...]:
    """Find cloze deletions with the same text and another number in a note's readable fields."""
    before, after = _numbers(old), _numbers(new)
    clozes: list[Renumbered] = []
    for text, numbers in before.items():
        lost = [number for number in numbers if number not in after.get(text, ())]
        gained = [number for number in after.get(text, ()) if number not in numbers]
        clozes += [Renumbered(*pair, text) for pair in zip(lost, gained, strict=False)]
    return tuple(sorted(clozes, key=lambda cloze: cloze.old))


def _numbers(texts: Iterable[str]) -> Mapping[str, list[int]]:
    numbers: dict[str, list[int]] = {}
    for text in texts:
        for number, hidden in hidden_texts(text).items():
            if words := " … ".join(hidden).strip():
                numbers.setdefault(words, []).append(number)
    return numbers


def longest_increasing(numbers: Sequence[int]) -> list[int]:
    """Return the indices of a longest strictly increasing subsequence, in O(n log n)."""
    tails: list[int] = []  # the least last number of a subsequence of each length
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
    indices: list[int] = []
    at = ends[-1] if ends else -1
    while at >= 0:
        indices.append(at)
        at = before[at]
    return indices[::-1]
