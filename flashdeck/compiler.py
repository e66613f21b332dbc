"""Project to `Collection`: the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from flashdeck.cache import TextCache
from flashdeck.customtypes import read_custom_types
from flashdeck.decks import DeckTable
from flashdeck.diagnostics import Diagnostic, Text
from flashdeck.identity import UNSAVED, Identified, identify, stable_id
from flashdeck.kinds import KINDS
from flashdeck.masks import with_numbers
from flashdeck.media import MediaTable
from flashdeck.model import Collection, Note, NoteType
from flashdeck.notetypes import built_in
from flashdeck.ownstyle import with_own_style
from flashdeck.project import Project, default_deck, read_source
from flashdeck.read.decks import read_decks
from flashdeck.read.notetypes import SourceNoteType
from flashdeck.render import Renderer
from flashdeck.source import SourceFile
from flashdeck.tablefiles import TableFiles
from flashdeck.templatemedia import TemplateDresser


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project, compiled: what will go into packages, and what it was made from.

    The notes of `collection` are in study order and not dated yet; `notes` are the same ones as
    their author wrote them. `notetypes` gives the note type of each kind that the lock knows: by
    the kind's name, or by "custom:" and an id. `name` is the project's, or will be. `texts` are all
    texts of notes as HTML, by the path of their file and the index at which they begin in it.
    `media` knows which files were named.
    """

    collection: Collection
    sources: tuple[SourceFile, ...]
    notes: tuple[Identified, ...]
    notetypes: Mapping[str, NoteType]
    name: str
    texts: Mapping[str, Mapping[int, str]]
    media: MediaTable


def compile_project(
    project: Project, *, allow_scripts: bool = False, kept: TextCache | None = None
) -> tuple[Compiled, list[Diagnostic]]:
    """Read, identify and render everything in a project; `kept` spares texts rendered before."""
    media = MediaTable(project.root, project.cards)
    dress = TemplateDresser(media, allow_scripts)
    project, problems = with_own_style(project, dress)
    types, found = read_custom_types(project, _number(project), dress)
    custom = {key: one.notetype for key, one in types.items()}
    problems += found
    sources, found = _read(project, {one.notetype.name: one for one in types.values()})
    problems += found
    name = project.settings.name or _first_root(sources)
    built = built_in(name, project.settings.css, _number(project))
    released = {kind.name: built[kind.notetype] for kind in KINDS if kind.notetype} | custom
    identified, found = identify(
        (note for source in sources for deck in source.decks for note in deck.notes),
        project.settings.id or UNSAVED,
        {entry.id: entry.kind for entry in project.lock.notes.values()},
        {kind.name: kind.notetype for kind in KINDS if kind.notetype},
    )
    problems += found
    identified = with_numbers(identified, project.lock)
    if any(deck.verbatim for source in sources for deck in source.decks):
        media.keep_static()
    decks = DeckTable()
    waiting = iter(identified)
    notes: list[Note] = []
    texts: dict[str, Mapping[int, str]] = {}
    for source in sources:
        resolvers = media.resolvers(source.yaml.path)
        renderer = Renderer(source.yaml, {**built, **custom}, resolvers, allow_scripts, kept)
        for deck in source.decks:
            decks.name(deck.name)
            if deck.description is not None:
                decks.describe(deck.name, renderer.description(deck))
            for one in (next(waiting) for _ in deck.notes):
                decks.name(Text(one.note.deck, one.note.span))
                note = renderer.note(one)
                notes += [note] if note is not None else []
        problems += renderer.problems
        texts[source.yaml.path] = renderer.texts
    problems += decks.problems
    collection = Collection(
        notetypes=_used(notes, released.values()),
        decks=decks.decks(card.deck for note in notes for card in note.cards),
        notes=tuple(notes),
        media=media.files(),
    )
    compiled = Compiled(collection, tuple(sources), tuple(identified), released, name, texts, media)
    return compiled, problems


def known_kinds(project: Project) -> dict[int, str]:
    """Give the kinds that the lock knows by the ids of their note types."""
    number = _number(project)
    built = {number(kind.notetype): kind.name for kind in reversed(KINDS) if kind.notetype}
    return built | {one.notetype.id: key for key, one in own_notetypes(project).items()}


def own_notetypes(project: Project) -> dict[str, SourceNoteType]:
    """Give the project's own note types by what the lock knows them by."""
    dress = TemplateDresser(MediaTable(project.root, project.cards))
    return read_custom_types(project, _number(project), dress)[0]


def _number(project: Project) -> Callable[..., int]:
    """Derive ids of note types, fields and templates from the project's own."""
    project_id = project.settings.id or UNSAVED
    return lambda *words: stable_id(project_id, "notetype", *words)


def _read(
    project: Project, custom: Mapping[str, SourceNoteType]
) -> tuple[list[SourceFile], list[Diagnostic]]:
    sources: list[SourceFile] = []
    problems: list[Diagnostic] = []
    settings = project.settings
    tables = TableFiles(project)
    for path in project.decks:
        file, found = read_source(project, path)
        problems += found
        if file is not None:
            deck, opener = default_deck(project, path), tables.beside(file.path)
            source, found = read_decks(
                file,
                deck,
                settings.markup,
                custom,
                opener,
                settings.limits,
                verbatim=settings.verbatim,
            )
            sources += [source, *source.tables]
            problems += found
    return sources, problems


def _first_root(sources: list[SourceFile]) -> str:
    decks = [deck for source in sources for deck in source.decks]
    return decks[0].name.value.split("::")[0] if decks else "flashdeck"


def _used(notes: list[Note], notetypes: Iterable[NoteType]) -> tuple[NoteType, ...]:
    used = {note.notetype for note in notes}
    found = {one.id: one for one in notetypes if one.id in used}
    return tuple(one for _, one in sorted(found.items()))
