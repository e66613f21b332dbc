"""Import of a collection into an existing project: changes from Anki, without losing own edits."""

from __future__ import annotations

import errno
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

from flashdeck.anki.deck_names import DEFAULT_DECK
from flashdeck.anki.html_text import readable
from flashdeck.anki.template.media import needed_media
from flashdeck.anki.template.references import references
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication, RefusedFileError, open_regular
from flashdeck.formatting.formatter import keep_layout
from flashdeck.importing.adopting.adopt import adopt
from flashdeck.importing.adopting.missing import (
    delete_notes,
    missing_notes,
    missing_problems,
    require_few,
)
from flashdeck.importing.changes import Changes, Conflict, Pair, changed_fields, changes
from flashdeck.importing.edits import UnwritableError, added_notes, note_edits
from flashdeck.importing.fresh import copy_media
from flashdeck.importing.history import (
    ahead,
    as_released,
    imported_notes,
    imported_notetypes,
    joined,
)
from flashdeck.importing.layout import MEDIA, Paths, notetype_files
from flashdeck.importing.markdown import is_same, is_shown_alike
from flashdeck.importing.result import Imported, ImportOptions, Progress, Rewriting
from flashdeck.importing.rewriting.keys import short_keys
from flashdeck.importing.sanitise import Sanitised, decks_within, reproducible, sanitised
from flashdeck.importing.sources import Texts
from flashdeck.importing.styling import new_styling
from flashdeck.model import Collection, Media, Note, NoteType
from flashdeck.project.digest import note_digest, stream_digest
from flashdeck.project.lockfile import Lock, lock_text
from flashdeck.project.packages import package_files
from flashdeck.project.paths import LOCK_NAME
from flashdeck.project.project import Project, in_study_order, load_project
from flashdeck.project.project_lock import locked_project
from flashdeck.release.entries import note_entry
from flashdeck.release.numbering import Numbers
from flashdeck.release.stamp import encoded, require_unchanged
from flashdeck.source.note import SourceNote
from flashdeck.text import counted, shortened
from flashdeck.yamlnode import Edit, splice

_LONGEST_QUOTE = 60  # characters
_VERBATIM = {"markup": "html", "media": "verbatim"}


def import_into(
    collection: Collection, root: Path, options: ImportOptions, progress: Progress
) -> Imported:
    """Import a collection into the project at `root`; its own edits stay, conflicts are reported.

    Raises `FlashdeckError` for a project with errors.
    """
    guids = {note.guid for note in collection.notes}
    if options.deck:
        collection = decks_within(collection, options.deck)
    if not collection.notes:
        raise FlashdeckError("there is no note to import", "is it the right file, and deck?")
    with locked_project(root):
        loaded = _loaded(root)
        if not options.has_times:
            collection = dated_now(collection, loaded.compiled, options.now)
        clean = sanitised(collection, default_home(collection, loaded.compiled) or options.name)
        adopted = adopt(loaded.project, loaded.compiled, clean.collection, options.now)
        if adopted is not None:
            loaded = _loaded(root)
        _require_ids(loaded, is_adopted=adopted is not None)
        missing = missing_notes(clean.collection, guids, loaded.compiled, loaded.project)
        require_few(missing, loaded.compiled, options)
        done = _Import(loaded, clean, options).run(progress)
        gone = delete_notes(root, missing) if options.delete_missing else missing_problems(missing)
        problems = (*(adopted or ()), *done.diagnostics, *gone)
        return replace(done, missing=len(missing), diagnostics=problems)


def dated_now(collection: Collection, compiled: Compiled, now: int) -> Collection:
    """Date notes now, and give them the project's note types of the same names."""
    own = {notetype.name.casefold(): notetype for notetype in compiled.notetypes.values()}
    known = {notetype.id for notetype in own.values()}
    twins = {
        notetype.id: twin
        for notetype in collection.notetypes
        if notetype.id not in known
        and (twin := own.get(notetype.name.casefold())) is not None
        and len(notetype.fields) <= len(twin.fields)
    }
    notes = []
    for note in collection.notes:
        twin = twins.get(note.notetype)
        fields = note.fields
        if twin is not None:
            width = len(twin.fields)
            fields = (*fields, *[""] * width)[:width]
        number = note.notetype if twin is None else twin.id
        notes.append(replace(note, notetype=number, fields=fields, mod=now))
    kinds = [twins.get(notetype.id, notetype) for notetype in collection.notetypes]
    return replace(collection, notes=tuple(notes), notetypes=tuple(kinds))


