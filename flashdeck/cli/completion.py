"""What a shell offers for the arguments of commands: packages and git tags."""

from __future__ import annotations

import subprocess
from pathlib import Path


def packages(incomplete: str) -> list[str]:
    """Give the packages in the folder that is being typed, and those that were built."""
    folder = incomplete.rpartition("/")[0]
    here = Path(folder) if folder else Path()
    found = {*here.glob("*.apkg"), *Path("build").glob("*.apkg")}
    return [name for name in sorted(map(str, found)) if name.startswith(incomplete)]


def versions(incomplete: str) -> list[str]:
    """Give packages, and the tags that begin like this, the newest first."""
    command = ["git", "tag", "--list", "--sort=-creatordate", f"{incomplete}*"]
    try:
        tags = subprocess.run(command, capture_output=True, text=True, check=False).stdout  # noqa: S603 - git's own tags
    except OSError:
        tags = ""  # without git there are none
    return [*tags.split(), *packages(incomplete)]
