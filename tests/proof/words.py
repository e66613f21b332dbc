"""Texts as an author writes them, and as Anki must hold them: two spellings, written by hand."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

_FORMS = (
    ("{}", "{}"),
    ("**{}**", "<strong>{}</strong>"),
    ("an *{}*", "an <em>{}</em>"),
    ("`{}`", "<code>{}</code>"),
    ("$x_{{{}}}$", "\\(x_{{{}}}\\)"),
    ("{} < 9 & é 漢", "{} &lt; 9 &amp; é 漢"),
    ("{} ![]({})", '{} <img src="{}" alt="">'),
)
FORMS = len(_FORMS)
_PICTURED = FORMS - 1


@dataclass(frozen=True, slots=True)
class Words:
    """One text: a number tells it from all others, its form says how it is marked up.

    `picture` is the number of the picture that the pictured form shows.
    """

    number: int
    form: int = 0
    picture: int = 0

    def source(self, folder: str) -> str:
        """What the author writes in a file from which the pictures lie in `folder`."""
        return _FORMS[self.form][0].format(f"w{self.number}", f"{folder}{picture(self.picture)}")

    def html(self, pictures: Mapping[int, bytes]) -> str:
        """What Anki must hold, as long as the pictures look like that."""
        return _FORMS[self.form][1].format(f"w{self.number}", self._packed(pictures))

    def media(self, pictures: Mapping[int, bytes]) -> dict[str, bytes]:
        """The files that must come with it, by their names in Anki."""
        if self.form != _PICTURED:
            return {}
        return {self._packed(pictures): pictures[self.picture]}

    def _packed(self, pictures: Mapping[int, bytes]) -> str:
        digest = hashlib.sha256(pictures[self.picture]).hexdigest()
        return f"picture-{self.picture}-{digest[:12]}.png"


def picture(number: int) -> str:
    """The file name of a picture in the sources."""
    return f"picture {number}.png"
