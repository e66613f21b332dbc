"""Reads and renders the deck files of a project, as far as they are not cached.

A settled file (each note has its id, there are no diagnostics) is read in batches of the items that
are not cached. Any other file is read as a whole.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flashdeck.compile.cache import Cache, CachedHead, CachedItem, CachedNote, Row, key_of
from flashdeck.compile.identity import Identified, with_numbers
from flashdeck.compile.items import Item, Part, most_nodes, split
from flashdeck.compile.media.lookups import Lookups, are_current
from flashdeck.compile.media.table import MediaTable, Resolvers
from flashdeck.compile.render import Renderer
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.files.files import RefusedFileError
from flashdeck.files.many_files import ManyFiles
from flashdeck.model import Note, NoteType, Preset
from flashdeck.project.digest import note_digest
from flashdeck.project.project import Project, default_deck, read_source, source_bytes
from flashdeck.project.table_files import TableFiles
from flashdeck.records import dataclass
from flashdeck.source.decks import read_decks
from flashdeck.source.note import SourceDeck, SourceFile, SourceNote, unrepeated
from flashdeck.yamlnode import YamlFile

if TYPE_CHECKING:
    from flashdeck.source.note import SourceNoteType

_BATCH = 500  # notes that are parsed at once
_UNSETTLED = ()
"""The cached row of an item that has diagnostics: its file is read as a whole."""


class RenderedNote(NamedTuple):
    """A note without times; `kind` is its kind in the lock, `digest` changes with its content."""

    note: Note
    kind: str
    digest: str


class RenderedDeck(NamedTuple):
    """A document: its deck, the deck's description as HTML, and its preset if any."""

    name: Text
    description: str | None
    verbatim: bool
    preset: Preset | None


class RenderedFile:
    """The content of a deck file; `texts` are its texts as HTML, by file and start index.

    A file that is known from an earlier compilation is the same object, with the same summaries.
    """

    sources = ()

    def __init__(self) -> None:
        self.decks: list[RenderedDeck] = []
        self.notes: list[RenderedNote] = []
        self.problems: list[Diagnostic] = []
        self.texts: dict[str, Mapping[int, str]] = {}

    @cached_property
    def content(self) -> list[Note]:
        """Its notes."""
        return [note.note for note in self.notes]

    @cached_property
    def guids(self) -> list[str]:
        """The ids of its notes."""
        return [note.guid for note in self.content]

    @cached_property
    def homes(self) -> dict[str, Span | None]:
        """The decks of its notes, each with the place of its first note."""
        homes: dict[str, Span | None] = {}
        for note in self.content:
            homes.setdefault(note.cards[0].deck, note.source)
        return homes

    @cached_property
    def notetypes(self) -> set[int]:
        """The ids of its note types."""
        return {note.notetype for note in self.content}


class ReadFile(NamedTuple):
    """A file that was read as a whole, and its tables."""

    sources: tuple[SourceFile, ...]
    problems: list[Diagnostic]

    @property
    def decks(self) -> Iterator[SourceDeck]:
        """The documents of the file and of its tables, in order."""
        return (deck for source in self.sources for deck in source.decks)

    @property
    def notes(self) -> Iterator[SourceNote]:
        """The notes of the file and of its tables, in order."""
        return (note for deck in self.decks for note in deck.notes)


