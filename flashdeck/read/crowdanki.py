"""The JSON of CrowdAnki, an add-on for decks in git, as a `Collection`; brain-brew writes it too.

It holds GUIDs and texts, but no ids of note types and no times: what is read here has ids that
follow from CrowdAnki's own, and is not dated.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator
from functools import partial
from pathlib import Path, PurePosixPath
from typing import Any, Final, NoReturn

from flashdeck.diagnostics import FlashdeckError
from flashdeck.files import RefusedFileError, open_regular, read_regular
from flashdeck.identity import stable_id
from flashdeck.model import Card, Collection, Deck, Media, Note, NoteType
from flashdeck.read.archive import MIB, Unreadable
from flashdeck.read.schema11 import read_notetypes, read_object
from flashdeck.template import ordinals

_LIMIT: Final = 256 * MIB
_MEDIA: Final = "media"
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f\\:]")  # a folder, a drive or stream, a control
_DEEPEST: Final = 100
JsonObject = dict[str, Any]


def read_crowdanki(path: Path) -> Collection:
    """Read a deck and those below it from its JSON file, or from the folder of the same name.

    Media lie in the folder `media` beside it; those that are not there are left out. Raises
    `FlashdeckError` for what can't be read: one sentence that names the file.
    """
    if path.is_dir():
        own = path / f"{path.name}.json"
        path = own if own.is_file() else path / "deck.json"
    try:
        text = read_regular(path, path.parent, _LIMIT)
        return _Reader(path.parent).read(read_object(text, "JSON"))
    except Unreadable as problem:
        raise FlashdeckError(f"{path} can't be read: {problem}") from problem


class _Reader:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._notetypes: dict[str, NoteType] = {}
        self._notes: list[Note] = []
        self._decks: dict[str, Deck] = {}
        self._media: dict[str, Media] = {}

    def read(self, whole: JsonObject) -> Collection:
        models = {_get(one, "crowdanki_uuid", str): one for one in _objects(whole, "note_models")}
        ids = {key: stable_id("crowdanki", key) for key in models}
        entries = {key: {**one, "id": ids[key]} for key, one in models.items()}
        found = {one.id: one for one in read_notetypes(json.dumps(entries))}
        self._notetypes = {key: found[number] for key, number in ids.items()}
        self._deck(whole, ())
        return Collection(
            tuple(one for _, one in sorted(found.items())),
            tuple(one for _, one in sorted(self._decks.items())),
            tuple(self._notes),
            tuple(one for _, one in sorted(self._media.items())),
        )

    def _deck(self, deck: JsonObject, above: tuple[str, ...]) -> None:
        levels = (*above, _get(deck, "name", str))
        if len(levels) > _DEEPEST:
            _wrong("children")
        name = "::".join(levels)
        markdown = deck.get("md") is True
        self._decks[name] = Deck(name, _get(deck, "desc", str, ""), markdown)
        for note in _objects(deck, "notes"):
            self._notes.append(self._note(note, name))
        self._media |= {one.name: one for one in self._files(deck)}
        for child in _objects(deck, "children"):
            self._deck(child, levels)

    def _note(self, note: JsonObject, deck: str) -> Note:
        notetype = self._notetypes.get(_get(note, "note_model_uuid", str))
        fields = tuple(_texts(note, "fields"))
        if notetype is None or len(fields) != len(notetype.fields):
            msg = f"its note {str(note.get('guid'))[:60]!r} does not fit a note type"
            raise Unreadable(msg)
        tags = tuple(tag for text in _texts(note, "tags") for tag in text.split())
        made = ordinals(notetype, fields, tags)
        position = len(self._notes) + 1
        return Note(
            guid=_get(note, "guid", str),
            notetype=notetype.id,
            fields=fields,
            tags=tags,
            cards=tuple(Card(ordinal, deck, position) for ordinal in made),
        )

    def _files(self, deck: JsonObject) -> Iterator[Media]:
        for name in _texts(deck, "media_files"):
            path = self._folder / _MEDIA / name
            if name in self._media or PurePosixPath(name).name != name or _NO_NAME.search(name):
                continue
            total, size = hashlib.sha256(), 0
            try:
                with open_regular(path, self._folder) as file:
                    while chunk := file.read(MIB):
                        total.update(chunk)
                        size += len(chunk)
            except RefusedFileError:
                continue
            yield Media(name, total.hexdigest(), size, partial(open_regular, path, self._folder))


def _objects(json_: JsonObject, key: str) -> list[JsonObject]:
    values: list[JsonObject] = _get(json_, key, list, [])
    if not all(isinstance(value, dict) for value in values):
        _wrong(key)
    return values


def _texts(json_: JsonObject, key: str) -> list[str]:
    values: list[Any] = _get(json_, key, list, [])
    if not all(isinstance(value, str) and "\x1f" not in value for value in values):
        _wrong(key)
    return values


def _get(json_: JsonObject, key: str, kind: type, default: Any = None) -> Any:
    value = json_.get(key, default)
    if type(value) is not kind:
        _wrong(key)
    return value


def _wrong(key: str) -> NoReturn:
    msg = f"its {key!r} is not what CrowdAnki writes"
    raise Unreadable(msg)
