"""Hashes of what is released: of a note, a note type, a package; of content, never of times."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from types import MappingProxyType
from typing import BinaryIO

from flashdeck.anki.clozes import hidden_texts
from flashdeck.model import Collection, Note, NoteType

_SHORT, _SHORTER, _SHORTEST = 16, 8, 6
_CHUNK = 1 << 20


def note_digest(note: Note) -> str:
    """Tell an edit: rendered fields, tags and note type, not its deck or place."""
    words = (str(note.notetype), *note.fields, " ".join(sorted(note.tags)))
    return _hex("\x1f".join(words))[:_SHORT]


def field_digests(note: Note) -> str:
    """Tell which fields were edited: 8 hex digits of each, "-" for an empty one, with commas."""
    return ",".join([_hex(text)[:_SHORTER] if text else "-" for text in note.fields])


def cloze_digests(text: str) -> tuple[tuple[int, str], ...]:
    """Give a short hash of what each cloze of a field hides, by number."""
    pairs = sorted(hidden_texts(text).items())
    return tuple((number, _hex("\x1f".join(texts))[:_SHORTEST]) for number, texts in pairs)


def notetype_digest(notetype: NoteType) -> str:
    """Tell a change of a note type: all of it but its time."""
    return _hex(_json(_given(asdict(notetype))))[:_SHORT]


def schema(notetype: NoteType) -> str:
    """Write down what must not change once released: fields and templates, their order and ids."""
    fields = [[field.name, field.id] for field in notetype.fields]
    templates = [[template.name, template.id] for template in notetype.templates]
    return _json(
        {
            "fields": fields,
            "templates": templates,
            "sort": notetype.sort,
            "cloze": notetype.cloze,
        }
    )


def package_digest(collection: Collection, known: Mapping[str, str] = MappingProxyType({})) -> str:
    """Tell a change of anything in a package that is not a time or an id that follows from one.

    `known` are digests of notes that were taken before, by guid.
    """
    total = hashlib.sha256()
    for notetype in collection.notetypes:
        total.update(f"{notetype.id} {notetype_digest(notetype)}\n".encode())
    for deck in collection.decks:
        total.update(_json([deck.name, deck.description, *[True] * deck.markdown]).encode())
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
    """Give the SHA-256 of what a stream holds from here on, in hex, a piece at a time."""
    total = hashlib.sha256()
    while chunk := stream.read(_CHUNK):
        total.update(chunk)
    return total.hexdigest()


def _given(value: object) -> object:
    """Leave out what is empty or unset, so that a new attribute changes no old digest."""
    if isinstance(value, dict):
        kept = {key: _given(one) for key, one in value.items() if key != "mod"}
        return {key: one for key, one in kept.items() if one not in (None, "", False)}
    if isinstance(value, list | tuple):
        return [_given(one) for one in value]
    return value


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=True, sort_keys=True, separators=(",", ":"))


def _hex(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