def default_home(collection: Collection, compiled: Compiled) -> str:
    """Return the project's deck for notes that are in Anki's deck `Default`, or ''."""
    homes = {note.guid: note.cards[0].deck for note in compiled.collection.notes}
    counts = Counter(
        homes[note.guid]
        for note in collection.notes
        if note.guid in homes and note.cards and note.cards[0].deck == DEFAULT_DECK
    )
    return counts.most_common(1)[0][0] if counts else ""


@dataclass(frozen=True, slots=True)
class _Loaded:
    project: Project
    compiled: Compiled


def _loaded(root: Path) -> _Loaded:
    project, problems = load_project(root)
    compiled, diagnostics = compile_project(project, allow_scripts=True)
    errors = sum(problem.severity is Severity.ERROR for problem in (*problems, *diagnostics))
    if errors:
        message = f"the project in {root} has {counted(errors, 'error')}"
        raise FlashdeckError(message, "see flashdeck check")
    return _Loaded(project, compiled)


def _require_ids(loaded: _Loaded, *, is_adopted: bool) -> None:
    """Require that all notes have ids; with adopted ones, others get theirs at the first build."""
    unsaved = sum(not note.stamped for note in loaded.compiled.notes)
    if not loaded.project.settings.id or (unsaved and not is_adopted):
        message = (
            f"the project in {loaded.project.root} has {counted(unsaved, 'note')} without an id"
        )
        raise FlashdeckError(message, "build first, so that each note has its id")


