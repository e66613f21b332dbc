"""Names in lower-case ASCII, for files that every system and every Anki takes."""

from __future__ import annotations

import re
import unicodedata


def slug(name: str) -> str:
    """Write a name with letters, digits and single `-`: NFKD, ASCII, lower case."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
