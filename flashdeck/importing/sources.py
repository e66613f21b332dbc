"""Decks, notes and note types as the data of source files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from typing import TypeAlias

from flashdeck.anki.template.reserves import NO_RESERVE, Reserve
from flashdeck.diagnostics import FlashdeckError
from flashdeck.formatting.writer import Data, Pairs
from flashdeck.importing.markdown import as_markdown, rewritten
from flashdeck.importing.result import Rewriting
from flashdeck.importing.rewriting.kinds import NO_BUILT_IN, BuiltIn, note_keys
from flashdeck.model import Field, Note, NoteType, Preset, Template

Files: TypeAlias = Mapping[tuple[str, str], str]
_PLAIN_FIELD = Field("")
_PLAIN_TEMPLATE = Template("", "", "")


@dataclass(frozen=True, slots=True)
class DeckText:
    """The contents of a document; `heading` holds further keys for all of its notes."""

    name: str
    description: str
    notes: Sequence[Note]
    heading: Mapping[str, str]
    texts: Texts
    preset: Preset | None = None


@dataclass(frozen=True, slots=True)
class Texts:
    """How texts are written: their markup, and what Markdown must keep of HTML.

    `media` are the names of existing files. `keys` are the short keys of note types by their ids,
    each by field name; `built_in` are flashdeck's own note types.
    """

    markup: str
    media: Container[str]
    rewriting: Rewriting = Rewriting.SAME
    keys: Mapping[int, Mapping[str, str]] = field(default_factory=dict)
    built_in: BuiltIn = NO_BUILT_IN

    def note(self, note: Note, notetype: NoteType) -> Sequence[str] | None:
        """Convert a note's fields; None where one can't be converted."""
        texts = self.written(note.fields, cloze=notetype.cloze)
        if texts is None or self.markup != "markdown" or self.rewriting is Rewriting.SAME:
            return texts
        rewriting = rewritten(note, notetype, texts, self.media)
        same = replace(self, rewriting=Rewriting.SAME)
        return same.written(note.fields, cloze=notetype.cloze) if rewriting is None else rewriting

    def written(self, html: Iterable[str], *, cloze: bool) -> list[str] | None:
        """Convert fields to this markup; None where one can't be converted."""
        if self.markup == "html":
            return list(html)
        if self.markup != "markdown":
            return None
        texts = [
            as_markdown(text, cloze=cloze, media=self.media, rewriting=self.rewriting)
            for text in html
        ]
        return None if None in texts else [text for text in texts if text is not None]


def deck_data(deck: DeckText, notetypes: Mapping[int, NoteType]) -> Pairs:
    """Return the document of a deck, with its notes in order."""
    counts = Counter(note.notetype for note in deck.notes)
    common = counts.most_common(1)[0][0] if counts else 0
    if counts.keys() & deck.texts.built_in.kinds.keys():
        common = 0  # notes with `q` and `a` would be of the document's note type
    described: dict[str, Data] = {"description": deck.description} if deck.description else {}
    if deck.preset is not None:
        described["preset"] = preset_data(deck.preset)
    of_type = {"notetype": notetypes[common].name} if common else {}
    notes = [
        note_data(note, notetypes[note.notetype], deck.texts, named=note.notetype != common)
        for note in deck.notes
    ]
    return {"deck": deck.name, **described, **deck.heading, **of_type, "notes": notes}


def preset_data(preset: Preset) -> Pairs:
    """Return the mapping of a preset."""
    values = preset.chosen
    if "retention" in values:
        values["retention"] = f"{preset.retention}%"
    for name in {"steps", "relearning_steps"} & values.keys():
        values[name] = [_time(step) for step in values[name]]
    return {"name": preset.name, **values}


def _time(seconds: int) -> str:
    """Write a time in the largest unit that fits."""
    length, unit = next(
        (length, unit)
        for length, unit in ((86_400, "d"), (3_600, "h"), (60, "m"), (1, "s"))
        if seconds % length == 0
    )
    return f"{seconds // length}{unit}"


def note_data(note: Note, notetype: NoteType, texts: Texts, *, named: bool) -> Pairs:
    """Return the mapping of a note; `named` includes the name of its note type."""
    if kind := texts.built_in.kinds.get(note.notetype):
        return _built_in_data(note, kind, texts)
    pairs: dict[str, Data] = {"notetype": notetype.name} if named else {}
    written = texts.note(note, notetype)
    names = [each.name for each in notetype.fields]
    rows = zip(names, note.fields if written is None else written, strict=True)
    filled = {name: text for name, text in rows if text}
    short = texts.keys.get(notetype.id)
    if short and filled:
        pairs |= {short[name]: text for name, text in filled.items()}
    else:
        pairs["fields"] = filled
    if note.tags:
        pairs["tags"] = note.tags
    if written is None:
        pairs["markup"] = "html"
    return {**pairs, "id": note.guid}


def _built_in_data(note: Note, kind: str, texts: Texts) -> Pairs:
    def write(html: str) -> str | None:
        written = texts.written([html], cloze=kind == "Cloze")
        return written[0] if written else None

    if (pairs := note_keys(note, kind, write)) is not None:
        return pairs
    pairs = note_keys(note, kind, str)
    if pairs is None:
        raise FlashdeckError(f"the note {note.guid!r} was changed in Anki")
    return {name: value for name, value in pairs.items() if name != "id"} | {
        "markup": "html",
        "id": note.guid,
    }


def notetype_data(
    notetype: NoteType,
    reserve: Reserve,
    files: Files,
    heading: Mapping[str, str],
    keys: Mapping[str, str],
) -> Pairs:
    """Return the document of a note type.

    `files` gives paths by text and file ending, `keys` the short keys by field.
    """
    pairs: dict[str, Data] = {"notetype": notetype.name, "id": notetype.id}
    if notetype.cloze:
        pairs["kind"] = "cloze"
    given = [_given(each, _PLAIN_FIELD) for each in notetype.fields]
    pairs["fields"] = [pair["name"] if list(pair) == ["name"] else pair for pair in given]
    if keys:
        pairs["keys"] = {key: name for name, key in keys.items()}
    if notetype.sort:
        pairs["sort"] = notetype.fields[notetype.sort].name
    pairs["css"] = files.get((notetype.css, ".css"), notetype.css)
    pairs["templates"] = [
        _given(template, _PLAIN_TEMPLATE)
        | {side: files.get((text, ".html"), text) for side, text in sides(template)}
        for template in notetype.templates
    ]
    if reserve != NO_RESERVE:
        pairs["reserve"] = reserve._asdict()
    for key in ("latex_pre", "latex_post", "latex_svg", "stock"):
        value = getattr(notetype, key)
        pairs |= {} if value is None or value is False else {key: value}
    return {**pairs, **heading}


def sides(template: Template) -> Sequence[tuple[str, str]]:
    """Return the front and the back of a template, each with its key."""
    return ("front", template.front), ("back", template.back)


def _given(part: Field | Template, plain: Field | Template) -> dict[str, Data]:
    """Return the settings of a field or template that are not defaults."""
    values = {each.name: getattr(part, each.name) for each in fields(part)}
    return {
        name: value
        for name, value in values.items()
        if value is not None and value != getattr(plain, name)
    }
