"""`python -m flashdeck`, and the script `flashdeck`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and give its exit code."""
    if sys.argv[1:] == ["--version"]:
        # Answered here, since loading the command line takes ten times as long as the answer.
        from flashdeck import __version__

        sys.stdout.write(f"flashdeck {__version__}\n")
        return 0
    from flashdeck.cli import run

    return run()


if __name__ == "__main__":
    sys.exit(main())
