"""Repeated compilation of a project while it is edited."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flashdeck.compile.cache import Cache
from flashdeck.compile.media.cache import load_media_cache
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.seal import TICK
from flashdeck.model import Collection
from flashdeck.preview.serve.snapshot import Edit
from flashdeck.project.project import Project, load_project

_TABLES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class State:
    """The current state of a project: its collection and diagnostics.

    `kinds` maps each note id to its kind. `edits` maps the ids of notes that differ from the last
    build to "new" or "edited". `numbers` maps the ids of built notes to their ids in Anki; there
    are none before the first build. `built_in` are the ids of the built-in note types.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    edits: Mapping[str, Edit] = field(default_factory=dict)
    numbers: Mapping[str, int] = field(default_factory=dict)
    built_in: tuple[int, ...] = ()


class PreviewSession:
    """Compiles the project at `root`, with rendered notes cached in memory.

    The cache starts with the one of the last build.
    """

    def __init__(self, root: Path, *, allow_scripts: bool = False) -> None:
        self._root = root
        self._allow_scripts = allow_scripts
        self._loaded: tuple[Project, list[Diagnostic]] | None = None
        self._cache = Cache.load(root)
        self._media_cache = load_media_cache(root)

    def compile(self, changed: Iterable[Path] | None = None) -> State:
        """Compile the project; `changed` are the modified files, None for all."""
        paths = [Path(path) for path in changed] if changed is not None else []
        if (
            self._loaded is None
            or changed is None
            or not _are_known_sources(paths, self._loaded[0])
        ):
            self._loaded = load_project(self._root)
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
        compiled, released = outcome.compiled, project.lock.notes
        names = {kind: kind.partition(":")[0] for kind in set(compiled.kinds.values())}
        return State(
            compiled.name,
            compiled.collection,
            outcome.problems,
            {guid: names[kind] for guid, kind in compiled.kinds.items()},
            {
                guid: "edited" if guid in released else "new"
                for guid, digest in compiled.digests.items()
                if guid not in released or released[guid].content != digest
            },
            {guid: entry.note_id for guid, entry in released.items()},
            compiled.built_in,
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
