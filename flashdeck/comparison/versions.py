"""Versions to compare: packages, current sources, and sources at a git revision."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path

from flashdeck.anki.deck_names import with_parents
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.template.media import needed_media
from flashdeck.comparison.revisions import at_revision
from flashdeck.compile.pipeline import Outcome, compile_root
from flashdeck.diagnostics import Diagnostic, FlashdeckError
from flashdeck.model import Collection, Deck, Media, Note, NoteType
from flashdeck.project.packages import is_in_edition, package_of
from flashdeck.project.project import Project, load_project
from flashdeck.project.settings import Settings
from flashdeck.text import natural


@dataclass(frozen=True, slots=True)
class Version:
    """A version of a collection.

    `outcome` is the compiled project, None for packages.
    """

    name: str
    collection: Collection
    outcome: Outcome | None = None

    @property
    def project(self) -> Project | None:
        """The project, None for packages."""
        return self.outcome.project if self.outcome is not None else None

    @property
    def problems(self) -> tuple[Diagnostic, ...]:
        """The problems of its sources."""
        return self.outcome.problems if self.outcome is not None else ()

    @property
    def empties_removed(self) -> bool:
        """Whether a build empties removed notes."""
        return self.project is not None and self.project.settings.removed == "empty"


def is_package(words: str) -> bool:
    """Whether a command's argument names a package rather than a revision."""
    with suppress(OSError):  # it is too long
        return words.lower().endswith(".apkg") or Path(words).is_file()
    return False


def read_package(path: Path) -> Version:
    """Read a package."""
    return Version(path.as_posix(), read_apkg(path))


def read_built(root: Path) -> Version:
    """Read all packages in the project's `build/` as one collection.

    The package of a renamed deck may remain; where two packages have a note, the later build wins.
    """
    project, _ = load_project(root)
    released = project.lock.packages
    paths = sorted(
        project.build.glob("*.apkg"),
        key=lambda path: (released[path.name].revision if path.name in released else 0, path.name),
    )
    if not paths:
        message = "there is no package in build/ to compare with"
        hint = "build first, or name a package or a revision, as in 'flashdeck diff v1.0'"
        raise FlashdeckError(message, hint)
    return Version("build/", _union(read_apkg(path) for path in paths))


def read_sources(root: Path, name: str = "the sources") -> Version:
    """Compile the sources, with scripts allowed, as a build checks them."""
    outcome = compile_root(root, allow_scripts=True)
    return Version(name, outcome.compiled.collection, outcome)


@contextmanager
def read_revision(root: Path, revision: str) -> Iterator[Version]:
    """Compile the sources at a git revision; its files exist until the context ends."""
    with at_revision(root, revision) as folder:
        yield read_sources(folder, revision)


def _edition(whole: Collection, settings: Settings, name: str) -> Collection:
    """Return the notes of an edition whose package has this name, else all notes."""
    for edition, tags in settings.editions.items():
        if tags and name.endswith(f"-{edition}.apkg"):
            notes = [note for note in whole.notes if is_in_edition(note, tags)]
            return replace(whole, notes=tuple(notes))
    return whole


def narrowed(
    version: Version, other: Collection, name: str = ""
) -> tuple[Version, tuple[str, ...]]:
    """Leave out the packages that share no note with another collection.

    Return the version and the names of those packages. This compares one package of a project with
    its sources; if no note is shared at all, nothing is left out. If `name` is that of an edition's
    package, all other notes are left out, too.
    """
    if version.project is None:
        return version, ()
    known = {note.guid for note in other.notes}
    whole = _edition(version.collection, version.project.settings, name)
    packages = {
        note.guid: package_of(note.cards[0].deck, version.project.settings)
        for note in whole.notes
        if note.cards
    }
    shared = {file for guid, file in packages.items() if guid in known}
    left_out = set(packages.values()) - shared
    if (not shared or not left_out) and whole is version.collection:
        return version, ()
    notes = tuple(note for note in whole.notes if packages.get(note.guid) in shared)
    decks = {deck for note in notes for card in note.cards for deck in with_parents(card.deck)}
    needed = needed_media(notes, whole.notetypes, whole.media)
    collection = replace(
        whole,
        notes=notes,
        decks=tuple(deck for deck in whole.decks if deck.name in decks),
        media=tuple(file for file in whole.media if file.name in needed),
    )
    return replace(version, collection=collection), tuple(sorted(left_out, key=natural))


def _union(collections: Iterable[Collection]) -> Collection:
    """Merge packages; the last one wins, except over notes that it has as removed."""
    notetypes: dict[int, NoteType] = {}
    decks: dict[str, Deck] = {}
    notes: dict[str, Note] = {}
    media: dict[str, Media] = {}
    for collection in collections:
        notetypes |= {notetype.id: notetype for notetype in collection.notetypes}
        decks |= {
            deck.name: deck
            for deck in collection.decks
            if deck.description or deck.name not in decks
        }
        for note in collection.notes:
            if note.cards or note.guid not in notes:
                notes.pop(note.guid, None)
                notes[note.guid] = note
        media |= {file.name: file for file in collection.media}
    return Collection(
        notetypes=tuple(notetype for _, notetype in sorted(notetypes.items())),
        decks=tuple(deck for _, deck in sorted(decks.items())),
        notes=tuple(notes.values()),
        media=tuple(file for _, file in sorted(media.items())),
    )
