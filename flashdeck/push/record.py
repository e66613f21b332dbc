"""What was pushed, in `build/`: the lock at the last push into each profile, and backups."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Mapping
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from flashdeck.diagnostics import FlashdeckError, reason
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.project.lockfile import Lock, lock_text, parse_lock
from flashdeck.project.paths import BUILD_NAME
from flashdeck.records import dataclass

_NAME = "push.json"
_BACKUPS = "backup"
_LARGEST = 2**29
_MOST_BACKUPS = 10


@dataclass(frozen=True, slots=True)
class LastPush:
    """The last push into a profile: its time in seconds, and the lock then."""

    time: int
    lock: Lock


def last_pushes(root: Path) -> dict[str, LastPush]:
    """Return the last push into each profile, the latest last."""
    try:
        data = json.loads(read_regular(root / BUILD_NAME / _NAME, root, _LARGEST))
        pushes = {
            str(name): LastPush(int(push["time"]), parse_lock(_NAME, str(push["lock"]))[0])
            for name, push in data["profiles"].items()
        }
    except (RefusedFileError, OSError, ValueError, LookupError, TypeError, AttributeError):
        return {}
    return dict(sorted(pushes.items(), key=lambda item: item[1].time))


def record_push(root: Path, pushes: Mapping[str, LastPush]) -> None:
    """Write the last push into each profile."""
    profiles = {
        name: {"time": push.time, "lock": lock_text(push.lock)} for name, push in pushes.items()
    }
    with Publication() as publication:
        stream = publication.stage(root / BUILD_NAME / _NAME, root)
        stream.write(json.dumps({"profiles": profiles}, ensure_ascii=False).encode())
        publication.commit()


class Backup:
    """A folder with the exports before a push, and the changes that it made.

    It contains the learner's data, so nobody else can read it.
    """

    def __init__(self, root: Path, now: int) -> None:
        """Name the folder after the time; others of this second have numbers."""
        when = f"{datetime.fromtimestamp(now).astimezone():%Y-%m-%dT%H%M%S}"
        names = (f"{when}-{number}" if number else when for number in count())
        folders = (root / BUILD_NAME / _BACKUPS / name for name in names)
        self.folder = next(folder for folder in folders if not folder.exists())

    def create(self) -> None:
        """Create the folder. Raises `FlashdeckError`."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            message = f"the folder {self.folder} can't be created: {reason(error)}"
            raise FlashdeckError(message) from error

    def write(self, name: str, data: Any) -> None:
        """Write a JSON file that only its owner can read."""
        path = self.folder / name
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(data, file, ensure_ascii=False, indent=1)

    def discard(self) -> None:
        """Remove the folder."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def remove_older(self) -> None:
        """Remove all backups but the last ten."""
        for folder in sorted(self.folder.parent.iterdir())[:-_MOST_BACKUPS]:
            shutil.rmtree(folder, ignore_errors=True)
