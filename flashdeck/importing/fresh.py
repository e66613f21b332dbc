"""Import of a collection as a new project: written to a temporary folder, verified, then moved."""

from __future__ import annotations

import operator
import shutil
from collections import Counter
from collections.abc import Callable, Container, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from flashdeck.anki import deck_names
from flashdeck.anki.template.media import needed_media
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, reason
from flashdeck.files.files import temporaries, temporary
from flashdeck.files.lock import lock
from flashdeck.formatting.writer import Data, pair_text
from flashdeck.importing.history import ahead_problems, imported_notes, imported_notetypes
from flashdeck.importing.layout import (
    MEDIA,
    STYLE,
    Paths,
    deck_files,
    notetype_files,
    settings_text,
)
from flashdeck.importing.markdown import is_same, is_shown_alike
from flashdeck.importing.result import Imported, ImportOptions, Progress, Rewriting
from flashdeck.importing.rewriting.keys import short_keys
from flashdeck.importing.rewriting.kinds import NO_BUILT_IN, BuiltIn, built_in_types
from flashdeck.importing.rewriting.report import rewritten_notes
from flashdeck.importing.sanitise import decks_within, reproducible, sanitised
from flashdeck.importing.sources import Texts
from flashdeck.model import Collection, Media
from flashdeck.project.digest import schema
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import Lock, ProjectEntry, lock_text
from flashdeck.project.packages import package_files
from flashdeck.project.paths import (
    CARDS_NAME,
    HOLD_NAME,
    LOCK_NAME,
    SETTINGS_NAME,
    SOURCE_ENDINGS,
)
from flashdeck.project.project import load_project
from flashdeck.project.project_lock import PENDING_NAME, finish
from flashdeck.text import counted, natural

_BUG = "this is a bug in flashdeck: please report it, with the file if you may"
_KIB = 1024
_FEW = 3
_PROJECT_FILES = (LOCK_NAME, SETTINGS_NAME, CARDS_NAME)


def import_new(
    collection: Collection, target: Path, options: ImportOptions, progress: Progress
) -> Imported:
    """Create a project from a collection in the folder `target`, which must not hold a project.

    Raises `FlashdeckError` where the project can't be written; then `target` is unchanged.
    """
    if options.deck:
        collection = decks_within(collection, options.deck)
    clean = sanitised(collection, options.name)
    collection = clean.collection
    notetypes = (reproducible(notetype, collection.notes) for notetype in collection.notetypes)
    collection = replace(collection, notetypes=tuple(notetypes))
    if not collection.notes:
        raise FlashdeckError("there is no note to import", "is it the right file, and deck?")
    with _new_project(target) as folder:
        (folder / MEDIA).mkdir(parents=True, exist_ok=True)
        refused = list(copy_media(collection.media, _creating(folder / MEDIA), progress))
        compiled, problems = _written(folder, collection, options)
        project, _ = load_project(folder)
        packages, _ = package_files([deck.name for deck in collection.decks], project.settings)
        settings = project.settings
        entries = Lock(
            {settings.id: ProjectEntry(settings.id, settings.name, options.now)},
            imported_notes(collection.notes, compiled, packages, options.now),
            imported_notetypes(collection.notetypes, compiled, options.now),
        )
        (folder / LOCK_NAME).write_text(lock_text(entries), "utf-8", newline="\n")
    is_rewriting = options.markdown is Rewriting.REWRITE
    return Imported(
        root=target,
        new=len(collection.notes),
        decks=len({note.cards[0].deck for note in collection.notes}),
        notetypes=len(collection.notetypes),
        media=len(collection.media) - len(refused),
        diagnostics=(
            *clean.problems,
            *ahead_problems(collection, options.now),
            *refused,
            *card_problems(collection, compiled),
            *media_problems(collection, compiled),
            *(rewritten_notes(collection.notes, compiled) if is_rewriting else ()),
            *problems,
        ),
    )


def _written(
    folder: Path, collection: Collection, options: ImportOptions
) -> tuple[Compiled, list[Diagnostic]]:
    """Write the sources, and compile them.

    Notes of flashdeck's own note types get their keys, unless one was changed so that no build
    makes it: then these note types are like others.
    """
    built = built_in_types(collection)
    if built.kinds:
        try:
            return _compiled_files(folder, collection, options, built)
        except FlashdeckError:
            shutil.rmtree(folder / CARDS_NAME / "notetypes", ignore_errors=True)
            for path in (folder / CARDS_NAME).rglob("*.yaml"):
                path.unlink()
    return _compiled_files(folder, collection, options, NO_BUILT_IN)