class _Import:
    """One import into a project. Nothing is written until the result compiles as intended."""

    def __init__(self, loaded: _Loaded, clean: Sanitised, options: ImportOptions) -> None:
        self._project = loaded.project
        self._compiled = loaded.compiled
        self._theirs = clean.collection
        self._problems = list(clean.problems)
        self._options = options
        self._root = loaded.project.root
        self._heading = {} if loaded.project.settings.verbatim else dict(_VERBATIM)
        self._markup = self._heading.get("markup", loaded.project.settings.markup)
        self._rewriting = options.markdown or Rewriting.SAME
        self._keys: dict[int, Mapping[str, str]] = {
            notetype.id: short_keys(notetype, by_shape=options.keys)
            for notetype in clean.collection.notetypes
        }
        known = loaded.compiled.notetypes
        self._keys |= {notetype.id: {} for notetype in known.values()}
        for entry in loaded.compiled.notes:
            if entry.note.short:
                self._keys[known[entry.note.released_kind].id] = entry.note.short
        self._styling = new_styling(clean.collection, loaded.compiled, loaded.project)
        self._changes = changes(
            clean.collection.notes,
            loaded.compiled.collection.notes,
            loaded.compiled.notetypes.values(),
            self._project,
        )

    @property
    def _lock(self) -> Lock:
        return self._project.lock

    def run(self, progress: Progress) -> Imported:
        notetypes = self._new_notetypes()
        created = self._created(notetypes)
        with Publication() as publication:
            texts, compiled = self._settled(notetypes, created)
            media = self._media()
            other = other_media(self._root, self._theirs.media)  # before new ones are copied
            lock = self._new_lock(compiled)
            refused = list(self._copy_media(media, publication, progress))
            # Each file before those that name it, and the lock last.
            for path, data in (created | texts | self._styling.texts).items():
                publication.stage(path, self._root, parents=True).write(data)
            publication.stage(self._root / LOCK_NAME, self._root).write(lock_text(lock).encode())
            # A source may have been saved while media were copied.
            files = [source.yaml for source in self._compiled.sources]
            publication.commit(lambda: require_unchanged(self._root, files, texts))
        done = self._result(notetypes, media, refused)
        return replace(done, diagnostics=(*done.diagnostics, *other))

    def _copy_media(
        self, media: Sequence[Media], publication: Publication, progress: Progress
    ) -> Iterator[Diagnostic]:
        def create(name: str) -> BinaryIO:
            target = self._root / MEDIA / name
            if os.path.lexists(target):  # by now, or under a name in another case
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST))
            return publication.stage(target, self._root, parents=True)

        return copy_media(media, create, progress)

    def _new_notetypes(self) -> list[NoteType]:
        """Return the note types that the project lacks, renamed where their names are taken."""
        known = {notetype.id for notetype in self._compiled.notetypes.values()}
        taken = {notetype.name.casefold() for notetype in self._compiled.notetypes.values()}
        new = []
        for notetype in self._theirs.notetypes:
            if notetype.id in known:
                continue
            name = notetype.name
            while name.casefold() in taken:
                name += "+"
            taken.add(name.casefold())
            new.append(replace(reproducible(notetype, self._theirs.notes), name=name))
        return new

    def _created(self, notetypes: Iterable[NoteType]) -> dict[Path, bytes]:
        """Return the files of new note types, each after those that it names."""
        paths = Paths.beside(self._project)
        heading = {"media": "verbatim"} if self._heading else {}
        return {
            self._root / path: text.encode()
            for notetype in notetypes
            for path, text in notetype_files(notetype, heading, paths, self._keys[notetype.id])
        }

    def _settled(
        self, notetypes: Sequence[NoteType], created: Mapping[Path, bytes]
    ) -> tuple[dict[Path, bytes], Compiled]:
        """Return the new texts of sources, compiled; changes that fail become conflicts."""
        how = self._rewriting
        while True:
            texts = self._texts(notetypes)
            compiled = self._compile(texts, created)
            built = {note.guid: note for note in compiled.collection.notes}
            wrong = [pair for pair in self._changes.edited if not _equal(built, pair.theirs, how)]
            refused = [note for note in self._changes.new if not _equal(built, note, how)]
            if not wrong and not refused:
                return texts, compiled
            self._changes.edited = [pair for pair in self._changes.edited if pair not in wrong]
            why = "its place in the source can't be edited"
            self._changes.conflicts += [Conflict(pair.own, why) for pair in wrong]
            self._changes.new = [note for note in self._changes.new if note not in refused]
            self._changes.refused += refused

    def _texts(self, notetypes: Sequence[NoteType]) -> dict[Path, bytes]:
        notetypes = (*self._compiled.notetypes.values(), *notetypes)
        known = {notetype.id: notetype for notetype in notetypes}
        edits = self._edits(known)
        new = self._changes.new
        added = added_notes(
            self._project,
            self._compiled.sources,
            Texts(
                self._markup,
                {file.name for file in self._theirs.media},
                self._rewriting,
                self._keys,
            ),
            new,
            known,
            self._heading,
        )
        for path, edit in added.edits.items():
            edits[path].append(edit)
        sources = {self._root / path: text.encode() for path, text in added.files.items()}
        for source in self._compiled.sources:
            path = source.yaml.path
            if edits[path]:
                before = source.yaml.text
                after = keep_layout(self._project, source.yaml, splice(before, edits[path]))
                sources[self._root / path] = encoded(self._root / path, self._root, before, after)
        return sources

    def _edits(self, notetypes: Mapping[int, NoteType]) -> dict[str, list[Edit]]:
        sources = {entry.id: entry.note for entry in self._compiled.notes}
        texts = {source.yaml.path: source.yaml.text for source in self._compiled.sources}
        tables = {source.yaml.path for source in self._compiled.sources if source.table is not None}
        edits: dict[str, list[Edit]] = defaultdict(list)
        for pair in list(self._changes.edited):
            source = sources[pair.own.guid]
            names = [field.name for field in notetypes[pair.own.notetype].fields]
            fields = changed_fields(pair, names)
            path = source.span.path
            if path in tables:
                self._leave(pair, "it is a row of a table; change it there")
                continue
            try:
                fields = self._in_markup(source, fields, notetypes[pair.own.notetype])
                edits[path] += note_edits(texts[path], source, fields, pair.theirs.tags)
            except UnwritableError as error:
                self._leave(pair, str(error))
        return edits

    def _leave(self, pair: Pair, why: str) -> None:
        """Leave a note unchanged, and record the conflict."""
        self._changes.edited.remove(pair)
        self._changes.conflicts.append(Conflict(pair.own, why))

    def _in_markup(
        self, source: SourceNote, fields: Mapping[str, str], notetype: NoteType
    ) -> Mapping[str, str]:
        """Write changed fields in the note's markup; raises `UnwritableError`."""
        if not source.verbatim and any(references(text) for text in fields.values()):
            message = "its text in Anki has media under names that differ from those here"
            raise UnwritableError(message)
        media = {file.name for file in self._theirs.media}
        texts = Texts(source.markup, media, self._rewriting)
        written = texts.written(fields.values(), cloze=notetype.cloze)
        if written is None:
            message = f"its text in Anki can't be written as {source.markup}"
            raise UnwritableError(message)
        return dict(zip(fields, written, strict=True))

    def _compile(self, texts: Mapping[Path, bytes], created: Mapping[Path, bytes]) -> Compiled:
        project, _ = load_project(self._root)
        new = (path for path in created if path.suffix == ".yaml")
        project = replace(
            project,
            decks=tuple(in_study_order({*project.decks, *texts}, project.cards)),
            notetypes=(*project.notetypes, *new),
            unsaved={**created, **texts},
        )
        return compile_project(project, allow_scripts=True)[0]

    def _media(self) -> list[Media]:
        """Return the files to add: all for a verbatim project, else those that new notes use."""
        existing = {path.name for path in (self._root / MEDIA).glob("*")}
        notes = [*self._changes.new, *(pair.theirs for pair in self._changes.edited)]
        theirs = self._theirs
        needed = needed_media(notes, theirs.notetypes, theirs.media)
        return [
            file
            for file in theirs.media
            if file.name not in existing and (not self._heading or file.name in needed)
        ]

    def _new_lock(self, compiled: Compiled) -> Lock:
        """Return the lock with the imported notes and note types.

        Also with those that an import has written into the sources, but not into the lock, since it
        was killed in between.
        """
        changes, built = self._changes, {note.guid: note for note in compiled.collection.notes}
        decks = sorted({card.deck for note in compiled.collection.notes for card in note.cards})
        packages, _ = package_files(decks, self._project.settings)
        written = [note for note in changes.same if note.guid not in self._lock.notes]
        new = imported_notes([*changes.new, *written], compiled, packages, self._options.now)
        known = {notetype.id for notetype in compiled.notetypes.values()}
        notetypes = [
            notetype
            for notetype in self._theirs.notetypes
            if notetype.id in known and notetype.id not in self._lock.notetypes
        ]
        lock = joined(self._lock, new, imported_notetypes(notetypes, compiled, self._options.now))
        lock.notetypes.update(self._styling.entries)
        for theirs in (*changes.written, *(pair.theirs for pair in changes.edited)):
            entry, own = lock.notes[theirs.guid], built[theirs.guid]
            updated = note_entry(
                as_released(own, theirs),
                entry.kind,
                entry.package,
                compiled.notetypes[entry.kind],
                Numbers(entry.note_id, entry.card_block),
                min(theirs.mod, self._options.now),
                before=entry,
            )
            lock.notes[own.guid] = updated._replace(
                deck=entry.deck,
                removed=entry.removed,
                ahead=max(entry.ahead, ahead(theirs, self._options.now)),
            )
        return lock

    def _result(
        self, notetypes: Sequence[NoteType], media: Sequence[Media], refused: Sequence[Diagnostic]
    ) -> Imported:
        changes = self._changes
        return Imported(
            root=self._root,
            new=len(changes.new),
            changed=len(changes.edited),
            unchanged=len(changes.same),
            conflicts=len(changes.conflicts),
            decks=len({note.cards[0].deck for note in self._theirs.notes}),
            notetypes=len(notetypes),
            media=len(media) - len(refused),
            diagnostics=(*self._problems, *refused, *self._styling.problems, *_conflicts(changes)),
        )


