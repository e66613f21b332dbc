"""The deck files of a project: read, and rendered as far as the cache does not know them.

A file in which all is settled (each note has its id, there are no diagnostics) is read in batches
of the items that the cache does not know, and let go. Any other file is read as a whole.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from flashdeck.compile.cache import (
    KEY_BYTES,
    Cache,
    CachedHead,
    CachedItem,
    CachedNote,
    key_of,
)
from flashdeck.compile.identity import Identified
from flashdeck.compile.items import Item, Part, most_nodes, split
from flashdeck.compile.media.table import MediaTable, Resolvers
from flashdeck.compile.render import Renderer
from flashdeck.diagnostics import Diagnostic, Span, Text
from flashdeck.files.files import RefusedFileError
from flashdeck.files.many_files import ManyFiles
from flashdeck.markup.results import MediaRefusal
from flashdeck.model import Note, NoteType
from flashdeck.project.digest import note_digest
from flashdeck.project.project import Project, default_deck, read_source, source_bytes
from flashdeck.project.table_files import TableFiles
from flashdeck.source.decks import read_decks
from flashdeck.source.note import SourceDeck, SourceFile, SourceNote
from flashdeck.yamlnode import YamlFile

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType

_BATCH = 500  # notes that are held as nodes at once
_UNSETTLED = ()
"""Stands in the cache for an item that had diagnostics: its file is read as a whole at once."""


class RenderedNote(NamedTuple):
    """A note, undated; `kind` is what the lock calls its kind, `digest` tells an edit of it."""

    note: Note
    kind: str
    digest: str


class RenderedDeck(NamedTuple):
    """A document: its deck, and the deck's description as HTML where it has one."""

    name: Text
    description: str | None
    verbatim: bool


@dataclass(slots=True)
class RenderedFile:
    """What a file gives; `texts` are its texts as HTML, by its path and where they begin in it."""

    decks: list[RenderedDeck] = field(default_factory=list)
    notes: list[RenderedNote] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, Mapping[int, str]] = field(default_factory=dict)


class ReadFile(NamedTuple):
    """A file that was read as a whole, with the tables that it names."""

    sources: tuple[SourceFile, ...]
    problems: list[Diagnostic]

    @property
    def decks(self) -> Iterator[SourceDeck]:
        """Its documents, and those of its tables, in their order."""
        return (deck for source in self.sources for deck in source.decks)

    @property
    def notes(self) -> Iterator[SourceNote]:
        """Its notes, in their order."""
        return (note for deck in self.decks for note in deck.notes)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What decides how the notes of a project render, besides what is written of them.

    `custom` are the project's own note types by their names, and with `more_types` there are others
    that could not be read; `notetypes` are all of them by the keys that notes have. `context`
    stands for all of this in the keys of the `cache`.
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
    """A file has to be read as a whole."""


