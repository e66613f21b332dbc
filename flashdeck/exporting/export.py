"""Export of decks into a folder.

The folder has a list of exported files with their digests. Only these files are replaced or
removed, and only if they were not changed since.
"""

from __future__ import annotations

import hashlib
import io
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final

from flashdeck.anki import deck_names
from flashdeck.anki.template.media import needed_media
from flashdeck.anki.template.reserves import as_written
from flashdeck.compile.pipeline import compile_root
from flashdeck.diagnostics import Diagnostic, FlashdeckError, reason
from flashdeck.exporting.anki_csv import anki_csv
from flashdeck.exporting.crowdanki import crowdanki
from flashdeck.exporting.formats import Format
from flashdeck.exporting.plain_json import plain_json
from flashdeck.files.files import Publication
from flashdeck.model import Collection, Media, Note
from flashdeck.project.packages import package_name

_LIST: Final = ".flashdeck-export"
_MEDIA: Final = "media"
_LIST_LIMIT: Final = 64 << 20


@dataclass(frozen=True, slots=True)
class Source:
    """The input of an export.

    `identity` is the project's id, '' for a package, whose decks have ids.
    """

    collection: Collection
    identity: str


@dataclass(frozen=True, slots=True)
class Exported:
    """The result of an export: files with notes, and numbers; `left_out` notes have no cards."""

    paths: tuple[Path, ...]
    notes: int
    media: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _File:
    sha256: str
    open: Callable[[], BinaryIO]


def read_sources(root: Path, *, allow_scripts: bool) -> tuple[Source | None, list[Diagnostic]]:
    """Compile a project; None when its sources have errors.

    Raises `FlashdeckError` where notes have no ids yet.
    """
    outcome = compile_root(root, allow_scripts=allow_scripts)
    project, compiled = outcome.project, outcome.compiled
    if outcome.errors:
        return None, list(outcome.problems)
    if not project.settings.id or not all(note.stamped for note in compiled.notes):
        msg = "there are notes without an id, which other programs need to recognise them"
        raise FlashdeckError(msg, "run 'flashdeck build' once: it writes them into the sources")
    return Source(compiled.collection, project.settings.id), list(outcome.problems)


def export(source: Source, to: Format, folder: Path) -> Exported:
    """Write a collection into a folder, all files or none.

    Raises `FlashdeckError` for an existing file that no export wrote, or that was changed since.
    """
    notes = [note for note in source.collection.notes if note.cards]
    if not notes:
        msg = "there is no note with a card to export"
        raise FlashdeckError(msg)
    texts = dict(_texts(source, to))
    files = {path: _text(text) for path, (text, _) in texts.items()}
    for path, (_, media) in texts.items():
        for file in media:
            target = PurePosixPath(path).parent / _MEDIA / file.name
            files[target.as_posix()] = _File(file.sha256, file.open)
    _publish(files, folder)
    return Exported(
        paths=tuple(folder / path for path in texts),
        notes=len(notes),
        media=len(files) - len(texts),
        left_out=len(source.collection.notes) - len(notes),
    )


def _texts(source: Source, to: Format) -> Iterator[tuple[str, tuple[str, tuple[Media, ...]]]]:
    """Return path, text and media of each file with notes."""
    collection = source.collection
    if to is Format.CSV:
        yield "notes.csv", (anki_csv(collection), collection.media)
        return
    collection = as_written(collection)
    if to is Format.JSON:
        yield "deck.json", (plain_json(collection), collection.media)
    else:
        folders: dict[str, str] = {}
        for root in sorted({_root(note) for note in collection.notes if note.cards}):
            folder = package_name(root).removesuffix(".apkg").strip(". ") or "deck"
            other = folders.setdefault(folder.lower(), root)
            if other != root:
                msg = f"the decks '{other}' and '{root}' would both be written to {folder}/"
                raise FlashdeckError(msg, "rename one of them")
            part = _part(collection, root)
            yield f"{folder}/deck.json", (crowdanki(part, root, source.identity), part.media)


def _part(collection: Collection, root: str) -> Collection:
    """Return the notes of a root deck, with the media that they and their note types name."""
    notes = tuple(note for note in collection.notes if note.cards and _root(note) == root)
    needed = needed_media(notes, collection.notetypes, collection.media)
    media = tuple(file for file in collection.media if file.name in needed)
    return replace(collection, notes=notes, media=media)


def _root(note: Note) -> str:
    return deck_names.root(note.cards[0].deck)


def _text(text: str) -> _File:
    data = text.encode()
    return _File(hashlib.sha256(data).hexdigest(), partial(io.BytesIO, data))


def _publish(files: Mapping[str, _File], folder: Path) -> None:
    known = _read_list(folder)
    changed = {path: file for path, file in files.items() if _is_new(folder, path, file, known)}
    gone = [path for path in known if path not in files and _digest(folder / path) == known[path]]
    lines = sorted(f"{file.sha256}  {path}\n" for path, file in files.items())
    with Publication() as publication:
        for path, file in {**changed, _LIST: _text("".join(lines))}.items():
            with file.open() as source:
                shutil.copyfileobj(source, publication.stage(folder / path, folder, parents=True))
        publication.commit()
    for path in gone:
        with suppress(OSError):
            (folder / path).unlink()


def _is_new(folder: Path, path: str, file: _File, known: Mapping[str, str]) -> bool:
    """Whether a file must be written; raises for a file that no export wrote."""
    digest = _digest(folder / path)
    if digest == file.sha256:
        return False
    if digest is not None and known.get(path) != digest:
        msg = f"{folder / path} was not written by an export, or was changed since"
        raise FlashdeckError(msg, "move it away, or export into another folder")
    return True


def _digest(path: Path) -> str | None:
    """Return the digest of a file; None for no file, '' for anything but a regular file."""
    if not path.is_symlink() and not path.exists():
        return None
    if path.is_symlink() or not path.is_file():
        return ""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        msg = f"{path} can't be read: {reason(error)}"
        raise FlashdeckError(msg) from error


def _read_list(folder: Path) -> dict[str, str]:
    """Read the digests of exported files by path; empty for a missing or invalid list."""
    path = folder / _LIST
    if path.is_symlink() or not path.is_file() or path.stat().st_size > _LIST_LIMIT:
        return {}
    pairs = [line.partition("  ") for line in path.read_text("utf-8", "replace").splitlines()]
    known = {name: digest for digest, _, name in pairs}
    invalid = any(".." in name.split("/") or Path(name).is_absolute() or not name for name in known)
    return {} if invalid else known
