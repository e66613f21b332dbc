"""Note types and decks of Anki's schema 11: JSON in the table `col`."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NoReturn, TypeVar

from flashdeck.anki.read.archive import MIB, Unreadable, cause
from flashdeck.anki.template.reserves import from_anki
from flashdeck.model import Deck, Field, NoteType, Preset, Template

VERSION: Final = 11

# Anki's default LaTeX preamble and ending; `NoteType` has None for them.
LATEX_PRE: Final = """\\documentclass[12pt]{article}
\\special{papersize=3in,5in}
\\usepackage[utf8]{inputenc}
\\usepackage{amssymb,amsmath}
\\pagestyle{empty}
\\setlength{\\parindent}{0in}
\\begin{document}
"""
LATEX_POST: Final = "\\end{document}"

FIELD_KEYS: Final = {
    "id": "id",
    "rtl": "rtl",
    "font": "font",
    "size": "size",
    "sticky": "sticky",
    "description": "description",
    "plain_text": "plainText",
    "collapsed": "collapsed",
    "exclude_from_search": "excludeFromSearch",
    "tag": "tag",
    "prevent_deletion": "preventDeletion",
}
"""The JSON keys of the optional attributes of `Field`."""

TEMPLATE_KEYS: Final = {
    "id": "id",
    "browser_front": "bqfmt",
    "browser_back": "bafmt",
    "browser_font": "bfont",
    "browser_size": "bsize",
    "deck": "did",
}
"""The JSON keys of the optional attributes of `Template`."""

MARK: Final = "flashdeck"
"""The JSON key of a reserve's mark, which Anki keeps."""

_OWN_KEYS: Final = {
    "flds": {"name", "ord", "media", MARK, *FIELD_KEYS.values()},
    "tmpls": {"name", "ord", "qfmt", "afmt", MARK, *TEMPLATE_KEYS.values()},
}
_SHOWN: Final = 40  # characters
_CLOZE: Final = 1
_LIMIT: Final = 2**63
_JSON_LIMIT: Final = 32 * MIB
_JSON_PARTS: Final = 1_000_000
_DIGITS: Final = re.compile("[0-9]{1,19}")

JsonObject = dict[str, Any]
_T = TypeVar("_T")


def read_object(text: str | bytes, what: str) -> JsonObject:
    """Read a JSON object. Raises `Unreadable` also for duplicate keys, NaN and lone surrogates.

    The size is checked before parsing.
    """
    try:
        text = text.decode() if isinstance(text, bytes) else text
        if len(text) > _JSON_LIMIT or sum(map(text.count, ",{[")) > _JSON_PARTS:
            msg = "it is too large"
            raise ValueError(msg)  # noqa: TRY301 - reported like other errors
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # lone surrogates fail here
    except (ValueError, RecursionError) as error:
        msg = f"its {what} can't be read ({cause(error)})"
        raise Unreadable(msg) from error
    if not isinstance(value, dict):
        msg = f"its {what} can't be read (not a JSON object)"
        raise Unreadable(msg)
    return value


def read_notetypes(models: str) -> Iterator[NoteType]:
    """Read all note types from `col.models`. As in Anki, a flag that is not a bool is off."""
    return map(_notetype, _entries(models, "list of note types"))


def addon_keys(models: str) -> Iterator[str]:
    """Describe the keys of fields and templates that Anki does not know: add-ons write them."""
    for json_ in _entries(models, "list of note types"):
        notetype = json_.get("name")
        for what, known in _OWN_KEYS.items():
            for part in _objects(json_, what):
                for key in sorted(part.keys() - known):
                    yield addon_key(key, str(part.get("name")), str(notetype))


def addon_key(key: str, part: str, notetype: str) -> str:
    """Describe a key of an add-on."""
    return f"'{key[:_SHOWN]}' of '{part[:_SHOWN]}' in '{notetype[:_SHOWN]}'"


def read_decks(decks: str, presets: Mapping[int, Preset | None]) -> Iterator[tuple[Deck, bool]]:
    """Read all decks from `col.decks`, each with whether it is filtered."""
    for json_ in _entries(decks, "list of decks"):
        deck, filtered = _deck(json_)
        conf = json_.get("conf")
        yield replace(deck, preset=presets.get(conf) if type(conf) is int else None), filtered


def read_presets(dconf: str) -> dict[int, Preset | None]:
    """Read all deck options in `col.dconf`, by id; None for those that flashdeck did not write."""
    presets = _entries(dconf or "{}", "list of deck options")
    return {
        _id(json_): preset_of(_get(json_, "name", str, ""), _id(json_), json_.get(MARK))
        for json_ in presets
    }


