"""Hostile packages: each is refused with its message, within limits of time and memory."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from hostile import SMALL
from hostile_packages import HOSTILE
from hostile_schemas import READ, REFUSED

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import FlashdeckError

pytestmark = pytest.mark.slow

# Reads packages in a separate process; prints the CPU seconds of the slowest, and the peak memory
# of the process in KiB.
MEASURED = """
import re, sys, time
from contextlib import suppress
from pathlib import Path
from flashdeck.diagnostics import FlashdeckError
from flashdeck.anki.read.apkg import read_apkg

slowest = 0
for path in sys.argv[1:]:
    start = time.process_time()
    with suppress(FlashdeckError):
        read_apkg(Path(path))
    slowest = max(slowest, time.process_time() - start)
print(slowest, re.search(r"VmHWM:\\s+([0-9]+) kB", Path("/proc/self/status").read_text())[1])
"""
# Those that cost the most time or memory without limits.
HEAVY = (
    "a bomb of 512 MiB",
    "a media list of 1 GiB",
    "many bombs",
    "many members",
    "many members, counted in a zip64 record",
    "a packed bomb of 2 GiB",
    "a packed bomb as media",
    "a list of media with a million entries",
    "a window of 2 GiB",
    "notes without end",
    "a note of 400 MB",
    "a tree in circles",
    "a text of 65 MiB",
    "more than memory holds",
    "JSON of millions of parts",
    *REFUSED,
)


@pytest.mark.parametrize("name", HOSTILE)
def test_each_hostile_package_is_reported_and_writes_nothing(name: str, tmp_path: Path) -> None:
    make, words = HOSTILE[name]
    path = tmp_path / "stranger.apkg"
    path.write_bytes(make())
    with pytest.raises(FlashdeckError) as caught:
        read_apkg(path)
    message = str(caught.value).removeprefix(f"{path} can't be read: ")
    assert message == words or (words.endswith("(") and message.startswith(words))
    assert "\n" not in message
    assert [path.name for path in tmp_path.rglob("*")] == ["stranger.apkg"]


def test_no_hostile_package_takes_ten_seconds_or_500_megabytes(tmp_path: Path) -> None:
    paths = [tmp_path / f"{index}.apkg" for index in range(len(HEAVY))]
    for path, name in zip(paths, HEAVY, strict=True):
        path.write_bytes(HOSTILE[name][0]())
    run = subprocess.run(
        [sys.executable, "-c", MEASURED, *paths], capture_output=True, text=True, check=True
    )
    seconds, kibibytes = map(float, run.stdout.split())
    assert seconds < 10
    assert kibibytes * 1024 < 500_000_000


def test_there_are_enough_hostile_packages() -> None:
    assert len(HOSTILE) > 61


@pytest.mark.parametrize("name", READ)
def test_sql_that_a_package_brings_along_is_not_computed(name: str, tmp_path: Path) -> None:
    path = tmp_path / "stranger.apkg"
    path.write_bytes(READ[name]())
    notes = read_apkg(path).notes
    assert [note.fields for note in notes] == [note.fields for note in SMALL.notes]
