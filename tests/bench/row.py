"""A line in the output of `make bench`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table: two figures, their ratio and its upper limit."""

    name: str
    ours: float
    theirs: float
    goal: float
    unit: str = "s"

    @property
    def ratio(self) -> float:
        """The ratio of ours to theirs."""
        return self.ours / self.theirs

    def __str__(self) -> str:
        met = "yes" if self.ratio <= self.goal else "no"
        shown = f"{self.ours:9.3f} {self.theirs:9.3f} {self.unit:<3} {self.ratio:7.3f}"
        return f"{self.name:<58} {shown} {self.goal:7.3f}  {met}"
