"""Run histories with one release of Anki: `python -m proof.run`, with tests/ on the path.

The same seed gives the same histories. On a violation, the shortest history that reproduces it is
printed as calls of `History`, and the exit code is 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from contextlib import redirect_stdout
from importlib.metadata import version
from pathlib import Path

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from proof.histories import CommandLineHistory, History

# One of so many histories is built by the command line.
_COMMAND_LINE = 10


def run(machine: type[History], histories: int, steps: int, number: int) -> str:
    """Run random histories; returns the first failure, '' if there is none."""
    options = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate, Phase.shrink),
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
    by_command = -(-args.histories // _COMMAND_LINE)
    broken = [
        words
        for machine, count in (
            (History, args.histories - by_command),
            (CommandLineHistory, by_command),
        )
        if count and (words := run(machine, count, args.steps, args.seed))
    ]
    sys.stderr.write("\n".join(broken))
    seconds = time.monotonic() - begun
    counts = History.total + CommandLineHistory.total
    sys.stdout.write(
        f"Anki {version('anki')}: {counts['histories']} histories of {args.steps} steps,"
        f" {counts['edits']} edits, {counts['builds']} builds, {counts['imports']} imports,"
        f" {counts['reviews']} reviews made; {counts['late']} notes touched between build and"
        f" import, {counts['healed']} of them current by now;"
        f" violations {len(broken)} ({seconds:.0f} s)\n"
    )
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())
