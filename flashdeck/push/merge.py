"""Merges a note three ways: the build, what was shipped, and the learner's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from operator import attrgetter

from flashdeck.anki.template.ordinals import ordinals
from flashdeck.model import Card, Note, NoteType
from flashdeck.push.plan import Edit, FieldEdit
from flashdeck.push.shipped import Shipped


def places(ours: NoteType, theirs: NoteType) -> tuple[int, ...] | None:
    """Return the index in the learner's note type of each of our fields.

    Fields are recognised by their ids, else by their names. None if the learner lacks a field, or
    if our templates are not the first ones.
    """
    known = {field.name: index for index, field in enumerate(theirs.fields)}
    by_id = {field.id: index for index, field in enumerate(theirs.fields) if field.id is not None}
    found = [
        known.get(field.name) if field.id is None else by_id.get(field.id, known.get(field.name))
        for field in ours.fields
    ]
    templates = zip(ours.templates, theirs.templates, strict=False)
    same = all(
        own.id == other.id if None not in {own.id, other.id} else own.name == other.name
        for own, other in templates
    )
    if None in found or not same or len(theirs.templates) < len(ours.templates):
        return None
    return tuple(index for index in found if index is not None)


def merged(
    ours: Note,
    theirs: Note,
    fields: Sequence[int],
    notetype: NoteType,
    shipped: Shipped,
    now: int,
    *,
    overwrite: bool = False,
) -> Edit:
    """Merge a note of the build with the learner's.

    A text that is one of those shipped is replaced; one that the learner wrote stays, unless both
    changed and `overwrite` is set. `fields` are the places of our fields in the learner's
    `notetype`, which is that of the merged note.
    """
    texts = list(theirs.fields)
    edits: list[FieldEdit] = []
    conflicts: list[FieldEdit] = []
    kept: list[str] = []
    for index, place in enumerate(fields):
        new, old = ours.fields[index], theirs.fields[place]
        if new == old:
            continue
        name = notetype.fields[place].name
        edit = FieldEdit(name, old, new)
        if shipped.has_field(index, old):
            edits.append(edit)
        elif not shipped.may_be_edited(index):
            kept.append(name)
            continue
        elif overwrite:
            edits.append(edit)
        else:
            conflicts.append(edit)
            continue
        texts[place] = new
    tags, added, removed = _tags(ours.tags, theirs.tags, shipped)
    cards = _cards(ours, replace(theirs, fields=tuple(texts), tags=tags), notetype)
    after = replace(
        theirs, fields=tuple(texts), tags=tags, cards=cards, mod=max(now, theirs.mod + 1)
    )
    known = {card.ordinal for card in theirs.cards}
    return Edit(
        theirs,
        after,
        tuple(edits),
        added,
        removed,
        tuple(conflicts),
        tuple(kept),
        tuple(card.ordinal for card in cards if card.ordinal not in known),
        late=theirs.mod >= ours.mod,
    )


def _tags(
    ours: Sequence[str], theirs: Sequence[str], shipped: Shipped
) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    """Return the merged tags, those added and those removed. Anki ignores the case of tags."""
    own = {tag.casefold() for tag in ours}
    known = {tag.casefold() for tag in theirs}
    added = [tag for tag in ours if tag.casefold() not in known and not shipped.always_had(tag)]
    removed = [tag for tag in theirs if tag.casefold() not in own and shipped.dropped(tag)]
    tags = tuple(sorted({*theirs, *added} - {*removed}))
    return tags, tuple(added), tuple(removed)


def own_tags(tags: Sequence[str], shipped: Shipped) -> tuple[str, ...]:
    """Return the tags that are the learner's own."""
    return tuple(tag for tag in tags if not shipped.dropped(tag))


def _cards(ours: Note, merged: Note, notetype: NoteType) -> tuple[Card, ...]:
    """Return the learner's cards, and those that the merged text makes besides.

    New cards go where the build puts them, or where the learner put all others.
    """
    cards = {card.ordinal: card for card in merged.cards}
    own = {card.ordinal: card for card in ours.cards}
    first = ours.cards[0]
    homes = {card.deck for card in merged.cards}
    elsewhere = len(homes) == 1 and not homes & {card.deck for card in ours.cards}
    for ordinal in ordinals(notetype, merged.fields, merged.tags):
        if ordinal in cards:
            continue
        card = own.get(ordinal, Card(ordinal, first.deck, first.position, first.id))
        if ordinal in own or notetype.cloze:
            cards[ordinal] = replace(card, deck=min(homes)) if elsewhere else card
    return tuple(sorted(cards.values(), key=attrgetter("ordinal")))
