"""Compiles a project again and again while its author writes: as little as possible each time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from flashdeck.compiler import compile_project
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.judging import Judge
from flashdeck.kept import Kept
from flashdeck.model import Collection, Deck, Media, Note, NoteType
from flashdeck.packages import package_files
from flashdeck.project import Project, load_project


@dataclass(frozen=True, slots=True)
class State:
    """A project as it stands: what compiles of it, and what is to be said.

    `kinds` gives each note's kind by its id; `changed` are the ids of notes that differ from the
    last build, or were never built. `tables` gives the deck file that names each table, by paths as
    spans give them.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()
    tables: dict[str, str] = field(default_factory=dict)

    @property
    def is_good(self) -> bool:
        """Whether there are no errors; then the collection is whole."""
        return all(one.severity is not Severity.ERROR for one in self.problems)


class Recompiler:
    """Compiles the project at `root`; remembers enough to compile only decks that changed."""

    def __init__(self, root: Path, *, allow_scripts: bool = False) -> None:
        self._root = root
        self._allow_scripts = allow_scripts
        self._project: Project | None = None
        self._good: State | None = None
        self._edited: set[Path] = set()  # since all was well
        self._kept = Kept()

    def compile(self, changed: Iterable[Path] | None = None) -> State:
        """Compile everything, or only the decks that changed where that gives the same."""
        self._edited |= {Path(path) for path in changed or ()}
        state = self._partly() if changed is not None else None
        if state is None:
            state = self._wholly()
        if state.is_good:
            self._good = state
            self._edited = set()
        return state

    def _wholly(self) -> State:
        project, problems = load_project(self._root)
        self._project = project
        self._good = None
        state = self._compiled(project)
        decks = sorted({card.deck for note in state.collection.notes for card in note.cards})
        _, named = package_files(decks, project.settings)
        return replace(state, problems=(*problems, *state.problems, *named))

    def _compiled(self, project: Project) -> State:
        compiled, problems = compile_project(
            project, allow_scripts=self._allow_scripts, kept=self._kept
        )
        self._kept = self._kept.joined(compiled.kept)
        problems = Judge(project.settings.rules, compiled.sources).judged(problems)
        released = project.lock.notes
        digests = compiled.digests
        return State(
            compiled.name,
            compiled.collection,
            tuple(problems),
            {guid: kind.partition(":")[0] for guid, kind in compiled.kinds.items()},
            frozenset(
                guid
                for guid, digest in digests.items()
                if guid not in released or released[guid].content != digest
            ),
            {
                table.yaml.path: source.yaml.path
                for source in compiled.sources
                for table in source.tables
            },
        )

    def _partly(self) -> State | None:
        """Compile the edited decks anew and leave the rest; None where that won't do.

        It does where nothing but decks was edited since all was well, no deck is new and no id
        stands in two places: then what one file holds says nothing about the others. Decks and
        media that nothing names any more may be left over.
        """
        project, good = self._project, self._good
        if project is None or good is None:
            return None
        touched = {_deck_of(path, project, good) for path in self._edited}
        if not touched <= set(project.decks) or not all(path.exists() for path in touched):
            return None
        edited = tuple(path for path in project.decks if path in touched)
        names = {project.relative(path) for path in edited}
        names |= {table for table, deck in good.tables.items() if deck in names}
        kept = [note for note in good.collection.notes if _path(note) not in names]
        settings = replace(project.settings, name=good.name)
        part = self._compiled(replace(project, decks=edited, settings=settings))
        ids = {note.guid for note in kept}
        if any(note.guid in ids for note in part.collection.notes):
            return None
        if {deck.name for deck in part.collection.decks} - {
            deck.name for deck in good.collection.decks
        }:
            return None
        others = [one for one in good.problems if one.span is None or one.span.path not in names]
        kept_tables = {one: deck for one, deck in good.tables.items() if one not in names}
        if kept_tables.keys() & part.tables.keys():
            return None
        part = replace(part, problems=(*others, *part.problems), tables=kept_tables | part.tables)
        return _together(project, good, part, kept) if part.is_good else part


def _together(project: Project, before: State, part: State, kept: list[Note]) -> State:
    """Put what was compiled anew in the place of what it was before."""
    order = {project.relative(path): place for place, path in enumerate(project.decks)}
    tables = part.tables
    notes = sorted(
        (*kept, *part.collection.notes),
        key=lambda note: order[tables.get(_path(note), _path(note))],
    )
    notetypes: dict[int, NoteType] = {}
    media: dict[str, Media] = {}
    decks: dict[str, Deck] = {}
    for state in (before, part):
        notetypes |= {one.id: one for one in state.collection.notetypes}
        media |= {one.name: one for one in state.collection.media}
        decks |= {one.name: one for one in state.collection.decks}
    guids = {note.guid for note in kept}
    return State(
        before.name,
        Collection(
            tuple(one for _, one in sorted(notetypes.items())),
            tuple(one for _, one in sorted(decks.items())),
            tuple(notes),
            tuple(one for _, one in sorted(media.items())),
        ),
        part.problems,
        {guid: before.kinds[guid] for guid in guids} | part.kinds,
        (before.changed & guids) | part.changed,
        tables,
    )


def _deck_of(path: Path, project: Project, state: State) -> Path:
    """Give the deck file that a table belongs to; any other path as it is."""
    if not path.is_relative_to(project.root):
        return path
    deck = state.tables.get(project.relative(path))
    return project.root / deck if deck is not None else path


def _path(note: Note) -> str:
    return note.source.path if note.source is not None else ""
