"""One card in a panel: its question, a rule, its answer; what it is stands on the frame."""

from __future__ import annotations

import re
from collections.abc import Container
from html import escape
from typing import Any

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.rule import Rule
from rich.text import Text

from flashdeck.anki.deck_names import levels
from flashdeck.model import Card, Note, NoteType
from flashdeck.preview.frame import Face, face
from flashdeck.preview.terminal.outline import outline
from flashdeck.preview.terminal.styles import DIM
from flashdeck.preview.terminal.tree import after_rule, read
from flashdeck.text import visible

_SOUND = re.compile(r"\[anki:play:([qa]):(\d+)\]")
_RULE = "<hr id=answer>"
_TYPED = re.compile(r"\[\[type:.+?\]\]")


def draw(note: Note, card: Card, notetype: NoteType, media: Container[str] = ()) -> RenderableType:
    """Draw both sides of a card; `media` is the names of the files at hand.

    Where the answer repeats the question above a rule, it is drawn once.
    """
    shown = face(notetype, note, card, media)
    answer = read(_named(shown["answer"], shown, answered=True))
    parts = (
        outline(read(_named(shown["question"], shown, answered=False))),
        Text(),
        Rule(style=DIM),
        Text(),
        outline(after_rule(answer) or answer),
    )
    return Panel(
        Group(*parts),
        title=_title(note, card),
        title_align="left",
        subtitle=_subtitle(note, card, notetype),
        subtitle_align="right",
        border_style=DIM if not shown["broken"] else "red",
        padding=(1, 2),
    )


def _named(html: str, shown: Face, *, answered: bool) -> str:
    """Put words in the place of sounds and of the type-in box."""
    html = _SOUND.sub(lambda found: _sound(shown["sounds"][found[1]], int(found[2])), html)
    box = shown["typed"]
    if box is None:
        return _TYPED.sub("", html)
    words = box["instead"] or (box["expected"] if answered else "[type the answer]")
    typed = f"<fd-typed>{escape(words)}</fd-typed>" if words else ""
    if _RULE in html:  # Anki puts it in front of the comparison
        html = html.replace(_RULE, "")
        typed = f"{_RULE}<div>{typed}</div>"
    return _TYPED.sub(lambda _: typed, html)


def _sound(sounds: list[dict[str, Any]], at: int) -> str:
    one = sounds[at] if at < len(sounds) else {}
    words = one.get("sound") or f"{one.get('text', '')} ({one.get('lang', '')})"
    return f"<fd-sound>▶ {escape(words)}</fd-sound>"


def _title(note: Note, card: Card) -> Text:
    title = Text(" › ".join(levels(visible(card.deck))), "bold not dim", end="")
    title.append("".join(f"  #{visible(tag)}" for tag in note.tags), "not bold")
    return title


def _subtitle(note: Note, card: Card, notetype: NoteType) -> Text:
    index = 0 if notetype.cloze else card.ordinal
    name = notetype.templates[index].name if index < len(notetype.templates) else ""
    number = f" {card.ordinal + 1}" if notetype.cloze else ""
    place = f"{note.source.path}:{note.source.line}" if note.source else ""
    words = (f"{notetype.name} › {name}{number}", note.guid, place)
    return Text("  ".join(visible(one) for one in words if one), "not dim")
