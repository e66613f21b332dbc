"""Takes a push back, by the backup that it made."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any, NamedTuple

from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Collection, Note
from flashdeck.push.compose import Composer
from flashdeck.push.learner import Learner, read_learner
from flashdeck.push.plan import Edit, Move, Plan


class Restoration(NamedTuple):
    """What is restored: a plan whose `new` notes were deleted, and what can't be, in words."""

    plan: Plan
    left: tuple[str, ...]


def read_backup(folder: Path) -> tuple[Learner, dict[str, Any]]:
    """Read the exports before a push, and the changes that it made."""
    try:
        changes = json.loads((folder / "changes.json").read_text("utf-8"))
    except (OSError, ValueError) as error:
        message = f"{folder} is not the backup of a push"
        raise FlashdeckError(message, "name a folder in build/backup/") from error
    return read_learner(sorted(folder.glob("[0-9]*.apkg")), changes["deck_ids"]), changes


def restoration(
    before: Learner, changes: dict[str, Any], learner: Learner, now: int
) -> Restoration:
    """Plan to bring back what a push changed, where the collection still is as it left it."""
    notetypes = {**before.notetypes, **learner.notetypes}
    left: list[str] = []
    missing = [before.notes[guid] for guid in changes["deleted"] if guid not in learner.notes]
    deleted = []
    for note in missing:
        if len(notetypes[note.notetype].fields) == len(note.fields) and note.cards:
            deleted.append(replace(note, mod=max(now, note.mod + 1)))
        else:
            left.append(f"{note.guid}: its note type has changed since")
    if deleted and not before.study.is_new:
        left.append("flags of the restored cards: Anki before 26.09 does not export them")
    edits = []
    for guid, fields in changes["edits"].items():
        present = learner.notes.get(guid)
        if present is None or list(present.fields) != fields:
            left.append(f"{guid}: its text has changed since")
        elif present.fields != before.notes[guid].fields:
            edits.append(Edit(present, _with_text(present, before.notes[guid], now)))
    moves = [*_moves_back(changes["moves"], learner, left)]
    left += [f"{guid}: it was added, and stays" for guid in changes["added"]]
    left += [f"the note type {name} keeps its new style" for name in changes["notetypes"]]
    left += [f"the options of the deck {name}" for name in changes["decks"]]
    decks = {**before.decks, **learner.decks}
    known = replace(before, decks=decks, deck_ids=learner.deck_ids)
    plan = Plan((0, 0), new=tuple(deleted), edits=tuple(edits), moves=tuple(moves))
    if notes := [*deleted, *(edit.after for edit in edits)]:
        composer = Composer(Collection(), known, notetypes)
        composed, study = composer.package(notes, restored={note.guid for note in deleted})
        plan = replace(plan, composed=composed, study=study)
    return Restoration(plan, tuple(left))


def _moves_back(moved: list[Any], learner: Learner, left: list[str]) -> Iterator[Move]:
    """Plan to move cards back that are where a push moved them; adds the others to `left`."""
    where = {
        card.id: card.deck
        for note in learner.notes.values()
        for card in note.cards
        if card.id not in learner.filtered
    }
    for old, new, cards in moved:
        back = tuple(card for card in cards if where.get(card) == new)
        if back:
            yield Move(new, old, back)
        if len(back) < len(cards):
            left.append(f"cards of the deck {old} that are not in {new} any more")


def _with_text(note: Note, old: Note, now: int) -> Note:
    return replace(note, fields=old.fields, mod=max(now, note.mod + 1))
