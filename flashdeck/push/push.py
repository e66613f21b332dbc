"""Pushes a build into a running Anki: reads, plans, changes, and compares afterwards."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.write.apkg import write_apkg
from flashdeck.comparison.search import deck_search
from flashdeck.diagnostics import FlashdeckError
from flashdeck.model import Collection
from flashdeck.project.lockfile import Lock
from flashdeck.project.project import Project
from flashdeck.push.ankiconnect import AnkiConnect
from flashdeck.push.collection import deviations, fetch
from flashdeck.push.learner import Learner
from flashdeck.push.plan import KindChange, Move, Plan, Rename
from flashdeck.push.planner import Build, plan
from flashdeck.push.record import Backup, LastPush, last_pushes, record_push
from flashdeck.push.restore import Restoration, read_backup, restoration
from flashdeck.text import counted

_IMPORT_TIME = 600  # seconds in which a person confirms the import
_FEW = 10  # notes that may be deleted without a question
PUSHED = "push.apkg"


class Options(NamedTuple):
    """Options of a push. `now` is the time in seconds since 1970.

    `first` pushes into a collection without any of the notes, `profile` is the expected profile.
    With `keep_removed` no notes are deleted, with `accept_removals` any number; `overwrite` decides
    what both changed. `direct` imports without Anki's dialog. `sync` syncs before and after.
    """

    now: int
    first: bool = False
    profile: str = ""
    keep_removed: bool = False
    accept_removals: bool = False
    overwrite: bool = False
    direct: bool = False
    sync: bool = False


class Prepared(NamedTuple):
    """A planned push: the open profile, what was read, the plan, and the last push into it."""

    profile: str
    learner: Learner
    plan: Plan
    last: LastPush | None


class Push:
    """A push of a project's packages into a running Anki.

    `wait` pauses for a second. Raises `FlashdeckError` where it can't go on; all that was done
    until then is found by the next push.
    """

    def __init__(
        self,
        project: Project,
        packages: Sequence[Path],
        anki: AnkiConnect,
        options: Options,
        wait: Callable[[], None],
    ) -> None:
        self._project = project
        self._packages = packages
        self._anki = anki
        self._options = options
        self._wait = wait
        self._pushes = last_pushes(project.root)
        self.backup = Backup(project.root, options.now)

    @property
    def revision(self) -> int:
        """The time of the latest package, in seconds."""
        return max((entry.revision for entry in self._project.lock.packages.values()), default=0)

    def prepare(self) -> Prepared:
        """Check that the push is possible, read the collection, and plan."""
        try:
            return self._prepare()
        except FlashdeckError:
            self.backup.discard()
            raise

    def _prepare(self) -> Prepared:
        options = self._options
        profile, learner = self._read()
        last = self._pushes.get(profile)
        build = Build(
            _union(self._packages),
            self._project.lock,
            last.lock if last is not None else None,
            removes=self._project.settings.removed == "empty" and not options.keep_removed,
        )
        planned = plan(build, learner, options.now, overwrite=options.overwrite)
        if not (planned.notes[0] or planned.kinds or options.first or options.profile):
            message = (
                f"none of the {planned.notes[1]} notes is in the open profile {_named(profile)}"
            )
            hint = "open the profile with the deck; or add the notes to this one: --first"
            raise FlashdeckError(message, hint)
        return Prepared(profile, learner, planned, last)

    def restore(self, folder: Path) -> Restoration:
        """Take back a push, by its backup."""
        before, changes = read_backup(folder)
        _, learner = self._read()
        restored = restoration(before, changes, learner, self._options.now)
        if restored.plan.imports:
            self._import(restored.plan, is_new=learner.study.is_new)
            self._check_schedules(restored.plan)
        for move in restored.plan.moves:
            self._anki.ask("changeDeck", cards=list(move.cards), deck=move.new)
        return restored

    def _check_schedules(self, planned: Plan) -> None:
        """Delete restored notes again that came without their schedules, and raise an error."""
        now = self._fetch("restored")
        lost = [
            now.notes[note.guid].id
            for note in planned.new
            if any(
                planned.study.schedules[card.id].reviews
                and not now.study.schedules[card.id].reviews
                for card in note.cards
                if card.id in now.study.schedules
            )
        ]
        if lost:
            self._anki.ask("deleteNotes", notes=lost)
            message = f"{counted(len(lost), 'note')} came back without the reviews"
            hint = "restore again, and tick “Import any learning progress” in Anki's dialog"
            raise FlashdeckError(message, hint)

    def _read(self) -> tuple[str, Learner]:
        """Check that Anki is ready; return the open profile, and read the collection."""
        anki = self._anki
        anki.check()
        profile = anki.profile()
        self._check_profile(profile)
        if anki.call("guiReviewActive", bool):
            message = "a review is open in Anki, and its card might change"
            raise FlashdeckError(message, "go back to the deck list there, and push again")
        if self._options.sync:
            anki.ask("sync")
        self.backup.create()
        return profile, fetch(anki, self._project.lock.notetypes, self.backup.folder)

    def check(self, prepared: Prepared) -> None:
        """Raise `FlashdeckError` for many removals, unless they are accepted."""
        removed = sum(not removal.is_replaced for removal in prepared.plan.removals)
        there = prepared.plan.notes[0] + removed
        if removed > _FEW or (removed * 5 > there and removed > 1):
            if self._options.accept_removals:
                return
            self.backup.discard()
            message = f"{removed} of {there} notes would be deleted in Anki"
            hint = "if you mean it: --accept-removals; to keep them: --keep-removed"
            raise FlashdeckError(message, hint)

    def run(self, prepared: Prepared) -> list[str]:
        """Make the changes of a plan, compare, and return what differs from it."""
        planned, learner = prepared.plan, prepared.learner
        if not planned.is_empty:
            changes = {**_changes(planned), "deck_ids": learner.deck_ids}
            self.backup.write("changes.json", changes)
            for rename in planned.renames:
                self._rename(rename)
            again = [kind for kind in planned.kinds if kind.again]
            if again:
                notes = [learner.notes[kind.after.guid].id for kind in again]
                self._anki.ask("deleteNotes", notes=notes)
            if planned.imports:
                self._import(planned, is_new=learner.study.is_new)
            for move in planned.moves:
                self._anki.ask("changeDeck", cards=list(move.cards), deck=move.new)
            self._delete(planned, learner)
            self._delete_decks(planned.obsolete)
        after = learner
        if not planned.is_empty:
            after = self._fetch("after")
        different = deviations(learner, after, planned)
        if not different:
            self._record(prepared)
        if self._options.sync:
            self._anki.ask("sync")
        if planned.is_empty:
            self.backup.discard()
        else:
            self.backup.remove_older()
        return different

    def _check_profile(self, profile: str) -> None:
        expected = self._options.profile
        last = [*self._pushes][-1] if self._pushes else ""
        if expected and profile and expected != profile:
            message = f"Anki has the profile {_named(profile)} open, not {_named(expected)}"
            raise FlashdeckError(message, "switch profiles in Anki: File ▸ Switch Profile")
        if profile and last and not expected and profile not in self._pushes:
            there = f"Anki has the profile {_named(profile)} open"
            message = f"{there}; the last push was into {_named(last)}"
            raise FlashdeckError(
                message, f"switch profiles in Anki; or push into it: --profile '{profile}'"
            )

    def _rename(self, rename: Rename) -> None:
        """Move all cards of a deck into a new one with the same options.

        AnkiConnect can't rename decks.
        """
        anki = self._anki
        anki.ask("createDeck", deck=rename.new)
        preset = anki.call("getDeckConfig", dict, deck=rename.old)
        anki.ask("setDeckConfigId", decks=[rename.new], configId=preset["id"])
        anki.ask("changeDeck", cards=list(rename.cards), deck=rename.new)

    def _delete_decks(self, decks: Sequence[str]) -> None:
        """Delete decks without cards: deleting a deck deletes all that is in it and below it."""
        for deck in decks:
            if not self._anki.call("findCards", list, query=deck_search(deck)):
                self._anki.ask("deleteDecks", decks=[deck], cardsToo=True)

    def _import(self, planned: Plan, *, is_new: bool) -> None:
        """Import the composed package: in Anki's dialog, or directly."""
        path = (self.backup.folder / PUSHED).resolve()
        with path.open("wb") as stream:
            write_apkg(planned.composed, stream, study=planned.study)
        if self._options.direct or not is_new:
            self._anki.ask("importPackage", path=str(path))
            return
        before = self._state(planned)
        self._anki.ask("guiImportFile", path=str(path))
        for _ in range(_IMPORT_TIME):
            if self._state(planned) != before:
                return
            self._wait()
        message = "the import was not confirmed in Anki; nothing else was changed"
        raise FlashdeckError(message, "push again, and click Import in Anki; or use --direct")

    def _state(self, planned: Plan) -> object:
        """Return something that an import changes; Anki imports all notes or none."""
        if edit := next(iter(planned.edits), None):
            return self._anki.ask("notesInfo", notes=[edit.before.id])
        query = " or ".join(f"mid:{notetype.id}" for notetype in planned.composed.notetypes)
        cards = self._anki.call("findCards", list, query=query)
        if planned.new or planned.kinds:
            return len(cards)
        return self._fetch("waiting").notetypes

    def _fetch(self, name: str) -> Learner:
        """Read the collection again, through a folder that is removed afterwards."""
        folder = self.backup.folder / name
        folder.mkdir(mode=0o700, exist_ok=True)
        try:
            return fetch(self._anki, self._project.lock.notetypes, folder)
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def _delete(self, planned: Plan, learner: Learner) -> None:
        """Delete notes, those that were replaced only if their reviews have arrived."""
        arrived = {kind.after.guid for kind in planned.kinds}
        if planned.kinds:
            now = self._fetch("imported")
            arrived = {kind.after.guid for kind in planned.kinds if _has_history(kind, now)}
        kept = {kind.before.guid for kind in planned.kinds if kind.after.guid not in arrived}
        notes = [note.id for note in planned.deleted if note.guid not in kept]
        if notes:
            self._anki.ask("deleteNotes", notes=notes)
            deck = planned.deleted[0].cards[0].deck if planned.deleted[0].cards else ""
            if deck in learner.deck_names:
                self._anki.ask("createDeck", deck=deck)  # only refreshes the screen

    def _record(self, prepared: Prepared) -> None:
        """Record what the collection has now: notes that were not reached keep their last state."""
        lock = self._project.lock
        last = prepared.last.lock if prepared.last is not None else Lock()
        notes = dict(lock.notes)
        waiting = {card: move.old for move in prepared.plan.postponed for card in move.cards}
        for note in prepared.learner.notes.values():
            for card in note.cards:
                if card.id in waiting and note.guid in notes:
                    notes[note.guid] = notes[note.guid]._replace(deck=waiting[card.id])
        for skipped in prepared.plan.skipped:
            notes.pop(skipped.note.guid)
            if skipped.note.guid in last.notes:
                notes[skipped.note.guid] = last.notes[skipped.note.guid]
        self._pushes[prepared.profile] = LastPush(self._options.now, replace(lock, notes=notes))
        record_push(self._project.root, self._pushes)


