"""The JSON of `flashdeck export --to json`: all but times."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any, Final, TypeVar

from flashdeck.anki.read.archive import MIB, Unreadable
from flashdeck.anki.read.schema11 import preset_of, read_object
from flashdeck.files.files import read_regular
from flashdeck.importing.formats.media import media_beside
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Preset, Template

_LIMIT: Final = 256 * MIB
_VERSION: Final = 1
_Part = TypeVar("_Part", Field, Template)


def is_plain_json(path: Path) -> bool:
    """Whether a JSON file begins as `export` writes it."""
    try:
        with path.open(encoding="utf-8") as file:
            return '"format": "flashdeck"' in file.read(100)
    except (OSError, ValueError):
        return False


def read_plain_json(path: Path) -> Collection:
    """Read a file that `export` wrote, and the media in the folder beside it.

    Raises `Unreadable` for any other file.
    """
    whole = read_object(read_regular(path, path.parent, _LIMIT), "JSON")
    try:
        if whole["version"] != _VERSION:
            msg = f"it has version {whole['version']!r}, and only {_VERSION} is supported"
            raise Unreadable(msg, "install a newer flashdeck")
        notetypes = tuple(map(_notetype, whole["notetypes"]))
        kinds = {notetype.id: notetype for notetype in notetypes}
        notes = tuple(_note(json_, kinds, place) for place, json_ in enumerate(whole["notes"], 1))
        decks = tuple(
            Deck(
                str(deck["name"]),
                str(deck["description"]),
                deck["markdown"] is True,
                preset=_preset(deck.get("preset")),
            )
            for deck in sorted(whole["decks"], key=lambda deck: str(deck["name"]))
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        msg = f"it is not what export writes ({error})"
        raise Unreadable(msg) from error
    media = media_beside(path.parent, notetypes, notes)
    return Collection(tuple(sorted(notetypes, key=_id)), decks, notes, media)


def _id(notetype: NoteType) -> int:
    return notetype.id


def _preset(json_: dict[str, Any] | None) -> Preset | None:
    if json_ is None:
        return None
    options = {key: value for key, value in json_.items() if key not in {"name", "id"}}
    return preset_of(str(json_["name"]), int(json_["id"]), options)


def _notetype(json_: dict[str, Any]) -> NoteType:
    own = [_part(part, Field("")) for part in json_["fields"]]
    return NoteType(
        id=int(json_["id"]),
        name=str(json_["name"]),
        fields=tuple(own),
        templates=tuple(_part(part, Template("", "", "")) for part in json_["templates"]),
        css=str(json_["css"]),
        cloze=json_["kind"] == "cloze",
        sort=[field.name for field in own].index(json_["sort"]),
        latex_pre=_text(json_["latex_pre"]),
        latex_post=_text(json_["latex_post"]),
        stock=None if json_["stock"] is None else int(json_["stock"]),
        mod=1,
        latex_svg=json_["latex_svg"] is True,
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _part(json_: dict[str, Any], default: _Part) -> _Part:
    """Read a field or a template; values have the types of the defaults."""
    values: dict[str, Any] = {}
    for field in fields(default):
        if field.name not in json_:
            continue
        value, usual = json_[field.name], getattr(default, field.name)
        if isinstance(usual, bool):
            values[field.name] = value is True
        elif isinstance(usual, str):
            values[field.name] = str(value)
        else:
            values[field.name] = None if value is None else int(value)
    return type(default)(**values)


def _note(json_: dict[str, Any], kinds: dict[int, NoteType], place: int) -> Note:
    notetype = kinds[int(json_["notetype"])]
    return Note(
        guid=str(json_["guid"]),
        notetype=notetype.id,
        fields=tuple(str(json_["fields"][field.name]) for field in notetype.fields),
        tags=tuple(map(str, json_["tags"])),
        cards=tuple(
            Card(int(card["ordinal"]), str(card["deck"]), place) for card in json_["cards"]
        ),
    )
