"""What is said when flashdeck itself is at fault."""

from __future__ import annotations

import platform
import traceback

from flashdeck import __version__


def bug_report(error: Exception) -> str:
    """Say that a bug of ours was met, with all that is needed to report it."""
    trace = "".join(traceback.format_exception(error))
    return (
        "flashdeck met a bug of its own; your files are as they were.\n"
        "Please report it with what follows.\n\n"
        f"flashdeck {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{trace}"
    )
