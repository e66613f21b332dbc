"""Loads a project: its settings, its lock and the paths of its sources."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import field
from pathlib import Path
from types import MappingProxyType

from flashdeck.anki.deck_names import join
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span, reason
from flashdeck.files.files import RefusedFileError, read_regular
from flashdeck.files.many_files import ManyFiles
from flashdeck.project.lockfile import Lock, parse_lock
from flashdeck.project.paths import (
    BUILD_NAME,
    CARDS_NAME,
    LOCK_NAME,
    SETTINGS_NAME,
    SOURCE_ENDINGS,
)
from flashdeck.project.project_id import with_id
from flashdeck.project.settings import Settings, read_settings, unreadable
from flashdeck.records import dataclass
from flashdeck.source.names import clean_deck, deck_problem, path_problem
from flashdeck.text import counted, natural
from flashdeck.yamlnode import MappingNode, YamlFile, read_yaml

NOTETYPES_NAME = "notetypes"

_LARGEST_LOCK = 2**28
# A file that is not a lock has a problem in each line.
_MOST_LOCK_PROBLEMS = 20


@dataclass(frozen=True, slots=True)
class Project:
    """A project on disk: its settings, its lock and its sources.

    `lock_text` is the text of the lock, '' if there is none. `unsaved` are contents that replace
    those of files, by path.
    """

    root: Path
    settings: Settings
    lock: Lock
    lock_text: str
    decks: tuple[Path, ...]
    notetypes: tuple[Path, ...]
    unsaved: Mapping[Path, bytes] = field(default_factory=dict)

    @property
    def cards(self) -> Path:
        """The folder of the sources."""
        return self.root / CARDS_NAME

    @property
    def build(self) -> Path:
        """The folder of the packages."""
        return self.root / BUILD_NAME

    def relative(self, path: Path) -> str:
        """Return a path relative to the project, for diagnostics."""
        return path.relative_to(self.root).as_posix()


def load_project(
    root: Path, unsaved: Mapping[Path, bytes] = MappingProxyType({})
) -> tuple[Project, list[Diagnostic]]:
    """Read the settings and the lock of a project, and list its sources in study order.

    `unsaved` are contents that replace those of files.
    """
    settings, problems = read_settings(root, unsaved.get(root / SETTINGS_NAME))
    lock, lock_text, lock_problems = _lock(root)
    settings, id_problems = with_id(settings, lock)
    if any(problem.rule == "merge-conflict" for problem in problems):
        id_problems = []  # the id is one of either side
    cards = root / CARDS_NAME
    decks: list[Path] = []
    notetypes: list[Path] = []
    sources, source_problems = _sources(root, cards)
    problems += [*lock_problems, *id_problems, *source_problems]
    for path in in_study_order(sources, cards):
        folder = path.relative_to(cards).parts[0]
        (notetypes if folder == NOTETYPES_NAME else decks).append(path)
    if not decks and not source_problems:
        message = f"there is no deck in {CARDS_NAME}/"
        hint = f"write one, as {CARDS_NAME}/spanish.yaml"
        problems.append(Diagnostic("no-decks", message, None, Severity.WARNING, hint))
    project = Project(root, settings, lock, lock_text, tuple(decks), tuple(notetypes), unsaved)
    return project, problems


def in_study_order(sources: Iterable[Path], cards: Path) -> list[Path]:
    """Sort sources as they are studied: in natural order of their paths below `cards`."""
    return sorted(sources, key=lambda path: natural(path.relative_to(cards).as_posix()))


def default_deck(project: Project, path: Path) -> str:
    """Name a deck after its file: cards/spanish/verbs.yaml is spanish::verbs."""
    return clean_deck(join(path.relative_to(project.cards).with_suffix("").parts))


def source_bytes(project: Project, path: Path, disk: ManyFiles | None = None) -> bytes:
    """Return the bytes of a source, or its unsaved ones; raises `RefusedFileError`.

    A shared `disk` makes it fast to read many files.
    """
    data = project.unsaved.get(path)
    if data is not None:
        return data
    return (disk or ManyFiles(project.root)).read(path, project.settings.limits.size)


def read_source(
    project: Project, path: Path, disk: ManyFiles | None = None
) -> tuple[YamlFile | None, list[Diagnostic]]:
    """Read a YAML file of a project; None if it can't be read."""
    name = project.relative(path)
    try:
        data = source_bytes(project, path, disk)
    except RefusedFileError as refused:
        return None, [unreadable(name, refused.why)]
    file = read_yaml(name, data, project.settings.limits, control=project.settings.verbatim)
    unnamed = any(isinstance(node, MappingNode) and not node.get("deck") for node in file.documents)
    problem = deck_problem(default_deck(project, path)) if unnamed else None
    if problem is None or path in project.notetypes:
        return file, []
    hint = "rename the file, or write 'deck: NAME' into it"
    return file, [Diagnostic("deck-name", problem[0], Span.point(name), hint=hint)]


def _sources(root: Path, cards: Path) -> tuple[list[Path], list[Diagnostic]]:
    """Find the YAML files in `cards/`, and report unreadable files and folders."""
    sources: list[Path] = []
    problems: list[Diagnostic] = []
    folders = [cards]
    while folders:
        folder = folders.pop()
        try:
            paths = sorted(folder.iterdir(), key=lambda path: natural(path.name))
        except FileNotFoundError:
            continue
        except OSError as error:
            why = reason(error)
            problems.append(unreadable(folder.relative_to(root).as_posix(), why))
            continue
        for path in paths:
            is_source = path.suffix.lower() in SOURCE_ENDINGS
            is_folder = path.is_dir() and not is_source
            if path.name.startswith(".") or not (is_source or is_folder):
                continue
            why = path_problem(path.name)
            if is_folder and path.is_symlink():
                why = "it is a link to a folder, and those are not followed"
            if why:
                problems.append(unreadable(path.relative_to(root).as_posix(), why))
            else:
                (sources if is_source else folders).append(path)
    return sources, problems


def _lock(root: Path) -> tuple[Lock, str, list[Diagnostic]]:
    path = root / LOCK_NAME
    if not os.path.lexists(path):  # a broken link is an error
        return Lock(), "", []
    try:
        text = read_regular(path, root, _LARGEST_LOCK).decode()
    except (RefusedFileError, UnicodeDecodeError) as error:
        why = error.why if isinstance(error, RefusedFileError) else "it is not UTF-8"
        message = f"{LOCK_NAME} can't be read: {why}"
        raise FlashdeckError(message, "restore it from git") from error
    lock, problems = parse_lock(LOCK_NAME, text)
    if len(problems) > _MOST_LOCK_PROBLEMS:
        rest = len(problems) - _MOST_LOCK_PROBLEMS
        message = counted(rest, "more line(s) of it can't be read")
        more = Diagnostic("more-problems", message, Span.point(LOCK_NAME), Severity.INFO)
        problems = [*problems[:_MOST_LOCK_PROBLEMS], more]
    return lock, text, problems
