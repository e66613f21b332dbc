"""Project to `Collection`: the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from flashdeck.compile.cache import Cache, digest_of
from flashdeck.compile.deck_files import DeckFiles, ReadFile, RenderedFile, Surroundings
from flashdeck.compile.decks import DeckTable
from flashdeck.compile.identity import Identified, identify, with_numbers
from flashdeck.compile.media.assets import AssetRewriter, with_project_style
from flashdeck.compile.media.cache import MediaCache, load_media_cache
from flashdeck.compile.media.table import MediaTable
from flashdeck.compile.notetypes import may_lack_types, read_custom_types
from flashdeck.diagnostics import Diagnostic, Text
from flashdeck.kinds.registry import KINDS
from flashdeck.model import Collection, Note, NoteType
from flashdeck.notetypes.built_in import built_in
from flashdeck.project.ids import UNSAVED
from flashdeck.project.project import Project
from flashdeck.project.project_id import notetype_id
from flashdeck.source.note import SourceFile

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType

Files = dict[Path, RenderedFile | ReadFile]
"""Deck files in the order of study: rendered where nothing else has to be known of them."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project, compiled: what will go into packages, and what it was made from.

    The notes of `collection` are in study order and not dated yet; by their ids, `kinds` are what
    the lock calls their kinds, `digests` tell edits of them, where that is known already. `notes`
    are those of `sources` as their author wrote them: without a cache all there are, with one those
    of files that had to be read as a whole. `notetypes` gives the note type of each kind that the
    lock knows: by the kind's name, or by "custom:" and an id. `name` is the project's, or will be.
    `texts` are the texts of `notes` as HTML, by the path of their file and where they begin in it.
    `media` knows which files were named.
    """

    collection: Collection
    kinds: Mapping[str, str]
    digests: Mapping[str, str]
    sources: tuple[SourceFile, ...]
    notes: tuple[Identified, ...]
    notetypes: Mapping[str, NoteType]
    name: str
    texts: Mapping[str, Mapping[int, str]]
    media: MediaTable

    @property
    def has_stamps(self) -> bool:
        """Whether any note brings its id, so that there was a build before."""
        return len(self.kinds) > len(self.notes) or any(note.stamped for note in self.notes)


def compile_project(
    project: Project,
    *,
    allow_scripts: bool = False,
    cache: Cache | None = None,
    media_cache: MediaCache | None = None,
) -> tuple[Compiled, list[Diagnostic]]:
    """Read, identify and render everything in a project.

    What the `cache` knows is taken from it, and it learns the rest; without one every file is read
    as a whole. `media_cache` are the media that were read before: those that the last build kept,
    if nothing else is given.
    """
    if media_cache is None:
        media_cache = load_media_cache(project.root)
    media = MediaTable(project.root, project.cards, media_cache)
    compiled, problems = _compile(project, media, cache, allow_scripts=allow_scripts)
    if cache is not None and media.clash:
        # Of two files of one name the first keeps it, which is the first in the order of study.
        media = MediaTable(project.root, project.cards, media_cache)
        return _compile(project, media, Cache(), allow_scripts=allow_scripts, settle=False)
    return compiled, problems


def _compile(
    project: Project,
    media: MediaTable,
    cache: Cache | None,
    *,
    allow_scripts: bool,
    settle: bool = True,
) -> tuple[Compiled, list[Diagnostic]]:
    dresser = AssetRewriter(media, allow_scripts)
    project, problems = with_project_style(project, dresser)
    types, found = read_custom_types(project, _number(project), dresser)
    problems += found
    custom = {key: source.notetype for key, source in types.items()}
    built = built_in(project.settings.name, project.settings.css, _number(project))
    around = Surroundings(
        project,
        {source.notetype.name: source for source in types.values()},
        {**built, **custom},
        media,
        allow_scripts=allow_scripts,
        more_types=may_lack_types(found),
        cache=cache,
        context=b"",
    )
    around = replace(around, context=_context(around) if cache is not None else b"")
    deck_files = DeckFiles(around)
    files = _files(project, deck_files, settle=settle)
    read = [file for file in files.values() if isinstance(file, ReadFile)]
    problems += [problem for file in read for problem in file.problems]
    identified, found = _identified(project, files, read)
    problems += found
    if any(deck.verbatim for file in files.values() for deck in file.decks):
        media.keep_static()
    waiting = iter(identified)
    rendered = [
        deck_files.render(file, [next(waiting) for _ in file.notes])
        if isinstance(file, ReadFile)
        else file
        for file in files.values()
    ]
    decks = _decks(rendered)
    problems += [*(problem for file in rendered for problem in file.problems), *decks.problems]
    name = project.settings.name or decks.root or "flashdeck"
    if not project.settings.name:
        built = built_in(name, project.settings.css, _number(project))
    released = {kind.name: built[kind.notetype] for kind in KINDS if kind.notetype} | custom
    notes = [note for file in rendered for note in file.notes]
    collection = Collection(
        notetypes=_used((note.note for note in notes), released.values()),
        decks=decks.decks(card.deck for note in notes for card in note.note.cards),
        notes=tuple([note.note for note in notes]),
        media=media.files(),
    )
    return Compiled(
        collection=collection,
        kinds={note.note.guid: note.kind for note in notes},
        digests={note.note.guid: note.digest for note in notes if note.digest},
        sources=tuple(source for file in read for source in file.sources),
        notes=tuple(identified),
        notetypes=released,
        name=name,
        texts={path: texts for file in rendered for path, texts in file.texts.items()},
        media=media,
    ), problems


def _files(project: Project, deck_files: DeckFiles, *, settle: bool) -> Files:
    """Read the deck files; where an id is in two of them, both are read as a whole."""
    files: Files = {}
    for path in project.decks:
        settled = deck_files.settled(path) if settle else None
        files[path] = settled if settled is not None else deck_files.read(path)
    homes: dict[str, Path] = {}
    clashing: set[Path] = set()
    for path, file in files.items():
        for guid in _guids(file):
            if guid in homes:
                clashing |= {path, homes[guid]}
            homes[guid] = path
    for path in clashing:
        if isinstance(files[path], RenderedFile):
            files[path] = deck_files.read(path)
    return files


def _guids(file: RenderedFile | ReadFile) -> Iterator[str]:
    if isinstance(file, RenderedFile):
        return (note.note.guid for note in file.notes)
    return (note.id.value for note in file.notes if note.id is not None)


def _identified(
    project: Project, files: Files, read: Iterable[ReadFile]
) -> tuple[list[Identified], list[Diagnostic]]:
    """Give every note that was read its id, and every mask its number."""
    notes = [note for file in read for note in file.notes]
    if not notes:
        return [], []
    identified, problems = identify(
        notes,
        project.settings.id or UNSAVED,
        {entry.id: entry.kind for entry in project.lock.notes.values()},
        {kind.name: kind.notetype for kind in KINDS if kind.notetype},
        {
            guid
            for file in files.values()
            if isinstance(file, RenderedFile)
            for guid in _guids(file)
        },
    )
    return with_numbers(identified, project.lock), problems


def _decks(files: Iterable[RenderedFile]) -> DeckTable:
    """Gather the decks that documents and notes name, in the order of study."""
    table = DeckTable()
    for file in files:
        for deck in file.decks:
            table.name(deck.name)
            if deck.description is not None:
                table.describe(deck.name, deck.description)
        named = {deck.name.value for deck in file.decks}
        for note, _, _ in file.notes:
            home = note.cards[0].deck
            if home not in named and note.source is not None:
                named.add(home)
                table.name(Text(home, note.source))
    return table


def known_kinds(project: Project) -> dict[int, str]:
    """Give the kinds that the lock knows by the ids of their note types."""
    number = _number(project)
    built = {number(kind.notetype): kind.name for kind in reversed(KINDS) if kind.notetype}
    return built | {source.notetype.id: key for key, source in custom_notetypes(project).items()}


def custom_notetypes(project: Project) -> dict[str, SourceNoteType]:
    """Give the project's own note types by what the lock knows them by."""
    dresser = AssetRewriter(MediaTable(project.root, project.cards))
    return read_custom_types(project, _number(project), dresser)[0]


def _number(project: Project) -> Callable[..., int]:
    """Derive ids of note types, fields and templates from the project's own."""
    return partial(notetype_id, project.settings.id or UNSAVED)


def _context(around: Surroundings) -> bytes:
    """Tell one state of the settings and note types from another."""
    settings = replace(around.project.settings, rules={}, packages={}, name="", css="")
    types = [(source.keys, source.notetype) for source in around.custom.values()]
    parts = (settings, types, around.more_types, around.allow_scripts)
    return digest_of(repr(parts).encode())


def _used(notes: Iterable[Note], notetypes: Iterable[NoteType]) -> tuple[NoteType, ...]:
    used = {note.notetype for note in notes}
    types = {notetype.id: notetype for notetype in notetypes if notetype.id in used}
    return tuple(notetype for _, notetype in sorted(types.items()))
