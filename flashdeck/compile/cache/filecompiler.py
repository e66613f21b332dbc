"""Renders the notes of one file after the other, but for those that it knows from another time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import islice

from flashdeck.compile.cache.kept import (
    CompiledFile,
    Kept,
    KeptDeck,
    KeptFile,
    KeptNote,
    digest_of,
    key_of,
)
from flashdeck.compile.cache.reading import ReadFile, is_kind, names_the_same
from flashdeck.compile.identity import Identified
from flashdeck.compile.media import MediaTable, Resolvers
from flashdeck.compile.render import Renderer
from flashdeck.markup.results import MediaRefusal
from flashdeck.model import NoteType
from flashdeck.project.digest import note_digest
from flashdeck.project.lockfile import Lock
from flashdeck.source.note import SourceDeck

# What begins a comment to flashdeck (`judging`).
_COMMENTED = "flashdeck:"


class FileCompiler:
    """Compiles files; with `before` it gathers what can be kept of each."""

    def __init__(
        self,
        notetypes: Mapping[str, NoteType],
        media: MediaTable,
        before: Kept | None,
        lock: Lock,
        *,
        allow_scripts: bool,
    ) -> None:
        self._lock = lock
        self._notetypes = notetypes
        self._media = media
        self._before = before
        self._allow_scripts = allow_scripts

    def settle(self, path: str, file: ReadFile) -> CompiledFile | None:
        """Render a file at once, if all that a build would stamp stands in it; else None."""
        notes = settled_notes(file, self._lock)
        return self.compile(path, file, notes) if notes is not None else None

    def compile(self, path: str, file: ReadFile, notes: Iterable[Identified]) -> CompiledFile:
        """Render a file, whose notes are given with their ids."""
        waiting = iter(notes)
        known = self._before.notes(path) if self._before is not None else {}
        done = CompiledFile()
        keep: list[KeptNote] = []
        settled = file.silent
        for source in file.sources:
            asked = _Asked(self._media.resolvers(source.yaml.path))
            renderer = Renderer(source.yaml, self._notetypes, asked.resolvers, self._allow_scripts)
            for deck in source.decks:
                done.decks.append(_deck(deck, renderer))
                for one in islice(waiting, len(deck.notes)):
                    settled = settled and is_settled(one)
                    said = len(renderer.problems)
                    note = self._note(one, renderer, asked, known)
                    if note is not None:
                        done.notes.append(note)
                        if len(renderer.problems) == said:
                            keep.append(note)
            done.problems += renderer.problems
            done.texts[source.yaml.path] = renderer.texts
        if self._before is not None:
            settled = settled and not done.problems
            done.kept = _kept(file, tuple(done.decks), keep, known, settled=settled)
        return done

    def _note(
        self, one: Identified, renderer: Renderer, asked: _Asked, known: Mapping[str, KeptNote]
    ) -> KeptNote | None:
        """Find a note among those that were known, or render it."""
        kind = one.note.released_kind
        if self._before is None:
            note = renderer.note(one)
            return KeptNote("", note, kind, "") if note is not None else None
        key = key_of(one)
        held = known.get(key)
        if held is not None and names_the_same(held, asked.resolvers):
            if held.note.source == one.note.span:
                return held
            return replace(held, note=replace(held.note, source=one.note.span))
        asked.names.clear()
        note = renderer.note(one)
        if note is None:
            return None
        media = tuple(asked.names.items())
        return KeptNote(key, note, kind, note_digest(note), one.note.verbatim, media)


def settled_notes(file: ReadFile, lock: Lock) -> list[Identified] | None:
    """Give the notes of a file if all that a build would stamp stands in it; else None."""
    found: dict[str, Identified] = {}
    for note in file.notes:
        if note.id is None or note.id.value in found:
            return None
        numbers = tuple([mask.number or 0 for mask in note.masks])
        one = Identified(note, note.id.value, stamped=True, numbers=numbers)
        if not is_settled(one) or not is_kind(one.id, note.released_kind, lock):
            return None
        found[one.id] = one
    return list(found.values())


def is_settled(one: Identified) -> bool:
    """Whether all that a build stamps stands in the source."""
    masks = one.note.masks
    return one.stamped and (not masks or all(mask.number is not None for mask in masks))


def _deck(deck: SourceDeck, renderer: Renderer) -> KeptDeck:
    described = deck.description is not None
    description = renderer.description(deck) if described else None
    return KeptDeck(deck.name, description, deck.verbatim)


def _kept(
    file: ReadFile,
    decks: tuple[KeptDeck, ...],
    notes: Iterable[KeptNote],
    known: Mapping[str, KeptNote],
    *,
    settled: bool,
) -> KeptFile:
    """Give what can be kept of a file."""
    if not file.sources or file.sources[0].yaml.damaged:
        # Somebody is writing; when the file can be read again, most notes will be the same.
        return KeptFile("", (), tuple(known.values()))
    text = file.sources[0].yaml.text if settled and len(file.sources) == 1 else ""
    # Comments that silence rules are found only in files that are read.
    digest = digest_of(text.encode()) if text and _COMMENTED not in text else ""
    return KeptFile(digest, decks, tuple(notes))


class _Asked:
    """Notes what is looked up and found; of files that may be missing, also that they are."""

    def __init__(self, resolvers: Resolvers) -> None:
        self.names: dict[str, str] = {}
        self._resolvers = resolvers
        self.resolvers = Resolvers(self._hashed, self._verbatim, self._present)

    def _hashed(self, destination: str) -> str | MediaRefusal:
        return self._noted(destination, self._resolvers.hashed(destination))

    def _verbatim(self, destination: str) -> str | MediaRefusal:
        return self._noted(destination, self._resolvers.verbatim(destination))

    def _present(self, name: str) -> str:
        found = self.names[name] = self._resolvers.present(name)
        return found

    def _noted(self, destination: str, found: str | MediaRefusal) -> str | MediaRefusal:
        if isinstance(found, str):
            self.names[destination] = found
        return found
