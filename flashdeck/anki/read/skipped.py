"""What a package holds beside its collection: learners' work and settings, counted."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Beyond:
    """What lies beyond a `Collection`, so that whoever reads a package can say what is left out.

    `studied` cards are those that are not new, `reviews` the entries of the review log, `presets`
    deck options other than Anki's own; `filtered` decks are named. Suspended and buried cards,
    and those with a flag, count whether they are new or not.
    """

    studied: int = 0
    reviews: int = 0
    suspended: int = 0
    buried: int = 0
    flagged: int = 0
    presets: int = 0
    filtered: tuple[str, ...] = ()
