"""The file names of a project."""

from __future__ import annotations

from pathlib import Path

from flashdeck.diagnostics import FlashdeckError

SETTINGS_NAME = "flashdeck.yaml"
LOCK_NAME = "flashdeck.lock"
CARDS_NAME = "cards"
KEPT_MEDIA = "cards/media"  # imported media
BUILD_NAME = "build"
SCHEMAS_NAME = ".schemas"  # for editors
HOLD_NAME = ".lock"
SOURCE_ENDINGS = frozenset({".yaml", ".yml"})


def find_root(start: Path) -> Path:
    """Return the nearest parent folder with `flashdeck.yaml` or `cards/`."""
    for folder in (start, *start.parents):
        if (folder / SETTINGS_NAME).is_file() or (folder / CARDS_NAME).is_dir():
            return folder
    message = f"there is no {SETTINGS_NAME} and no folder {CARDS_NAME}/ in {start} or above it"
    hint = "create a project with 'flashdeck init NAME', or name one with -C DIR"
    raise FlashdeckError(message, hint)
