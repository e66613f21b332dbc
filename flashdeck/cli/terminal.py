"""`flashdeck preview --terminal`."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from flashdeck.cli.console import colored
from flashdeck.cli.options import Color
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Note

_WIDEST = 100  # columns


def show(collection: Collection, what: str, color: Color) -> None:
    """Print the cards of the note with an id, or all cards that match every word."""
    from rich.console import Console

    from flashdeck.preview.terminal import draw

    paint = colored(color, sys.stdout)
    console = Console(
        file=sys.stdout,
        force_terminal=paint,
        no_color=not paint,
        color_system="standard" if paint else None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    width = min(console.width, _WIDEST)
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    files = {media.name for media in collection.media}
    cards = list(_matching(collection, what))
    if not cards and what:
        raise FlashdeckError(f"no card has '{what}'", "give a note's id, or words of its text")
    for note, card in cards:
        console.print(draw(note, card, notetypes[note.notetype], files), width=width)


def _matching(collection: Collection, what: str) -> Iterator[tuple[Note, Card]]:
    by_id = [note for note in collection.notes if note.guid == what]
    words = _folded(what).split()
    for note in by_id or collection.notes:
        for card in note.cards:
            if by_id or all(word in _haystack(note, card) for word in words):
                yield note, card


def _haystack(note: Note, card: Card) -> str:
    """Collect the text that the page searches, too."""
    from flashdeck.preview.serve.rows import words as note_words

    path = note.source.path if note.source else ""
    return _folded("\n".join((note_words(note), card.deck, " ".join(note.tags), note.guid, path)))


def _folded(text: str) -> str:
    """Remove case and accents, as the page does."""
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if not unicodedata.category(c).startswith("M")).lower()
