"""The card frame: a card on the screen of Anki or AnkiDroid, by day and by night.

Pure: cards and screens go in, documents come out. One frame serves the live page, the page that is
one file, and every picture that is held against the real thing.
"""

from flashdeck.preview.frame.document import (
    Dress,
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
    "Dress",
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
