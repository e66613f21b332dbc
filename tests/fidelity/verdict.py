"""Says how many pictures and boxes agree, and shows those that don't."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from fidelity.compare import beside, different_boxes, different_pixels, picture

_TOLD = 20


@dataclass(slots=True)
class Verdict:
    """What was compared, in words of its own, and what is different, by the picture's name."""

    what: str
    total: int
    different: dict[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        told = [f"{name}: {words}" for name, words in list(self.different.items())[:_TOLD]]
        if more := len(self.different) - _TOLD:
            told += [f"... and {more} more"] if more > 0 else []
        return "\n".join([*told, f"{self.total - len(self.different)} of {self.total} {self.what}"])


def pictures_agree(theirs: Path, ours: Path, names: Sequence[str], show: Path | None) -> Verdict:
    """Compare pictures in the same engine, to the pixel; show both and what differs."""
    verdict = Verdict("pictures identical", len(names))
    for name in names:
        one, other = (picture(folder / f"{name}.png") for folder in (theirs, ours))
        pixels = different_pixels(one, other)
        if not pixels:
            continue
        verdict.different[name] = f"{pixels} pixels"
        if show is not None:
            show.mkdir(parents=True, exist_ok=True)
            beside(one, other, difference=True).save(str(show / f"{name}.png"))
            verdict.different[name] += f", see {show / name}.png"
    return verdict


def boxes_agree(theirs: Path, ours: Path, names: Sequence[str], browser: str) -> Verdict:
    """Compare the boxes in two engines, to a pixel."""
    verdict = Verdict("", len(names))
    farthest = 0.0
    for name in names:
        off, words = different_boxes(theirs / f"{name}.json", ours / f"{name}.json")
        if words:
            verdict.different[name] = words
        else:
            farthest = max(farthest, off)
    verdict.what = f"with every box in its place in {browser} (at most {farthest:.2f} px off)"
    return verdict
