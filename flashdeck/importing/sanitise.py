"""Sanitising of collections: what a project can't hold is renamed or left out, and reported."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from flashdeck.anki.deck_names import DEFAULT_DECK, is_within, join, levels, root
from flashdeck.anki.template.reserves import in_anki, with_slots, without_reserves
from flashdeck.compile.notetypes import first_slots
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.limits import DECK_NAME
from flashdeck.model import Card, Collection, Field, Note, NoteType, Template
from flashdeck.source.names import (
    CONTROL,
    OUR_TAG,
    RESERVED_TAGS,
    clean_deck,
    clean_name,
    deck_problem,
)
from flashdeck.text import counted

_FEW = 3
Part = TypeVar("Part", Field, Template)


@dataclass(frozen=True, slots=True)
class Sanitised:
    """A collection that a project can hold, and reports of what was changed."""

    collection: Collection
    problems: tuple[Diagnostic, ...]


def sanitised(collection: Collection, fallback: str) -> Sanitised:
    """Sanitise a collection for a project; `fallback` replaces Anki's deck name `Default`.

    GUIDs of notes and ids of note types, by which Anki recognises them, are never changed.
    """
    report = _Report()
    names = _deck_names([deck.name for deck in collection.decks], _home(fallback), report)
    homes = {deck.id: f"'{deck.name}'" for deck in collection.decks}
    notetypes = _notetypes(collection.notetypes, homes, report)
    notes = tuple(_notes(collection.notes, names, report))
    used = {note.notetype for note in notes}
    decks = {names[deck.name]: replace(deck, name=names[deck.name]) for deck in collection.decks}
    result = Collection(
        notetypes=tuple(notetype for notetype in notetypes if notetype.id in used),
        decks=tuple(decks[name] for name in sorted(decks)),
        notes=notes,
        media=collection.media,
    )
    return Sanitised(result, tuple(report.problems()))


@dataclass(slots=True)
class _Report:
    """Counts of changes by kind, with examples."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)
    advice: dict[str, str] = field(default_factory=dict)

    def add(self, what: str, example: str, advice: str = "") -> None:
        """Count a change; `what` has `(s)` where its plural has an s."""
        self.counts[what] += 1
        self.advice[what] = f"; {advice}" if advice else ""
        examples = self.examples.setdefault(what, [])
        if len(examples) < _FEW and example not in examples:
            examples.append(example)

    def problems(self) -> list[Diagnostic]:
        """Return one diagnostic for each kind of change, with a few examples."""
        return [
            Diagnostic(
                "import",
                counted(count, what),
                None,
                Severity.INFO,
                f"as {', '.join(self.examples[what])}{self.advice[what]}",
            )
            for what, count in self.counts.items()
        ]


def _deck_names(decks: Sequence[str], fallback: str, report: _Report) -> dict[str, str]:
    """Map each deck to a valid name, with one spelling for each level."""
    spellings: dict[str, str] = {}
    names: dict[str, str] = {}
    for deck in sorted(decks):
        name = _deck_name(deck, fallback)
        known = ""
        for level in levels(name):
            name = join([known, level]) if known else level
            known = spellings.setdefault(name.casefold(), name)
        names[deck] = known
        if names[deck] != unicodedata.normalize("NFC", deck):
            report.add("deck(s) renamed", f"'{names[deck]}' for '{deck}'")
    return names


def _home(fallback: str) -> str:
    """Derive a deck name from a file name: Anki exports the deck `Default` as Default.apkg."""
    name = _deck_name(fallback, "Imported")
    return name if deck_problem(name) is None else "Imported"


def _deck_name(deck: str, fallback: str) -> str:
    plain = join(level.strip(": ") for level in levels(CONTROL.sub(" ", deck)))
    name = _without_empty_levels(clean_deck(plain))
    if root(name).casefold() == DEFAULT_DECK.casefold():
        name = fallback + name[len(DEFAULT_DECK) :]
    if deck_problem(name) is not None:
        name = name[:DECK_NAME].rstrip(": ")
    return name


def _without_empty_levels(name: str) -> str:
    return join(level or "blank" for level in levels(name))


def _notetypes(
    notetypes: Iterable[NoteType], decks: Mapping[int, str], report: _Report
) -> list[NoteType]:
    taken: set[str] = set()
    result = []
    for notetype in notetypes:
        name = _unique_name(notetype.name, taken, report)
        parts: tuple[Field | Template, ...] = (*notetype.fields, *notetype.templates)
        names = [name for part in parts if part.anki for name in (part.name, part.anki)]
        source = notetype if all(_clean(name) == name for name in names) else in_anki(notetype)
        result.append(
            replace(
                source,
                name=name,
                fields=_with_unique_names(source.fields, report),
                templates=tuple(
                    _template(template, decks, report)
                    for template in _with_unique_names(source.templates, report)
                ),
                css=_lines(notetype.css),
                stock=notetype.stock or None,
            )
        )
    return result


