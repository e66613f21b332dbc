"""genanki alone: the rows of a package built by flashdeck, written by genanki.

Usage: python ready.py PACKAGE OUT.apkg. Prints the CPU seconds that genanki took.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import genanki

from flashdeck import read_apkg


def main() -> None:
    """Read a package, write it with genanki, print the seconds of writing."""
    collection = read_apkg(Path(sys.argv[1]))
    begun = time.process_time()
    models = {
        notetype.id: genanki.Model(
            notetype.id,
            notetype.name,
            fields=[{"name": field.name} for field in notetype.fields],
            templates=[
                {"name": each.name, "qfmt": each.front, "afmt": each.back}
                for each in notetype.templates
            ],
            model_type=genanki.Model.CLOZE if notetype.cloze else genanki.Model.FRONT_BACK,
        )
        for notetype in collection.notetypes
    }
    deck = genanki.Deck(1, "Measured")
    for note in collection.notes:
        deck.add_note(genanki.Note(models[note.notetype], list(note.fields), guid=note.guid))
    genanki.Package(deck).write_to_file(sys.argv[2])
    sys.stdout.write(f"{time.process_time() - begun}\n")


if __name__ == "__main__":
    main()
