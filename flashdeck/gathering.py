"""Gathers the notes of all files, rendered anew or as they were kept, and keeps them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from flashdeck.decks import DeckTable
from flashdeck.diagnostics import Diagnostic, Text
from flashdeck.digest import note_digest
from flashdeck.identity import Identified
from flashdeck.kept import Kept, KeptDeck, KeptFile, KeptNote, digest_of, key_of
from flashdeck.markup.results import MediaRefusal
from flashdeck.media import MediaTable, Resolvers
from flashdeck.model import Note, NoteType
from flashdeck.reading import ReadFile, names_the_same
from flashdeck.render import Renderer
from flashdeck.source import SourceDeck

# What begins a comment to flashdeck (`judging`).
_COMMENTED = "flashdeck:"


class Gatherer:
    """Takes one file after the other; with `before` it keeps what comes of them in `files`.

    `notes` are in study order. By their ids, `kinds` are what the lock calls theirs, `digests` tell
    edits. `texts` are the texts of the files that were read, as `compiler.Compiled` has them.
    """

    def __init__(
        self,
        notetypes: Mapping[str, NoteType],
        media: MediaTable,
        before: Kept | None,
        *,
        allow_scripts: bool,
    ) -> None:
        self.decks = DeckTable()
        self.notes: list[Note] = []
        self.kinds: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.texts: dict[str, Mapping[int, str]] = {}
        self.files: dict[str, KeptFile] = {}
        self.problems: list[Diagnostic] = []
        self._notetypes = notetypes
        self._media = media
        self._before = before
        self._allow_scripts = allow_scripts

    def take(self, path: str, file: KeptFile) -> None:
        """Take a file as it was."""
        self.files[path] = file
        for deck in file.decks:
            self.decks.name(deck.name)
            if deck.description is not None:
                self.decks.describe(deck.name, deck.description)
        for one in file.notes:
            note = one.note
            if note.source is not None:
                self.decks.name(Text(note.cards[0].deck, note.source))
            self.notes.append(note)
            self.kinds[note.guid] = one.kind
            self.digests[note.guid] = one.digest

    def render(self, path: str, file: ReadFile, waiting: Iterator[Identified]) -> None:
        """Render a file that was read; its notes are the next ones of `waiting`."""
        said = len(self.problems)
        known = self._before.notes(path) if self._before is not None else {}
        decks: list[KeptDeck] = []
        notes: list[KeptNote] = []
        settled = len(file.sources) == 1
        for source in file.sources:
            asked = _Asked(self._media.resolvers(source.yaml.path))
            renderer = Renderer(source.yaml, self._notetypes, asked.resolvers, self._allow_scripts)
            for deck in source.decks:
                decks.append(self._deck(deck, renderer))
                for _, one in zip(deck.notes, waiting, strict=False):
                    self.decks.name(Text(one.note.deck, one.note.span))
                    settled = settled and _is_settled(one)
                    if self._before is None:
                        self._add(one, renderer.note(one))
                    else:
                        notes += self._keep(one, renderer, asked, known)
            self.problems += renderer.problems
            self.texts[source.yaml.path] = renderer.texts
        if self._before is None:
            return
        if not file.sources or file.sources[0].yaml.damaged:
            # Somebody is writing; when the file can be read again, most notes will be the same.
            self.files[path] = KeptFile("", (), tuple(known.values()))
            return
        settled = settled and file.silent and len(self.problems) == said
        text = file.sources[0].yaml.text if settled else ""
        # Comments that silence rules are found only in files that are read.
        digest = digest_of(text.encode()) if settled and _COMMENTED not in text else ""
        self.files[path] = KeptFile(digest, tuple(decks), tuple(notes), text)

    def _deck(self, deck: SourceDeck, renderer: Renderer) -> KeptDeck:
        self.decks.name(deck.name)
        description = None
        if deck.description is not None:
            description = renderer.description(deck)
            self.decks.describe(deck.name, description)
        return KeptDeck(deck.name, description, deck.verbatim)

    def _keep(
        self, one: Identified, renderer: Renderer, asked: _Asked, known: Mapping[str, KeptNote]
    ) -> Iterator[KeptNote]:
        """Find a note among those that were known, or render it; give it where it may be kept."""
        key = key_of(one)
        held = known.get(key)
        if held is not None and names_the_same(held, asked.resolvers):
            note = held.note
            if note.source != one.note.span:
                note = replace(note, source=one.note.span)
                held = replace(held, note=note)
            self._add(one, note, held.digest)
            yield held
            return
        said = len(renderer.problems)
        asked.names.clear()
        rendered = renderer.note(one)
        if rendered is None:
            return
        digest = note_digest(rendered)
        self._add(one, rendered, digest)
        if len(renderer.problems) == said:
            media = tuple(asked.names.items())
            kind, verbatim = one.note.released_kind, one.note.verbatim
            yield KeptNote(key, rendered, kind, digest, verbatim, media)

    def _add(self, one: Identified, note: Note | None, digest: str = "") -> None:
        self.kinds[one.id] = one.note.released_kind
        if note is not None:
            self.notes.append(note)
        if digest:
            self.digests[one.id] = digest


class _Asked:
    """Notes what is looked up and found."""

    def __init__(self, resolvers: Resolvers) -> None:
        self.names: dict[str, str] = {}
        self._resolvers = resolvers
        self.resolvers = Resolvers(self._hashed, self._verbatim)

    def _hashed(self, destination: str) -> str | MediaRefusal:
        return self._noted(destination, self._resolvers.hashed(destination))

    def _verbatim(self, destination: str) -> str | MediaRefusal:
        return self._noted(destination, self._resolvers.verbatim(destination))

    def _noted(self, destination: str, found: str | MediaRefusal) -> str | MediaRefusal:
        if isinstance(found, str):
            self.names[destination] = found
        return found


def _is_settled(one: Identified) -> bool:
    """Whether all that a build stamps stands in the source."""
    return one.stamped and all(mask.number is not None for mask in one.note.masks)
