"""Adoption of times and ids, so that the first build updates no note of those who have a package.

The notes of a project may come from a table, from CrowdAnki or from someone's hand. Where a package
has notes with the same GUIDs, the lock gets their times, and the sources get the ids of their note
types, fields and templates.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.files.files import Publication
from flashdeck.formatting.formatter import keep_layout
from flashdeck.importing.adopting.documents import (
    documents,
    id_edits,
    notetype_edit,
    wanted_notetype,
)
from flashdeck.importing.history import as_released, imported_notes, imported_notetypes
from flashdeck.importing.layout import Paths, notetype_files
from flashdeck.importing.rewriting.keys import short_keys
from flashdeck.importing.sanitise import reproducible
from flashdeck.model import Collection, Note, NoteType
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import Lock, ProjectEntry, lock_text
from flashdeck.project.packages import package_files
from flashdeck.project.paths import LOCK_NAME, SETTINGS_NAME
from flashdeck.project.project import Project, load_project, read_source
from flashdeck.project.project_id import stamped_settings
from flashdeck.release.stamp import encoded
from flashdeck.text import counted
from flashdeck.yamlnode import Edit, MappingNode, ScalarNode, YamlFile, splice


class _Pair(NamedTuple):
    own: Note
    theirs: Note


def adopt(
    project: Project, compiled: Compiled, theirs: Collection, now: int
) -> tuple[Diagnostic, ...] | None:
    """Take over times and ids from a package; None if there is nothing to take over.

    Sources, settings and lock are written together. A note that learners have with another note
    type stays as it is, if its note type here can't become that one.
    """
    own = {note.guid: note for note in compiled.collection.notes}
    pairs = [
        _Pair(own[note.guid], note)
        for note in theirs.notes
        if note.guid in own and note.guid not in project.lock.notes and note.id
    ]
    if not pairs:
        return None
    texts = {**_settings(project, compiled), **_notetype_texts(project, compiled, theirs, pairs)}
    created = {path: data for path, data in texts.items() if not path.exists()}
    try:
        _create(created)  # the compiler reads the files that a note type names from the disk
        adopted = _adopted(project, texts, theirs, pairs, now)
        if adopted is None:
            _remove(created)
            return None
        lock, notes, changed = adopted
        texts[project.root / LOCK_NAME] = lock_text(lock).encode()
        with Publication() as publication:
            for path in texts.keys() - created.keys():
                publication.stage(path).write(texts[path])
            publication.commit()
    except BaseException:
        _remove(created)
        raise
    message = f"{counted(notes, 'note(s)')} of yours with the ids and times that learners have"
    hint = f"{changed:,} of them differ here: they are edits of the next build" if changed else ""
    return (Diagnostic("import", message, None, Severity.INFO, hint),)


def _adopted(
    project: Project,
    texts: Mapping[Path, bytes],
    theirs: Collection,
    pairs: Sequence[_Pair],
    now: int,
) -> tuple[Lock, int, int] | None:
    """Return the new lock, and the numbers of notes that it got and of edited ones."""
    made = _compiled(project, texts)
    if made is None:
        return None
    after, result = made
    built = {note.guid: note for note in result.collection.notes}
    notes = [
        pair.theirs for pair in pairs if built[pair.theirs.guid].notetype == pair.theirs.notetype
    ]
    if not notes:
        return None
    decks = sorted({card.deck for note in built.values() for card in note.cards})
    packages, _ = package_files(decks, after.settings)
    used = {note.notetype for note in notes}
    own_ids = {notetype.id for notetype in result.notetypes.values()}
    new = [one for one in theirs.notetypes if one.id in used & own_ids]
    before = project.lock
    kinds = {entry.kind for entry in before.notes.values()}
    settings = after.settings
    lock = Lock(
        before.projects or {settings.id: ProjectEntry(settings.id, settings.name, now)},
        {**imported_notes(notes, result, packages, now), **before.notes},
        {
            number: entry
            for number, entry in before.notetypes.items()
            if number in own_ids or f"custom:{number}" in kinds
        },
        before.packages,
    )
    lock.notetypes.update(
        {
            number: entry
            for number, entry in imported_notetypes(new, result, now).items()
            if number not in before.notetypes
        }
    )
    changed = sum(as_released(built[note.guid], note) is not built[note.guid] for note in notes)
    return lock, len(notes), changed


def _create(texts: Mapping[Path, bytes]) -> None:
    for path, data in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("xb") as file:
            file.write(data)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        with suppress(OSError):
            path.unlink()


def _compiled(project: Project, texts: Mapping[Path, bytes]) -> tuple[Project, Compiled] | None:
    """Compile the project with new texts of its files; None for errors."""
    after, problems = load_project(project.root, texts)
    compiled, diagnostics = compile_project(after, allow_scripts=True)
    has_errors = any(one.severity is Severity.ERROR for one in (*problems, *diagnostics))
    return None if has_errors else (after, compiled)


def _settings(project: Project, compiled: Compiled) -> dict[Path, bytes]:
    if project.settings.id:
        return {}
    settings = replace(project.settings, id=new_project_id())
    return {project.root / SETTINGS_NAME: stamped_settings(settings, compiled.name).encode()}


def _notetype_texts(
    project: Project, compiled: Compiled, theirs: Collection, pairs: Iterable[_Pair]
) -> dict[Path, bytes]:
    """Return the contents of sources that give notes the note types of learners."""
    notetypes = {notetype.id: notetype for notetype in theirs.notetypes}
    own = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    counts: dict[int, Counter[int]] = defaultdict(Counter)
    for pair in pairs:
        if pair.own.notetype != pair.theirs.notetype and pair.theirs.notetype not in own:
            counts[pair.own.notetype][pair.theirs.notetype] += 1
    targets: dict[str, NoteType] = {}
    for number, others in counts.items():
        target = notetypes[others.most_common(1)[0][0]]
        if number not in compiled.built_in and _fits(own[number], target):
            targets[own[number].name] = target
    texts = dict(_with_ids(project, targets))
    ids = {target.id for target in targets.values()}
    wanted = {
        pair.own.guid: pair.theirs.notetype
        for pair in pairs
        if pair.own.notetype in compiled.built_in and pair.theirs.notetype not in ids
    }
    return texts | dict(_with_notetypes(project, compiled, theirs, wanted))


def _fits(own: NoteType, theirs: NoteType) -> bool:
    """Whether two note types have the same fields and templates, apart from their ids."""
    fields, templates = (
        [part.name for part in parts if not part.spare] for parts in (own.fields, own.templates)
    )
    return (
        own.cloze == theirs.cloze
        and fields == [field.name for field in theirs.fields]
        and templates == [template.name for template in theirs.templates]
    )


def _with_ids(project: Project, targets: Mapping[str, NoteType]) -> Iterator[tuple[Path, bytes]]:
    for path in project.notetypes:
        file, _ = read_source(project, path)
        edits: list[Edit] = []
        for root in file.documents if file is not None else []:
            name = root.get("notetype") if isinstance(root, MappingNode) else None
            target = targets.get(name.value.strip()) if isinstance(name, ScalarNode) else None
            if target is not None and file is not None and isinstance(root, MappingNode):
                edits += id_edits(file.text, root, target)
        if file is not None and edits:
            yield path, _edited(project, file, edits)


def _with_notetypes(
    project: Project, compiled: Compiled, theirs: Collection, wanted: Mapping[str, int]
) -> Iterator[tuple[Path, bytes]]:
    """Name learners' note types in the documents of notes of built-in kinds.

    The note types get short keys, so that these notes stay as they are.
    """
    notetypes = {notetype.id: notetype for notetype in theirs.notetypes}
    own = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    taken = {notetype.name.casefold() for notetype in own.values()}
    edits: dict[str, list[Edit]] = defaultdict(list)
    files: dict[str, YamlFile] = {}
    used: dict[int, NoteType] = {}
    for document in documents(compiled):
        target = wanted_notetype(document, wanted, notetypes)
        if target is None or (target.id not in own and target.name.casefold() in taken):
            continue
        if target.id not in own:
            used[target.id] = target
        name = own.get(target.id, target).name
        edits[document.file.path].append(notetype_edit(document, name))
        files[document.file.path] = document.file
    for name, changes in edits.items():
        yield project.root / name, _edited(project, files[name], changes)
    paths = Paths.beside(project)
    for target in used.values():
        keys = short_keys(target, by_shape=True)
        made = reproducible(target, theirs.notes)
        for name, text in notetype_files(made, {"media": "verbatim"}, paths, keys):
            yield project.root / name, text.encode()


def _edited(project: Project, file: YamlFile, edits: list[Edit]) -> bytes:
    after = keep_layout(project, file, splice(file.text, edits))
    return encoded(project.root / file.path, project.root, file.text, after)