def _equal(built: Mapping[str, Note], theirs: Note, rewriting: Rewriting) -> bool:
    own = built.get(theirs.guid)
    if own is None or len(own.fields) != len(theirs.fields):
        return False
    is_alike = is_shown_alike if rewriting is Rewriting.REWRITE else is_same
    same_fields = replace(own, fields=theirs.fields)
    return note_digest(same_fields) == note_digest(theirs) and is_alike(own.fields, theirs.fields)


def _conflicts(changes: Changes) -> Iterable[Diagnostic]:
    for conflict in changes.conflicts:
        yield Diagnostic(
            "import-conflict",
            f"this note was not changed: {conflict.why}",
            conflict.own.source,
            Severity.WARNING,
            f"find it in Anki with nid:{conflict.own.id}" if conflict.own.id else "",
        )
    for note in changes.refused:
        quote = shortened(readable(note.fields[0]), _LONGEST_QUOTE)
        message = f"the new note '{quote}' was left out: it can't be written as it is in Anki"
        hint = "write it into the sources by hand, and delete it in Anki"
        yield Diagnostic("import-conflict", message, None, Severity.WARNING, hint)
    left = {
        "note(s) removed here, and left out": len(changes.removed),
        "note(s) in another deck in Anki, and left in the one here": changes.moved,
    }
    for what, count in left.items():
        if count:
            yield Diagnostic("import", counted(count, what), None, Severity.INFO)


def other_media(root: Path, media: Iterable[Media]) -> list[Diagnostic]:
    """Report files that differ from the project's file of the same name, which stays."""
    problems: list[Diagnostic] = []
    for file in media:
        name = f"{MEDIA}/{file.name}"
        try:
            with open_regular(root / name, root) as stream:
                same = stream_digest(stream) == file.sha256
        except RefusedFileError:
            continue  # the project has no such file
        if not same:
            message = f"{file.name} is another file in Anki; the one here is kept"
            hint = "copy Anki's from its media folder, if that is the right one"
            span = Span.point(name)
            problems.append(Diagnostic("import-conflict", message, span, Severity.WARNING, hint))
    return problems