class KnownFile(NamedTuple):
    """A file: what it was rendered or read from, and the rows of each table that it used.

    `context` is a digest of the settings and note types, `lock` the text of the lock. While the
    file does not change, its rows are here only.
    """

    text: str
    context: bytes
    lock: str
    content: RenderedFile | ReadFile
    rows: tuple[dict[bytes, Row], ...]

    @property
    def with_media(self) -> Iterator[Row]:
        """The rows of the notes that refer to media."""
        return (row for row in self.rows[0].values() if row[-1])


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that decides how notes render, besides their sources.

    `custom` are the project's custom note types by name; `more_types` says that others may have
    failed to load. `notetypes` are all note types by the keys in notes. `context` is a digest of
    all this for the keys of the `cache`.
    """

    project: Project
    custom: Mapping[str, SourceNoteType]
    notetypes: Mapping[str, NoteType]
    media: MediaTable
    allow_scripts: bool
    more_types: bool
    cache: Cache | None
    context: bytes


class _UnsettledError(Exception):
    """A file must be read as a whole."""


class DeckFiles:
    """Reads and renders deck files."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self._project = surroundings.project
        self._disk = ManyFiles(self._project.root)
        self._tables = TableFiles(self._project)

    def open(self, path: Path) -> RenderedFile | ReadFile:
        """Render a settled file; any other file is read as a whole."""
        cache, text = self._surroundings.cache, self._text(path)
        if cache is None or text is None:
            return self.read(path)
        if row := cache.files.get(os.fsencode(path)) if cache.files is not None else None:
            known = KnownFile(*row)
            if self._is_current(path, text, known):
                return known.content
            cache.hold(known.rows)
        sizes = cache.sizes()
        file = self._settled(path, text, cache) or self.read(path)
        # A file that was read may depend on tables, which may be missing.
        if cache.files is not None and not file.problems and len(file.sources) <= 1:
            context, lock = self._surroundings.context, self._project.lock_text
            kept = KnownFile(text, context, lock, file, cache.used_since(sizes))
            cache.files.put(os.fsencode(path), kept)
        return file

    def _settled(self, path: Path, text: str, cache: Cache) -> RenderedFile | None:
        """Render a settled file; None if it must be read as a whole."""
        parts = split(text)
        if parts is None or most_nodes(text) > self._project.settings.limits.nodes:
            return None
        rendered = RenderedFile()
        try:
            for part in parts:
                _PartReader(self, self._surroundings, path, part, cache).read(rendered)
        except _UnsettledError:
            return None
        return rendered

    def _is_current(self, path: Path, text: str, known: KnownFile) -> bool:
        """Whether nothing that a known file depends on has changed; adds its media."""
        if (text, self._surroundings.context, self._project.lock_text) != known[:3]:
            return False
        resolvers = self._surroundings.media.resolvers(self._project.relative(path))
        return all(known_note(self._surroundings, resolvers, note) for note in known.with_media)

    def read(self, path: Path, text: str | None = None) -> ReadFile:
        """Read a file as a whole; a `text` replaces its content, and has no tables."""
        project, settings = self._project, self._project.settings
        open_table = self._tables.beside(project.relative(path)) if text is None else None
        if text is not None:
            project = replace(project, unsaved={path: text.encode()})
        file, problems = read_source(project, path, self._disk)
        if file is None:
            return ReadFile((), problems)
        source, deck_problems = read_decks(
            file,
            default_deck(project, path),
            settings.markup,
            self._surroundings.custom,
            open_table,
            settings.limits,
            join_lines=settings.join_lines,
            verbatim=settings.verbatim,
            more_types=self._surroundings.more_types,
        )
        return ReadFile((source, *source.tables), [*problems, *deck_problems])

    def likeness(self, files: Iterable[ReadFile]) -> Callable[[SourceNote], int]:
        """Return a function that compares a note of these files with that of its id in the lock.

        It returns 0 for other content, and 2 where the deck is the same as well.
        """
        texts = {source.yaml.path: source.yaml for file in files for source in file.sources}
        lock = self._project.lock

        def likeness(note: SourceNote) -> int:
            entry = lock.notes.get(note.id.value) if note.id is not None else None
            if entry is None or entry.removed:
                return 0
            (identified,) = with_numbers([Identified(note, entry.id, stamped=True)], lock)
            renderer = NoteRenderer(self._surroundings, texts[note.span.path])
            rendered = renderer.note(identified)
            if rendered is None or note_digest(rendered.note) != entry.content:
                return 0
            return 2 if note.deck == entry.deck else 1

        return likeness

    def render(self, file: ReadFile, notes: Iterable[Identified]) -> RenderedFile:
        """Render a file that was read; `notes` are its notes with their ids."""
        remaining = iter(notes)
        rendered = RenderedFile()
        for source in file.sources:
            renderer = NoteRenderer(self._surroundings, source.yaml)
            for deck in source.decks:
                rendered.decks.append(renderer.deck(deck))
                for note in islice(remaining, len(deck.notes)):
                    rendered_note = renderer.note(note)
                    rendered.notes += [rendered_note] if rendered_note is not None else []
            rendered.problems += unrepeated(renderer.problems)
            rendered.texts[source.yaml.path] = renderer.texts
            if not file.problems and source.table is None:
                self._cache_items(source.yaml, renderer)
        return rendered

    def _cache_items(self, yaml: YamlFile, renderer: NoteRenderer) -> None:
        """Cache which note each item is."""
        cache = self._surroundings.cache
        for part in (split(yaml.text) or ()) if cache is not None else ():
            _, keys = part.keys(self._surroundings.context, yaml.path)
            for item, key in zip(part.items, keys, strict=True):
                entry = renderer.cached.get(item.line)
                if entry is not None and cache is not None:
                    cache.items.put(key, _cached_item(*entry))

    def _text(self, path: Path) -> str | None:
        try:
            return source_bytes(self._project, path, self._disk).decode()
        except (RefusedFileError, UnicodeDecodeError):
            return None  # reading it as a whole reports why


