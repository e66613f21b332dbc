"""Drops removed notes that nobody has from the lock, so that no package contains them."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from flashdeck.compile.example import example_notes
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.files import Publication
from flashdeck.project.lockfile import NoteEntry
from flashdeck.project.packages import delete_packages
from flashdeck.project.paths import LOCK_NAME
from flashdeck.project.project import Project, load_project
from flashdeck.project.project_lock import locked_project
from flashdeck.text import did_you_mean, natural, nearest


@dataclass(frozen=True, slots=True)
class Forgotten:
    """The notes that were dropped, and `packages` in which no note is left.

    If a name was `refused`, or the sources have errors, there are none, and nothing was written.
    """

    notes: tuple[NoteEntry, ...] = ()
    packages: tuple[str, ...] = ()
    refused: tuple[FlashdeckError, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()


def forget(
    root: Path, names: Iterable[str], *, example: bool = False, dry_run: bool = False
) -> Forgotten:
    """Drop removed notes from the lock of the project at `root`.

    `names` are ids of notes, and packages, of which all removed notes are dropped; with `example`
    the notes of `init`'s example deck are dropped, too. All other lines of the lock keep their
    bytes. A `dry_run` writes nothing.
    """
    with locked_project(root):
        project, problems = load_project(root)
        if not project.lock_text:
            message = f"there is no {LOCK_NAME}: no removed note is known"
            raise FlashdeckError(message, "restore it from git, if there was one")
        if any(problem.rule == "lock-merged" for problem in problems):
            message = f"{LOCK_NAME} has git's conflict markers"
            raise FlashdeckError(message, "build first, which writes it without them")
        outcome = compile_loaded(project, problems, allow_scripts=True)
        # Which notes are removed is certain only if all sources and lines of the lock can be read.
        if outcome.errors:
            errors = (item for item in outcome.problems if item.severity is Severity.ERROR)
            return Forgotten(diagnostics=tuple(errors))
        ids = (note.note.id for note in outcome.compiled.notes)
        choice = _Choice(project, {name.value: name.span for name in ids if name})
        for name in names:
            choice.add(name)
        if example:
            choice.add_example()
        if choice.refused:
            return Forgotten(refused=tuple(choice.refused))
        packages = _emptied(project.lock.notes.values(), choice.notes)
        if not dry_run:
            _write(root, _without(project.lock_text, choice.notes))
            delete_packages(root, packages)
        return Forgotten(tuple(choice.notes.values()), packages)


def _emptied(entries: Iterable[NoteEntry], dropped: Mapping[str, NoteEntry]) -> tuple[str, ...]:
    """Return the packages of which no note is left."""
    left = {entry.package for entry in entries if entry.id not in dropped}
    return tuple(sorted({entry.package for entry in dropped.values()} - left, key=natural))


def _write(root: Path, text: str) -> None:
    with Publication() as publication:
        publication.stage(root / LOCK_NAME, root).write(text.encode())
        publication.commit()


class _Choice:
    """The chosen notes by id, and what is `refused`. `places` are those of the ids in sources."""

    def __init__(self, project: Project, places: Mapping[str, Span]) -> None:
        self._project = project
        self._places = places
        self._gone = {
            name: entry for name, entry in project.lock.notes.items() if name not in places
        }
        self.notes: dict[str, NoteEntry] = {}
        self.refused: list[FlashdeckError] = []

    def add(self, name: str) -> None:
        """Add a note by its id, or all removed notes of a package."""
        if name in self._gone:
            self.notes[name] = self._gone[name]
        elif name in self._places:
            self._refuse_present(name)
        elif name.lower().endswith(".apkg"):
            self._add_package(Path(name).name)
        else:
            near = did_you_mean(nearest(name, self._gone), "no removed note has a similar id")
            self.refused.append(FlashdeckError(f"{LOCK_NAME} has no note '{name}'", near))

    def add_example(self) -> None:
        """Add the notes of the example deck."""
        lock = self._project.lock
        notes = example_notes(self._project.settings.id, lock.notes.values())
        present = [entry.id for entry in notes if entry.id in self._places]
        if present:
            self._refuse_present(present[0])
        elif not notes:
            message = f"{LOCK_NAME} has no note of the example deck"
            hint = "name other removed notes by their ids, or their package"
            self.refused.append(FlashdeckError(message, hint))
        self.notes |= {entry.id: entry for entry in notes}

    def _add_package(self, file: str) -> None:
        notes = {name: entry for name, entry in self._gone.items() if entry.package == file}
        self.notes |= notes
        if notes:
            return
        known = {entry.package for entry in self._gone.values()}
        if file in {entry.package for entry in self._project.lock.notes.values()}:
            error = FlashdeckError(f"no note of {file} is removed")
        else:
            near = did_you_mean(nearest(file, known), "no removed note is in such a package")
            error = FlashdeckError(f"{LOCK_NAME} has no note of a package '{file}'", near)
        self.refused.append(error)

    def _refuse_present(self, name: str) -> None:
        span = self._places[name]
        message = f"the note '{name}' is in the sources: {span.path}:{span.line}:{span.column}"
        self.refused.append(FlashdeckError(message, "delete it there first"))


def _without(text: str, ids: Container[str]) -> str:
    """Return the text of a lock without the lines of these notes.

    Lines of packages stay: a lock whose revision is behind its own history counts as taken back.
    """
    lines = (line.split("\t", 2) for line in text.splitlines(keepends=True))
    return "".join(
        "\t".join(parts)
        for parts in lines
        if parts[0] != "note" or len(parts) == 1 or parts[1] not in ids
    )
