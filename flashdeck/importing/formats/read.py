"""Finds out what a file to import is, and reads it."""

from __future__ import annotations

from pathlib import Path

from flashdeck.anki.read.archive import Unreadable
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity
from flashdeck.files.files import RefusedFileError
from flashdeck.importing.formats.plain_json import is_plain_json, read_plain_json
from flashdeck.importing.formats.plain_text import ENDINGS, read_plain_text
from flashdeck.model import Collection

_EXPORTED = ("notes.csv", "deck.json")
_NO_TIMES = (
    "the file has no times, and plain text no templates either; if people have the deck, also "
    "import the package that they have"
)


def exported_file(path: Path) -> Path:
    """Return the file in a folder that `export` wrote, also of its only deck; else the path."""
    if not path.is_dir():
        return path
    known = [path / name for name in (*_EXPORTED, f"{path.name}.json") if (path / name).is_file()]
    below = sorted(path.glob("*/deck.json")) if not known else []
    return known[0] if known else below[0] if len(below) == 1 else path


def read_without_times(path: Path) -> tuple[Collection, Diagnostic] | None:
    """Read plain text, or JSON of `export`; None for other files.

    Raises `FlashdeckError` for a file that can't be read.
    """
    is_json = path.suffix.lower() == ".json" and is_plain_json(path)
    if not is_json and path.suffix.lower() not in ENDINGS:
        return None
    try:
        collection = read_plain_json(path) if is_json else read_plain_text(path)
    except Unreadable as problem:
        raise FlashdeckError(f"{path} can't be read: {problem}", problem.hint) from problem
    except RefusedFileError as refused:
        raise FlashdeckError(f"{path} can't be read: {refused.why}") from refused
    message = "the notes get new times, and note types of plain text new ids"
    return collection, Diagnostic("import", message, None, Severity.WARNING, _NO_TIMES)