class DeckFiles:
    """Reads and renders deck files."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._around = surroundings
        self._project = surroundings.project
        self._disk = ManyFiles(self._project.root)
        self._tables = TableFiles(self._project)

    def settled(self, path: Path) -> RenderedFile | None:
        """Render a file in which all is settled; None where it must be read as a whole."""
        cache, text = self._around.cache, self._text(path)
        if cache is None or text is None:
            return None
        parts = split(text)
        if parts is None or most_nodes(text) > self._project.settings.limits.nodes:
            return None
        rendered = RenderedFile()
        try:
            for part in parts:
                _PartReader(self, self._around, path, part, cache).read(rendered)
        except _UnsettledError:
            return None
        return rendered

    def read(self, path: Path, text: str | None = None) -> ReadFile:
        """Read a file as a whole; with a `text`, that one in its place and without its tables."""
        project, settings = self._project, self._project.settings
        opener = self._tables.beside(project.relative(path)) if text is None else None
        if text is not None:
            project = replace(project, unsaved={path: text.encode()})
        file, problems = read_source(project, path, self._disk)
        if file is None:
            return ReadFile((), problems)
        source, found = read_decks(
            file,
            default_deck(project, path),
            settings.markup,
            self._around.custom,
            opener,
            settings.limits,
            verbatim=settings.verbatim,
            more_types=self._around.more_types,
        )
        return ReadFile((source, *source.tables), [*problems, *found])

    def render(self, file: ReadFile, notes: Iterable[Identified]) -> RenderedFile:
        """Render a file that was read; its notes are given with their ids."""
        waiting = iter(notes)
        rendered = RenderedFile()
        for source in file.sources:
            renderer = NoteRenderer(self._around, source.yaml)
            for deck in source.decks:
                rendered.decks.append(renderer.deck(deck))
                for note in islice(waiting, len(deck.notes)):
                    done = renderer.note(note)
                    rendered.notes += [done] if done is not None else []
            rendered.problems += renderer.problems
            rendered.texts[source.yaml.path] = renderer.texts
            if not file.problems and source.table is None:
                self._keep_items(source.yaml, renderer)
        return rendered

    def _keep_items(self, yaml: YamlFile, renderer: NoteRenderer) -> None:
        """Keep which item each note is, so that none of them has to be read again."""
        cache = self._around.cache
        for part in (split(yaml.text) or ()) if cache is not None else ():
            _, keys = item_keys(self._around.context, yaml.path, part)
            for item, key in zip(part.items, keys, strict=True):
                kept = renderer.kept.get(item.line)
                if kept is not None and cache is not None:
                    cache.items.put(key, _cached_item(*kept))

    def _text(self, path: Path) -> str | None:
        try:
            return source_bytes(self._project, path, self._disk).decode()
        except (RefusedFileError, UnicodeDecodeError):
            return None  # reading it as a whole reports why


class NoteRenderer:
    """Renders the notes of one text, but for those that the cache knows.

    `kept` are the cache's keys of notes without diagnostics, and their places, by their lines.
    """

    def __init__(self, around: Surroundings, yaml: YamlFile) -> None:
        self.kept: dict[int, tuple[bytes, Span]] = {}
        self._around = around
        self._resolvers = around.media.resolvers(yaml.path)
        self._lookups = _Lookups(self._resolvers)
        self._renderer = Renderer(
            yaml, around.notetypes, self._lookups.resolvers, around.allow_scripts
        )

    @property
    def problems(self) -> list[Diagnostic]:
        """What is wrong with the texts so far."""
        return self._renderer.problems

    @property
    def texts(self) -> Mapping[int, str]:
        """The texts so far, as HTML."""
        return self._renderer.texts

    def deck(self, deck: SourceDeck) -> RenderedDeck:
        """Render what a document says of its deck."""
        described = deck.description is not None
        description = self._renderer.description(deck) if described else None
        return RenderedDeck(deck.name, description, deck.verbatim)

    def note(self, note: Identified) -> RenderedNote | None:
        """Render a note; None where it has no note type, which is reported already."""
        cache, kind, span = self._around.cache, note.note.released_kind, note.note.span
        if cache is None:
            rendered = self._renderer.note(note)
            return RenderedNote(rendered, kind, "") if rendered is not None else None
        key = key_of(self._around.context, note)
        known = known_note(self._around, self._resolvers, cache.notes.get(key))
        if known is not None:
            self._keep(note, key)
            return RenderedNote(known.note(span), kind, known.digest)
        self._lookups.names.clear()
        before = len(self.problems)
        rendered = self._renderer.note(note)
        if rendered is None:
            return None
        done = RenderedNote(rendered, kind, note_digest(rendered))
        if len(self.problems) == before:
            media = tuple(self._lookups.names.items())
            cache.notes.put(key, _cached_note(done, media, verbatim=note.note.verbatim))
            self._keep(note, key)
        return done

    def _keep(self, note: Identified, key: bytes) -> None:
        if note.is_settled:
            self.kept[note.note.span.line] = key, note.note.span


class _PartReader:
    """Reads one document of a settled file: of its items those that the cache does not know."""

    def __init__(
        self, files: DeckFiles, around: Surroundings, path: Path, part: Part, cache: Cache
    ) -> None:
        self._files = files
        self._around = around
        self._path = path
        self._name = around.project.relative(path)
        self._part = part
        self._cache = cache
        self._resolvers = around.media.resolvers(self._name)

    def read(self, rendered: RenderedFile) -> None:
        """Add a document to what a file gives; raises `_UnsettledError`."""
        head, keys = item_keys(self._around.context, self._name, self._part)
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
        known = known_note(self._around, self._resolvers, self._cache.notes.get(place.note))
        if known is None:
            return None
        span = Span(self._name, item.line, place.column, item.line + place.lines, place.end_column)
        return RenderedNote(known.note(span), known.kind, known.digest)

    def _batch(self, head: bytes, items: Sequence[tuple[Item, bytes]]) -> list[RenderedNote]:
        """Read and render items behind their head, as if they were the document."""
        text = self._part.head + "".join([item.text for item, _ in items])
        file = self._files.read(self._path, text)
        decks = list(file.decks)
        if file.problems or len(decks) != 1 or len(decks[0].notes) != len(items):
            raise _UnsettledError
        renderer = NoteRenderer(self._around, file.sources[0].yaml)
        deck = renderer.deck(decks[0])
        line = 1 + self._part.head.count("\n")
        rendered: list[RenderedNote] = []
        for (item, key), source in zip(items, decks[0].notes, strict=True):
            note = self._identified(source)
            done = renderer.note(note)
            if done is None or renderer.problems or source.span.line != line:
                self._cache.items.put(key, _UNSETTLED)
                raise _UnsettledError
            kept = _cached_item(*renderer.kept[line])
            self._cache.items.put(key, kept)
            line += item.text.count("\n")
            span = source.span._replace(line=item.line, end_line=item.line + kept.lines)
            rendered.append(done._replace(note=replace(done.note, source=span)))
        self._cache.heads.put(head, self._cached_head(deck))
        return rendered

    def _identified(self, note: SourceNote) -> Identified:
        """Give a note in which all stands that a build would write."""
        if note.id is None:
            raise _UnsettledError
        numbers = tuple([mask.number or 0 for mask in note.masks])
        identified = Identified(note, note.id.value, stamped=True, numbers=numbers)
        entry = self._around.project.lock.notes.get(identified.id)
        if not identified.is_settled or (entry and entry.kind != note.released_kind):
            raise _UnsettledError
        return identified

    def _cached_head(self, deck: RenderedDeck) -> CachedHead:
        name, span = deck.name
        is_named = span != Span.point(self._name)
        return CachedHead(name, span[1:] if is_named else None, deck.description, deck.verbatim)

    def _deck(self, head: CachedHead) -> RenderedDeck:
        span = Span.point(self._name)
        if head.span is not None:
            line, column, end_line, end_column = head.span
            above = self._part.line - 1
            span = Span(self._name, line + above, column, end_line + above, end_column)
        return RenderedDeck(Text(head.deck, span), head.description, head.verbatim)


class _Lookups:
    """Records what is looked up and found; of files that may be missing, also that they are."""

    def __init__(self, resolvers: Resolvers) -> None:
        self.names: dict[str, str] = {}
        self._resolvers = resolvers
        self.resolvers = Resolvers(self._hashed, self._verbatim, self._present)

    def _hashed(self, destination: str) -> str | MediaRefusal:
        return self._recorded(destination, self._resolvers.hashed(destination))

    def _verbatim(self, destination: str) -> str | MediaRefusal:
        return self._recorded(destination, self._resolvers.verbatim(destination))

    def _present(self, name: str) -> str:
        found = self.names[name] = self._resolvers.present(name)
        return found

    def _recorded(self, destination: str, found: str | MediaRefusal) -> str | MediaRefusal:
        if isinstance(found, str):
            self.names[destination] = found
        return found


def item_keys(context: bytes, name: str, part: Part) -> tuple[bytes, list[bytes]]:
    """Give the keys of a document's head, and of each of its items behind it."""
    head = hashlib.blake2b(context, digest_size=KEY_BYTES)
    head.update(f"{name}\0{part.head}\0".encode())
    keys: list[bytes] = []
    for item in part.items:
        key = head.copy()
        key.update(item.text.encode())
        keys.append(key.digest())
    return head.digest(), keys


