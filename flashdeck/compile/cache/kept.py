"""What a project compiled to, kept for the next time, so that an edit costs what it touches.

Two things are kept. A file that compiled without a word is taken as a whole while its bytes are the
same. In a file that was edited, each note is known again by all that its author wrote of it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from flashdeck.compile.identity import Identified
from flashdeck.diagnostics import Diagnostic, Text
from flashdeck.model import Note
from flashdeck.source.note import Masks, Texts, Value
from flashdeck.yamlnode import ScalarNode

_BYTES = 16


@dataclass(frozen=True, slots=True)
class KeptNote:
    """A note that was rendered without a word, undated.

    `key` stands for all that its author wrote of it; `kind` is what the lock calls its kind,
    `digest` tells an edit of it. `media` are the destinations that its texts name, with their names
    in the package, '' for a file that may be missing and is; `verbatim` says how those were looked
    up.
    """

    key: str
    note: Note
    kind: str
    digest: str
    verbatim: bool = False
    media: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class KeptDeck:
    """A document of a file: its deck, the deck's description as HTML where it has one."""

    name: Text
    description: str | None
    verbatim: bool


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file, and those of its notes that can be kept, in their order.

    `digest` is that of its bytes; '' where there was anything to say, so that it must be read
    again, or where it is more than one file.
    """

    digest: str
    decks: tuple[KeptDeck, ...]
    notes: tuple[KeptNote, ...]


@dataclass(slots=True)
class CompiledFile:
    """What a file compiled to, with whatever there was to say.

    `texts` are its texts as HTML, by the path of the file or of a table that it names and the index
    at which they begin there. `kept` is what can be kept of it, where anything shall be.
    """

    decks: list[KeptDeck] = field(default_factory=list)
    notes: list[KeptNote] = field(default_factory=list)
    problems: list[Diagnostic] = field(default_factory=list)
    texts: dict[str, Mapping[int, str]] = field(default_factory=dict)
    kept: KeptFile | None = None


@dataclass(frozen=True, slots=True)
class Kept:
    """Files by their paths. `context` stands for everything else that decides what they give."""

    context: str = ""
    files: Mapping[str, KeptFile] = field(default_factory=dict)

    def within(self, context: str) -> Kept:
        """Give what holds in a context."""
        return self if self.context == context else Kept(context)

    def notes(self, path: str) -> dict[str, KeptNote]:
        """Give the notes of a file by their keys."""
        held = self.files.get(path)
        return {one.key: one for one in held.notes} if held is not None else {}

    @property
    def without_files(self) -> Kept:
        """The same with every file to be read again; only its notes are known."""
        return Kept(
            self.context, {path: replace(file, digest="") for path, file in self.files.items()}
        )

    def joined(self, fresh: Kept) -> Kept:
        """Give the same with some files anew."""
        held = self.within(fresh.context).files
        return Kept(fresh.context, {**held, **fresh.files})


def key_of(one: Identified) -> str:
    """Give the key of a note: two notes of one key render alike, wherever they stand."""
    note = one.note
    values = [(name, _words(value)) for name, value in note.values.items()]
    words = (one.id, note.kind.name, note.notetype, note.deck, note.tags, note.markup)
    return digest_of(repr((words, note.verbatim, one.numbers, values)).encode())


def context_of(parts: Iterable[object]) -> str:
    """Give what stands for a context: the same for parts that read the same."""
    return digest_of("\n".join(map(repr, parts)).encode())


def digest_of(data: bytes) -> str:
    """Tell bytes from all others."""
    return hashlib.blake2b(data, digest_size=_BYTES).hexdigest()


def _words(value: Value) -> object:
    """Give all of a value that is not its place."""
    if isinstance(value, ScalarNode):
        return value.value
    if isinstance(value, bool):
        return value
    if isinstance(value, Texts):
        return [node.value for node in value.nodes]
    if isinstance(value, Masks):
        return [(mask.label and mask.label.value, mask.place, mask.shape) for mask in value.masks]
    return [(name, node.value) for name, node in value.items()]
