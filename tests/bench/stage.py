"""The package stage alone: flashdeck rewrites a package that it built.

Usage: python stage.py PACKAGE OUT.apkg. Prints the CPU seconds that the writing took.
"""

from __future__ import annotations

import gc
import sys
import time
from pathlib import Path

from flashdeck import read_apkg, write_apkg


def main() -> None:
    """Read a package, write it, print the seconds of writing."""
    gc.disable()  # as the command line does
    collection = read_apkg(Path(sys.argv[1]))
    with Path(sys.argv[2]).open("wb") as stream:
        begun = time.process_time()
        write_apkg(collection, stream)
        sys.stdout.write(f"{time.process_time() - begun}\n")


if __name__ == "__main__":
    main()