def known_note(
    around: Surroundings, resolvers: Resolvers, row: tuple[object, ...] | None
) -> CachedNote | None:
    """Give a cached note, if the lock calls its kind the same, and what it names is the same."""
    if row is None:
        return None
    note = CachedNote(*row)  # type: ignore[arg-type]
    entry = around.project.lock.notes.get(note.guid)
    if entry is not None and entry.kind != note.kind:
        return None
    resolve = resolvers.verbatim if note.verbatim else resolvers.hashed
    for destination, name in note.media:
        # Under its own name, or not at all: only `present` gives that beside names of ours.
        is_plain = name and (note.verbatim or name != destination)
        if (resolve if is_plain else resolvers.present)(destination) != name:
            return None
    return note


def _cached_note(
    done: RenderedNote, media: tuple[tuple[str, str], ...], *, verbatim: bool
) -> CachedNote:
    note = done.note
    ordinals = tuple([card.ordinal for card in note.cards])
    return CachedNote(
        note.guid,
        done.kind,
        note.notetype,
        note.fields,
        note.tags,
        note.cards[0].deck,
        ordinals,
        done.digest,
        verbatim,
        media,
    )


def _cached_item(key: bytes, span: Span) -> CachedItem:
    return CachedItem(key, span.column, span.end_line - span.line, span.end_column)
