"""The inputs of a preview: a project, watched while it is edited, or a package."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable
from functools import partial
from pathlib import Path
from threading import Event
from typing import Protocol

from flashdeck import model
from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import Diagnostic, FlashdeckError
from flashdeck.files.files import Publication
from flashdeck.files.watch import Watched, changes
from flashdeck.preview.serve.onefile import OneFile, one_file
from flashdeck.preview.serve.snapshot import Snapshot
from flashdeck.preview.serve.store import PreviewStore
from flashdeck.preview.session import PreviewSession, figures
from flashdeck.project.paths import CARDS_NAME

_CHUNK = 1 << 20
OnBug = Callable[[Exception], None]


class Previewed(Protocol):
    """A previewable input. `root` is the project's folder, None for a package."""

    root: Path | None

    def first(self) -> Snapshot:
        """Read the first snapshot."""

    def follow(self, store: PreviewStore, stop: Event, on_bug: OnBug) -> None:
        """Keep the store up to date until `stop` is set."""


class PreviewedPackage:
    """A package from any program."""

    def __init__(self, path: Path) -> None:
        self.root: Path | None = None
        self._path = path

    def first(self) -> Snapshot:
        """Read the first snapshot."""
        collection = read_apkg(self._path)
        return Snapshot(self._path.name, collection, figures=partial(figures, collection, ()))

    def follow(self, store: PreviewStore, stop: Event, on_bug: OnBug) -> None:
        """Do nothing: a package is not watched."""


class PreviewedSources:
    """A project, compiled from its sources."""

    def __init__(self, root: Path, *, allow_scripts: bool) -> None:
        self.root: Path | None = root
        self._root = root
        self._session = PreviewSession(root, allow_scripts=allow_scripts)

    def first(self) -> Snapshot:
        """Compile the first snapshot."""
        return self._snapshot(None)

    def follow(self, store: PreviewStore, stop: Event, on_bug: OnBug) -> None:
        """Compile again whenever a file changes."""
        watched = Watched(trees=(self._root / CARDS_NAME,), folders=(self._root,))
        for paths in changes(watched, stop):
            try:
                store.update(self._snapshot(paths))
            except FlashdeckError as error:
                store.update(self._stopped(error))
            except Exception as error:  # noqa: BLE001 - an internal error must not end the preview
                on_bug(error)

    def _snapshot(self, changed: Collection[str] | None) -> Snapshot:
        paths = None if changed is None else [Path(path) for path in changed]
        return self._session.compile(paths)

    def _stopped(self, error: FlashdeckError) -> Snapshot:
        problem = Diagnostic("stopped", str(error), None, hint=error.hint)
        return Snapshot(self._root.name, model.Collection(), (problem,))


def write_page(snapshot: Snapshot, html: Path, media: Path | None, options: OneFile) -> None:
    """Write the preview as one file, and its media into the folder `media` if given.

    The files are published together or not at all. Raises `FlashdeckError` if one can't be written.
    """
    text = one_file(snapshot, options)
    with Publication() as publication:
        if media is not None:
            _stage_media(publication, snapshot.collection.media, media)
        publication.stage(html).write(text.encode("utf-8", "backslashreplace"))
        publication.commit()


def _stage_media(publication: Publication, files: Iterable[model.Media], folder: Path) -> None:
    for media in files:
        with media.open() as source:
            target = publication.stage(folder / media.name, parents=True)
            while chunk := source.read(_CHUNK):
                target.write(chunk)


def folder_address(html: Path, media: Path) -> str:
    """The relative URL of a folder, as seen from a page."""
    return os.path.relpath(media.resolve(), html.resolve().parent).replace(os.sep, "/")