def reproducible(notetype: NoteType, notes: Iterable[Note]) -> NoteType:
    """Return a new note type with its reserves, if a build of its own sources gives the same ones.

    It does not if they were changed or filled in Anki: then they are fields and templates like
    others. `notes` are those of all note types.
    """
    spare = [index for index, field in enumerate(notetype.fields) if field.spare]
    filled = any(
        note.fields[index] for note in notes if note.notetype == notetype.id for index in spare
    )
    own, reserve = without_reserves(notetype)
    is_same = with_slots(own, first_slots(own, reserve)) == notetype
    return notetype if is_same and not filled else in_anki(notetype)


def _template(template: Template, decks: Mapping[int, str], report: _Report) -> Template:
    """Drop the deck override, an id that is valid in the original collection only.

    `decks` are the names of decks by id.
    """
    if template.deck is not None:
        deck = decks.get(template.deck, f"a deck with the id {template.deck}")
        report.add(
            "deck(s) of templates left out, into which Anki puts new cards",
            f"{deck} of '{template.name}'",
            "they stay in your collection",
        )
    front, back = _lines(template.front), _lines(template.back)
    return replace(template, front=front, back=back, deck=None)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _with_unique_names(parts: Sequence[Part], report: _Report) -> tuple[Part, ...]:
    taken: set[str] = set()
    return tuple(replace(part, name=_unique_name(part.name, taken, report)) for part in parts)


def _unique_name(name: str, taken: set[str], report: _Report) -> str:
    """Make a name unique regardless of case, with a `+` as Anki does."""
    unique = _clean(name) or "blank"
    while unique.casefold() in taken:
        unique += "+"
    taken.add(unique.casefold())
    if unique != clean_name(name):
        report.add("name(s) of note types, fields or templates changed", f"'{unique}'")
    return unique


def _clean(name: str) -> str:
    return clean_name(CONTROL.sub(" ", name))


def _notes(notes: Iterable[Note], names: dict[str, str], report: _Report) -> Iterable[Note]:
    seen: set[str] = set()
    for note in notes:
        guid = repr(note.guid[:40])
        if problem := _guid_problem(note.guid, seen):
            where = f" in '{note.cards[0].deck}'" if note.cards else ""
            advice = "make a copy of it in Anki, and delete the original"
            report.add(f"note(s) left out, {problem}", f"{guid}{where}", advice)
            continue
        seen.add(note.guid)
        if not note.cards:
            report.add("note(s) without any card left out", guid)
            continue
        home = names[note.cards[0].deck]
        if any(names[card.deck] != home for card in note.cards):
            report.add("note(s) with cards in several decks: all go to the first one's", guid)
        cards = tuple(Card(card.ordinal, home, card.position, card.id) for card in note.cards)
        yield replace(note, tags=_tags(note.tags, report), cards=cards)


def _guid_problem(guid: str, seen: set[str]) -> str:
    """Return why no package can have a note with a GUID; '' if one can."""
    if guid in seen:
        return "since another note in the package has the same GUID"
    if not guid.strip():
        return "since its GUID is empty"
    if CONTROL.search(guid):
        return "since its GUID has control characters"
    return ""


def _tags(tags: Iterable[str], report: _Report) -> tuple[str, ...]:
    kept: dict[str, str] = {}
    for tag in tags:
        plain = unicodedata.normalize("NFC", tag)
        name = _without_empty_levels("_".join(CONTROL.sub(" ", plain).split()))
        if name != plain:
            report.add("tag(s) renamed", f"'{name}'")
        if name.lower() in RESERVED_TAGS or name.lower() == OUR_TAG:
            report.add("tag(s) left out that no package can contain", f"'{name}'")
        else:
            kept.setdefault(name, name)
    return tuple(sorted(kept))


def decks_within(collection: Collection, deck: str) -> Collection:
    """Return a deck and its subdecks, with their notes, and the note types of these."""
    notes = tuple(
        replace(note, cards=tuple(card for card in note.cards if is_within(card.deck, deck)))
        for note in collection.notes
        if any(is_within(card.deck, deck) for card in note.cards)
    )
    used = {note.notetype for note in notes}
    return replace(
        collection,
        decks=tuple(candidate for candidate in collection.decks if is_within(candidate.name, deck)),
        notes=notes,
        notetypes=tuple(notetype for notetype in collection.notetypes if notetype.id in used),
    )
