"""Compiles a project again and again while its author writes: as little as possible each time."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from flashdeck.compile.cache.kept import Kept, KeptFile, digest_of
from flashdeck.compile.cache.mediacache import kept_media
from flashdeck.compile.cache.seal import TICK
from flashdeck.compile.compiler import compile_project
from flashdeck.compile.suppress import Judge
from flashdeck.diagnostics import Diagnostic
from flashdeck.files.files import RefusedFileError
from flashdeck.model import Collection
from flashdeck.preview.partial_read import excerpt, most_nodes, starts_of, with_excerpt
from flashdeck.project.packages import package_files
from flashdeck.project.project import Project, load_project, source_bytes

_TABLES = frozenset({".csv", ".tsv"})


@dataclass(frozen=True, slots=True)
class State:
    """A project as it stands: what compiles of it, and what is to be said.

    `kinds` gives each note's kind by its id; `changed` are the ids of notes that differ from the
    last build, or were never built.
    """

    name: str
    collection: Collection
    problems: tuple[Diagnostic, ...]
    kinds: dict[str, str] = field(default_factory=dict)
    changed: frozenset[str] = frozenset()


class Recompiler:
    """Compiles the project at `root`; remembers enough to compile only what changed."""

    def __init__(self, root: Path, *, allow_scripts: bool = False) -> None:
        self._root = root
        self._allow_scripts = allow_scripts
        self._project: Project | None = None
        self._said: list[Diagnostic] = []  # of the settings, and of which files there are
        self._kept = Kept()
        self._texts: dict[str, tuple[str, str]] = {}  # of files that are kept, with their digests
        self._counted = kept_media(root)

    def compile(self, changed: Iterable[Path] | None = None) -> State:
        """Compile the project as it stands; `changed` are the files that differ, None for all."""
        paths = [Path(path) for path in changed] if changed is not None else []
        project = self._project
        if project is None or changed is None or not _are_sources(paths, project):
            project, self._said = load_project(self._root)
            self._project = project
        self._counted = self._counted.later(_latest(paths) - TICK)
        for path in paths:
            self._take_excerpt(project, path)
        return self._compiled(project)

    def _compiled(self, project: Project) -> State:
        compiled, problems = compile_project(
            project, allow_scripts=self._allow_scripts, kept=self._kept, counted=self._counted
        )
        self._kept = compiled.kept
        self._remember_texts(project)
        problems = Judge(project.settings.rules, compiled.sources).judged(problems)
        decks = {card.deck for note in compiled.collection.notes for card in note.cards}
        _, named = package_files(sorted(decks), project.settings)
        released = project.lock.notes
        names = {kind: kind.partition(":")[0] for kind in set(compiled.kinds.values())}
        return State(
            compiled.name,
            compiled.collection,
            (*self._said, *problems, *named),
            {guid: names[kind] for guid, kind in compiled.kinds.items()},
            frozenset(
                guid
                for guid, digest in compiled.digests.items()
                if guid not in released or released[guid].content != digest
            ),
        )

    def _take_excerpt(self, project: Project, path: Path) -> None:
        """Bring what is kept of an edited deck up to date, where that takes reading few notes.

        Where it does not, or there is anything to say, compiling reads the deck as a whole.
        """
        if path not in project.decks or not project.settings.name:
            return
        name = project.relative(path)
        held = self._kept.files.get(name)
        digest, before = self._texts.get(name, ("", ""))
        if held is None or not digest or held.digest != digest:
            return
        after = _text(project, path)
        taken = excerpt(before, after, starts_of(held))
        if taken is None or most_nodes(after) > project.settings.limits.nodes:
            return
        part = replace(project, decks=(path,), unsaved={path: taken.text.encode()})
        compiled, _ = compile_project(
            part,
            allow_scripts=self._allow_scripts,
            kept=self._kept.without_files,
            counted=self._counted,
        )
        read = compiled.kept.files.get(name, KeptFile("", (), ()))
        if read.digest and compiled.kept.context == self._kept.context:
            file = with_excerpt(held, read, taken, after)
            self._kept = self._kept.joined(Kept(self._kept.context, {name: file}))
            self._texts[name] = file.digest, after

    def _remember_texts(self, project: Project) -> None:
        """Remember what was read of the files that are kept, for the next excerpt."""
        for path in project.decks:
            name = project.relative(path)
            held = self._kept.files.get(name)
            if held is None or not held.digest:
                self._texts.pop(name, None)
            elif self._texts.get(name, ("", ""))[0] != held.digest:
                text = _text(project, path)
                self._texts[name] = digest_of(text.encode()), text


def _latest(paths: Iterable[Path]) -> int:
    """Give the time by the disk's clock, in ns, at which the latest of these files was saved."""
    found = 0
    for path in paths:
        with suppress(OSError):
            found = max(found, path.stat().st_ctime_ns)
    return found


def _text(project: Project, path: Path) -> str:
    """Give the text of a source; '' where it can't be read."""
    try:
        return source_bytes(project, path).decode()
    except (RefusedFileError, UnicodeDecodeError):
        return ""


def _are_sources(paths: Iterable[Path], project: Project) -> bool:
    """Whether nothing but decks and tables was edited, none of them new and none gone."""
    decks = set(project.decks)
    return all(
        path.is_file()
        and (path in decks or (project.cards in path.parents and path.suffix.lower() in _TABLES))
        for path in paths
    )
