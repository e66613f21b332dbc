"""From a save to the browser: the time from an edit until its event arrives.

Usage: python screen.py PROJECT. Prints the median of the wall seconds.
"""

from __future__ import annotations

import http.client
import re
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

_ROUNDS = 9


def main() -> None:
    """Start a preview, edit a note repeatedly, print the latency."""
    root = Path(sys.argv[1])
    deck = min((root / "cards").glob("*.yaml"))
    with subprocess.Popen(
        [sys.executable, "-m", "flashdeck", "preview", "--no-browser", "-C", str(root)],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as preview:
        assert preview.stdout is not None
        match = re.fullmatch(r"http://([^/]+)(/.*)\n", preview.stdout.readline())
        assert match is not None
        connection = http.client.HTTPConnection(match[1])
        connection.request("GET", f"{match[2]}events")
        answer = connection.getresponse()
        text = deck.read_text("utf-8")
        waited = []
        for number in range(_ROUNDS):
            deck.write_text(text.replace("in step 0", f"in step 0 and {number}"), "utf-8")
            begun = time.monotonic()
            while not answer.readline().startswith(b"data:"):
                pass
            waited.append(time.monotonic() - begun)
        deck.write_text(text, "utf-8")
        preview.terminate()
    sys.stdout.write(f"{median(waited)}\n")


if __name__ == "__main__":
    main()
