"""`flashdeck build --watch` in a separate process, as in a terminal."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path


class Terminal:
    """The running command; `line` waits for its next line, without the time of day."""

    def __init__(self, root: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "flashdeck", "build", "--watch"],
            cwd=root,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def line(self) -> str:
        stream = self.process.stdout
        assert stream is not None
        return re.sub(r"^\d\d:\d\d:\d\d ", "", stream.readline().rstrip("\n"))
