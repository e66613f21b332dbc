"""Warnings about changes that an import of the next build will not carry over by itself."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from types import MappingProxyType

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.digest import cloze_digests, front_digests
from flashdeck.project.lockfile import Lock, NoteEntry
from flashdeck.project.paths import LOCK_NAME
from flashdeck.text import counted

_EMPTY_CARDS = "learners delete it with Tools ▸ Empty Cards"
_DOUBLED = "learners who have a card twice use Tools ▸ Check Database, which keeps the older one"


def consequences(
    collection: Collection, lock: Lock, digests: Mapping[str, str] = MappingProxyType({})
) -> list[Diagnostic]:
    """Compare a collection with the last release, and report what learners must do themselves.

    `digests` are those of notes by id, as far as they are known.
    """
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    released = [
        (note, entry)
        for note in collection.notes
        if (entry := lock.notes.get(note.guid)) is not None and not entry.removed
    ]
    problems = _moves(released, lock)
    for note, entry in released:
        notetype = notetypes[note.notetype]
        if notetype.cloze and entry.live_clozes and digests.get(note.guid) != entry.content:
            problems += _cloze_changes(note, entry, notetype)
        elif not notetype.cloze:
            problems += _vanished_cards(note, entry, notetype, lock)
    return problems


def changed_fronts(
    notetypes: Iterable[NoteType], lock: Lock, places: Mapping[int, Span]
) -> list[Diagnostic]:
    """Report changed fronts, which let some releases of Anki double cards.

    `places` are those of custom note types, by id.
    """
    problems: list[Diagnostic] = []
    for notetype in notetypes:
        names = _changed_fronts(notetype, lock)
        if names:
            message = (
                f"the front of {', '.join(names)} in the note type '{notetype.name}' changed: Anki "
                "25.07 to 26.9.3 may double cards that learners have from another program or older "
                "packages"
            )
            place = places.get(notetype.id, Span.point(LOCK_NAME))
            problems.append(Diagnostic("front-changed", message, place, Severity.INFO, _DOUBLED))
    return problems


def _changed_fronts(notetype: NoteType, lock: Lock) -> list[str]:
    """Return the names of templates with another front; a note that has one card only is safe."""
    entry = lock.notetypes.get(notetype.id)
    used = [template for template in notetype.templates if not template.spare]
    if entry is None or not (notetype.cloze or len(used) > 1):
        return []
    before = entry.fronts.split(",") if entry.fronts else []
    after = front_digests(notetype).split(",")
    return [
        f"'{template.name}'"
        for template, old, new in zip(notetype.templates, before, after, strict=False)
        if old and new and old != new
    ]


def _moves(released: Iterable[tuple[Note, NoteEntry]], lock: Lock) -> list[Diagnostic]:
    moved: dict[tuple[str, str], list[Note]] = defaultdict(list)
    for note, entry in released:
        deck = note.cards[0].deck
        if entry.deck and deck != entry.deck:
            moved[entry.deck, deck].append(note)
    totals = Counter(entry.deck for entry in lock.notes.values() if not entry.removed)
    problems = []
    for (old, new), notes in moved.items():
        whole = len(notes) == totals[old]
        what = f"the deck '{old}' is now '{new}'"
        if not whole:
            what = f"{counted(len(notes), 'note')} of '{old}' moved to '{new}'"
        message = f"{what}: Anki leaves existing cards where they are, and puts only new ones there"
        from flashdeck.comparison.search import deck_search  # most builds move nothing

        hint = f"learners find them with {deck_search(old)}, and move them with Change Deck"
        if whole:
            hint = f"learners rename '{old}' to '{new}' in Anki before they import"
        problems.append(_warning("deck-moved", message, notes[0].source, hint))
    return problems


def _cloze_changes(note: Note, entry: NoteEntry, notetype: NoteType) -> list[Diagnostic]:
    before = entry.live_clozes
    after = dict(cloze_digests(note.fields[0]))
    swapped = [
        (old, new)
        for new, digest in after.items()
        for old, same in before.items()
        if same == digest and old != new and before.get(new) != digest
    ]
    if swapped:
        old, new = swapped[0]
        message = (
            f"what was cloze {old} is now cloze {new}: reviews belong to the number, so they move "
            "to another cloze"
        )
        cards = _search(note, entry, notetype)
        hint = f"give each cloze its old number, and new clozes new numbers; cards: {cards}"
        return [_warning("cloze-renumbered", message, note.source, hint)]
    gone = sorted(set(before) - set(after))
    if not gone:
        return []
    numbers = ", ".join(map(str, gone))
    message = f"cloze {numbers} is gone: its card stays with learners, and shows nothing"
    hint = f"{_EMPTY_CARDS}; cards: {_search(note, entry, notetype)}"
    return [_warning("cloze-removed", message, note.source, hint)]


def _vanished_cards(
    note: Note, entry: NoteEntry, notetype: NoteType, lock: Lock
) -> list[Diagnostic]:
    gone = set(entry.ordinals) - {card.ordinal for card in note.cards}
    templates = [part for index, part in enumerate(notetype.templates) if index in gone]
    if not templates:
        return []
    from flashdeck.anki.template.problems import has_wrong_front

    if has_wrong_front(notetype):
        return []
    released = lock.notetypes.get(notetype.id)
    known = released.slots.own_templates if released is not None else {}
    names = [f"'{known.get(part.name) or part.name}'" for part in templates]
    message = f"the card {', '.join(names)} is gone: it stays with learners, and shows nothing"
    hint = f"{_EMPTY_CARDS}; cards: {_search(note, entry, notetype)}"
    return [_warning("card-removed", message, note.source, hint)]


def _search(note: Note, entry: NoteEntry, notetype: NoteType) -> str:
    from flashdeck.comparison.changes import Entry
    from flashdeck.comparison.search import note_searches

    return note_searches([Entry(replace(note, id=entry.note_id), notetype)])[0]


def _warning(rule: str, message: str, span: Span | None, hint: str) -> Diagnostic:
    return Diagnostic(rule, message, span, Severity.WARNING, hint)
