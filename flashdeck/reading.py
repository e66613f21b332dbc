"""Reads the files of a project, but for those that say what they said the last time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from flashdeck.diagnostics import Diagnostic
from flashdeck.files import RefusedFileError
from flashdeck.kept import Kept, KeptFile, KeptNote, digest_of
from flashdeck.lockfile import Lock
from flashdeck.media import MediaTable, Resolvers
from flashdeck.project import Project, default_deck, read_source, source_bytes
from flashdeck.read.decks import read_decks
from flashdeck.read.notetypes import SourceNoteType
from flashdeck.source import SourceFile, SourceNote
from flashdeck.tablefiles import TableFiles


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file that was read, and the tables that it names; `silent`: nothing was to be said."""

    sources: tuple[SourceFile, ...]
    silent: bool

    @property
    def notes(self) -> Iterator[SourceNote]:
        """Its notes, in their order."""
        return (note for source in self.sources for deck in source.decks for note in deck.notes)


Files: TypeAlias = Mapping[str, ReadFile | KeptFile]


def read_files(
    project: Project, custom: Mapping[str, SourceNoteType], media: MediaTable, kept: Kept | None
) -> tuple[Files, list[Diagnostic]]:
    """Give the files of a project by their paths, in the order of study.

    `custom` are its own note types by their names. One that was `kept` is taken where its bytes and
    all that it names are the same, and no id of its notes stands anywhere else.
    """
    held = _held(project, media, kept) if kept is not None and project.settings.name else {}
    tables = TableFiles(project)
    read: dict[Path, tuple[ReadFile, list[Diagnostic]]] = {}

    def read_one(path: Path) -> None:
        file, problems = read_source(project, path)
        sources: tuple[SourceFile, ...] = ()
        if file is not None:
            source, found = read_decks(
                file,
                default_deck(project, path),
                project.settings.markup,
                custom,
                tables.beside(file.path),
                project.settings.limits,
                verbatim=project.settings.verbatim,
            )
            problems += found
            sources = (source, *source.tables)
        read[path] = ReadFile(sources, silent=not problems), problems

    for path in project.decks:
        if path not in held:
            read_one(path)
    ids = {note.id.value for file, _ in read.values() for note in file.notes if note.id is not None}
    for path, kept_file in held.items():
        if any(one.note.guid in ids for one in kept_file.notes):
            read_one(path)
    found: dict[str, ReadFile | KeptFile] = {}
    problems: list[Diagnostic] = []
    for path in project.decks:
        if path in read:
            found[project.relative(path)], said = read[path]
            problems += said
        else:
            found[project.relative(path)] = held[path]
    return found, problems


def _held(project: Project, media: MediaTable, kept: Kept) -> dict[Path, KeptFile]:
    """Find the files that may be taken as they were."""
    found: dict[Path, KeptFile] = {}
    ids: set[str] = set()
    for path in project.decks:
        name = project.relative(path)
        file = kept.files.get(name)
        if file is None or not file.digest:
            continue
        try:
            data = source_bytes(project, path)
        except RefusedFileError:
            continue  # reading it says why
        resolvers = media.resolvers(name)
        if digest_of(data) == file.digest and all(
            is_kind(one, project.lock) and names_the_same(one, resolvers) for one in file.notes
        ):
            own = {one.note.guid for one in file.notes}
            if len(own) == len(file.notes) and not own & ids:
                ids |= own
                found[path] = file
    return found


def is_kind(one: KeptNote, lock: Lock) -> bool:
    """Whether the lock knows a note as the kind that it was."""
    entry = lock.notes.get(one.note.guid)
    return entry is None or entry.kind == one.kind


def names_the_same(one: KeptNote, resolvers: Resolvers) -> bool:
    """Whether what a note names is found, and is what it was."""
    if not one.media:
        return True
    resolve = resolvers.verbatim if one.verbatim else resolvers.hashed
    return all(resolve(destination) == name for destination, name in one.media)
