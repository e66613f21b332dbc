"""The media files beside a file of notes."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path

from flashdeck.anki.read.archive import MIB
from flashdeck.anki.template.media import formula_pictures
from flashdeck.anki.template.references import references
from flashdeck.files.files import RefusedFileError, open_regular
from flashdeck.model import Media, Note, NoteType

_FOLDER = "media"


def media_beside(
    folder: Path, notetypes: Iterable[NoteType], notes: Iterable[Note]
) -> tuple[Media, ...]:
    """Return the files of the folder `media` that notes or note types name."""
    kinds = {notetype.id: notetype for notetype in notetypes}
    names = {name for note in notes for text in note.fields for name in references(text)}
    for note in notes:
        names |= formula_pictures(kinds[note.notetype], note)
    texts = [text for kind in kinds.values() for text in _texts(kind)]
    home = folder / _FOLDER
    files = [path for path in sorted(home.glob("*")) if path.is_file()] if home.is_dir() else []
    return tuple(
        file
        for path in files
        if path.name in names
        or path.name.startswith("_")
        or any(path.name in text for text in texts)
        for file in _file(path, folder)
    )


def _texts(notetype: NoteType) -> Iterator[str]:
    yield notetype.css
    for template in notetype.templates:
        yield from (template.front, template.back)


def _file(path: Path, folder: Path) -> Iterator[Media]:
    total, size = hashlib.sha256(), 0
    try:
        with open_regular(path, folder) as file:
            while chunk := file.read(MIB):
                total.update(chunk)
                size += len(chunk)
    except RefusedFileError:
        return
    yield Media(path.name, total.hexdigest(), size, partial(open_regular, path, folder))
