"""What all files give together: their notes in study order, their decks, what is to be said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from flashdeck.compile.cache.kept import CompiledFile, KeptDeck, KeptFile, KeptNote
from flashdeck.compile.decks import DeckTable
from flashdeck.diagnostics import Diagnostic, Text
from flashdeck.model import Note


class Gathered:
    """Takes in one file after the other.

    By the ids of notes, `kinds` are what the lock calls theirs, `digests` tell edits of them, as
    far as they are known. `texts` are the texts of files that were read. `files` are for the next
    time. `first_root` is the root of the first deck.
    """

    def __init__(self) -> None:
        self.decks = DeckTable()
        self.notes: list[Note] = []
        self.kinds: dict[str, str] = {}
        self.digests: dict[str, str] = {}
        self.texts: dict[str, Mapping[int, str]] = {}
        self.files: dict[str, KeptFile] = {}
        self.first_root = "flashdeck"
        self._problems: list[Diagnostic] = []
        self._has_decks = False

    @property
    def problems(self) -> list[Diagnostic]:
        """What there is to say of the files, and then of their decks."""
        return [*self._problems, *self.decks.problems]

    def take(self, path: str, file: KeptFile) -> None:
        """Take a file as it was."""
        self.files[path] = file
        self._take(file.decks, file.notes)

    def take_anew(self, path: str, file: CompiledFile) -> None:
        """Take a file that was compiled."""
        if file.kept is not None:
            self.files[path] = file.kept
        self._problems += file.problems
        self.texts |= file.texts
        self._take(file.decks, file.notes)

    def _take(self, decks: Sequence[KeptDeck], notes: Iterable[KeptNote]) -> None:
        for deck in decks:
            if not self._has_decks:
                self.first_root = deck.name.value.split("::")[0]
                self._has_decks = True
            self.decks.name(deck.name)
            if deck.description is not None:
                self.decks.describe(deck.name, deck.description)
        named = {deck.name.value for deck in decks}
        for one in notes:
            note = one.note
            home = note.cards[0].deck
            if home not in named and note.source is not None:
                named.add(home)
                self.decks.name(Text(home, note.source))
            self.notes.append(note)
            self.kinds[note.guid] = one.kind
            if one.digest:
                self.digests[note.guid] = one.digest
