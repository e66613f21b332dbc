"""Spoken texts: Anki's tag for its text-to-speech, or recordings in `cards/speech/`."""

from __future__ import annotations

import hashlib
import os
from pathlib import PurePosixPath
from typing import NamedTuple

from flashdeck.anki.html_text import typable
from flashdeck.html.escape import escape_text, inert_braces, inert_html
from flashdeck.text import slug

FOLDER = "cards/speech"
_LONGEST = 40
# Braces and colons of clozes, while a text is plain.
_CLOZE = {"{{": "\x01", "}}": "\x02", "::": "\x03"}
PAUSE = "cloze_blank=…"
"""What is spoken for a cloze without a hint: most voices make a pause of it."""


class Recording(NamedTuple):
    """A text and the language in which it is spoken, as in `fr_FR`."""

    language: str
    text: str

    def path(self, ending: str) -> str:
        """Return the path of its file in the project."""
        digest = hashlib.sha256(f"{self.language}\0{self.text}".encode()).hexdigest()
        stem = slug(self.text)[:_LONGEST].strip("-") or "speech"
        return f"{FOLDER}/{stem}-{digest[:12]}.{ending}"


def relative(path: str, source: str) -> str:
    """Return a path in the project relative to the folder of a source file."""
    return PurePosixPath(os.path.relpath(path, PurePosixPath(source).parent)).as_posix()


def spoken(html: str, *, cloze: bool) -> str:
    """Return the text to speak as HTML, with its clozes if any; '' if there are no words."""
    for mark, character in _CLOZE.items() if cloze else ():
        html = html.replace(mark, character)
    text = inert_html(inert_braces(escape_text(typable(html) or "")))
    for mark, character in _CLOZE.items():
        text = text.replace(character, mark)
    return text


def speech_tag(voice: str, text: str) -> str:
    """Return Anki's tag; `voice` is a language and options, as in `fr_FR speed=0.8`."""
    if "{{c" in text and "cloze_blank=" not in voice:
        voice = f"{voice} {PAUSE}"
    return f"[anki:tts lang={voice}]{text}[/anki:tts]"
