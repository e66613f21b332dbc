"""A card as a panel: question, rule and answer, with deck, tags and source on the border."""

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
from flashdeck.anki.html_text import display_name
from flashdeck.model import Card, Note, NoteType
from flashdeck.preview.frame import Face, face
from flashdeck.preview.frame.face import BOX
from flashdeck.preview.terminal.outline import outline
from flashdeck.preview.terminal.styles import DIM
from flashdeck.preview.terminal.tree import after_rule, read
from flashdeck.text import visible

_SOUND = re.compile(r"\[anki:play:([qa]):(\d+)\]")
_RULE = "<hr id=answer>"
_LONGEST = 100_000  # characters of a side


def draw(note: Note, card: Card, notetype: NoteType, media: Container[str] = ()) -> RenderableType:
    """Draw both sides of a card; `media` holds the names of available files.

    If the answer repeats the question above a rule, the question is drawn once.
    """
    rendered = face(notetype, note, card, media)
    question = _with_text(rendered["question"], rendered, answered=False)
    answer = _with_text(rendered["answer"], rendered, answered=True)
    tree = read(answer[:_LONGEST])
    parts: list[RenderableType] = [
        outline(read(question[:_LONGEST])),
        *_rest(question),
        Text(),
        Rule(style=DIM),
        Text(),
        outline(after_rule(tree) or tree),
        *_rest(answer),
    ]
    return Panel(
        Group(*parts),
        title=_title(note, card),
        title_align="left",
        subtitle=_subtitle(note, card, notetype),
        subtitle_align="right",
        border_style=DIM if not rendered["broken"] else "red",
        padding=(1, 2),
    )


def _rest(html: str) -> list[Text]:
    """Mark that the end of a side is not drawn."""
    left = len(html) - _LONGEST
    return [Text(f"… {left:,} more characters", style=DIM)] if left > 0 else []


def _with_text(html: str, rendered: Face, *, answered: bool) -> str:
    """Replace sounds and the type-in box with text."""
    html = _SOUND.sub(lambda match: _sound(rendered["sounds"][match[1]], int(match[2])), html)
    box = rendered["typed"]
    if box is None:
        return BOX.sub(lambda box: "" if box[1] else box[0], html)
    text = box["instead"] or (box["expected"] if answered else "[type the answer]")
    typed = f"<fd-typed>{escape(text)}</fd-typed>" if text else ""
    if _RULE in html:  # Anki puts it in front of the comparison
        html = html.replace(_RULE, "")
        typed = f"{_RULE}<div>{typed}</div>"
    return BOX.sub(lambda box: typed if box[1] else box[0], html)


def _sound(sounds: list[dict[str, Any]], at: int) -> str:
    sound = sounds[at] if at < len(sounds) else {}
    text = (
        display_name(sound.get("sound", "")) or f"{sound.get('text', '')} ({sound.get('lang', '')})"
    )
    return f"<fd-sound>▶ {escape(text)}</fd-sound>"


def _title(note: Note, card: Card) -> Text:
    title = Text(" › ".join(levels(visible(card.deck))), "bold not dim", end="")
    title.append("".join(f"  #{visible(tag)}" for tag in note.tags), "not bold")
    return title


def _subtitle(note: Note, card: Card, notetype: NoteType) -> Text:
    index = 0 if notetype.cloze else card.ordinal
    name = notetype.templates[index].name if index < len(notetype.templates) else ""
    number = f" {card.ordinal + 1}" if notetype.cloze else ""
    place = f"{note.source.path}:{note.source.line}" if note.source else ""
    parts = (f"{notetype.name} › {name}{number}", note.guid, place)
    return Text("  ".join(visible(part) for part in parts if part), "not dim")
