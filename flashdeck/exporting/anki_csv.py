"""Notes as a text file for Anki's import, with header lines that describe the columns."""

from __future__ import annotations

import csv
import io
from typing import Final

from flashdeck.model import Collection, NoteType

_HEADER: Final = """\
#separator:Comma
#html:true
#guid column:1
#notetype column:2
#deck column:3
#tags column:4
"""
_COLUMNS: Final = ("guid", "notetype", "deck", "tags")


def anki_csv(collection: Collection) -> str:
    """Write a line for each note: GUID, note type, deck, tags, fields.

    All lines have as many columns as the widest note, for programs that need a table. A note is in
    the deck of its first card; notes without cards are left out.
    """
    notetypes = {notetype.id: notetype for notetype in collection.notetypes}
    notes = [note for note in collection.notes if note.cards]
    widths = {notetype.id: _width(notetype) for notetype in collection.notetypes}
    width = max((widths[note.notetype] for note in notes), default=1)
    out = io.StringIO(newline="")
    out.write(_HEADER)
    out.write(f"#columns:{','.join([*_COLUMNS, *map(str, range(1, width + 1))])}\n")
    # A GUID may begin with #, which would start a comment if it were not quoted.
    lines = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n")
    for note in notes:
        fields = note.fields[: widths[note.notetype]]
        padding = ("",) * (width - len(fields))
        name, deck = notetypes[note.notetype].name, note.cards[0].deck
        lines.writerow((note.guid, name, deck, " ".join(note.tags), *fields, *padding))
    return out.getvalue()


def _width(notetype: NoteType) -> int:
    """Return the number of fields as in Anki, without spare ones at the end."""
    return max(at for at, field in enumerate(notetype.fields, 1) if not field.spare)
