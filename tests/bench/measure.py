"""Measurements of commands: CPU seconds and peak memory of a process and its children."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True, slots=True)
class Run:
    """A finished process: user and system time in seconds, peak memory in bytes, output."""

    seconds: float
    peak: int
    printed: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A command to measure, its setup before each run, and whether it prints its own time.

    `program` runs the command, by default this Python.
    """

    command: Sequence[str]
    folder: Path
    before: Callable[[], None] = lambda: None
    says_seconds: bool = False
    program: str = sys.executable


def run(subject: Subject) -> Run:
    """Run a command once; raises `RuntimeError` with its output if it fails."""
    subject.before()
    with subprocess.Popen(
        [subject.program, *subject.command],
        cwd=subject.folder,
        env={key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        out = process.stdout.read()
        err = process.stderr.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        message = f"{' '.join(map(str, subject.command))}: {err or out}"
        raise RuntimeError(message)
    seconds = float(out) if subject.says_seconds else used.ru_utime + used.ru_stime
    return Run(seconds, used.ru_maxrss * 1024, out)


@dataclass(frozen=True, slots=True)
class Figures:
    """The medians of a subject's runs, and how far the slowest is from the fastest, in medians."""

    seconds: float
    peak: int
    spread: float = 0.0


def interleaved(subjects: dict[str, Subject], rounds: int) -> dict[str, Figures]:
    """Measure subjects in turns, so that other load on the machine affects all equally."""
    runs: dict[str, list[Run]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            runs[name].append(run(subject))
    return {name: _figures(results) for name, results in runs.items()}


def _figures(runs: Sequence[Run]) -> Figures:
    seconds = [run.seconds for run in runs]
    middle = median(seconds)
    spread = (max(seconds) - min(seconds)) / middle
    return Figures(middle, int(median(run.peak for run in runs)), spread)
