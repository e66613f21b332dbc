"""The notes of `init`'s example deck, which are never kept as removed.

An id is derived from the project's id, the deck, the kind and the first text of a note. So the ids
of the example's notes are known without reading its source, under whatever name its deck was first
built.
"""

from __future__ import annotations

from collections.abc import Iterable

from flashdeck.compile.identity import id_from
from flashdeck.project.lockfile import NoteEntry

# Kinds and first texts of all notes that an example ever had; they are only added to.
_NOTES = (
    ("question", "How far away is the Moon?"),
    ("question", "mare, on the Moon"),
    (
        "cloze",
        (
            "The Moon turns once in {{c1::27.3 days}}, exactly as long as {{c2::one orbit}} takes, "
            "and so we always see {{c3::the same side}}."
        ),
    ),
    ("question", "The far side of the Moon: how often does the Sun shine there?"),
    ("question", "In which year did people first walk on the Moon?"),
    (
        "question",
        "How strongly does the Moon attract what stands on it, compared with the Earth?",
    ),
    ("occlusion", "media/moon-phases.svg"),
)


def example_notes(project_id: str, entries: Iterable[NoteEntry]) -> list[NoteEntry]:
    """Return those entries of the lock that are notes of the example deck, edited or not."""
    found: list[NoteEntry] = []
    ids: dict[str, set[str]] = {}
    for entry in entries:
        if entry.deck not in ids:
            ids[entry.deck] = {
                id_from((project_id, entry.deck, kind, head), (), {}) for kind, head in _NOTES
            }
        if entry.id in ids[entry.deck]:
            found.append(entry)
    return found
