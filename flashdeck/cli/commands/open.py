"""`flashdeck open`."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from flashdeck.cli import options
from flashdeck.cli.commands.send import Chosen, chosen_package
from flashdeck.cli.console import print_json
from flashdeck.cli.streams import log, print_result
from flashdeck.cli.summary import shown
from flashdeck.diagnostics import FlashdeckError, reason


def open_package(
    package: Chosen = None,
    *,
    as_json: options.AsJson = False,
    directory: options.Directory = None,
    quiet: options.Quiet = False,
    color: options.Colored = options.Color.AUTO,
) -> None:
    """Open a package in Anki, which asks to import it.

    Builds first. Works with any Anki that is installed; `push` does more, with an add-on.
    """
    root = options.project_root(directory)
    path = chosen_package(root, package, color, quiet=quiet or as_json).path.resolve()
    command = opener(sys.platform, path)
    try:
        if command:
            subprocess.Popen(  # noqa: S603 - Anki, or what the system opens packages with
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        else:
            os.startfile(path)  # type: ignore[attr-defined]  # noqa: S606 - Windows
    except OSError as error:
        message = f"{path.name} can't be opened: {reason(error)}"
        raise FlashdeckError(
            message, "install Anki, or open the file in it: File ▸ Import"
        ) from error
    print_json({"file": path.as_posix()}) if as_json else print_result(shown(path))
    if not quiet:
        log("Anki opens it: keep the settings of the import, and click Import.")


def opener(platform: str, path: Path) -> list[str]:
    """Return the command that hands a file to Anki; none on Windows, which has a call for it."""
    if platform == "win32":
        return []
    if platform == "darwin":
        return ["open", str(path)]
    anki = shutil.which("anki")
    return [anki, str(path)] if anki else ["xdg-open", str(path)]