class NoteRenderer:
    """Renders the notes of one text that are not cached.

    `cached` are the keys and spans of the settled notes in the cache, by line.
    """

    def __init__(self, surroundings: Surroundings, yaml: YamlFile) -> None:
        self.cached: dict[int, tuple[bytes, Span]] = {}
        self._surroundings = surroundings
        self._resolvers = surroundings.media.resolvers(yaml.path)
        self._lookups = Lookups(self._resolvers)
        self._renderer = Renderer(
            yaml,
            surroundings.notetypes,
            self._lookups.resolvers,
            surroundings.allow_scripts,
            tuple(deck.value for deck in surroundings.project.settings.allow_scripts.decks),
            surroundings.project.settings.speech,
            surroundings.media.recordings,
        )

    @property
    def problems(self) -> list[Diagnostic]:
        """The problems of the texts so far."""
        return self._renderer.problems

    @property
    def texts(self) -> Mapping[int, str]:
        """The texts so far, as HTML."""
        return self._renderer.texts

    def deck(self, deck: SourceDeck) -> RenderedDeck:
        """Render the description of a document's deck."""
        described = deck.description is not None
        description = self._renderer.description(deck) if described else None
        return RenderedDeck(deck.name, description, deck.verbatim, deck.preset)

    def note(self, note: Identified, span: Span | None = None) -> RenderedNote | None:
        """Render a note; None if its note type is unknown, which is reported elsewhere.

        `span` is its place in the sources, if that is not the one in the text.
        """
        cache, kind = self._surroundings.cache, note.note.released_kind
        span = span or note.note.span
        if cache is None:
            rendered = self._renderer.note(note, span)
            return RenderedNote(rendered, kind, "") if rendered is not None else None
        key = key_of(self._surroundings.context, note)
        known = known_note(self._surroundings, self._resolvers, cache.notes.get(key))
        if known is not None:
            self._record(note, key)
            return RenderedNote(known.note(span), kind, known.digest)
        self._lookups.names.clear()
        before = len(self.problems)
        rendered = self._renderer.note(note, span)
        if rendered is None:
            return None
        result = RenderedNote(rendered, kind, note_digest(rendered))
        if len(self.problems) == before:
            media = tuple(self._lookups.names.items())
            cache.notes.put(key, CachedNote.of(*result, media, verbatim=note.note.verbatim))
            self._record(note, key)
        return result

    def _record(self, note: Identified, key: bytes) -> None:
        if note.is_settled:
            self.cached[note.note.span.line] = key, note.note.span


