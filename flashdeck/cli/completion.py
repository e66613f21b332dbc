"""Shell completion of arguments: packages and git tags."""

from __future__ import annotations

import subprocess
from pathlib import Path

from flashdeck.text import natural


def packages(incomplete: str) -> list[str]:
    """Complete packages in the typed folder and in `build`."""
    folder = Path(incomplete.rpartition("/")[0])
    paths = {*folder.glob("*.apkg"), *Path("build").glob("*.apkg")}
    return [name for name in sorted(map(str, paths), key=natural) if name.startswith(incomplete)]


def versions(incomplete: str) -> list[str]:
    """Complete git tags, newest first, and packages."""
    command = ["git", "tag", "--list", "--sort=-creatordate", f"{incomplete}*"]
    try:
        tags = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - git's own tags
    except OSError:
        tags = ""  # git is not installed
    return [*tags.split(), *packages(incomplete)]
