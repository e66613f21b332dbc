"""The report of an internal error."""

from __future__ import annotations

import platform
import traceback

from flashdeck import __version__


def bug_report(error: Exception) -> str:
    """Format an internal error with the details that a bug report needs."""
    trace = "".join(traceback.format_exception(error))
    return (
        "this is a bug in flashdeck; your files are unchanged\n"
        "please report it with this text:\n\n"
        f"flashdeck {__version__}, Python {platform.python_version()}, {platform.platform()}\n"
        f"{trace}"
    )
