"""Run all scenarios and random histories with one release of Anki, from the command line.

`python -m proof.run`, with tests/ on the path. The same seed gives the same histories. On a
violation, the shortest history that reproduces it is printed as calls of `History`, and the exit
code is 1, as it is without any edit.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from proof.accidents import ACCIDENTS, TAKEN_BACK
from proof.edits import EDITS
from proof.histories import CommandLineHistory, History
from proof.scenarios import PAGE, wrong_rows
from proof.study import ACTS

# One of so many histories is built by the command line.
_COMMAND_LINE = 10
_CATEGORIES = {"events": (), "steps": (*ACCIDENTS, *TAKEN_BACK), "edits": EDITS, "acts": ACTS}


def run(machine: type[History], histories: int, steps: int, number: int) -> str:
    """Run random histories; returns the first failure, '' if there is none."""
    options = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    try:
        # Anki prints a stack trace when something takes long.
        with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
            run_state_machine_as_test(seed(number)(machine), settings=options)
    except Exception as error:  # noqa: BLE001 - any exception is a failure
        return "\n".join([str(error) or repr(error), *getattr(error, "__notes__", ())])
    return ""


def main() -> int:
    """Parse arguments, run histories, print a summary."""
    parser = argparse.ArgumentParser(prog="proof.run", description=__doc__)
    parser.add_argument("--histories", type=int, default=200)
    parser.add_argument("--steps", type=int, default=15)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    begun = time.monotonic()
    with Path(os.devnull).open("w") as nothing, redirect_stdout(nothing):
        wrong = wrong_rows()
    by_command = -(-args.histories // _COMMAND_LINE)
    broken = [f"not in {PAGE.name}: {row}" for row in wrong]
    broken += [
        words
        for machine, count in (
            (History, args.histories - by_command),
            (CommandLineHistory, by_command),
        )
        if count and (words := run(machine, count, args.steps, args.seed))
    ]
    counts = History.total + CommandLineHistory.total
    if not any(count for (category, _), count in counts.items() if category == "edits"):
        broken.append("no edit was made, so nothing is proved")
    sys.stderr.write("".join(f"{words}\n" for words in broken))
    seconds = time.monotonic() - begun
    title = f"Anki {version('anki')}: seed {args.seed}, {args.steps} steps, {seconds:.0f} s"
    sys.stdout.write("\n".join([title, *_lines(counts), f"  violations: {len(broken)}\n"]))
    return 1 if broken else 0


def _lines(counts: Counter[tuple[str, str]]) -> Iterator[str]:
    """Summarize counts, a line for each category; `never` is what did not happen."""
    for category, names in _CATEGORIES.items():
        found = {name: count for (of, name), count in sorted(counts.items()) if of == category}
        parts = [f"{name} {count:,}" for name, count in found.items() if count]
        never = sorted(name for name in names if not found.get(name))
        parts += [f"never: {', '.join(never)}"] if never else []
        yield f"  {category}: {'; '.join(parts)}"


if __name__ == "__main__":
    sys.exit(main())
