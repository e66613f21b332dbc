"""The card frame: a card on the screen of Anki or AnkiDroid, in light or dark mode.

Its functions are pure: they turn a card and a screen into a document. The live page, the one-file
page and the fidelity tests share the same frame.
"""

from flashdeck.preview.frame.document import (
    AnkiApp,
    Screen,
    Sources,
    Surroundings,
    card_document,
    data,
    frame_document,
    frame_policy,
    frame_script,
    script_source,
    wish,
)
from flashdeck.preview.frame.face import Face, face

__all__ = [
    "AnkiApp",
    "Face",
    "Screen",
    "Sources",
    "Surroundings",
    "card_document",
    "data",
    "face",
    "frame_document",
    "frame_policy",
    "frame_script",
    "script_source",
    "wish",
]