def preset_of(name: str, id_: int, options: object) -> Preset | None:
    """Make a preset of chosen options; None if they are not what flashdeck writes."""
    values: dict[str, Any] = Preset(name, id_)._asdict()
    usual = Preset("")._asdict()
    if not isinstance(options, dict):
        return None
    for key, value in options.items():
        chosen = tuple(value) if isinstance(value, list) else value
        if key in {"name", "id"} or type(chosen) is not type(usual.get(key)):
            return None
        if isinstance(chosen, tuple) and not all(type(step) is int for step in chosen):
            return None
        values[key] = chosen
    return Preset(**values)


def _entries(text: str, what: str) -> list[JsonObject]:
    values = list(read_object(text, what).values())
    if not all(isinstance(value, dict) for value in values):
        msg = f"its {what} is not what Anki writes"
        raise Unreadable(msg)
    return values


def _notetype(json_: JsonObject) -> NoteType:
    field_parts, template_parts = _objects(json_, "flds"), _objects(json_, "tmpls")
    fields = tuple(map(_field, field_parts))
    templates = tuple(map(_template, template_parts))
    sort = _number(json_, "sortf", 0)
    if not (templates and sort < len(fields)):
        msg = "it has a note type that lacks fields or templates"
        raise Unreadable(msg)
    notetype = NoteType(
        id=_id(json_),
        name=_get(json_, "name", str),
        fields=fields,
        templates=templates,
        css=_get(json_, "css", str, ""),
        cloze=_number(json_, "type", 0) == _CLOZE,
        sort=sort,
        latex_pre=other(_get(json_, "latexPre", str, LATEX_PRE), LATEX_PRE),
        latex_post=other(_get(json_, "latexPost", str, LATEX_POST), LATEX_POST),
        stock=_optional(json_, "originalStockKind"),
        mod=_number(json_, "mod", 0),
        latex_svg=json_.get("latexsvg") is True,
    )
    marks = ([part.get(MARK) for part in parts] for parts in (field_parts, template_parts))
    return from_anki(notetype, *marks)


def _deck(json_: JsonObject) -> tuple[Deck, bool]:
    deck = Deck(
        name=_get(json_, "name", str),
        description=_get(json_, "desc", str, ""),
        markdown=json_.get("md") is True,
        id=_id(json_),
    )
    return deck, bool(json_.get("dyn"))


def _field(json_: JsonObject) -> Field:
    return Field(_get(json_, "name", str), **_options(json_, FIELD_KEYS, Field("")))


def _template(json_: JsonObject) -> Template:
    name, front, back = (_get(json_, key, str) for key in ("name", "qfmt", "afmt"))
    defaults = Template(name, front, back)
    return Template(name, front, back, **_options(json_, TEMPLATE_KEYS, defaults))


def _options(
    json_: JsonObject, keys: Mapping[str, str], defaults: Field | Template
) -> dict[str, Any]:
    return {name: _option(json_, key, getattr(defaults, name)) for name, key in keys.items()}


def _option(json_: JsonObject, key: str, default: bool | int | str | None) -> object:  # noqa: FBT001
    """Return a value of the type of its default; None is an optional number."""
    match default:
        case bool():
            return json_.get(key) is True
        case int():
            return _number(json_, key, default)
        case str():
            return _get(json_, key, str, default)
        case _:
            return _optional(json_, key)


def _objects(json_: JsonObject, key: str) -> list[JsonObject]:
    values = _get(json_, key, list)
    if not all(isinstance(value, dict) for value in values):
        _wrong(key)
    return values


def _id(json_: JsonObject) -> int:
    """Read an id, which some programs write as text."""
    value = json_.get("id")
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        value = int(value)
    if type(value) is not int or not 0 < value < _LIMIT:
        _wrong("id")
    return value


def _number(json_: JsonObject, key: str, default: int) -> int:
    value = _get(json_, key, int, default)
    if not 0 <= value < _LIMIT:
        _wrong(key)
    return value


def _optional(json_: JsonObject, key: str) -> int | None:
    if json_.get(key) is None:
        return None
    value = _get(json_, key, int)
    if not -_LIMIT <= value < _LIMIT:
        _wrong(key)
    return value


def _get(json_: JsonObject, key: str, kind: type[_T], default: _T | None = None) -> _T:
    """Return the value of a key, which must have exactly this type: a bool is not an int."""
    value = json_.get(key, default)
    if type(value) is not kind:
        _wrong(key)
    return value


def other(text: str, default: str) -> str | None:
    """Return the text, or None if it is the default."""
    return None if text == default else text


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    result = dict(pairs)
    if len(result) < len(pairs):
        msg = "a key is given twice"
        raise ValueError(msg)
    return result


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is not a number"
    raise ValueError(msg)


def _wrong(key: str) -> NoReturn:
    msg = f"it has a note type or deck whose {key!r} is not what Anki writes"
    raise Unreadable(msg)