class _PartReader:
    """Reads the items of one document of a settled file that are not cached."""

    def __init__(
        self, files: DeckFiles, surroundings: Surroundings, path: Path, part: Part, cache: Cache
    ) -> None:
        self._files = files
        self._surroundings = surroundings
        self._path = path
        self._name = surroundings.project.relative(path)
        self._part = part
        self._cache = cache
        self._resolvers = surroundings.media.resolvers(self._name)

    def read(self, rendered: RenderedFile) -> None:
        """Add a document to a rendered file; raises `_UnsettledError`."""
        head, keys = self._part.keys(self._surroundings.context, self._name)
        items = list(zip(self._part.items, keys, strict=True))
        notes = [self._known(item, key) for item, key in items]
        missing = [place for place, note in enumerate(notes) if note is None]
        if not missing and self._cache.heads.get(head) is None:
            missing = [0]
        for start in range(0, len(missing), _BATCH):
            places = missing[start : start + _BATCH]
            batch = self._batch(head, [items[place] for place in places])
            for place, note in zip(places, batch, strict=True):
                notes[place] = note
        row = self._cache.heads.get(head)
        if row is None:
            raise _UnsettledError
        rendered.decks.append(self._deck(CachedHead(*row)))
        rendered.notes += [note for note in notes if note is not None]

    def _known(self, item: Item, key: bytes) -> RenderedNote | None:
        row = self._cache.items.get(key)
        if row is None:
            return None
        if row == _UNSETTLED:
            raise _UnsettledError
        place = CachedItem(*row)
        known = known_note(self._surroundings, self._resolvers, self._cache.notes.get(place.note))
        if known is None:
            return None
        span = Span(self._name, item.line, place.column, item.line + place.lines, place.end_column)
        return RenderedNote(known.note(span), known.kind, known.digest)

    def _batch(self, head: bytes, items: Sequence[tuple[Item, bytes]]) -> list[RenderedNote]:
        """Read and render items as a document with the same head."""
        text = self._part.head + "".join([item.text for item, _ in items])
        file = self._files.read(self._path, text)
        decks = list(file.decks)
        if file.problems or len(decks) != 1 or len(decks[0].notes) != len(items):
            raise _UnsettledError
        renderer = NoteRenderer(self._surroundings, file.sources[0].yaml)
        deck = renderer.deck(decks[0])
        line = 1 + self._part.head.count("\n")
        rendered: list[RenderedNote] = []
        for (item, key), source in zip(items, decks[0].notes, strict=True):
            note, place = self._identified(source), source.span
            end_line = item.line + place.end_line - place.line
            span = Span(place.path, item.line, place.column, end_line, place.end_column)
            result = renderer.note(note, span)
            if result is None or renderer.problems or place.line != line:
                self._cache.items.put(key, _UNSETTLED)
                raise _UnsettledError
            self._cache.items.put(key, _cached_item(*renderer.cached[line]))
            line += item.text.count("\n")
            rendered.append(result)
        self._cache.heads.put(head, self._cached_head(deck))
        return rendered

    def _identified(self, note: SourceNote) -> Identified:
        """Return the id and numbers of a settled note; raises `_UnsettledError` for others."""
        if note.id is None:
            raise _UnsettledError
        numbers = tuple([part.number or 0 for part in note.numbered])
        identified = Identified(note, note.id.value, stamped=True, numbers=numbers)
        entry = self._surroundings.project.lock.notes.get(identified.id)
        if not identified.is_settled or (entry and entry.kind != note.released_kind):
            raise _UnsettledError
        return identified

    def _cached_head(self, deck: RenderedDeck) -> CachedHead:
        name, span = deck.name
        is_named = span != Span.point(self._name)
        preset = tuple(deck.preset) if deck.preset is not None else None
        place = span[1:] if is_named else None
        return CachedHead(name, place, deck.description, deck.verbatim, preset)

    def _deck(self, head: CachedHead) -> RenderedDeck:
        span = Span.point(self._name)
        if head.span is not None:
            line, column, end_line, end_column = head.span
            above = self._part.line - 1
            span = Span(self._name, line + above, column, end_line + above, end_column)
        preset = Preset(*head.preset) if head.preset is not None else None
        return RenderedDeck(Text(head.deck, span), head.description, head.verbatim, preset)


def known_note(
    surroundings: Surroundings, resolvers: Resolvers, row: tuple[object, ...] | None
) -> CachedNote | None:
    """Return a cached note if its kind and its media have not changed."""
    if row is None:
        return None
    note = CachedNote(*row)  # type: ignore[arg-type]
    entry = surroundings.project.lock.notes.get(note.guid)
    if entry is not None and entry.kind != note.kind:
        return None
    return note if are_current(resolvers, note.media, verbatim=note.verbatim) else None


def _cached_item(key: bytes, span: Span) -> CachedItem:
    return CachedItem(key, span.column, span.end_line - span.line, span.end_column)
