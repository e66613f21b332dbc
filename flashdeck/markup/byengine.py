"""Markdown that takes the whole engine, which is loaded with the first text that does."""

from __future__ import annotations

from flashdeck.markup.emit import Emitter
from flashdeck.markup.engine import parse
from flashdeck.markup.places import Places
from flashdeck.markup.plain import without_control
from flashdeck.markup.references import Media
from flashdeck.markup.results import Rendered


def render_by_engine(
    source: str, offset: int, media: Media, *, cloze: bool, allow_scripts: bool
) -> Rendered:
    """Render a text without blanks around it, which stands at `offset` in the author's."""
    emitter = Emitter(
        Places(source, offset), media, source, cloze=cloze, allow_scripts=allow_scripts
    )
    emitter.blocks(parse(source, cloze=cloze))
    html = without_control(emitter.html.rstrip("\n"))
    return Rendered(html, tuple(emitter.problems))
