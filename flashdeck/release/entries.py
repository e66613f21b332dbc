"""Creates the entries of the lock for notes and note types."""

from __future__ import annotations

from flashdeck.anki.template.reserves import reserves
from flashdeck.model import Note, NoteType
from flashdeck.project.digest import (
    cloze_digests,
    field_digests,
    front_digests,
    note_digest,
    notetype_digest,
    schema,
    tag_digests,
)
from flashdeck.project.lockfile import GONE, NoteEntry, NoteTypeEntry, reserves_text
from flashdeck.release.numbering import Numbers


def note_entry(
    note: Note,
    kind: str,
    package: str,
    notetype: NoteType,
    numbers: Numbers,
    first_built: int,
    *,
    digest: str = "",
    changed: int = 0,
    before: NoteEntry | None = None,
) -> NoteEntry:
    """Create the entry of a note in the sources.

    `digest` is the note's, if known. `before` is its last entry, which is returned where nothing
    has changed; its cloze numbers are kept, so that none is used again.
    """
    digest = digest or note_digest(note)
    deck = note.cards[0].deck if note.cards else ""
    ordinals = tuple([card.ordinal for card in note.cards])
    same = before if before is not None and before.content == digest else None
    if same is not None and same.fields and not same.removed:
        now = (kind, package, deck, ordinals, *numbers, changed)
        was = (same.kind, same.package, same.deck, same.ordinals, same.note_id, same.card_block)
        if now == (*was, same.changed) and (same.clozes or not notetype.cloze):
            return same
    entry = NoteEntry(
        id=note.guid,
        kind=kind,
        package=package,
        deck=deck,
        ordinals=ordinals,
        clozes=(same.clozes if same else ()) or _clozes(note, before) if notetype.cloze else (),
        content=digest,
        note_id=numbers.note_id,
        card_block=numbers.card_block,
        first_built=first_built,
        changed=changed,
        fields=(same.fields if same else "") or field_digests(note),
        ahead=before.ahead if before else 0,
        tags=same.tags if same else tag_digests(note.tags),
        was=before.was if before is not None else "",
    )
    if before is None:
        return entry
    return entry.after(before._replace(fields=entry.fields) if same else before)


def _clozes(note: Note, before: NoteEntry | None) -> tuple[tuple[int, str], ...]:
    """Return the hashes of a note's clozes; `GONE` for removed ones."""
    clozes = cloze_digests(note.fields[0])
    if before is None:
        return clozes
    return tuple(sorted({**{number: GONE for number, _ in before.clozes}, **dict(clozes)}.items()))


def notetype_entry(notetype: NoteType, time: int) -> NoteTypeEntry:
    """Create the entry of a note type; `time` is that of the build that last changed it."""
    used = {"fields": reserves(notetype.fields), "templates": reserves(notetype.templates)}
    return NoteTypeEntry(
        notetype.id,
        schema(notetype),
        notetype_digest(notetype),
        time,
        reserves_text(used),
        fronts=front_digests(notetype),
    )
