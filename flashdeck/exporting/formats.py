"""The formats of an export."""

from __future__ import annotations

from enum import StrEnum


class Format(StrEnum):
    """A format of another program."""

    CROWDANKI = "crowdanki"
    CSV = "csv"
    JSON = "json"
