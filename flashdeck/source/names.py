"""Anki's rules for names of decks, tags, fields and templates."""

from __future__ import annotations

import re
import unicodedata

from flashdeck.anki import deck_names
from flashdeck.limits import DECK_NAME

_SPACE = re.compile(r"\s")
CONTROL = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
"""Control characters and all line breaks of Unicode, which would break lines of the lock."""

# Anki adds these itself, and removes them from packages.
RESERVED_TAGS = frozenset({"leech", "marked"})
OUR_TAG = "flashdeck::removed"


def tag_problem(tag: str) -> tuple[str, str] | None:
    """Return why a tag is invalid, and how to fix it."""
    if not tag:
        return "the tag is empty", "remove it"
    if _SPACE.search(tag):
        better = "_".join(tag.split())
        return (
            f"the tag '{tag}' contains a space, which would make two tags of it",
            f"write '{better}'",
        )
    if not all(deck_names.levels(tag)):
        return f"the tag '{tag}' has an empty level", "write levels as one::two"
    if tag.lower() in RESERVED_TAGS:
        return f"the tag '{tag}' belongs to Anki, which removes it on import", "choose another name"
    if tag.lower() == OUR_TAG:
        return f"the tag '{tag}' marks removed notes", "choose another name"
    return None


def clean_deck(name: str) -> str:
    """Return a deck's name as Anki stores it: NFC, without spaces around its levels."""
    levels = deck_names.levels(unicodedata.normalize("NFC", name))
    return deck_names.join(level.strip() for level in levels)


def deck_problem(name: str) -> tuple[str, str] | None:
    """Return why a clean deck name is invalid, and how to fix it."""
    levels = deck_names.levels(name)
    if not name:
        return "the deck has no name", "name it"
    if not all(levels) or ":::" in name:
        return f"the deck name '{name}' has an empty level", "write levels as One::Two"
    if any(level != level.strip(":") for level in levels):
        return f"Anki removes the ':' at the end of a level of '{name}'", "remove it"
    if levels[0].casefold() == deck_names.DEFAULT_DECK.casefold():
        return "'Default' is Anki's own deck; what imports into it varies", "choose another name"
    if "\n" in name or "\t" in name:
        return "a deck name is one line without tabs", "choose another name"
    if len(name) > DECK_NAME:
        return f"the deck name has {len(name)} characters", f"keep it under {DECK_NAME}"
    return None


def path_problem(name: str) -> str:
    """Return why the file name of a source is invalid, or ''."""
    if any("\ud800" <= character <= "\udfff" for character in name):
        return "its name is not UTF-8"
    return "its name contains a control character" if CONTROL.search(name) else ""


def clean_name(name: str) -> str:
    """Return the name of a note type, field or template as Anki stores it."""
    return unicodedata.normalize("NFC", name).strip()


def field_problem(name: str) -> tuple[str, str] | None:
    """Return why a clean field name is invalid (rslib/src/notetype/fields.rs)."""
    if not name:
        return "the field has no name", "name it"
    invalid = next((character for character in name if character in ':{}"'), None)
    if invalid is not None:
        return f"a field's name can't contain '{invalid}'", "choose another name"
    if name[0] in "#/^":
        return f"a field's name can't begin with '{name[0]}'", "choose another name"
    return None


def template_problem(name: str) -> tuple[str, str] | None:
    """Return why a clean template name is invalid."""
    if not name:
        return "the template has no name", "name it"
    if '"' in name:
        return "a template's name can't contain '\"'", "choose another name"
    return None
