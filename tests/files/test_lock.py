"""One process at a time, and never none for good."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.lock import lock

HOLDING = """
import sys
from pathlib import Path
from flashdeck.files.lock import lock
with lock(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_the_second_build_is_told_who_runs_the_first_and_a_killed_one_lets_go(
    tmp_path: Path,
) -> None:
    lock = tmp_path / "lock"
    lock.write_text("99999999999999\n")
    command = [sys.executable, "-c", HOLDING, str(lock)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"held"
        words = rf"another flashdeck build \(process {first.pid}\) is running here"
        with pytest.raises(FlashdeckError, match=words), lock(lock):
            pass
        first.kill()
    with lock(lock):
        assert lock.read_text() == f"{os.getpid()}\n"


def test_a_lock_that_was_let_go_can_be_held_again(tmp_path: Path) -> None:
    for _ in range(2):
        with lock(tmp_path / "lock"), pytest.raises(FlashdeckError), lock(tmp_path / "lock"):
            pass


def test_a_lock_in_a_folder_that_is_not_there_gets_one_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(FlashdeckError, match="lock can't be written: "),
        lock(tmp_path / "gone" / "lock"),
    ):
        pass
