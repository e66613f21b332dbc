"""One line of what `make bench` prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: two figures, their ratio, and what it should be at most."""

    name: str
    ours: float
    theirs: float
    goal: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """Ours by theirs."""
        return self.ours / self.theirs

    def __str__(self) -> str:
        met = "yes" if self.ratio <= self.goal else "no"
        shown = f"{self.ours:9.3f} {self.theirs:9.3f} {self.unit:<3} {self.ratio:7.3f}"
        return f"{self.name:<58} {shown} {self.goal:7.3f}  {met}"
