"""What one text is written to: its HTML so far, its problems, its open tags."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flashdeck.markup.balance import OpenTags
from flashdeck.markup.clozehints import RULE, Place, swallowed
from flashdeck.markup.results import MediaRefusal, Problem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from markdown_it.token import Token

    from flashdeck.markup.places import Places
    from flashdeck.markup.references import Media

_MOST_PROBLEMS = 50  # of one text; who mends these sees the rest


class Output:
    """Gathers HTML and problems. `block` is the block at hand: its tokens and its index in them."""

    def __init__(self, places: Places, media: Media, *, cloze: bool, allow_scripts: bool) -> None:
        self.out: list[str] = []
        self.problems: list[Problem] = []
        self.open_tags = OpenTags()
        self.media = media
        self.cloze = cloze
        self.allow_scripts = allow_scripts
        self.places = places
        self.cloze_depth = 0
        self.block: tuple[Sequence[Token], int] = ((), 0)

    @property
    def html(self) -> str:
        """All that was written."""
        return "".join(self.out)

    def problem(
        self,
        rule: str,
        message: str,
        start: int,
        end: int,
        hint: str = "",
        severity: str = "error",
    ) -> None:
        """Note a problem; the place is one in the content of the block at hand."""
        if len(self.problems) >= _MOST_PROBLEMS:
            return
        tokens, index = self.block
        start, end = self.places.locate(tokens, index, start, end)
        self.problems.append(Problem(rule, message, start, end, hint, severity))

    def swallowed(self, text: str, place: Place, language: str = "") -> None:
        """Warn of clozes in code or a formula whose `::` Anki takes for a hint's."""
        if not self.cloze:
            return
        tokens, index = self.block
        content = tokens[index].content
        for one in swallowed(text, place, language):
            start = max(content.find(one.words), 0)
            if place is Place.FENCE:
                line = (tokens[index].map or [0])[0] + 1 + content.count("\n", 0, start)
                start = self.places.find(one.words, *self.places.line(line))
                self.problems.append(one.problem(start))
            else:
                end = start + len(one.words)
                self.problem(RULE, one.message, start, end, one.hint, "warning")

    def refuse(self, refusal: MediaRefusal, start: int, end: int) -> None:
        """Note that a destination has no file."""
        self.problem(refusal.rule, refusal.message, start, end, refusal.hint)
