"""Changes as plain data for JSON, in the format of docs/reference/diff.md."""

from __future__ import annotations

from typing import Any

from flashdeck.anki.html_text import readable
from flashdeck.comparison.advice import advise
from flashdeck.comparison.changes import ChangedNote, Changes, Entry, NoteTypeChange, PartsChange
from flashdeck.comparison.output.phrases import summary, title
from flashdeck.comparison.output.words import compare_words

Plain = dict[str, Any]


def as_json(changes: Changes) -> Plain:
    """Return all changes; lists without changes are empty."""
    return {
        "summary": summary(changes),
        "notes": {
            "new": [_note(entry) for entry in changes.new],
            "changed": [_changed(change) for change in changes.changed],
            "removed": [{**_note(note.entry), "emptied": note.emptied} for note in changes.removed],
            "restored": [_note(entry) for entry in changes.restored],
            "moved": [
                {**_note(note.new), "from": note.from_deck, "to": note.to_deck}
                for note in changes.moved
            ],
            "retyped": [
                {**_note(note.new), "from": note.old.notetype.name, "to": note.new.notetype.name}
                for note in changes.retyped
            ],
            "sent_again": [_note(entry) for entry in changes.sent_again],
            "reordered": changes.reordered,
        },
        "decks": {
            "renamed": [
                {"from": deck.old, "to": deck.new, "notes": deck.notes}
                for deck in changes.decks_renamed
            ],
            "described": [
                {"deck": change.deck, "old": change.old, "new": change.new}
                for change in changes.descriptions
            ],
            "presets": [
                {"deck": deck.name, "preset": deck.preset.name}
                for deck in changes.presets
                if deck.preset is not None
            ],
        },
        "notetypes": {
            "added": [notetype.name for notetype in changes.notetypes_added],
            "removed": [notetype.name for notetype in changes.notetypes_removed],
            "changed": [_notetype(change) for change in changes.notetypes_changed],
        },
        "media": {
            "added": list(changes.media_added),
            "removed": list(changes.media_removed),
            "replaced": [{"old": media.old, "new": media.new} for media in changes.media_replaced],
        },
        "by_hand": [
            {
                "rule": step.rule,
                "when": str(step.when),
                "words": step.words,
                "searches": list(step.searches),
            }
            for step in advise(changes)
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
                "name": field.name,
                "change": str(field.edit),
                "old": field.old,
                "new": field.new,
                "words": [
                    [str(piece.kind), piece.text]
                    for piece in compare_words(readable(field.old), readable(field.new))
                ],
            }
            for field in change.fields
        ],
        "tags_added": list(change.tags_added),
        "tags_removed": list(change.tags_removed),
        "cards_added": list(change.cards_added),
        "cards_vanished": list(change.cards_vanished),
        "renumbered": [
            {"from": cloze.old, "to": cloze.new, "text": cloze.text} for cloze in change.renumbered
        ],
    }


def _notetype(change: NoteTypeChange) -> Plain:
    return {
        "name": change.new.name,
        "old_name": change.old.name,
        "fields": _parts(change.fields),
        "templates": {**_parts(change.templates), "changed": list(change.texts)},
        "scripts": list(change.scripts),
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