def _compiled_files(
    folder: Path, collection: Collection, options: ImportOptions, built: BuiltIn
) -> tuple[Compiled, list[Diagnostic]]:
    _write(folder, _files(collection, options, built))
    compiled, problems = _compiled(folder, allow_scripts=options.allow_scripts)
    how = options.markdown or (Rewriting.SAME if built.kinds else None)
    verify(collection, compiled, how, built.kinds)
    return compiled, problems


def _files(collection: Collection, options: ImportOptions, built: BuiltIn) -> dict[str, str]:
    paths = Paths()
    root = deck_names.root(collection.notes[0].cards[0].deck)
    markup = "markdown" if options.markdown or built.kinds else "html"
    name = built.name or root or options.name
    files = {SETTINGS_NAME: settings_text(collection, new_project_id(), name, markup, built)}
    if built.css:
        files[STYLE] = built.css + "\n"
    keys = {
        notetype.id: short_keys(notetype, by_shape=options.keys)
        for notetype in collection.notetypes
    }
    for notetype in collection.notetypes:
        if notetype.id in built.kinds:
            continue
        files |= notetype_files(notetype, {}, paths, keys[notetype.id])
    media = {file.name for file in collection.media}
    texts = Texts(markup, media, options.markdown or Rewriting.SAME, keys, built)
    return files | dict(deck_files(collection, {}, paths, texts))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8", newline="\n")


def _creating(folder: Path) -> Callable[[str], BinaryIO]:
    return lambda name: (folder / name).open("xb")


