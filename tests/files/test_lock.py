"""The lock file: one process at a time, released when its process is killed."""

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


def test_the_lock_names_its_process_and_is_released_when_that_is_killed(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    path.write_text("99999999999999\n")
    command = [sys.executable, "-c", HOLDING, str(path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as first:
        assert first.stdout is not None
        assert first.stdout.readline().strip() == b"held"
        words = rf"another flashdeck build \(process {first.pid}\) is running here"
        with pytest.raises(FlashdeckError, match=words), lock(path):
            pass
        first.kill()
    with lock(path):
        assert path.read_text() == f"{os.getpid()}\n"


def test_a_released_lock_can_be_taken_again(tmp_path: Path) -> None:
    for _ in range(2):
        with lock(tmp_path / "lock"), pytest.raises(FlashdeckError), lock(tmp_path / "lock"):
            pass


def test_a_lock_in_a_missing_folder_is_reported(tmp_path: Path) -> None:
    with (
        pytest.raises(FlashdeckError, match="lock can't be written: "),
        lock(tmp_path / "gone" / "lock"),
    ):
        pass
