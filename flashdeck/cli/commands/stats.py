"""`flashdeck stats`."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from flashdeck.cli import options
from flashdeck.cli.console import log_problems, print_json
from flashdeck.cli.streams import print_result
from flashdeck.text import counted

if TYPE_CHECKING:
    from flashdeck.stats import Count, Stats, Study

_WIDTH = 80
_BAR = 28
_MOST = 12  # rows of a table, and bars of a plot
_KILO = 1000
_EIGHTHS = " ▏▎▍▌▋▊▉"


def stats(
    package: options.Package = None,
    *,
    per_day: Annotated[
        int, typer.Option("--per-day", metavar="N", min=1, help="The number of new cards a day")
    ] = 20,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Count notes, cards, words, tags, media and days.

    The days are those until all cards are introduced.
    """
    from flashdeck.stats import study

    totals = _stats(package, directory, color, quiet=quiet)
    plan = study(totals.cards, per_day)
    if as_json:
        print_json(_plain(totals, plan))
        return
    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else _WIDTH
    for line in _lines(totals, plan, max(width, 50)):
        print_result(line)


def _stats(
    package: Path | None, directory: Path | None, color: options.Color, *, quiet: bool
) -> Stats:
    from flashdeck.stats import count

    if package is not None:
        from flashdeck.anki.read.apkg import read_apkg

        return count(read_apkg(package), {}, ())
    from flashdeck.compile.pipeline import compile_root

    root = options.project_root(directory)
    outcome = compile_root(root)
    compiled = outcome.compiled
    log_problems(outcome.problems, root, color, quiet=quiet)
    kinds = {item.id: item.note.kind.name for item in compiled.notes}
    return count(compiled.collection, kinds, compiled.built_in)


def _plain(stats: Stats, plan: Study) -> dict[str, Any]:
    return {**asdict(stats), "study": {**asdict(plan), "busiest": plan.busiest}}


def _lines(stats: Stats, plan: Study, width: int) -> list[str]:
    parts = [
        counted(stats.notes, "note"),
        counted(stats.cards, "card"),
        counted(stats.words, "word"),
        f"{counted(stats.media, 'media file')} ({_size(stats.media_size)})",
    ]
    lines = [", ".join(parts)]
    for title, table in (
        ("Decks", stats.decks),
        ("Kinds", stats.kinds),
        ("Tags", stats.tags),
    ):
        lines += _table(title, table, width)
    return lines + _plan(plan) if plan.days else lines


def _table(title: str, rows: Sequence[Count], width: int) -> list[str]:
    from rich.cells import cell_len, set_cell_size

    if not rows:
        return []
    shown = rows[:_MOST]
    names = max(20, min(width - 19 - _BAR, max(cell_len(row.name) for row in shown)))
    most = max(row.cards for row in shown)
    lines = ["", f"{set_cell_size(title, names)}  notes   cards"]
    for row in shown:
        numbers = f"{row.notes:>7,} {row.cards:>7,}"
        lines.append(f"{set_cell_size(row.name, names)}{numbers}  {_bar(row.cards / most)}")
    if len(rows) > _MOST:
        lines.append(f"and {len(rows) - _MOST:,} more")
    return lines


def _plan(plan: Study) -> list[str]:
    summary = (
        f"{counted(plan.per_day, 'new card')} a day: all cards introduced in "
        f"{counted(plan.days, 'day')}; {counted(plan.busiest, 'card')} on the busiest"
    )
    lines = ["", summary]
    if plan.days == 1:
        return lines
    step = -(-plan.days // _MOST)
    for start in range(0, plan.days, step):
        days = plan.loads[start : start + step]
        load = sum(days) / len(days)
        name = f"day {start + 1}" if len(days) == 1 else f"days {start + 1} to {start + len(days)}"
        lines.append(f"{name:<20}{load:>7,.0f} a day    {_bar(load / plan.busiest)}".rstrip())
    return lines


def _bar(fraction: float) -> str:
    """Draw a fraction (0 to 1) as a bar, to an eighth of a column."""
    eighths = max(1, round(fraction * _BAR * 8)) if fraction else 0
    return ("█" * (eighths // 8) + _EIGHTHS[eighths % 8]).rstrip()


def _size(size: int) -> str:
    if size < _KILO:
        return counted(size, "byte")
    return f"{size / _KILO:,.1f} kB" if size < _KILO**2 else f"{size / _KILO**2:,.1f} MB"
