"""Lock entries for tests."""

from __future__ import annotations

from flashdeck.project.lockfile import NoteEntry


def note(name="abcdefghijkl", **changes):
    values = {
        "id": name,
        "kind": "question",
        "package": "flask.apkg",
        "deck": "Flask::Basics and more",
        "ordinals": (0, 1),
        "clozes": (),
        "content": "0123456789abcdef",
        "note_id": 1_780_000_000_123,
        "first_built": 1_780_000_001,
    }
    values |= changes
    return NoteEntry(**({"card_block": values["note_id"]} | values))
