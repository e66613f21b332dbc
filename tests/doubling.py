"""Linear time: twice as much hostile text takes about twice the time.

A `Pattern` writes a text of any length; `excess` measures what doubling it costs. CPU time is
measured, each length several times, and a pattern that seems too slow is measured once more. By
default texts grow to a size that takes seconds in all; `FLASHDECK_DOUBLING=1000000` in the
environment measures with texts of up to so many characters.
"""

from __future__ import annotations

import gc
import os
from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

SIZE = int(os.environ.get("FLASHDECK_DOUBLING", "60000"))
"""The length of the longer text."""

MOST = 2.5
"""How many times longer a text of twice the length may take."""

_RUNS = 5
_TRIES = 2
_SHORT = 0.01  # seconds: below it the clock says little


@dataclass(frozen=True)
class Pattern:
    """A text of repeated parts: `before`, many times `unit`, as many times `closing`, `after`.

    `#` in a unit or closing stands for a number that grows, where `counted` is set.
    """

    unit: str
    closing: str = ""
    before: str = ""
    after: str = ""
    counted: bool = False

    def text(self, size: int) -> str:
        """A text of about `size` characters."""
        if not self.counted:
            count = size // len(self.unit + self.closing)
            return self.before + self.unit * count + self.closing * count + self.after
        count = size // (len(self.unit + self.closing) + 4)
        opened = "".join(self.unit.replace("#", str(at)) for at in range(count))
        closed = "".join(self.closing.replace("#", str(at)) for at in reversed(range(count)))
        return self.before + opened + closed + self.after


def rising(mark: str, between: str) -> Callable[[int], str]:
    """Runs of one mark, each longer by one than the last."""

    def text(size: int) -> str:
        written, parts = 0, []
        while written < size:
            parts.append(mark * (len(parts) + 1) + between)
            written += len(parts[-1])
        return "".join(parts)

    return text


def assert_linear(
    run: Callable[[str], object], text: Callable[[int], str], size: int = SIZE
) -> None:
    """Fail if a text of `size` characters takes more than `MOST` times as long as half of it."""
    longer = text(size)
    if _seconds(run, longer) <= _SHORT * 2:
        return
    shorter = text(size // 2)
    factor = MOST * len(longer) / (2 * max(len(shorter), 1))
    for _ in range(_TRIES):
        short, long = _times(run, shorter, longer, factor)
        if long <= max(short, _SHORT) * factor:
            return
    message = f"{len(shorter):,} characters take {short:.3f} s, {len(longer):,} take {long:.3f} s"
    raise AssertionError(f"{message}: {longer[:60]!r}…")


def _times(
    run: Callable[[str], object], shorter: str, longer: str, factor: float
) -> tuple[float, float]:
    """The best times of both; measured until they are alike or often enough."""
    short = long = float("inf")
    for _ in range(_RUNS):
        short, long = min(short, _seconds(run, shorter)), min(long, _seconds(run, longer))
        if long <= max(short, _SHORT) * factor:
            break
    return short, long


def _seconds(run: Callable[[str], object], text: str) -> float:
    gc.disable()
    try:
        begin = process_time()
        run(text)
        return process_time() - begin
    finally:
        gc.enable()
