"""Compiles a project to a `Collection`."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from flashdeck.compile.cache import Cache, digest_of
from flashdeck.compile.copies import find_copies
from flashdeck.compile.deck_files import DeckFiles, ReadFile, RenderedFile, Surroundings
from flashdeck.compile.decks import DeckTable
from flashdeck.compile.identity import Identified, identify, with_made_id, with_numbers
from flashdeck.compile.media.assets import AssetRewriter, with_project_style
from flashdeck.compile.media.cache import MediaCache, load_media_cache
from flashdeck.compile.media.table import MediaTable
from flashdeck.compile.notetypes import may_lack_types, read_custom_types, with_reserves
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.kinds.registry import KINDS
from flashdeck.model import Collection, NoteType
from flashdeck.notetypes.built_in import built_in
from flashdeck.project.ids import UNSAVED
from flashdeck.project.project import Project
from flashdeck.project.project_id import kinds_of_others, notetype_id
from flashdeck.records import dataclass
from flashdeck.source.note import SourceFile
from flashdeck.yamlnode import YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

Files = dict[Path, RenderedFile | ReadFile]
"""Deck files in study order: rendered from the cache, or read."""


@dataclass(frozen=True, slots=True)
class Compiled:
    """A compiled project: its content, and the sources that were read.

    The notes of `collection` are in study order and have no times yet; `files` are the deck files
    that they are from. `kinds` and `digests` are by note id; a digest may be unknown. `notes` are
    those of `sources`: all notes without a cache, with one those of files that were read as a
    whole. `notetypes` maps kinds in the lock to note types: the kind's name, or "custom:" and an
    id. `name` is the project's, or the one that it will get. `texts` are the texts of `notes` as
    HTML, by file and start index. `media` are the files that were looked up. `custom` are the
    custom note types in the sources, by kind.
    """

    collection: Collection
    files: tuple[RenderedFile, ...]
    kinds: Mapping[str, str]
    digests: Mapping[str, str]
    sources: tuple[SourceFile, ...]
    notes: tuple[Identified, ...]
    notetypes: Mapping[str, NoteType]
    name: str
    texts: Mapping[str, Mapping[int, str]]
    media: MediaTable
    custom: Mapping[str, SourceNoteType]

    @property
    def yaml_files(self) -> tuple[YamlFile, ...]:
        """The files of `sources` and of custom note types."""
        types = {source.file.path: source.file for source in self.custom.values()}
        return (*(source.yaml for source in self.sources), *types.values())

    @property
    def places(self) -> dict[int, Span]:
        """The places of custom note types, by id."""
        return {source.notetype.id: source.span for source in self.custom.values()}

    @property
    def scripts(self) -> dict[str, str]:
        """The digests of custom note types that run scripts, by name."""
        types = self.custom.values()
        return {source.notetype.name: source.scripts for source in types if source.scripts}

    @property
    def has_stamps(self) -> bool:
        """Whether any note has its id in the sources, from an earlier build."""
        return len(self.kinds) > len(self.notes) or any(note.stamped for note in self.notes)

    @property
    def built_in(self) -> tuple[int, ...]:
        """The ids of the built-in note types."""
        types = self.notetypes.items()
        return tuple(one.id for kind, one in types if not kind.startswith("custom:"))


def compile_project(
    project: Project,
    *,
    allow_scripts: bool = False,
    cache: Cache | None = None,
    media_cache: MediaCache | None = None,
) -> tuple[Compiled, list[Diagnostic]]:
    """Read, identify and render all notes of a project.

    Notes are taken from the `cache` where possible, and added to it; without one every file is read
    as a whole. `media_cache` defaults to that of the last build.
    """
    if media_cache is None:
        media_cache = load_media_cache(project.root)
    media = MediaTable(project.root, project.cards, media_cache)
    compiled, problems = _compile(project, media, cache, allow_scripts=allow_scripts)
    if cache is not None and media.clash:
        # Of two files with one name, the first in study order keeps it.
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
    rewriter = AssetRewriter(media, allow_scripts)
    project, problems = with_project_style(project, rewriter)
    types, type_problems = read_custom_types(
        project, _number(project), rewriter, allow_scripts=allow_scripts
    )
    custom, reserve_problems = with_reserves(types, project.lock)
    problems += [*type_problems, *reserve_problems]
    built = built_in(project.settings.name, project.settings.css, _number(project))
    surroundings = Surroundings(
        project,
        {source.notetype.name: source for source in types.values()},
        {**built, **custom},
        media,
        allow_scripts=allow_scripts,
        more_types=may_lack_types(type_problems),
        cache=cache,
        context=b"",
    )
    surroundings = replace(
        surroundings, context=_context(surroundings) if cache is not None else b""
    )
    deck_files = DeckFiles(surroundings)
    files = _files(project, deck_files, settle=settle)
    read = [file for file in files.values() if isinstance(file, ReadFile)]
    problems += [problem for file in read for problem in file.problems]
    names = {key: notetype.name for key, notetype in custom.items()}
    others = kinds_of_others(project.settings.id, project.lock, names)
    identified, id_problems = _identified(project, others, files, read, deck_files)
    problems += id_problems
    if any(deck.verbatim for file in files.values() for deck in file.decks):
        media.keep_static()
    remaining = iter(identified)
    rendered = [
        deck_files.render(file, [next(remaining) for _ in file.notes])
        if isinstance(file, ReadFile)
        else file
        for file in files.values()
    ]
    copied = {
        problem.span.path
        for problem in id_problems
        if problem.rule == "copied-file" and problem.span is not None
    }
    decks = _decks(rendered, copied)
    problems += [*(problem for file in rendered for problem in file.problems), *decks.problems]
    name = project.settings.name or decks.root or "flashdeck"
    if not project.settings.name:
        built = built_in(name, project.settings.css, _number(project))
    released = {kind.name: built[kind.notetype] for kind in KINDS if kind.notetype} | custom
    collection = Collection(
        notetypes=_used(rendered, released.values()),
        decks=decks.decks(
            chain.from_iterable(file.homes for file in rendered), project.settings.id or UNSAVED
        ),
        notes=tuple(chain.from_iterable(file.content for file in rendered)),
        media=media.files(),
    )
    return Compiled(
        collection=collection,
        files=tuple(rendered),
        kinds={note.guid: kind for file in rendered for note, kind, _ in file.notes},
        digests={
            note.guid: digest for file in rendered for note, _, digest in file.notes if digest
        },
        sources=tuple(source for file in read for source in file.sources),
        notes=tuple(identified),
        notetypes=released,
        name=name,
        texts={path: texts for file in rendered for path, texts in file.texts.items()},
        media=media,
        custom=types,
    ), problems


def _files(project: Project, deck_files: DeckFiles, *, settle: bool) -> Files:
    """Read the deck files; two files with the same id are read as a whole."""
    read = deck_files.open if settle else deck_files.read
    files: Files = {path: read(path) for path in project.decks}
    for path in _clashing(files):
        if isinstance(files[path], RenderedFile):
            files[path] = deck_files.read(path)
    return files


def _clashing(files: Files) -> set[Path]:
    """Return the files that have an id twice, or one of another file."""
    guids = {path: _guids(file) for path, file in files.items()}
    if len(set().union(*guids.values())) == sum(map(len, guids.values())):
        return set()
    first_files: dict[str, Path] = {}
    clashing: set[Path] = set()
    for path, ids in guids.items():
        for guid in ids:
            if guid in first_files:
                clashing |= {path, first_files[guid]}
            first_files[guid] = path
    return clashing


def _guids(file: RenderedFile | ReadFile) -> list[str]:
    if isinstance(file, RenderedFile):
        return file.guids
    return [note.id.value for note in file.notes if note.id is not None]


def _identified(
    project: Project,
    kinds: Mapping[str, str],
    files: Files,
    read: Iterable[ReadFile],
    deck_files: DeckFiles,
) -> tuple[list[Identified], list[Diagnostic]]:
    """Assign ids to notes, and numbers to masks and items.

    `kinds` maps kinds of other first builds to those of the project.
    """
    notes = [with_made_id(note) for file in read for note in file.notes]
    if not notes:
        return [], []
    project_id = project.settings.id or UNSAVED
    copies = find_copies(notes, project_id, deck_files.likeness(read))
    identified, problems = identify(
        notes,
        project_id,
        {entry.id: kinds.get(entry.kind, entry.kind) for entry in project.lock.notes.values()},
        {kind.name: kind.notetype for kind in KINDS if kind.notetype},
        set().union(*(file.guids for file in files.values() if isinstance(file, RenderedFile))),
        copies.places,
    )
    return with_numbers(identified, project.lock), [*copies.problems, *problems]


def _decks(files: Iterable[RenderedFile], copied: Container[str]) -> DeckTable:
    """Collect the decks that documents and notes name, in study order.

    Descriptions and presets in files that are `copied` from others are left out.
    """
    table = DeckTable()
    for file in files:
        for deck in file.decks:
            table.name(deck.name)
            if deck.description is not None and deck.name.span.path not in copied:
                table.describe(deck.name, deck.description)
            if deck.preset is not None and deck.name.span.path not in copied:
                table.set_options(deck.name, deck.preset)
        named = {deck.name.value for deck in file.decks}
        for home, place in file.homes.items():
            if home not in named and place is not None:
                table.name(Text(home, place))
    return table


def known_kinds(project: Project) -> dict[int, str]:
    """Return the kinds in the lock by the ids of their note types."""
    number = _number(project)
    built = {number(kind.notetype): kind.name for kind in reversed(KINDS) if kind.notetype}
    return built | {source.notetype.id: key for key, source in custom_notetypes(project).items()}


def custom_notetypes(project: Project) -> dict[str, SourceNoteType]:
    """Return the project's custom note types by their keys in the lock."""
    rewriter = AssetRewriter(MediaTable(project.root, project.cards))
    return read_custom_types(project, _number(project), rewriter)[0]


def _number(project: Project) -> Callable[..., int]:
    """Return the function that derives ids of note types, fields and templates."""
    settings = project.settings
    return _numbers(settings.id or UNSAVED, tuple(settings.note_type_ids.items()))


@lru_cache(maxsize=2)
def _numbers(project_id: str, given: tuple[tuple[str, int], ...]) -> Callable[..., int]:
    """Return that of a project; `given` are ids that an import took over."""
    known = dict(given)
    return lambda *words: known.get(" ".join(words)) or notetype_id(project_id, *words)


def _context(surroundings: Surroundings) -> bytes:
    """Return a digest of the settings and note types."""
    settings = replace(surroundings.project.settings, rules={}, packages={}, name="", css="")
    types = [
        (source.keys, surroundings.notetypes[source.key]) for source in surroundings.custom.values()
    ]
    parts = (settings, types, surroundings.more_types, surroundings.allow_scripts)
    return digest_of(repr(parts).encode())


def _used(files: Iterable[RenderedFile], notetypes: Iterable[NoteType]) -> tuple[NoteType, ...]:
    used = set().union(*(file.notetypes for file in files))
    types = {notetype.id: notetype for notetype in notetypes if notetype.id in used}
    return tuple(notetype for _, notetype in sorted(types.items()))
