"""The JSON of CrowdAnki, an Anki add-on for decks in git; brain-brew reads it as well.

The format is that of the add-on's importer (https://github.com/Stvad/CrowdAnki): nested decks, each
with its notes; note types and deck options in the root deck.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from typing import Any, Final

from flashdeck.anki import deck_names
from flashdeck.anki.write.schema11 import field_json, given, template_json
from flashdeck.model import Collection, Deck, Note, NoteType

# All ids are derived from it: never change it.
_NAMESPACE: Final = uuid.UUID("9f3d1c52-3b5e-5d0c-9a55-6d1b6a0c2f10")


def crowdanki(collection: Collection, root: str, identity: str) -> str:
    """Write the root deck `root` with its subdecks.

    CrowdAnki recognises decks by UUIDs, which are derived from `identity`, or from the ids of decks
    where that is ''. A note is in the deck of its first card; notes without cards are left out.
    """
    decks = {deck.name: deck for deck in collection.decks}
    notes: dict[str, list[Note]] = defaultdict(list)
    for note in collection.notes:
        if note.cards:
            notes[note.cards[0].deck].append(note)
    names = [name for name in {*decks, *notes} if deck_names.root(name) == root]
    options = _uuid("options", identity, root)
    whole = _deck(root, _tree(root, names), decks, notes, identity, options)
    used = {note.notetype for name in names for note in notes[name]}
    whole["deck_configurations"] = [
        {"__type__": "DeckConfig", "crowdanki_uuid": options, "name": root}
    ]
    whole["note_models"] = [
        _notetype(notetype) for notetype in collection.notetypes if notetype.id in used
    ]
    whole["media_files"] = [media.name for media in collection.media]
    return json.dumps(whole, ensure_ascii=False, indent=4, sort_keys=True) + "\n"


def _tree(root: str, names: list[str]) -> dict[str, list[str]]:
    """Return the direct children of each deck, also of decks that are not listed."""
    children: dict[str, set[str]] = defaultdict(set)
    for name in names:
        while name != root:
            parent = deck_names.parent(name)
            children[parent].add(name)
            name = parent  # noqa: PLW2901 - up to the root
    return {parent: sorted(names) for parent, names in children.items()}


def _deck(
    name: str,
    tree: dict[str, list[str]],
    decks: dict[str, Deck],
    notes: dict[str, list[Note]],
    identity: str,
    options: str,
) -> dict[str, Any]:
    deck = decks.get(name, Deck(name))
    author = identity or str(deck.id)
    return {
        "__type__": "Deck",
        "children": [
            _deck(child, tree, decks, notes, identity, options) for child in tree.get(name, [])
        ],
        "crowdanki_uuid": _uuid("deck", author, name),
        "deck_config_uuid": options,
        "desc": deck.description,
        "dyn": 0,
        "extendNew": 0,
        "extendRev": 50,
        "media_files": [],
        "name": deck_names.leaf(name),
        "notes": [_note(note) for note in notes.get(name, [])],
        **given({"md": deck.markdown}),
    }


def _note(note: Note) -> dict[str, Any]:
    return {
        "__type__": "Note",
        "fields": list(note.fields),
        "guid": note.guid,
        "note_model_uuid": _uuid("notetype", str(note.notetype)),
        "tags": list(note.tags),
    }


def _notetype(notetype: NoteType) -> dict[str, Any]:
    """Return the JSON of a note type; Anki adds its defaults for all other keys."""
    latex = {"latexPre": notetype.latex_pre, "latexPost": notetype.latex_post}
    return {
        "__type__": "NoteModel",
        "crowdanki_uuid": _uuid("notetype", str(notetype.id)),
        "css": notetype.css,
        "flds": [
            {**field_json(field), "ord": ordinal, "media": []}
            for ordinal, field in enumerate(notetype.fields)
        ],
        "name": notetype.name,
        "req": [],  # Anki computes it
        "sortf": notetype.sort,
        "tags": [],
        "tmpls": [
            {"did": None, **template_json(template), "ord": ordinal}
            for ordinal, template in enumerate(notetype.templates)
        ],
        "type": int(notetype.cloze),
        "vers": [],
        **given({"originalStockKind": notetype.stock, "latexsvg": notetype.latex_svg}),
        **{key: text for key, text in latex.items() if text is not None},
    }


def _uuid(*words: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, "\x1f".join(words)))
