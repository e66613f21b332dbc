"""The JSON of CrowdAnki, an add-on for decks in git, as a `Collection`; brain-brew writes it too.

It holds GUIDs and texts, but no ids of note types and no times: ids are derived from CrowdAnki's
UUIDs, and times are left unset.
"""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from functools import partial
from pathlib import Path
from typing import Any, Final, NoReturn

from flashdeck.anki.deck_names import join
from flashdeck.anki.read.archive import MIB, Unreadable
from flashdeck.anki.read.collection import require_short
from flashdeck.anki.read.schema11 import read_notetypes, read_object
from flashdeck.anki.template import ordinals
from flashdeck.anki.template.references import references
from flashdeck.diagnostics import FlashdeckError
from flashdeck.files.files import RefusedFileError, open_regular, read_regular
from flashdeck.model import Card, Collection, Deck, Media, Note, NoteType
from flashdeck.project.ids import stable_id

_LIMIT: Final = 256 * MIB
_MEDIA: Final = "media"
_NO_NAME: Final = re.compile(r"[\x00-\x1f\x7f\\:]")  # a folder, a drive or stream, a control
_DEEPEST: Final = 100
JsonObject = dict[str, Any]


def read_crowdanki(path: Path) -> Collection:
    """Read a deck and its subdecks from a JSON file, or from the folder of the same name.

    Its media are all files of the folder `media` beside it. Raises `FlashdeckError` for a file that
    can't be read.
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
        self._listed: set[str] = set()
        self._notetypes: dict[str, NoteType] = {}
        self._notes: list[Note] = []
        self._decks: dict[str, Deck] = {}

    def read(self, whole: JsonObject) -> Collection:
        listed = _objects(whole, "note_models")
        models = {_get(model, "crowdanki_uuid", str): model for model in listed}
        ids = {key: stable_id("crowdanki", key) for key in models}
        entries = {key: {**model, "id": ids[key]} for key, model in models.items()}
        notetypes = {notetype.id: notetype for notetype in read_notetypes(json.dumps(entries))}
        self._notetypes = {key: notetypes[number] for key, number in ids.items()}
        self._deck(whole, ())
        return Collection(
            tuple(notetype for _, notetype in sorted(notetypes.items())),
            tuple(deck for _, deck in sorted(self._decks.items())),
            tuple(self._notes),
            self._media(),
        )

    def _deck(self, deck: JsonObject, above: tuple[str, ...]) -> None:
        levels = (*above, _get(deck, "name", str))
        if len(levels) > _DEEPEST:
            _wrong("children")
        name = join(levels)
        markdown = deck.get("md") is True
        self._decks[name] = Deck(name, _get(deck, "desc", str, ""), markdown)
        for note in _objects(deck, "notes"):
            self._notes.append(self._note(note, name))
        self._listed.update(_texts(deck, "media_files"))
        for child in _objects(deck, "children"):
            self._deck(child, levels)

    def _note(self, note: JsonObject, deck: str) -> Note:
        notetype = self._notetypes.get(_get(note, "note_model_uuid", str))
        fields = tuple(_texts(note, "fields"))
        if notetype is None or len(fields) != len(notetype.fields):
            msg = f"its note {str(note.get('guid'))[:60]!r} does not fit a note type"
            raise Unreadable(msg)
        require_short(str(note.get("guid")), fields)
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

    def _media(self) -> tuple[Media, ...]:
        """Return all files of the media folder, as CrowdAnki copies them."""
        files = self._files()
        # A file system may store names in another Unicode form than notes do.
        named = {name for note in self._notes for text in note.fields for name in references(text)}
        forms = {unicodedata.normalize("NFC", name): name for name in named | self._listed}
        names = {file: forms.get(unicodedata.normalize("NFC", file), file) for file in files}
        media = [
            self._file(file if name in files else name, self._folder / _MEDIA / file)
            for file, name in names.items()
            if not _NO_NAME.search(name)
        ]
        return tuple(file for file in media if file is not None)

    def _files(self) -> list[str]:
        """List the files in the media folder, without hidden ones."""
        folder = self._folder / _MEDIA
        try:
            if not folder.resolve().is_relative_to(self._folder.resolve()):
                return []
            return sorted(
                path.name
                for path in folder.iterdir()
                if path.is_file() and not path.name.startswith(".")
            )
        except (OSError, RuntimeError):  # no such folder; a loop of links
            return []

    def _file(self, name: str, path: Path) -> Media | None:
        total, size = hashlib.sha256(), 0
        try:
            with open_regular(path, self._folder) as file:
                while chunk := file.read(MIB):
                    total.update(chunk)
                    size += len(chunk)
        except RefusedFileError:
            return None
        return Media(name, total.hexdigest(), size, partial(open_regular, path, self._folder))


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
