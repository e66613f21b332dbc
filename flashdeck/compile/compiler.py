"""Project to `Collection`: the spine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from flashdeck.compile.cache.filecompiler import FileCompiler
from flashdeck.compile.cache.gathering import Gathered
from flashdeck.compile.cache.kept import Kept, KeptFile, context_of
from flashdeck.compile.cache.mediacache import MediaCache, kept_media
from flashdeck.compile.cache.reading import FileReader, Files, ReadFile, held_files
from flashdeck.compile.identity import Identified, identify
from flashdeck.compile.mask_numbers import with_numbers
from flashdeck.compile.media import MediaTable
from flashdeck.compile.notetypes import read_custom_types
from flashdeck.compile.template_media import TemplateDresser, with_own_style
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.conflicts import is_conflict
from flashdeck.kinds.registry import KINDS
from flashdeck.model import Collection, Note, NoteType
from flashdeck.notetypes.built_in import built_in
from flashdeck.project.ids import UNSAVED
from flashdeck.project.project import Project
from flashdeck.project.project_id import notetype_id
from flashdeck.source.note import SourceFile

if TYPE_CHECKING:
    from flashdeck.source.notetypes import SourceNoteType


@dataclass(frozen=True, slots=True)
class Compiled:
    """A project, compiled: what will go into packages, and what it was made from.

    The notes of `collection` are in study order and not dated yet; by their ids, `kinds` are what
    the lock calls their kinds, `digests` tell edits of them, where that is known already. `notes`
    are those of `sources` as their author wrote them: all there are, but for files that were kept
    from another time. `notetypes` gives the note type of each kind that the lock knows: by the
    kind's name, or by "custom:" and an id. `name` is the project's, or will be. `texts` are the
    texts of `notes` as HTML, by the path of their file and the index at which they begin in it.
    `media` knows which files were named. `kept` is for the next time.
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
    kept: Kept

    @property
    def has_stamps(self) -> bool:
        """Whether any note brings its id, so that there was a build before."""
        return len(self.kinds) > len(self.notes) or any(one.stamped for one in self.notes)


def compile_project(
    project: Project,
    *,
    allow_scripts: bool = False,
    kept: Kept | None = None,
    counted: MediaCache | None = None,
) -> tuple[Compiled, list[Diagnostic]]:
    """Read, identify and render everything in a project.

    `kept` is what an earlier time left. What is the same is taken from it, and all is gathered for
    the next time; without it everything is made anew, and nothing is gathered. `counted` are media
    that were read before: those that the last build kept, if nothing else is given.
    """
    counted = counted if counted is not None else kept_media(project.root)
    media = MediaTable(project.root, project.cards, counted)
    compiled, problems = _compiled(project, media, kept, allow_scripts=allow_scripts)
    if kept is not None and media.clash:
        # Of two files of one name the first keeps it, which is the first in the order of study.
        media = MediaTable(project.root, project.cards, counted)
        return _compiled(project, media, Kept(), allow_scripts=allow_scripts, in_order=True)
    return compiled, problems


def _compiled(
    project: Project,
    media: MediaTable,
    kept: Kept | None,
    *,
    allow_scripts: bool,
    in_order: bool = False,
) -> tuple[Compiled, list[Diagnostic]]:
    """Compile all; `in_order`: no file is compiled before all are read."""
    dress = TemplateDresser(media, allow_scripts)
    project, problems = with_own_style(project, dress)
    types, found = read_custom_types(project, _number(project), dress)
    custom = {key: one.notetype for key, one in types.items()}
    problems += found
    more_types = is_conflict(found)
    context = ""
    if kept is not None:
        context = _context(project, types, more_types=more_types, allow_scripts=allow_scripts)
    before = kept.within(context) if kept is not None else None
    built = built_in(project.settings.name, project.settings.css, _number(project))
    notetypes = {**built, **custom}
    compiler = FileCompiler(notetypes, media, before, project.lock, allow_scripts=allow_scripts)
    named = {one.notetype.name: one for one in types.values()}
    settle = compiler.settle if before is not None and not in_order else None
    reader = FileReader(project, named, media, settle, more_types=more_types)
    files, found = reader.read(held_files(project, media, before) if before is not None else {})
    problems += found
    identified, found = _identified(project, files)
    problems += found
    if any(deck.verbatim for file in files.values() for deck in file.decks):
        media.keep_static()
    gathered = _gathered(files, identified, compiler)
    problems += gathered.problems
    name = project.settings.name or gathered.first_root
    if not project.settings.name:
        built = built_in(name, project.settings.css, _number(project))
    released = {kind.name: built[kind.notetype] for kind in KINDS if kind.notetype} | custom
    notes = gathered.notes
    collection = Collection(
        notetypes=_used(notes, released.values()),
        decks=gathered.decks.decks(card.deck for note in notes for card in note.cards),
        notes=tuple(notes),
        media=media.files(),
    )
    return Compiled(
        collection=collection,
        kinds=gathered.kinds,
        digests=gathered.digests,
        sources=tuple(
            one for file in files.values() if isinstance(file, ReadFile) for one in file.sources
        ),
        notes=tuple(identified),
        notetypes=released,
        name=name,
        texts=gathered.texts,
        media=media,
        kept=Kept(context, gathered.files),
    ), problems


def _identified(project: Project, files: Files) -> tuple[list[Identified], list[Diagnostic]]:
    """Give every note that was read its id, and every mask its number."""
    notes = [note for file in files.values() if isinstance(file, ReadFile) for note in file.notes]
    if not notes:
        return [], []
    settled = (file for file in files.values() if isinstance(file, KeptFile))
    identified, problems = identify(
        notes,
        project.settings.id or UNSAVED,
        {entry.id: entry.kind for entry in project.lock.notes.values()},
        {kind.name: kind.notetype for kind in KINDS if kind.notetype},
        {one.note.guid for file in settled for one in file.notes},
    )
    return with_numbers(identified, project.lock), problems


def _gathered(files: Files, identified: Iterable[Identified], compiler: FileCompiler) -> Gathered:
    """Put together what all files give, in the order of study."""
    waiting = iter(identified)
    gathered = Gathered()
    for path, file in files.items():
        if isinstance(file, KeptFile):
            gathered.take(path, file)
        else:
            own = [next(waiting) for _ in file.notes]
            gathered.take_anew(path, file.compiled or compiler.compile(path, file, own))
    return gathered


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
    return partial(notetype_id, project.settings.id or UNSAVED)


def _context(
    project: Project,
    types: Mapping[str, SourceNoteType],
    *,
    more_types: bool,
    allow_scripts: bool,
) -> str:
    """Tell one state of the settings and note types from another."""
    settings = replace(project.settings, rules={}, packages={})
    own = [(key, one.keys, one.notetype) for key, one in types.items()]
    return context_of((settings, own, more_types, allow_scripts))


def _used(notes: list[Note], notetypes: Iterable[NoteType]) -> tuple[NoteType, ...]:
    used = {note.notetype for note in notes}
    found = {one.id: one for one in notetypes if one.id in used}
    return tuple(one for _, one in sorted(found.items()))
