"""Reads the files of a project, but for those that say what they said the last time."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from flashdeck.compile.cache.keeping import file_of, row_of
from flashdeck.compile.cache.kept import CompiledFile, Kept, KeptFile, KeptNote, digest_of
from flashdeck.compile.media import MediaTable, Resolvers
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.files import RefusedFileError
from flashdeck.files.fingerprint import Print, noticed, witnessed
from flashdeck.files.many_files import ManyFiles
from flashdeck.project.lockfile import Lock
from flashdeck.project.project import Project, default_deck, read_source, source_bytes
from flashdeck.project.table_files import TableFiles
from flashdeck.source.decks import read_decks
from flashdeck.source.note import SourceDeck, SourceFile, SourceNote

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, and the tables that it names; `silent`: nothing was to be said.

    `compiled` is what it gives, where that was found out already.
    """

    sources: tuple[SourceFile, ...]
    silent: bool
    compiled: CompiledFile | None = None

    @property
    def decks(self) -> Iterator[SourceDeck]:
        """Its documents, and those of its tables, in their order."""
        return (deck for source in self.sources for deck in source.decks)

    @property
    def notes(self) -> Iterator[SourceNote]:
        """Its notes, in their order."""
        return (note for deck in self.decks for note in deck.notes)


Files: TypeAlias = Mapping[str, ReadFile | KeptFile]
"""Files by their paths, in the order of study."""

_MUCH = 4 * 2**20  # bytes from which a second process pays: some 25,000 notes

Settle: TypeAlias = Callable[[str, ReadFile], CompiledFile | None]
"""Compiles a file at once, given its path, where no other file has any bearing on it."""


class FileReader:
    """Reads the files of a project; `custom` are its own note types by their names.

    A file that is settled without a word is let go, and only what it gives is kept; so memory holds
    few files in full. Without `settle` all are held, and `media` is not asked. With `more_types`
    there are note types that could not be read.
    """

    def __init__(
        self,
        project: Project,
        custom: Mapping[str, SourceNoteType],
        media: MediaTable,
        settle: Settle | None,
        *,
        more_types: bool = False,
    ) -> None:
        self._more_types = more_types
        self._project = project
        self._custom = custom
        self._media = media
        self._settle = settle
        self._disk = ManyFiles(project.root)
        self._tables = TableFiles(project)
        self._read: dict[Path, ReadFile] = {}
        self._said: dict[Path, list[Diagnostic]] = {}

    def read(self, held: Mapping[Path, KeptFile]) -> tuple[Files, list[Diagnostic]]:
        """Give all files by their paths, in the order of study; those `held` need no reading.

        Where an id stands in two of them, both are read in full and none is settled, whatever was
        known.
        """
        settled = dict(held)
        waiting = [path for path in self._project.decks if path not in held]
        settled |= self._in_shares(waiting)
        settled |= self._settled(
            path for path in waiting if path not in settled and path not in self._read
        )
        for path in self._clashing(settled):
            if path in settled:
                self._read_one(path)
            else:  # its tables were opened, and once is all they can be
                self._read[path] = replace(self._read[path], compiled=None)
        files = {
            self._project.relative(path): self._read.get(path) or settled[path]
            for path in self._project.decks
        }
        return files, [one for path in self._project.decks for one in self._said.get(path, ())]

    def _settled(self, paths: Iterable[Path]) -> dict[Path, KeptFile]:
        """Read files; give those that need not be held in full."""
        settled: dict[Path, KeptFile] = {}
        for path in paths:
            file = self._read_one(path)
            done = None
            if self._settle is not None and file.silent:
                done = self._settle(self._project.relative(path), file)
            if done is not None and done.kept is not None and done.kept.digest:
                settled[path] = done.kept
                del self._read[path]
            elif done is not None:
                self._read[path] = replace(file, compiled=done)
        return settled

    def _in_shares(self, paths: Sequence[Path]) -> dict[Path, KeptFile]:
        """Read files in several processes where there is much to read; nothing where that fails."""
        sizes: dict[Path, int] = {}
        for path in paths:
            with suppress(OSError):  # reading it says why
                sizes[path] = path.stat().st_size
        if self._settle is None or sum(sizes.values()) < _MUCH:
            return {}
        from flashdeck.compile.cache.shares import cut, working  # most builds have little to read

        ours, *others = cut(list(sizes.items()))
        if not others:
            return {}
        with working(others, self._elsewhere) as made:
            settled = self._settled(ours)
            return settled | self._from_elsewhere(made())

    def _elsewhere(self, path: Path) -> bytes:
        """Read a file in a process of its own; give all that this one must know of it."""
        with witnessed() as seen:
            settled = self._settled([path]).get(path)
        row = row_of(self._project.relative(path), settled) if settled is not None else None
        return json.dumps([row, self._media.news(), list(seen.read.items())]).encode()

    def _from_elsewhere(self, lines: Iterable[bytes]) -> dict[Path, KeptFile]:
        settled: dict[Path, KeptFile] = {}
        for line in lines:
            row, counted, read = json.loads(line)
            self._media.learn(counted)
            for path, found in read:
                noticed(path, Print(*found) if found is not None else None)
            if row is not None:
                name, kept = file_of(row)
                if _holds(kept, self._project.lock, self._media.resolvers(name)):
                    settled[self._project.root / name] = kept
        return settled

    def _read_one(self, path: Path) -> ReadFile:
        project = self._project
        file, problems = read_source(project, path, self._disk)
        sources: tuple[SourceFile, ...] = ()
        if file is not None:
            source, found = read_decks(
                file,
                default_deck(project, path),
                project.settings.markup,
                self._custom,
                self._tables.beside(file.path),
                project.settings.limits,
                verbatim=project.settings.verbatim,
                more_types=self._more_types,
            )
            problems += found
            sources = (source, *source.tables)
        self._said[path] = problems
        self._read[path] = ReadFile(sources, silent=not problems)
        return self._read[path]

    def _clashing(self, settled: Mapping[Path, KeptFile]) -> set[Path]:
        """Find the files in which an id stands that stands in another file, too."""
        kept = ((path, one.note.guid) for path, file in settled.items() for one in file.notes)
        read = (
            (path, note.id.value)
            for path, file in self._read.items()
            for note in file.notes
            if note.id is not None
        )
        homes: dict[str, Path] = {}
        found: set[Path] = set()
        for path, one in chain(kept, read):
            home = homes.setdefault(one, path)
            if home != path:
                found |= {home, path}
        return found


