"""What decks can be exported to."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """Another program's format."""

    CROWDANKI = "crowdanki"
    CSV = "csv"
    JSON = "json"
