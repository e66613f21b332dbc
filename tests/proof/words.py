"""Texts as source and as the expected HTML in Anki, both written by hand."""

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
    """A text: its number identifies it, its form selects the markup.

    `picture` is the number of the picture that the pictured form shows.
    """

    number: int
    form: int = 0
    picture: int = 0

    def source(self, folder: str) -> str:
        """The text in a source file; `folder` is the relative path of the pictures."""
        return _FORMS[self.form][0].format(f"w{self.number}", f"{folder}{picture(self.picture)}")

    def html(self, pictures: Mapping[int, bytes]) -> str:
        """The expected HTML in Anki with these pictures."""
        return _FORMS[self.form][1].format(f"w{self.number}", self._packed(pictures))

    def media(self, pictures: Mapping[int, bytes]) -> dict[str, bytes]:
        """The expected media files, by their names in Anki."""
        if self.form != _PICTURED:
            return {}
        return {self._packed(pictures): pictures[self.picture]}

    def _packed(self, pictures: Mapping[int, bytes]) -> str:
        digest = hashlib.sha256(pictures[self.picture]).hexdigest()
        return f"picture-{self.picture}-{digest[:12]}.png"


def picture(number: int) -> str:
    """The file name of a picture in the sources."""
    return f"picture {number}.png"