def _has_history(kind: KindChange, now: Learner) -> bool:
    note = now.notes.get(kind.after.guid)
    return note is not None and bool(now.reviews(note)) >= bool(kind.reviews)


def _union(packages: Sequence[Path]) -> Collection:
    """Return the notes of all packages, without removed ones, and what they need."""
    collections = [read_apkg(path) for path in packages]
    return Collection(
        tuple({one.id: one for part in collections for one in part.notetypes}.values()),
        tuple({deck.name: deck for part in collections for deck in part.decks}.values()),
        tuple(note for part in collections for note in part.notes if note.cards),
        tuple({media.name: media for part in collections for media in part.media}.values()),
    )


def _changes(planned: Plan) -> dict[str, object]:
    """Return what a push writes, for `--restore`."""
    moves: list[Move | Rename] = [*planned.moved]
    return {
        "edits": {edit.after.guid: list(edit.after.fields) for edit in planned.edits},
        "moves": [[move.old, move.new, list(move.cards)] for move in moves],
        "deleted": [note.guid for note in planned.deleted],
        "added": [note.guid for note in planned.new],
        "notetypes": [notetype.name for notetype in planned.notetypes],
        "decks": list(planned.obsolete),
    }


def _named(profile: str) -> str:
    return f"“{profile}”" if profile else "of Anki"
