"""What a project can't hold is left out or named anew, and said; all else stays as it is."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TypeVar

from flashdeck.anki.deck_names import DEFAULT_DECK, is_within, join, levels, root
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
    """A collection that a project can hold, and what is to be said of the one it was."""

    collection: Collection
    problems: tuple[Diagnostic, ...]


def sanitised(collection: Collection, fallback: str) -> Sanitised:
    """Make a collection fit into a project; `fallback` names what lies in Anki's own `Default`.

    Anki recognises notes by GUIDs and note types by ids, and those are never changed.
    """
    said = _Said()
    names = _deck_names([deck.name for deck in collection.decks], _home(fallback), said)
    notetypes = _notetypes(collection.notetypes, said)
    notes = tuple(_notes(collection.notes, names, said))
    used = {note.notetype for note in notes}
    decks = {names[deck.name]: replace(deck, name=names[deck.name]) for deck in collection.decks}
    kept = Collection(
        notetypes=tuple(one for one in notetypes if one.id in used),
        decks=tuple(decks[name] for name in sorted(decks)),
        notes=notes,
        media=collection.media,
    )
    return Sanitised(kept, tuple(said.problems()))


@dataclass(slots=True)
class _Said:
    """Gathers what was changed, one sentence for each sort of it."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, what: str, example: str) -> None:
        """Count one case; `what` has `(s)` where its plural has an s."""
        self.counts[what] += 1
        shown = self.examples.setdefault(what, [])
        if len(shown) < _FEW and example not in shown:
            shown.append(example)

    def problems(self) -> list[Diagnostic]:
        """Give one diagnostic a sort, with a few examples."""
        return [
            Diagnostic(
                "import",
                counted(count, what),
                None,
                Severity.NOTE,
                f"as {', '.join(self.examples[what])}",
            )
            for what, count in self.counts.items()
        ]


def _deck_names(decks: Sequence[str], fallback: str, said: _Said) -> dict[str, str]:
    """Name each deck so that it can be built: one spelling for each level, none of them empty."""
    spellings: dict[str, str] = {}
    names: dict[str, str] = {}
    for deck in sorted(decks):
        name = _deck_name(deck, fallback)
        known = ""
        for level in levels(name):
            name = (
                join([known, level]) if known else level
            )  # the levels above in their own spelling
            known = spellings.setdefault(name.casefold(), name)
        names[deck] = known
        if names[deck] != unicodedata.normalize("NFC", deck):
            said.add("deck(s) renamed", f"'{names[deck]}' for '{deck}'")
    return names


def _home(fallback: str) -> str:
    """Make a deck's name of a file's: Anki calls what it exports of `Default` Default.apkg."""
    name = _deck_name(fallback, "Imported")
    return name if deck_problem(name) is None else "Imported"


def _deck_name(deck: str, fallback: str) -> str:
    name = _without_blanks(clean_deck(CONTROL.sub(" ", deck)))
    if root(name).casefold() == DEFAULT_DECK.casefold():
        name = fallback + name[len(DEFAULT_DECK) :]
    if deck_problem(name) is not None:
        name = name[:DECK_NAME].rstrip(": ")
    return name


def _without_blanks(name: str) -> str:
    return join(level or "blank" for level in levels(name))


def _notetypes(notetypes: Iterable[NoteType], said: _Said) -> list[NoteType]:
    taken: set[str] = set()
    found = []
    for one in notetypes:
        name = _unique_name(one.name, taken, said)
        found.append(
            replace(
                one,
                name=name,
                fields=_named_apart(one.fields, said),
                templates=tuple(_template(each) for each in _named_apart(one.templates, said)),
                css=_lines(one.css),
                stock=one.stock or None,
            )
        )
    return found


def _template(template: Template) -> Template:
    """The deck of a template is a number of the collection that it came from: it says nothing."""
    front, back = _lines(template.front), _lines(template.back)
    return replace(template, front=front, back=back, deck=None)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n")


