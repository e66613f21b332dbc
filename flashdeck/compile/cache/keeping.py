"""Where compiled notes are kept between builds: `build/.notes`, a line for each file.

Whoever could write into that file could put any HTML on a card, so it is believed only where it was
written: it names its own place on the disk, which a copy from elsewhere has not. It is as good as
the flashdeck that wrote it, and another one begins anew.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flashdeck.compile.cache.kept import Kept, KeptDeck, KeptFile, KeptNote, digest_of
from flashdeck.compile.cache.seal import seal
from flashdeck.diagnostics import Span, Text
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.model import Card, Note
from flashdeck.project.paths import BUILD_NAME

_NAME = ".notes"
_LARGEST = 2**30


@dataclass(frozen=True, slots=True)
class News:
    """What is to be kept, as it is written down: a line for each file."""

    context: str
    body: bytes


class Keeper:
    """Reads what the last build compiled, and writes down what this one did."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._lines: dict[str, bytes] = {}
        self.kept = Kept()

    def read(self) -> Kept:
        """Read what the last build left; nothing where it was lost or damaged."""
        path = self._root / BUILD_NAME / _NAME
        try:
            head, _, body = read_regular(path, self._root, _LARGEST).partition(b"\n")
            sealed, context, digest = json.loads(head)
        except (RefusedFileError, OSError, ValueError, TypeError, RecursionError):
            return self.kept
        if sealed == seal(path.stat()) and digest == digest_of(body):
            files: dict[str, KeptFile] = {}
            for line in body.split(b"\n") if body else ():
                name, file = file_of(json.loads(line))
                files[name], self._lines[name] = file, line
            self.kept = Kept(context, files)
        return self.kept

    def news(self, kept: Kept) -> News | None:
        """Give what is to be written down; None where it is the same as before."""
        before = self.kept.within(kept.context).files
        same = {path for path, file in kept.files.items() if before.get(path) is file}
        if len(same) == len(before) == len(kept.files):
            return None
        lines = [
            self._lines[path] if path in same else _json(row_of(path, file))
            for path, file in kept.files.items()
        ]
        return News(kept.context, b"\n".join(lines))

    def write(self, news: News, publication: Publication) -> None:
        """Write it down, with everything else that a build publishes."""
        stream = publication.stage(self._root / BUILD_NAME / _NAME, self._root)
        head = [seal(os.fstat(stream.fileno())), news.context, digest_of(news.body)]
        stream.write(_json(head) + b"\n")
        stream.write(news.body)


def row_of(path: str, file: KeptFile) -> list[object]:
    """Give a file as plain lists, from which `file_of` makes it again."""
    decks = [[*one.name, one.description, one.verbatim] for one in file.decks]
    notes = [
        [
            one.key,
            one.kind,
            one.digest,
            one.verbatim,
            one.media,
            one.note.guid,
            one.note.notetype,
            one.note.fields,
            one.note.tags,
            one.note.cards[0].deck,
            [card.ordinal for card in one.note.cards],
            one.note.source and one.note.source[1:],
        ]
        for one in file.notes
    ]
    return [path, file.digest, decks, notes]


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def file_of(row: list[Any]) -> tuple[str, KeptFile]:
    """Make a file and its path of what `row_of` gave."""
    path, digest, decks, notes = row
    kept_decks = tuple(
        KeptDeck(Text(name, Span(*span)), description, verbatim)
        for name, span, description, verbatim in decks
    )
    return path, KeptFile(digest, kept_decks, tuple([_note(path, one) for one in notes]))


def _note(path: str, given: list[Any]) -> KeptNote:
    key, kind, digest, verbatim, media, guid, notetype, fields, tags, deck, ordinals, span = given
    note = Note(
        guid,
        notetype,
        tuple(fields),
        tuple(tags),
        tuple([Card(ordinal, deck) for ordinal in ordinals]),
        source=Span(path, *span),
    )
    return KeptNote(key, note, kind, digest, verbatim, tuple([(one, name) for one, name in media]))
