"""Repeated compilation of a project while it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path

from flashdeck.compile.cache import Cache, Table
from flashdeck.compile.deck_files import RenderedFile, RenderedNote
from flashdeck.compile.media.cache import load_media_cache
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.seal import TICK
from flashdeck.model import Collection
from flashdeck.preview.serve.snapshot import Figures, Known, NoteGroup, Snapshot
from flashdeck.project.lockfile import Lock, NoteEntry
from flashdeck.project.project import Project, load_project
from flashdeck.report import source_lines
from flashdeck.stats import count, study

_NEW_CARDS = 20  # a day, as in Anki's default options
_TABLES = frozenset({".csv", ".tsv"})


class PreviewSession:
    """Compiles the project at `root`, with rendered notes cached in memory.

    The cache starts with the one of the last build.
    """

    def __init__(self, root: Path, *, allow_scripts: bool = False) -> None:
        self._root = root
        self._allow_scripts = allow_scripts
        self._loaded: tuple[Project, list[Diagnostic]] | None = None
        self._cache = Cache.load(root)
        self._cache.files = Table()
        self._media_cache = load_media_cache(root)
        # By the ids of the rendered files, which are the same objects while nothing changes.
        self._groups: dict[int, tuple[RenderedFile, NoteGroup]] = {}

    def compile(self, changed: Iterable[Path] | None = None) -> Snapshot:
        """Compile the project; `changed` are the modified files, None for all."""
        paths = [Path(path) for path in changed] if changed is not None else []
        if (
            self._loaded is None
            or changed is None
            or not _are_known_sources(paths, self._loaded[0])
        ):
            self._loaded = load_project(self._root)
            self._groups = {}
        self._media_cache = self._media_cache.later(_latest(paths) - TICK)
        project, problems = self._loaded
        outcome = compile_loaded(
            project,
            problems,
            allow_scripts=self._allow_scripts,
            cache=self._cache,
            media_cache=self._media_cache,
        )
        self._cache.turn()
        compiled = outcome.compiled
        held, self._groups = self._groups, {}
        for file in compiled.files:
            known = held.get(id(file))
            self._groups[id(file)] = known or (file, _group(file, project.lock))
        return Snapshot(
            name=compiled.name,
            collection=compiled.collection,
            problems=outcome.problems,
            groups=tuple([group for _, group in self._groups.values()]),
            built=bool(project.lock.notes),
            figures=partial(figures, compiled.collection, compiled.built_in),
            line_of=source_lines(self._root),
        )


def _group(file: RenderedFile, lock: Lock) -> NoteGroup:
    """Return the notes of a file with what is known about them."""
    return NoteGroup(file.content, [_known(note, lock.notes) for note in file.notes])


def _known(note: RenderedNote, released: Mapping[str, NoteEntry]) -> Known:
    entry, kind = released.get(note.note.guid), note.kind.partition(":")[0]
    if entry is None:
        return Known(kind, "new" if note.digest else "")
    is_same = not note.digest or entry.content == note.digest
    return Known(kind, "" if is_same else "edited", entry.note_id)


def figures(collection: Collection, built_in: Iterable[int]) -> Figures:
    """Count as `flashdeck stats` does; `built_in` are the ids of the built-in note types."""
    totals = count(collection, {}, built_in)
    plan = study(totals.cards, _NEW_CARDS)
    return Figures(
        words=totals.words,
        media_size=totals.media_size,
        per_day=plan.per_day,
        days=plan.days,
        busiest=plan.busiest,
    )


def _latest(paths: Iterable[Path]) -> int:
    """The latest change time of the files, in ns by the disk's clock."""
    latest = 0
    for path in paths:
        with suppress(OSError):
            latest = max(latest, path.stat().st_ctime_ns)
    return latest


def _are_known_sources(paths: Iterable[Path], project: Project) -> bool:
    """Whether only existing decks and tables were edited."""
    decks = set(project.decks)
    return all(
        path.is_file()
        and (path in decks or (project.cards in path.parents and path.suffix.lower() in _TABLES))
        for path in paths
    )
