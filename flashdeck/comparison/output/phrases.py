"""Phrases of the text and Markdown reports: counts, titles, names of cards, note type changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from flashdeck.anki.clozes import with_clozes_as
from flashdeck.anki.html_text import readable
from flashdeck.comparison.changes import (
    ChangedNote,
    Changes,
    Edit,
    Entry,
    FieldChange,
    MovedNote,
    NoteTypeChange,
    PartsChange,
)
from flashdeck.comparison.output.words import Kind, Piece, compare_words
from flashdeck.model import NoteType
from flashdeck.text import counted, shortened

in_brackets = partial(with_clozes_as, lambda _cloze, inside: f"[{inside.strip()}]")
"""Returns a text with `{{c1::Werkzeug::a library}}` as `[Werkzeug]`."""

_CONTEXT = 48
_LONGEST = 480
_LONGEST_TITLE = 100
_HINT = "<details"


def summary(changes: Changes) -> str:
    """Count what changed: "12 new, 3 changed, 1 removed, 1 deck renamed"."""
    counts = {
        "new": len(changes.new),
        "changed": len(changes.changed),
        "removed": len(changes.removed),
        "restored": len(changes.restored),
        "moved": len({note.new.note.guid for note in changes.moved}),
        "of another note type": len(changes.retyped),
        "sent again": len(changes.sent_again),
        "in another order": changes.reordered,
    }
    parts = [f"{count:,} {what}" for what, count in counts.items() if count]
    notetypes = changes.notetypes_added + changes.notetypes_removed + changes.notetypes_changed
    media = changes.media_added + changes.media_removed + changes.media_replaced
    things = {
        "deck(s) renamed": len(changes.decks_renamed),
        "description(s) changed": len(changes.descriptions),
        "deck(s) with new options": len(changes.presets),
        "note type(s) changed": len(notetypes),
        "media file(s) changed": len(media),
    }
    parts += [counted(count, what) for what, count in things.items() if count]
    return ", ".join(parts) or "no changes"


def title(entry: Entry, *, brackets: bool = True) -> str:
    """Name a note by its sort field, or by its first field that is not empty."""
    fields = entry.note.fields
    for html in (fields[entry.notetype.sort], *fields):
        text = readable(html.partition(_HINT)[0])
        if text:
            return shortened(in_brackets(text) if brackets else text, _LONGEST_TITLE)
    return entry.note.guid


def title_change(change: ChangedNote) -> FieldChange | None:
    """Return the change of the field that names the note, if its text changed."""
    name = change.new.notetype.fields[change.new.notetype.sort].name
    changes = (field for field in change.fields if field.name == name and field.edit is Edit.TEXT)
    return next(changes, None)


def pieces(change: FieldChange, *, brackets: bool) -> list[Piece]:
    """Return the word-level differences of a field, with short surroundings."""
    old, new = readable(change.old), readable(change.new)
    if brackets:
        old, new = in_brackets(old), in_brackets(new)
    words = compare_words(old, new)
    last = len(words) - 1
    return [
        Piece(piece.kind, _surroundings(piece, is_first=at == 0, is_last=at == last))
        for at, piece in enumerate(words)
    ]


def apart(piece: Piece) -> tuple[str, str, str]:
    """Split a piece into leading spaces, words, and trailing spaces."""
    words = piece.text.strip()
    before, _, behind = piece.text.partition(words) if words else ("", "", "")
    return before, words or piece.text, behind


def card_names(notetype: NoteType, ordinals: Iterable[int], prefix: str = "c") -> str:
    """Name cards by their templates, or by a prefix and their cloze numbers."""
    if notetype.cloze:
        return ", ".join(f"{prefix}{ordinal + 1}" for ordinal in ordinals)
    names = [template.name for template in notetype.templates]
    return ", ".join(names[at] if at < len(names) else str(at + 1) for at in ordinals)


def notetype_lines(changes: Changes) -> Iterator[str]:
    """Describe the changes of note types; types with the same changes share a line."""
    names: dict[str, list[str]] = {}
    for change in changes.notetypes_changed:
        names.setdefault("; ".join(_notetype_phrases(change)), []).append(change.new.name)
    yield from (f"{', '.join(types)}: {phrases}" for phrases, types in names.items())


def _notetype_phrases(change: NoteTypeChange) -> list[str]:
    """Describe each change of a note type."""
    phrases: list[str] = []
    if change.old.name != change.new.name:
        phrases.append(f"renamed from “{change.old.name}”")
    if change.kind_changed:
        phrases.append(f"{'now' if change.new.cloze else 'no longer'} a cloze note type")
    phrases += _parts_phrases(change.fields, "field")
    phrases += _parts_phrases(change.templates, "card type")
    if change.sort_changed:
        phrases.append(f"sorted by “{change.new.fields[change.new.sort].name}”")
    phrases += [f"text of “{name}”" for name in change.texts if name not in change.scripts]
    phrases += [f"scripts of “{name}”" for name in change.scripts]
    phrases += ["style"] if change.css else []
    phrases += ["settings of its fields or of LaTeX"] if change.details else []
    return phrases


def by_deck(entries: Iterable[Entry]) -> dict[str, list[Entry]]:
    """Group notes by the deck of their first card."""
    groups: dict[str, list[Entry]] = {}
    for entry in entries:
        groups.setdefault(entry.deck, []).append(entry)
    return groups


def by_way(moves: Iterable[MovedNote]) -> dict[tuple[str, str], list[Entry]]:
    """Group moved notes by the deck that they left and the one that they came to."""
    found: dict[tuple[str, str], list[Entry]] = {}
    for move in moves:
        found.setdefault((move.from_deck, move.to_deck), []).append(move.new)
    return found


def _surroundings(piece: Piece, *, is_first: bool, is_last: bool) -> str:
    text = piece.text
    if piece.kind is not Kind.SAME:
        return shortened(text, _LONGEST)
    head = "" if is_first else _first_words(text)
    tail = "" if is_last else _first_words(text[::-1])[::-1]
    if len(head) + len(tail) + _CONTEXT // 2 >= len(text):
        return text
    return f"{head}{' ' if head else ''}…{' ' if tail else ''}{tail}"


def _first_words(text: str) -> str:
    cut = text[:_CONTEXT]
    return cut.rpartition(" ")[0] or cut


def _parts_phrases(parts: PartsChange, what: str) -> Iterator[str]:
    yield from (f"{what} “{name}” added" for name in parts.added)
    yield from (f"{what} “{name}” removed" for name in parts.removed)
    yield from (f"{what} “{old}” renamed to “{new}”" for old, new in parts.renamed)
    if parts.reordered:
        yield f"{what}s in another order"
