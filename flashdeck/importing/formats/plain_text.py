"""Anki's *Notes in Plain Text* and *Cards in Plain Text*, and the CSV of `export`.

The header lines (`#separator:`, `#guid column:`, …) say what the columns are. The file has neither
ids nor templates of note types, and no times: note types get ids derived from their names, and the
templates of Anki's note types of these names.
"""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Final, NamedTuple

from flashdeck.anki.deck_names import DEFAULT_DECK
from flashdeck.anki.read.archive import MIB, Unreadable
from flashdeck.anki.template import ordinals
from flashdeck.files.files import read_regular
from flashdeck.importing.formats.media import media_beside
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template
from flashdeck.project.ids import base32, stable_id

ENDINGS: Final = frozenset({".txt", ".csv", ".tsv"})
_LIMIT: Final = 256 * MIB
_HEADER: Final = re.compile(r"#([a-z ]+):(.*)")
_NAMED: Final = {
    "tab": "\t",
    "comma": ",",
    "semicolon": ";",
    "colon": ":",
    "pipe": "|",
    "space": " ",
}
_COLUMN: Final = re.compile(r"[1-9][0-9]{0,3}")
_CLOZE: Final = re.compile(r"\{\{c[0-9]+::")
_ANSWER: Final = re.compile(r"<hr id=[\"']?answer[\"']?>\s*", re.IGNORECASE)
_RULE: Final = "{{FrontSide}}\n\n<hr id=answer>\n\n"
_CSS: Final = """\
.card {
    font-family: arial;
    font-size: 20px;
    text-align: center;
    color: black;
    background-color: white;
}
.cloze {
    font-weight: bold;
    color: blue;
}
"""
_GUID_LENGTH: Final = 12


class _Stock(NamedTuple):
    number: int
    fields: tuple[str, ...]
    templates: tuple[tuple[str, str], ...]


_FORWARD: Final = ("{{Front}}", _RULE + "{{Back}}")
_BACK: Final = ("{{Back}}", _RULE + "{{Front}}")
_OPTIONAL: Final = ("{{#Add Reverse}}{{Back}}{{/Add Reverse}}", _RULE + "{{Front}}")
_TYPED: Final = ("{{Front}}\n\n{{type:Back}}", "{{Front}}\n\n<hr id=answer>\n\n{{type:Back}}")
_CLOZES: Final = ("{{cloze:Text}}", "{{cloze:Text}}<br>\n{{Back Extra}}")
_STOCK: Final[Mapping[str, _Stock]] = {
    "Basic": _Stock(1, ("Front", "Back"), (_FORWARD,)),
    "Basic (and reversed card)": _Stock(2, ("Front", "Back"), (_FORWARD, _BACK)),
    "Basic (optional reversed card)": _Stock(
        3, ("Front", "Back", "Add Reverse"), (_FORWARD, _OPTIONAL)
    ),
    "Basic (type in the answer)": _Stock(4, ("Front", "Back"), (_TYPED,)),
    "Cloze": _Stock(5, ("Text", "Back Extra"), (_CLOZES,)),
}


class _Row(NamedTuple):
    guid: str
    notetype: str
    deck: str
    tags: tuple[str, ...]
    fields: tuple[str, ...]


def read_plain_text(path: Path) -> Collection:
    """Read the notes of a text file, and files that they name from the folder `media` beside it.

    Raises `Unreadable`, also for a file without notes.
    """
    data = read_regular(path, path.parent, _LIMIT)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        msg = "it is not UTF-8"
        raise Unreadable(msg, "save it as UTF-8, or export it from Anki again") from error
    rows = list(_rows(text))
    if not rows:
        msg = "there is no note in it"
        raise Unreadable(msg)
    notetypes = {
        name: _notetype(name, rows) for name in dict.fromkeys(row.notetype for row in rows)
    }
    notes = tuple(_notes(rows, notetypes))
    decks = sorted({row.deck for row in rows})
    kinds = tuple(sorted(notetypes.values(), key=lambda notetype: notetype.id))
    media = media_beside(path.parent, kinds, notes)
    return Collection(kinds, tuple(map(Deck, decks)), notes, media)


