"""`flashdeck preview --terminal`."""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator

from flashdeck.cli.console import colored
from flashdeck.cli.options import Color
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Card, Collection, Note

_WIDEST = 100  # columns; longer lines are hard to read


def show(collection: Collection, what: str, color: Color) -> None:
    """Draw the cards of the note with an id, or those that hold all of some words."""
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
    notetypes = {one.id: one for one in collection.notetypes}
    media = {one.name for one in collection.media}
    cards = list(_wanted(collection, what))
    if not cards and what:
        raise FlashdeckError(f"no card has '{what}'", "give a note's id, or words of its text")
    for note, card in cards:
        console.print(draw(note, card, notetypes[note.notetype], media), width=width)


def _wanted(collection: Collection, what: str) -> Iterator[tuple[Note, Card]]:
    by_id = [note for note in collection.notes if note.guid == what]
    wanted = _folded(what).split()
    for note in by_id or collection.notes:
        for card in note.cards:
            if by_id or all(word in _haystack(note, card) for word in wanted):
                yield note, card


def _haystack(note: Note, card: Card) -> str:
    """Give what the page's search looks at as well."""
    from flashdeck.preview.serve.rows import words

    path = note.source.path if note.source else ""
    return _folded("\n".join((words(note), card.deck, " ".join(note.tags), note.guid, path)))


def _folded(text: str) -> str:
    """Take case and accents away, as the page does."""
    bare = unicodedata.normalize("NFKD", text)
    return "".join(one for one in bare if not unicodedata.category(one).startswith("M")).lower()
