"""Digests of the content of notes, note types and packages, without times."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import BinaryIO

from flashdeck.anki.clozes import hidden_texts
from flashdeck.anki.template.reserves import in_anki
from flashdeck.model import Collection, Note, NoteType

_SHORT, _SHORTER, _SHORTEST = 16, 8, 6
_CHUNK = 1 << 20
# The number of an item in a list: its place may change, its history stays.
_PLACE = re.compile(r'\A<ol start="[0-9]+">')


def note_digest(note: Note) -> str:
    """Digest of a note: rendered fields, tags and note type, without deck and position."""
    parts = (str(note.notetype), *note.fields, " ".join(sorted(note.tags)))
    return _hex("\x1f".join(parts))[:_SHORT]


def field_digests(note: Note) -> str:
    """Digests of the fields: 8 hex digits each, "-" if empty, separated by commas."""
    return ",".join([short_digest(text) if text else "-" for text in note.fields])


def tag_digests(tags: Iterable[str]) -> str:
    """Digests of the tags, sorted, separated by commas; "-" for none."""
    return ",".join(sorted({tag_digest(tag) for tag in tags})) or "-"


def tag_digest(tag: str) -> str:
    """Digest of a tag, 8 hex digits. Anki ignores the case of tags."""
    return short_digest(tag.casefold())


def short_digest(text: str) -> str:
    """Digest of a text, 8 hex digits."""
    return _hex(text)[:_SHORTER]


def cloze_digests(text: str) -> tuple[tuple[int, str], ...]:
    """Short digests of the hidden texts of a field's clozes, by number."""
    pairs = sorted(hidden_texts(text).items())
    hidden = (
        (number, "\x1f".join(_PLACE.sub("", part) for part in texts)) for number, texts in pairs
    )
    return tuple([(number, _hex(part)[:_SHORTEST]) for number, part in hidden])


def notetype_digest(notetype: NoteType) -> str:
    """Digest of a note type without its time."""
    return _hex(_json(_without_defaults(asdict(notetype))))[:_SHORT]


def front_digests(notetype: NoteType) -> str:
    """Digests of the fronts in Anki: 8 hex digits each, '' for a spare one, separated by commas."""
    pairs = zip(notetype.templates, in_anki(notetype).templates, strict=True)
    return ",".join(["" if own.spare else _hex(part.front)[:_SHORTER] for own, part in pairs])


def schema(notetype: NoteType) -> str:
    """The schema, as JSON, which must not change after a release: fields, templates, their ids."""
    fields = [[field.anki or field.name, field.id] for field in notetype.fields]
    templates = [[part.anki or part.name, part.id] for part in notetype.templates]
    return _json(
        {
            "fields": fields,
            "templates": templates,
            "sort": notetype.sort,
            "cloze": notetype.cloze,
        }
    )


def package_digest(collection: Collection, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Digest of a package without times and the ids derived from them.

    `known` are digests of notes by GUID.
    """
    total = hashlib.sha256()
    for notetype in collection.notetypes:
        total.update(f"{notetype.id} {notetype_digest(notetype)}\n".encode())
    for deck in collection.decks:
        more = [True] * deck.markdown + ([deck.preset.id] if deck.preset is not None else [])
        total.update(_json([deck.name, deck.description, *more]).encode())
    for media in collection.media:
        total.update(f"{media.name} {media.sha256}\n".encode())
    lines = []
    for note in collection.notes:
        cards = ",".join([f"{card.ordinal}@{card.deck}" for card in note.cards])
        digest = known.get(note.guid) or note_digest(note)
        lines.append(f"{note.guid}\t{digest}\t{cards}\n")
    total.update("".join(lines).encode())
    return total.hexdigest()[: 2 * _SHORT]


def stream_digest(stream: BinaryIO) -> str:
    """SHA-256 of the rest of a stream, in hex."""
    total = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        total.update(chunk)
    return total.hexdigest()


def _without_defaults(value: object) -> object:
    """Remove empty and unset values, so that a new attribute does not change old digests."""
    if isinstance(value, dict):
        items = {key: _without_defaults(item) for key, item in value.items() if key != "mod"}
        return {key: item for key, item in items.items() if item not in (None, "", False)}
    if isinstance(value, list | tuple):
        return [_without_defaults(item) for item in value]
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