def _rows(text: str) -> Iterator[_Row]:
    headers, body = _headers(text)
    columns = {
        name.removesuffix(" column"): int(value) - 1
        for name, value in headers.items()
        if name.endswith(" column") and _COLUMN.fullmatch(value)
    }
    separator = headers.get("separator", "")
    separator = _NAMED.get(separator.lower(), separator) or _guessed(body)
    is_html = headers.get("html", "false" if headers else "true").lower() == "true"
    csv.field_size_limit(_LIMIT)
    try:
        for cells in csv.reader(io.StringIO(body, newline=""), delimiter=separator):
            if any(cell.strip() for cell in cells):
                yield _row(cells, columns, headers, is_html=is_html)
    except (csv.Error, TypeError) as error:
        msg = f"its columns can't be read ({error})"
        raise Unreadable(msg) from error


def _headers(text: str) -> tuple[dict[str, str], str]:
    """Split off the lines at the start that begin with `#`."""
    headers: dict[str, str] = {}
    at = 0
    while text.startswith("#", at):
        end = text.find("\n", at) + 1 or len(text)
        if found := _HEADER.fullmatch(text[at:end].rstrip("\r\n")):
            headers[found[1]] = found[2].strip(" ")
        at = end
    return headers, text[at:]


def _guessed(body: str) -> str:
    line = body.partition("\n")[0]
    return next((sign for sign in "\t;," if sign in line), "\t")


def _row(
    cells: Sequence[str], columns: Mapping[str, int], headers: Mapping[str, str], *, is_html: bool
) -> _Row:
    def cell(name: str) -> str:
        at = columns.get(name)
        return cells[at].strip() if at is not None and at < len(cells) else ""

    special = set(columns.values())
    fields = [text for at, text in enumerate(cells) if at not in special]
    if not is_html:
        fields = [escape(text, quote=False).replace("\n", "<br>") for text in fields]
    if not columns and len(fields) > 1 and (found := _ANSWER.search(fields[1])):
        fields[1] = fields[1][found.end() :]  # Cards in Plain Text repeat the question
    while len(fields) > 1 and not fields[-1]:
        fields.pop()
    tags = [*cell("tags").split(), *headers.get("tags", "").split()]
    return _Row(
        guid=cell("guid"),
        notetype=cell("notetype") or headers.get("notetype", "") or _default_type(fields),
        deck=cell("deck") or headers.get("deck", "") or DEFAULT_DECK,
        tags=tuple(sorted(set(tags))),
        fields=tuple(fields or [""]),
    )


def _default_type(fields: Sequence[str]) -> str:
    return "Cloze" if any(map(_CLOZE.search, fields)) else "Basic"


def _notetype(name: str, rows: Sequence[_Row]) -> NoteType:
    """Create a note type: Anki's of this name, or one with fields that are only numbered."""
    own = [row.fields for row in rows if row.notetype == name]
    width = max(map(len, own))
    stock = _STOCK.get(name)
    if stock is not None and width <= len(stock.fields):
        names, sides, number = stock.fields, stock.templates, stock.number
    else:
        count = max(2, width)
        names, number = tuple(f"Field {place}" for place in range(1, count + 1)), None
        rest = "<br>\n".join(f"{{{{{field}}}}}" for field in names[1:])
        sides = (("{{Field 1}}", _RULE + rest),)
        if any(_CLOZE.search(text) for fields in own for text in fields):
            sides = (("{{cloze:Field 1}}", "{{cloze:Field 1}}<br>\n" + rest),)
    templates = [
        Template(f"Card {place}", front, back) for place, (front, back) in enumerate(sides, 1)
    ]
    return NoteType(
        id=stable_id("plain text", name),
        name=name,
        fields=tuple(map(Field, names)),
        templates=tuple(templates),
        css=_CSS,
        cloze="{{cloze:" in sides[0][0],
        stock=number,
        mod=1,
    )


def _notes(rows: Sequence[_Row], notetypes: Mapping[str, NoteType]) -> Iterator[Note]:
    counts: Counter[tuple[str, str]] = Counter()
    for position, row in enumerate(rows, 1):
        notetype = notetypes[row.notetype]
        fields = (*row.fields, *[""] * (len(notetype.fields) - len(row.fields)))
        guid = row.guid or _guid(row, counts)
        made = ordinals(notetype, fields, row.tags)
        cards = tuple(Card(ordinal, row.deck, position) for ordinal in made)
        yield Note(guid, notetype.id, fields, row.tags, cards)


def _guid(row: _Row, counts: Counter[tuple[str, str]]) -> str:
    """Derive a GUID from the first field, so that the file can be imported again."""
    key = (row.notetype, row.fields[0])
    words = "\0".join((*key, str(counts[key])))
    counts[key] += 1
    digest = hashlib.sha256(words.encode(errors="surrogatepass")).digest()
    return base32(int.from_bytes(digest[:8], "big"), _GUID_LENGTH)
