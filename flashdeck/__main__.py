"""`python -m flashdeck`, and the script `flashdeck`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code."""
    from flashdeck.cli.run import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
