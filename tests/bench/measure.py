"""Times whole commands: CPU seconds and peak memory of a process and all its children."""

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
    """One process: user and system time in seconds, peak memory in bytes, what it printed."""

    seconds: float
    peak: int
    printed: str


@dataclass(frozen=True, slots=True)
class Subject:
    """What is timed: a command, what is done before each of its runs, whether it times itself.

    `program` is what runs the command, by default this Python.
    """

    command: Sequence[str]
    folder: Path
    before: Callable[[], None] = lambda: None
    says_seconds: bool = False
    program: str = sys.executable


def run(subject: Subject) -> Run:
    """Run a command once; raises `RuntimeError` with its words when it fails."""
    subject.before()
    with subprocess.Popen(
        [subject.program, *subject.command],
        cwd=subject.folder,
        env={key: held for key, held in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"},
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
    """The medians of one subject's runs."""

    seconds: float
    peak: int


def interleaved(subjects: dict[str, Subject], rounds: int) -> dict[str, Figures]:
    """Time several subjects in turns, so that whatever else the machine does hits all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in subjects}
    for _ in range(rounds):
        for name, subject in subjects.items():
            runs[name].append(run(subject))
    return {
        name: Figures(median(one.seconds for one in held), int(median(one.peak for one in held)))
        for name, held in runs.items()
    }
