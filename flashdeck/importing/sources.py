"""Decks and note types as the text that an author would have written for them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import TypeAlias

from flashdeck.importing.markdown import as_markdown
from flashdeck.importing.tidy import short_keys
from flashdeck.model import Field, Note, NoteType, Template
from flashdeck.yamlnode import scalar, words

Files: TypeAlias = Mapping[tuple[str, str], str]
MARGIN = 2
"""How far from the left the notes of a list begin."""
_PLAIN_FIELD = Field("")
_PLAIN_TEMPLATE = Template("", "", "")


@dataclass(frozen=True, slots=True)
class DeckText:
    """What one document says of its deck; `heading` are further keys for all of its notes."""

    name: str
    description: str
    notes: Sequence[Note]
    heading: Mapping[str, str]
    texts: Texts


@dataclass(frozen=True, slots=True)
class Texts:
    """How the texts of a document are read: as `html`, or another markup that it names.

    `media` are the names of the files that there are.
    """

    markup: str
    media: Container[str]

    def written(self, note: Note, notetype: NoteType) -> tuple[str, ...] | None:
        """Give the fields of a note as this markup; None where it can't say one of them."""
        if self.markup == "html":
            return note.fields
        if self.markup != "markdown":
            return None
        found = [as_markdown(text, cloze=notetype.cloze, media=self.media) for text in note.fields]
        return None if None in found else tuple(text for text in found if text is not None)


def deck_text(deck: DeckText, notetypes: Mapping[int, NoteType]) -> str:
    """Write a deck with its notes, in their order."""
    counts = Counter(note.notetype for note in deck.notes)
    common = counts.most_common(1)[0][0] if counts else 0
    lines = [f"deck: {scalar(deck.name)}"]
    if deck.description:
        lines.append(f"description: {scalar(deck.description)}")
    lines += [f"{key}: {scalar(value)}" for key, value in deck.heading.items()]
    if common:
        lines.append(f"notetype: {scalar(notetypes[common].name)}")
    lines.append("notes:" if deck.notes else "notes: []")
    for place, note in enumerate(deck.notes):
        if place:
            lines.append("")
        named = note.notetype != common
        lines += note_lines(note, notetypes[note.notetype], deck.texts, named=named)
    return "\n".join(lines) + "\n"


def note_lines(note: Note, notetype: NoteType, texts: Texts, *, named: bool) -> Iterator[str]:
    """Write one note of a list; `named` says of which note type it is."""
    begin = " " * MARGIN + "- "
    for pair in _note_pairs(note, notetype, texts, named=named):
        yield begin + pair
        begin = "    "


def _note_pairs(note: Note, notetype: NoteType, form: Texts, *, named: bool) -> Iterator[str]:
    if named:
        yield f"notetype: {scalar(notetype.name, 4)}"
    names = [field.name for field in notetype.fields]
    fields = form.written(note, notetype)
    if fields is None:
        yield "markup: html"
    rows = zip(names, fields or note.fields, strict=True)
    texts = {name: text for name, text in rows if text}
    short = short_keys(notetype)
    if short and texts:
        yield from (f"{short[name]}: {scalar(text, 4)}" for name, text in texts.items())
    elif texts:
        lines = [f"      {scalar(name)}: {scalar(text, 6)}" for name, text in texts.items()]
        yield "\n".join(["fields:", *lines])
    else:
        yield "fields: {}"
    if note.tags:
        yield f"tags: {words(note.tags, 4)}"
    yield f"id: {scalar(note.guid)}"


def notetype_text(notetype: NoteType, files: Files, heading: Mapping[str, str]) -> str:
    """Write a note type; `files` gives the file of a text, by the text and the file's ending."""
    lines = [f"notetype: {scalar(notetype.name)}", f"id: {notetype.id}"]
    lines += ["kind: cloze"] if notetype.cloze else []
    lines.append("fields:")
    for field in notetype.fields:
        lines += _entry(_given(field, _PLAIN_FIELD))
    if short := short_keys(notetype):
        lines.append("keys:")
        lines += [f"  {key}: {scalar(name)}" for name, key in short.items()]
    if notetype.sort:
        lines.append(f"sort: {scalar(notetype.fields[notetype.sort].name)}")
    lines.append(f"css: {_text(notetype.css, files, '.css')}")
    lines.append("templates:")
    for template in notetype.templates:
        lines += _entry(_template_pairs(template, files))
    for key in ("latex_pre", "latex_post"):
        text = getattr(notetype, key)
        lines += [f"{key}: {scalar(text)}"] if text is not None else []
    lines += ["latex_svg: true"] if notetype.latex_svg else []
    lines += [f"stock: {notetype.stock}"] if notetype.stock else []
    lines += [f"{key}: {scalar(value)}" for key, value in heading.items()]
    return "\n".join(lines) + "\n"


def _template_pairs(template: Template, files: Files) -> dict[str, str]:
    pairs = _given(template, _PLAIN_TEMPLATE)
    sides = {key: _text(getattr(template, key), files, ".html") for key in ("front", "back")}
    return {"name": pairs.pop("name"), **pairs, **sides}


def _text(text: str, files: Files, ending: str) -> str:
    return scalar(files.get((text, ending), text), 4)


def _given(part: Field | Template, plain: Field | Template) -> dict[str, str]:
    """Give what a field or template says beside what goes without saying, as it is written."""
    found = {}
    for one in fields(part):
        value = getattr(part, one.name)
        if isinstance(value, bool):
            written = str(value).lower()
        elif isinstance(value, int):
            written = str(value)
        else:
            written = scalar(value or "", 4)
        if value != getattr(plain, one.name) and value is not None:
            found[one.name] = written
    return found


def _entry(pairs: Mapping[str, str]) -> Iterable[str]:
    if list(pairs) == ["name"]:
        return [f"  - {pairs['name']}"]
    written = [f"{key}: {value}" for key, value in pairs.items()]
    return [f"  - {written[0]}", *(f"    {one}" for one in written[1:])]
