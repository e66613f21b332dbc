"""One-line summaries of built packages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.release.result import BuiltPackage


def summary(package: BuiltPackage) -> str:
    """Summarize the contents of a package and its changes."""
    counts = package.counts
    numbers = {
        "new": counts.new,
        "changed": counts.changed,
        "moved": counts.moved,
        "removed": counts.removed,
        "sent again": counts.sent_again,
        "unchanged": counts.unchanged,
    }
    parts = [f"{number:,} {word}" for word, number in numbers.items() if number]
    if not package.notes and counts.tombstones:
        parts.append(f"{counts.tombstones:,} emptied for those who have them")
    notes, cards = counted(package.notes, "note"), counted(package.cards, "card")
    return f"{notes}, {cards} ({', '.join(parts)})"


def shown(path: Path) -> str:
    """Format a path relative to the current directory, if it is below it."""
    here = Path.cwd()
    return str(path.relative_to(here)) if path.is_relative_to(here) else str(path)
