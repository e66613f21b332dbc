"""A line in the output of `make bench`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from bench.measure import Figures


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: two figures, their ratio, its upper limit, and the greater spread."""

    name: str
    ours: float
    theirs: float
    goal: float
    unit: str = "s"
    spread: float = 0.0

    @classmethod
    def of(cls, name: str, ours: Figures, theirs: Figures, goal: float) -> Self:
        """Create the row of two times."""
        spread = max(ours.spread, theirs.spread)
        return cls(name, ours.seconds, theirs.seconds, goal, spread=spread)

    @property
    def ratio(self) -> float:
        """The ratio of ours to theirs."""
        return self.ours / self.theirs

    def __str__(self) -> str:
        met = "yes" if self.ratio <= self.goal else "no"
        shown = f"{self.ours:9.3f} {self.theirs:9.3f} {self.unit:<3} {self.ratio:7.3f}"
        return f"{self.name:<58} {shown} {self.goal:7.3f}  {met:<3} {self.spread:6.0%}"
