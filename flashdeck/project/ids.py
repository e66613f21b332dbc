"""Ids of the project, of note types, fields and templates.

The way in which they are derived must never change.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping

# Crockford's base 32 in lower case: no i, l, o, u.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_PROJECT_ID_LENGTH = 16
# What YAML 1.1 or 1.2 parsers read as a number: digits, 1e5 floats, 0x1f, 0b01.
NUMBER_LIKE = re.compile(r"[0-9]+(?:e[0-9]+)?|0x[0-9a-f]+|0b[01]+")
# Ids of note types, fields, templates and decks: in the range of times in milliseconds between
# 2001 and 2020, as Anki's own ids are; never 0 and never in the future.
_ID_BASE, _ID_RANGE = 1_000_000_000_000, 600_000_000_000
# The project's id until the first build writes one.
UNSAVED = "unsaved"


def new_project_id() -> str:
    """Create a random id, so that projects of the same name do not clash in Anki."""
    import secrets  # only for new projects

    bits = secrets.randbits(5 * _PROJECT_ID_LENGTH)
    project_id = base32(bits, _PROJECT_ID_LENGTH)
    return project_id if not NUMBER_LIKE.fullmatch(project_id) else new_project_id()


def stable_id(*words: str) -> int:
    """Derive a permanent id from words, for note types, fields and templates."""
    digest = hashlib.sha256("\0".join(words).encode()).digest()
    return _ID_BASE + int.from_bytes(digest[:8], "big") % _ID_RANGE


def preset_id(project_id: str, name: str, options: Mapping[str, object]) -> int:
    """Derive the id of a preset from its contents: Anki never updates one that it has."""
    words = [f"{option}={value}" for option, value in sorted(options.items())]
    return stable_id(project_id, "preset", name, *words)


def base32(number: int, length: int) -> str:
    """Encode the lowest bits of a number in `length` characters."""
    digits = [_ALPHABET[(number >> 5 * place) & 31] for place in reversed(range(length))]
    return "".join(digits)