def _named_apart(parts: Sequence[Part], said: _Said) -> tuple[Part, ...]:
    taken: set[str] = set()
    return tuple(replace(part, name=_unique_name(part.name, taken, said)) for part in parts)


def _unique_name(name: str, taken: set[str], said: _Said) -> str:
    """Name apart what differs by case alone: as Anki does, by a `+`."""
    found = clean_name(CONTROL.sub(" ", name)) or "blank"
    while found.casefold() in taken:
        found += "+"
    taken.add(found.casefold())
    if found != clean_name(name):
        said.add("name(s) of note types, fields or templates changed", f"'{found}'")
    return found


def _notes(notes: Iterable[Note], names: dict[str, str], said: _Said) -> Iterable[Note]:
    seen: set[str] = set()
    for note in notes:
        shown = repr(note.guid[:40])
        if note.guid in seen or not note.guid.strip() or CONTROL.search(note.guid):
            said.add("note(s) left out: no build could give them their GUID", shown)
            continue
        seen.add(note.guid)
        if not note.cards:
            said.add("note(s) without any card left out", shown)
            continue
        home = names[note.cards[0].deck]
        if any(names[card.deck] != home for card in note.cards):
            said.add("note(s) with cards in several decks: all go to the first one's", shown)
        cards = tuple(Card(card.ordinal, home, card.position, card.id) for card in note.cards)
        yield replace(note, tags=_tags(note.tags, said), cards=cards)


def _tags(tags: Iterable[str], said: _Said) -> tuple[str, ...]:
    found: dict[str, str] = {}
    for tag in tags:
        plain = unicodedata.normalize("NFC", tag)
        name = _without_blanks("_".join(CONTROL.sub(" ", plain).split()))
        if name != plain:
            said.add("tag(s) renamed", f"'{name}'")
        if name.lower() in RESERVED_TAGS or name.lower() == OUR_TAG:
            said.add("tag(s) left out that no package can bring", f"'{name}'")
        else:
            found.setdefault(name, name)
    return tuple(sorted(found))


def decks_within(collection: Collection, deck: str) -> Collection:
    """Give a deck and those below it, with their notes and what these need."""
    notes = tuple(
        replace(note, cards=tuple(card for card in note.cards if is_within(card.deck, deck)))
        for note in collection.notes
        if any(is_within(card.deck, deck) for card in note.cards)
    )
    return replace(
        collection,
        decks=tuple(one for one in collection.decks if is_within(one.name, deck)),
        notes=notes,
        notetypes=tuple(
            one for one in collection.notetypes if one.id in {note.notetype for note in notes}
        ),
    )


_QUESTION = ("q", "a")
_OPTIONAL = ("q", "a", "reverse")
_CLOZE = ("cloze", "extra")
# By Anki's numbers of them (`StockNotetype.OriginalStockKind` in proto/anki/notetypes.proto), for
# their fields have names in every language.
_BY_KIND = {1: _QUESTION, 2: _QUESTION, 3: _OPTIONAL, 4: _QUESTION, 5: _CLOZE}
# By their English names, for collections from before they had numbers.
_BY_NAMES = {
    ("front", "back"): _QUESTION,
    ("front", "back", "add reverse"): _OPTIONAL,
    ("text", "back extra"): _CLOZE,
    ("text", "extra"): _CLOZE,
}


def short_keys(notetype: NoteType) -> Mapping[str, str]:
    """Give the short keys of a note type's fields, by the fields' names; none for most types."""
    names = tuple(field.name.lower() for field in notetype.fields)
    keys = _BY_KIND.get(notetype.stock or 0) or _BY_NAMES.get(names, ())
    if len(keys) != len(names) or (keys is _CLOZE) != notetype.cloze:
        return {}
    return {field.name: key for field, key in zip(notetype.fields, keys, strict=True)}
