"""Note types and decks as Anki's version 11 of its database keeps them: JSON in the table `col`."""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn, TypeVar

from flashdeck.model import Deck, Field, NoteType, Template
from flashdeck.read.archive import Unreadable, cause

# What Anki gives every note type that has no preamble of its own. None stands for it.
LATEX_PRE: Final = """\\documentclass[12pt]{article}
\\special{papersize=3in,5in}
\\usepackage[utf8]{inputenc}
\\usepackage{amssymb,amsmath}
\\pagestyle{empty}
\\setlength{\\parindent}{0in}
\\begin{document}
"""
LATEX_POST: Final = "\\end{document}"

_CLOZE: Final = 1
_LIMIT: Final = 2**63
_DIGITS: Final = re.compile("[0-9]{1,19}")

JsonObject = dict[str, Any]
_T = TypeVar("_T")


def read_object(text: str | bytes, what: str) -> JsonObject:
    """Read a JSON object; `Unreadable` for keys given twice, NaN and broken characters, too."""
    try:
        value = json.loads(text, object_pairs_hook=_unique, parse_constant=_no_constant)
        json.dumps(value, ensure_ascii=False).encode()  # halves of surrogate pairs fail here
    except (ValueError, RecursionError) as error:
        msg = f"its {what} can't be read ({cause(error)})"
        raise Unreadable(msg) from error
    if not isinstance(value, dict):
        msg = f"its {what} can't be read (no JSON object)"
        raise Unreadable(msg)
    return value


def read_notetype(json_: JsonObject) -> NoteType:
    """Read a note type from an entry of `col.models`."""
    fields = tuple(_field(each) for each in _objects(json_, "flds"))
    templates = tuple(_template(each) for each in _objects(json_, "tmpls"))
    sort = _number(json_, "sortf", 0)
    if not (templates and sort < len(fields)):
        msg = "it has a note type that lacks fields or templates"
        raise Unreadable(msg)
    return NoteType(
        id=_id(json_),
        name=_get(json_, "name", str),
        fields=fields,
        templates=templates,
        css=_get(json_, "css", str, ""),
        cloze=_number(json_, "type", 0) == _CLOZE,
        sort=sort,
        latex_pre=_other(_get(json_, "latexPre", str, LATEX_PRE), LATEX_PRE),
        latex_post=_other(_get(json_, "latexPost", str, LATEX_POST), LATEX_POST),
        stock=_optional(json_, "originalStockKind"),
        mod=_number(json_, "mod", 0),
        latex_svg=_get(json_, "latexsvg", bool, default=False),
    )


def read_deck(json_: JsonObject) -> tuple[int, Deck]:
    """Read a deck and its id from an entry of `col.decks`."""
    markdown = _get(json_, "md", bool, default=False)
    id_ = _id(json_)
    return id_, Deck(_get(json_, "name", str), _get(json_, "desc", str, ""), markdown, id_)


def _field(json_: JsonObject) -> Field:
    return Field(
        name=_get(json_, "name", str),
        id=_optional(json_, "id"),
        rtl=_get(json_, "rtl", bool, default=False),
        font=_get(json_, "font", str, "Arial"),
        size=_number(json_, "size", 20),
        sticky=_get(json_, "sticky", bool, default=False),
        description=_get(json_, "description", str, ""),
        plain_text=_get(json_, "plainText", bool, default=False),
        collapsed=_get(json_, "collapsed", bool, default=False),
        exclude_from_search=_get(json_, "excludeFromSearch", bool, default=False),
        tag=_optional(json_, "tag"),
        prevent_deletion=_get(json_, "preventDeletion", bool, default=False),
    )


def _template(json_: JsonObject) -> Template:
    return Template(
        name=_get(json_, "name", str),
        front=_get(json_, "qfmt", str),
        back=_get(json_, "afmt", str),
        id=_optional(json_, "id"),
        browser_front=_get(json_, "bqfmt", str, ""),
        browser_back=_get(json_, "bafmt", str, ""),
        browser_font=_get(json_, "bfont", str, ""),
        browser_size=_number(json_, "bsize", 0),
        deck=_optional(json_, "did"),
    )


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
    """Give the value under a key, which must be of this very kind: a truth value is no number."""
    value = json_.get(key, default)
    if type(value) is not kind:
        _wrong(key)
    return value


def _other(text: str, default: str) -> str | None:
    return None if text == default else text


def _unique(pairs: list[tuple[str, Any]]) -> JsonObject:
    result = dict(pairs)
    if len(result) < len(pairs):
        msg = "a key is given twice"
        raise ValueError(msg)
    return result


def _no_constant(name: str) -> NoReturn:
    msg = f"{name} is no number"
    raise ValueError(msg)


def _wrong(key: str) -> NoReturn:
    msg = f"it has a note type or deck whose {key!r} is not what Anki writes"
    raise Unreadable(msg)
