"""The history of benchmarks: a page of the docs with a section for each run."""

from __future__ import annotations

import os
import platform
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path

from bench.row import Row
from flashdeck import __version__

_HEAD = """\
# Benchmarks

The output of `make bench`, newest first. Only the ratios of a row can be compared: the machines
differ, and so does their load. A goal in brackets was missed.
"""


def record(path: Path, rows: Iterable[Row]) -> None:
    """Insert a section for today before the others."""
    older = path.read_text("utf-8").removeprefix(_HEAD) if path.exists() else ""
    path.write_text(_HEAD + _section(rows) + older, "utf-8")


def _section(rows: Iterable[Row]) -> str:
    today = datetime.now(tz=UTC).date()
    cores, python = os.cpu_count(), platform.python_version()
    lines = [
        f"\n## {__version__}, {today}\n",
        f"{cores} cores, Python {python}.\n",
        "| what : against what | flashdeck | the other | ratio | goal |",
        "|---|--:|--:|--:|--:|",
    ]
    lines += [_line(row) for row in rows]
    return "\n".join(lines) + "\n"


def _line(row: Row) -> str:
    goal = f"{row.goal:.2f}" if row.ratio <= row.goal else f"({row.goal:.2f})"
    unit = row.unit.replace("us", "µs")
    figures = f"{row.ours:.3g} {unit} | {row.theirs:.3g} {unit} | {row.ratio:.2f} | {goal}"
    return f"| {row.name.removesuffix(' (wall)')} | {figures} |"