def held_files(project: Project, media: MediaTable, kept: Kept) -> dict[Path, KeptFile]:
    """Find the files that may be taken as they were: they, and all that they name, are the same."""
    found: dict[Path, KeptFile] = {}
    disk = ManyFiles(project.root)
    for path in project.decks:
        name = project.relative(path)
        file = kept.files.get(name)
        if file is None or not file.digest:
            continue
        try:
            data = source_bytes(project, path, disk)
        except RefusedFileError:
            continue  # reading it says why
        if digest_of(data) == file.digest and _holds(file, project.lock, media.resolvers(name)):
            found[path] = file
    return found


def is_kind(guid: str, kind: str, lock: Lock) -> bool:
    """Whether the lock knows a note as of this kind, or not at all."""
    entry = lock.notes.get(guid)
    return entry is None or entry.kind == kind


def names_the_same(one: KeptNote, resolvers: Resolvers) -> bool:
    """Whether what a note names is found, and is what it was."""
    resolve = resolvers.verbatim if one.verbatim else resolvers.hashed
    return all(
        # Under its own name, or not at all: only `present` gives that beside names of ours.
        (resolve if name and (one.verbatim or name != destination) else resolvers.present)(
            destination
        )
        == name
        for destination, name in one.media
    )


def _holds(file: KeptFile, lock: Lock, resolvers: Resolvers) -> bool:
    """Whether the notes of a file still are what they were."""
    guids = {one.note.guid for one in file.notes}
    return len(guids) == len(file.notes) and all(
        is_kind(one.note.guid, one.kind, lock) and (not one.media or names_the_same(one, resolvers))
        for one in file.notes
    )
