"""What a new project begins with: the files in `starter/`, and where each of them goes."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib.resources import files

# What makes a project: where one of these is, there is one already.
PROJECT = {
    "flashdeck.yaml": "settings.yaml",
    "cards/moon.yaml": "moon.yaml",
    "cards/media/moon-phases.svg": "moon-phases.svg",
}
# What helps around it, and stays as it is where it is there.
AROUND = {
    "README.md": "readme.md",
    ".gitignore": "gitignore",
    ".github/workflows/deck.yaml": "workflow.yaml",
    ".pre-commit-config.yaml": "pre-commit.yaml",
    ".vscode/settings.json": "vscode-settings.json",
    ".vscode/extensions.json": "vscode-extensions.json",
}


def starter_text(file: str, words: Mapping[str, str]) -> str:
    """Give the text of a file; words in capitals (NAME, DECK, ID, VERSION) become what is meant."""
    text = files("flashdeck.scaffold").joinpath("starter", file).read_text("utf-8")
    return re.sub(r"\b[A-Z]+\b", lambda found: words.get(found.group(), found.group()), text)