def copy_media(
    media: Sequence[Media], create: Callable[[str], BinaryIO], progress: Progress
) -> Iterator[Diagnostic]:
    """Copy media into files that `create` opens; report those that can't be written.

    Files with the suffix of a source are left out: the project would read them as decks. Progress
    is in KiB.
    """
    total = sum(file.size for file in media) // _KIB
    copied = 0
    for file in media:
        if _is_source(file.name):
            message = f"the file {file.name[:60]!r} was left out: it would be read as a deck"
            yield Diagnostic("import", message, None, Severity.WARNING)
            continue
        try:
            with file.open() as source, create(file.name) as target:
                shutil.copyfileobj(source, target)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            message = f"the file {file.name[:60]!r} can't be written: {why.lower()}"
            yield Diagnostic("import", message, None, Severity.WARNING)
        copied += file.size
        progress("media (KiB)", copied // _KIB, total)


def _is_source(name: str) -> bool:
    return Path(name).suffix.lower() in SOURCE_ENDINGS


def _compiled(folder: Path, *, allow_scripts: bool) -> tuple[Compiled, list[Diagnostic]]:
    """Compile the new project; return its errors, and a summary of its warnings.

    With `allow_scripts` its settings accept its scripts.
    """
    project, problems = load_project(folder)
    compiled, diagnostics = compile_project(project)
    found = [
        problem
        for problem in diagnostics
        if problem.rule == "active-content" and problem.severity is Severity.ERROR
    ]
    active = len(found)
    if active and allow_scripts:
        with (folder / SETTINGS_NAME).open("a", encoding="utf-8", newline="\n") as settings:
            settings.write(_acceptance(compiled, found))
        project, problems = load_project(folder)
        compiled, diagnostics = compile_project(project)
    elif active:
        compiled, diagnostics = compile_project(project, allow_scripts=True)
    problems += diagnostics
    errors = [problem for problem in problems if problem.severity is Severity.ERROR]
    rules = Counter(problem.rule for problem in problems if problem.severity is Severity.WARNING)
    summary = list(errors)
    if rules:
        kinds = ", ".join(f"{count:,} {rule}" for rule, count in rules.most_common())
        message = f"{counted(rules.total(), 'thing')} worth a look: {kinds}"
        summary.append(_note(message, "flashdeck check shows each of them"))
    if active:
        message = f"{counted(active, 'place')} with active content, such as scripts"
        hint = "if you trust it: import with --allow-scripts, or flashdeck build --allow-scripts"
        summary.append(_note(message, f"{SETTINGS_NAME} accepts it" if allow_scripts else hint))
    return compiled, summary


def _acceptance(compiled: Compiled, active: Sequence[Diagnostic]) -> str:
    """Return the setting that accepts the scripts of note types, and of decks with active notes."""
    paths = {problem.span.path for problem in active if problem.span is not None}
    accepted: dict[str, Data] = {}
    if compiled.scripts:
        accepted["notetypes"] = dict(compiled.scripts)
    notes = (entry.note for entry in compiled.notes)
    if decks := sorted({note.deck for note in notes if note.span.path in paths}):
        accepted["decks"] = decks
    return pair_text("allow_scripts", accepted) + "\n"


def verify(
    collection: Collection,
    compiled: Compiled,
    markdown: Rewriting | None,
    built_in: Container[int] = (),
) -> None:
    """Compare a collection with its compiled sources; raises `FlashdeckError` if they differ.

    The style and the backs of `built_in` note types may be those of another release of flashdeck.
    """
    is_equal = {None: operator.eq, Rewriting.SAME: is_same}.get(markdown, is_shown_alike)
    notetypes = {notetype.id: notetype for notetype in compiled.notetypes.values()}
    for notetype in collection.notetypes:
        made_type = notetypes.get(notetype.id, notetype)
        is_ours = notetype.id in built_in and schema(made_type) == schema(notetype)
        if not is_ours and replace(made_type, mod=notetype.mod) != notetype:
            raise FlashdeckError(f"the note type '{notetype.name}' can't be written as YAML", _BUG)
    descriptions = {deck.name: deck.description for deck in compiled.collection.decks}
    for deck in collection.decks:
        own = descriptions.get(deck.name, deck.description)
        if not (deck.markdown or is_equal((own,), (deck.description,))):
            raise FlashdeckError(f"the description of '{deck.name}' can't be written as YAML", _BUG)
    built = {note.guid: note for note in compiled.collection.notes}
    for note in collection.notes:
        made = built.get(note.guid)
        same = made is not None and (made.tags, made.notetype, made.cards[0].deck) == (
            note.tags,
            note.notetype,
            note.cards[0].deck,
        )
        if made is None or not same or not is_equal(made.fields, note.fields):
            raise FlashdeckError(f"the note {note.guid!r} can't be written as YAML", _BUG)


def card_problems(collection: Collection, compiled: Compiled) -> Iterator[Diagnostic]:
    """Report cards that templates no longer make, and cards that they make in addition."""
    built = {note.guid: {card.ordinal for card in note.cards} for note in compiled.collection.notes}
    pairs = [({card.ordinal for card in note.cards}, built[note.guid]) for note in collection.notes]
    if lost := sum(len(before - after) for before, after in pairs):
        message = counted(lost, "card(s) left out that would show nothing")
        yield _note(message, "Tools ▸ Empty Cards deletes them in Anki, too")
    if added := sum(len(after - before) for before, after in pairs):
        message = counted(added, "new card(s): templates make them, but they were not there")
        yield _note(message)


def media_problems(collection: Collection, compiled: Compiled) -> Iterator[Diagnostic]:
    """Report files that cards need, but that a build would not pack, and those that none needs."""
    media = [file for file in collection.media if not _is_source(file.name)]
    needed = needed_media(collection.notes, collection.notetypes, media)
    left_out = {file.name for file in media} - {file.name for file in compiled.collection.media}
    if unused := sorted(left_out - needed, key=natural):
        message = counted(len(unused), "file(s) that no card shows: in cards/media/, not packed")
        yield _note(message, f"as {', '.join(unused[:_FEW])}")
    if missing := sorted(left_out & needed, key=natural):
        message = counted(len(missing), "file(s) that cards show would be left out of a build")
        hint = f"as {', '.join(missing[:_FEW])}"
        yield Diagnostic("import", message, None, Severity.WARNING, hint)


def _note(message: str, hint: str = "") -> Diagnostic:
    return Diagnostic("import", message, None, Severity.INFO, hint)


@contextmanager
def _new_project(target: Path) -> Iterator[Path]:
    """Create a temporary folder, which becomes the project in `target` at the end.

    It is in `target`, or beside it if that does not exist. It is locked, so that other imports
    remove only those of killed processes.
    """
    place = target / PENDING_NAME if target.is_dir() else target
    folder = temporary(place)
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"the folder {target} can't be created: {why}") from error
    try:
        with lock(folder / HOLD_NAME):
            _sweep(place, folder)
            yield folder
        _publish(folder, target)
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"{target} can't be written: {why}; nothing was imported") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _sweep(place: Path, own: Path) -> None:
    """Remove the temporary folders of killed imports to the same place."""
    for other in list(temporaries([place.parent])):
        if other != own and other.name.startswith(f".{place.name}.") and other.is_dir():
            with suppress(FlashdeckError), lock(other / HOLD_NAME):
                shutil.rmtree(other, ignore_errors=True)


def _publish(folder: Path, target: Path) -> None:
    """Move a finished project to its target, in one step.

    If the target has other files, the step is to the pending folder, whose files are moved by this
    process, or by the next command if this one is killed.
    """
    (folder / HOLD_NAME).unlink()
    if target.exists():
        folder.rename(target / PENDING_NAME)
        finish(target)
    else:
        folder.rename(target)


def is_free(target: Path) -> bool:
    """Whether a project can be created in a folder: it holds no project file, or does not exist."""
    if not target.exists():
        return True
    names = (*_PROJECT_FILES, PENDING_NAME)
    return target.is_dir() and not any((target / name).exists() for name in names)
