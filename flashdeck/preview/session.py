"""Compiles a project again and again while its author writes."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from flashdeck.compile.cache import Cache
from flashdeck.compile.media.cache import load_media_cache
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.seal import TICK
from flashdeck.model import Collection
from flashdeck.project.project import Project, load_project

_TABLES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class State:
    """A project as it is now: what it compiles to, and its diagnostics.

    `kinds` gives each note's kind by its id; `changed` are the ids of notes that differ from the
    last build, or were never built.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


class PreviewSession:
    """Compiles the project at `root`; what was rendered once is taken from a cache in memory.

    It begins with what the last build left in its cache.
    """

    def __init__(self, root: Path, *, allow_scripts: bool = False) -> None:
        self._root = root
        self._allow_scripts = allow_scripts
        self._loaded: tuple[Project, list[Diagnostic]] | None = None
        self._cache = Cache.load(root)
        self._media_cache = load_media_cache(root)

    def compile(self, changed: Iterable[Path] | None = None) -> State:
        """Compile the project as it is now; `changed` are the files that differ, None for all."""
        paths = [Path(path) for path in changed] if changed is not None else []
        if self._loaded is None or changed is None or not _are_sources(paths, self._loaded[0]):
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
            frozenset(
                guid
                for guid, digest in compiled.digests.items()
                if guid not in released or released[guid].content != digest
            ),
        )


def _latest(paths: Iterable[Path]) -> int:
    """Give the time by the disk's clock, in ns, at which the latest of these files was saved."""
    found = 0
    for path in paths:
        with suppress(OSError):
            found = max(found, path.stat().st_ctime_ns)
    return found


def _are_sources(paths: Iterable[Path], project: Project) -> bool:
    """Whether nothing but decks and tables was edited, none of them new and none gone."""
    decks = set(project.decks)
    return all(
        path.is_file()
        and (path in decks or (project.cards in path.parents and path.suffix.lower() in _TABLES))
        for path in paths
    )
