"""A collection becomes a new project: made beside its place, compared, and put there whole."""

from __future__ import annotations

import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from flashdeck.anki import deck_names
from flashdeck.anki.template.media import named_media
from flashdeck.compile.compiler import Compiled, compile_project
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, reason
from flashdeck.importing.history import imported_notes, imported_notetypes
from flashdeck.importing.layout import MEDIA, Paths, deck_files, notetype_files, settings_text
from flashdeck.importing.result import Imported, ImportOptions, Progress
from flashdeck.importing.sanitise import decks_within, sanitised
from flashdeck.importing.sources import Texts
from flashdeck.model import Collection, Media
from flashdeck.project.ids import new_project_id
from flashdeck.project.lockfile import Lock, ProjectEntry, lock_text
from flashdeck.project.packages import package_files
from flashdeck.project.paths import CARDS_NAME, LOCK_NAME, SETTINGS_NAME, SOURCE_ENDINGS
from flashdeck.project.project import load_project
from flashdeck.source.names import clean_name
from flashdeck.text import counted

_BUG = "this is a bug in flashdeck: please report it, with the file if you may"
_KIB = 1024
_FEW = 3
_ACTIVE = frozenset({"active-content", "template-media"})


def import_new(
    collection: Collection, target: Path, options: ImportOptions, progress: Progress
) -> Imported:
    """Make a project of a collection in the folder `target`, which may exist but hold no project.

    Raises `FlashdeckError` when nothing can be written there; then nothing was.
    """
    if options.deck:
        collection = decks_within(collection, options.deck)
    tidy = sanitised(collection, options.name)
    collection = tidy.collection
    if not collection.notes:
        raise FlashdeckError("there is no note to import", "is it the right file, and deck?")
    with _beside(target) as folder:
        files = _files(collection, options)
        _write(folder, files)
        said = list(copy_media(collection.media, folder / MEDIA, progress))
        compiled, problems = _compiled(folder)
        verify(collection, compiled)
        project, _ = load_project(folder)
        packages, _ = package_files([deck.name for deck in collection.decks], project.settings)
        settings = project.settings
        lock = Lock(
            {settings.id: ProjectEntry(settings.id, settings.name, options.now)},
            imported_notes(collection.notes, compiled, packages, options.now),
            imported_notetypes(collection.notetypes, compiled, options.now),
        )
        (folder / LOCK_NAME).write_text(lock_text(lock), "utf-8", newline="\n")
        _publish(folder, target)
    return Imported(
        root=target,
        new=len(collection.notes),
        decks=len({note.cards[0].deck for note in collection.notes}),
        notetypes=len(collection.notetypes),
        media=len(collection.media) - len(said),
        diagnostics=(
            *tidy.problems,
            *said,
            *card_problems(collection, compiled),
            *media_problems(collection, compiled),
            *problems,
        ),
    )


def _files(collection: Collection, options: ImportOptions) -> dict[str, str]:
    paths = Paths()
    root = deck_names.root(collection.notes[0].cards[0].deck)
    markup = "markdown" if options.markdown else "html"
    settings = settings_text(collection, new_project_id(), root or options.name, markup)
    files = {SETTINGS_NAME: settings}
    for notetype in collection.notetypes:
        files |= notetype_files(notetype, {}, paths)
    texts = Texts(markup, {one.name for one in collection.media})
    return files | dict(deck_files(collection, {}, paths, texts))


def _write(folder: Path, files: Mapping[str, str]) -> None:
    for path, text in files.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, "utf-8", newline="\n")


