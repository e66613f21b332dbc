"""Changes as plain data for JSON: the shape that docs/reference/diff.md describes."""

from __future__ import annotations

from typing import Any

from flashdeck.anki.html_text import readable
from flashdeck.comparison.advice import advise
from flashdeck.comparison.changes import ChangedNote, Changes, Entry, NoteTypeChange, PartsChange
from flashdeck.comparison.output.phrases import summary, title
from flashdeck.comparison.output.words import compare_words

Plain = dict[str, Any]


def as_json(changes: Changes) -> Plain:
    """Give everything that changed; lists are empty where nothing did."""
    return {
        "summary": summary(changes),
        "notes": {
            "new": [_note(one) for one in changes.new],
            "changed": [_changed(one) for one in changes.changed],
            "removed": [{**_note(one.entry), "emptied": one.emptied} for one in changes.removed],
            "restored": [_note(one) for one in changes.restored],
            "moved": [
                {**_note(one.new), "from": one.from_deck, "to": one.to_deck}
                for one in changes.moved
            ],
            "retyped": [
                {**_note(one.new), "from": one.old.notetype.name, "to": one.new.notetype.name}
                for one in changes.retyped
            ],
            "reordered": changes.reordered,
        },
        "decks": {
            "renamed": [
                {"from": one.old, "to": one.new, "notes": one.notes}
                for one in changes.decks_renamed
            ],
            "described": [
                {"deck": one.deck, "old": one.old, "new": one.new} for one in changes.descriptions
            ],
        },
        "notetypes": {
            "added": [one.name for one in changes.notetypes_added],
            "removed": [one.name for one in changes.notetypes_removed],
            "changed": [_notetype(one) for one in changes.notetypes_changed],
        },
        "media": {
            "added": list(changes.media_added),
            "removed": list(changes.media_removed),
            "replaced": [{"old": one.old, "new": one.new} for one in changes.media_replaced],
        },
        "by_hand": [
            {
                "rule": one.rule,
                "when": str(one.when),
                "words": one.words,
                "searches": list(one.searches),
            }
            for one in advise(changes)
        ],
    }


def _note(entry: Entry) -> Plain:
    source = entry.note.source
    return {
        "id": entry.note.guid,
        "title": title(entry),
        "deck": entry.deck,
        "notetype": entry.notetype.name,
        "file": source.path if source is not None else None,
        "line": source.line if source is not None else None,
    }


def _changed(change: ChangedNote) -> Plain:
    return {
        **_note(change.new),
        "fields": [
            {
                "name": one.name,
                "change": str(one.edit),
                "old": one.old,
                "new": one.new,
                "words": [
                    [str(piece.kind), piece.text]
                    for piece in compare_words(readable(one.old), readable(one.new))
                ],
            }
            for one in change.fields
        ],
        "tags_added": list(change.tags_added),
        "tags_removed": list(change.tags_removed),
        "cards_added": list(change.cards_added),
        "cards_vanished": list(change.cards_vanished),
        "renumbered": [
            {"from": one.old, "to": one.new, "text": one.text} for one in change.renumbered
        ],
    }


def _notetype(change: NoteTypeChange) -> Plain:
    return {
        "name": change.new.name,
        "old_name": change.old.name,
        "fields": _parts(change.fields),
        "templates": {**_parts(change.templates), "changed": list(change.texts)},
        "css": change.css,
        "details": change.details,
        "sort_field": change.sort_changed,
        "cloze": change.kind_changed,
        "refused": change.refused,
    }


def _parts(parts: PartsChange) -> Plain:
    return {
        "added": list(parts.added),
        "removed": list(parts.removed),
        "renamed": [{"from": old, "to": new} for old, new in parts.renamed],
        "reordered": parts.reordered,
    }