def copy_media(media: Sequence[Media], folder: Path, progress: Progress) -> Iterator[Diagnostic]:
    """Put media into a folder, one after the other; say which the system refuses.

    What ends like a source is left out: the project would read it as a deck of a stranger's.

    How far it is, is told in KiB.
    """
    total = sum(one.size for one in media) // _KIB
    copied = 0
    if media:
        folder.mkdir(parents=True, exist_ok=True)
    for one in media:
        if _is_source(one.name):
            message = f"the file {one.name[:60]!r} was left out: it would be read as a deck"
            yield Diagnostic("import", message, None, Severity.WARNING)
            continue
        try:
            with one.open() as source, (folder / one.name).open("xb") as target:
                shutil.copyfileobj(source, target)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error)
            message = f"the file {one.name[:60]!r} can't be written: {why.lower()}"
            yield Diagnostic("import", message, None, Severity.WARNING)
        copied += one.size
        progress("media (KiB)", copied // _KIB, total)


def _is_source(name: str) -> bool:
    return Path(name).suffix.lower() in SOURCE_ENDINGS


def _compiled(folder: Path) -> tuple[Compiled, list[Diagnostic]]:
    """Compile what was written; what it says is summed up, for `check` will say it in full."""
    project, problems = load_project(folder)
    compiled, found = compile_project(project)
    active = sum(one.rule in _ACTIVE and one.severity is Severity.ERROR for one in found)
    if active:
        compiled, found = compile_project(project, allow_scripts=True)
    problems += found
    grave = [one for one in problems if one.severity is Severity.ERROR]
    rules = Counter(one.rule for one in problems if one.severity is Severity.WARNING)
    said = list(grave)
    if rules:
        kinds = ", ".join(f"{count:,} {rule}" for rule, count in rules.most_common())
        message = f"{counted(rules.total(), 'thing')} worth a look: {kinds}"
        said.append(_note(message, "flashdeck check shows each of them"))
    if active:
        message = f"{counted(active, 'place')} with active content, such as scripts"
        said.append(_note(message, "if you trust it: flashdeck build --allow-scripts"))
    return compiled, said


def verify(collection: Collection, compiled: Compiled) -> None:
    """Compare what was read with what the sources say; raises `FlashdeckError` for a difference."""
    notetypes = {one.id: one for one in compiled.notetypes.values()}
    for notetype in collection.notetypes:
        if replace(notetypes.get(notetype.id, notetype), mod=notetype.mod) != notetype:
            raise FlashdeckError(f"the note type '{notetype.name}' can't be written down", _BUG)
    told = {deck.name: deck.description for deck in compiled.collection.decks}
    for deck in collection.decks:
        if not deck.markdown and told.get(deck.name, deck.description) != deck.description:
            raise FlashdeckError(f"the description of '{deck.name}' can't be written down", _BUG)
    built = {note.guid: note for note in compiled.collection.notes}
    for note in collection.notes:
        own = built.get(note.guid)
        same = own is not None and (own.fields, own.tags, own.notetype, own.cards[0].deck) == (
            note.fields,
            note.tags,
            note.notetype,
            note.cards[0].deck,
        )
        if not same:
            raise FlashdeckError(f"the note {note.guid!r} can't be written down", _BUG)


def card_problems(collection: Collection, compiled: Compiled) -> Iterator[Diagnostic]:
    """Say which cards there were that Anki would not make, and which it would make besides."""
    built = {note.guid: {card.ordinal for card in note.cards} for note in compiled.collection.notes}
    pairs = [({card.ordinal for card in note.cards}, built[note.guid]) for note in collection.notes]
    if empty := sum(len(had - has) for had, has in pairs):
        message = counted(empty, "card(s) left out that would show nothing")
        yield _note(message, "Tools ▸ Empty Cards deletes them in Anki, too")
    if more := sum(len(has - had) for had, has in pairs):
        message = counted(more, "new card(s): templates make them, but they were not there")
        yield _note(message)


def media_problems(collection: Collection, compiled: Compiled) -> Iterator[Diagnostic]:
    """Report files that came with the notes that name them, and that no build would pack."""
    media = [one for one in collection.media if not _is_source(one.name)]
    named = named_media(collection.notes, collection.notetypes, media)
    named |= {one.name for one in media if one.name.startswith("_")}
    if lost := sorted(named - {one.name for one in compiled.collection.media}):
        message = counted(len(lost), "file(s) that cards show would be left out of a build")
        hint = f"as {', '.join(lost[:_FEW])}"
        yield Diagnostic("import", message, None, Severity.WARNING, hint)


def _note(message: str, hint: str = "") -> Diagnostic:
    return Diagnostic("import", message, None, Severity.NOTE, hint)


@contextmanager
def _beside(target: Path) -> Iterator[Path]:
    """Make a folder beside a place, gone when all is done."""
    folder = target.with_name(f".{clean_name(target.name)}.flashdeck-{secrets.token_hex(8)}.tmp")
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"the folder {target} can't be made: {why}") from error
    try:
        yield folder
    except OSError as error:
        why = reason(error)
        raise FlashdeckError(f"{target} can't be written: {why}; nothing was imported") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _publish(folder: Path, target: Path) -> None:
    """Put a finished project in its place, the lock first: without it times would start anew."""
    if not target.exists():
        folder.rename(target)
        return
    for name in (LOCK_NAME, SETTINGS_NAME, CARDS_NAME):
        (folder / name).rename(target / name)


def is_free(target: Path) -> bool:
    """Whether a project can begin in a folder: it is not there, or holds nothing of a project."""
    if not target.exists():
        return True
    return target.is_dir() and not any((target / name).exists() for name in _project_files())


def _project_files() -> Iterable[str]:
    return (LOCK_NAME, SETTINGS_NAME, CARDS_NAME)
