"""A project: its folder, its settings, the paths of what belongs to it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span, reason
from flashdeck.files import RefusedFileError, check_package_name, read_regular
from flashdeck.kinds import LIMITS, SETTINGS, VERBATIM
from flashdeck.lockfile import LOCK_NAME, Lock, parse_lock
from flashdeck.manyfiles import ManyFiles
from flashdeck.read.mapping import MappingReader
from flashdeck.read.names import clean_deck, deck_problem, path_problem
from flashdeck.roots import BUILD_NAME, CARDS_NAME, SETTINGS_NAME, SOURCE_ENDINGS
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YamlFile,
    insertion_into,
    quoted,
    read_yaml,
    splice,
)

NOTETYPES_NAME = "notetypes"

_LARGEST_LOCK = 2**28
# Of a lock that is no lock, so many lines are enough to see it.
_MOST_LOCK_PROBLEMS = 20
_LONGEST_NAME = 100
_SEVERITIES = {**{one.value: one for one in Severity}, "off": None}


@dataclass(frozen=True, slots=True)
class Settings:
    """What `flashdeck.yaml` says; all but the project's id may be left out."""

    id: str = ""
    name: str = ""
    markup: str = "markdown"
    media: str = "hashed"
    css: str = ""
    removed: str = "empty"
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Severity | None] = field(default_factory=dict)
    limits: Limits = field(default_factory=Limits)
    yaml: YamlFile | None = field(default=None, compare=False, repr=False)

    @property
    def verbatim(self) -> bool:
        """Whether media keep their names."""
        return self.media == VERBATIM


@dataclass(frozen=True, slots=True)
class Project:
    """A project as found on disk: its settings, what was released before, and what to read.

    `lock_text` is the text of the lock as it stands, '' where there is none. `unsaved` are texts
    to read in the place of files, by their paths.
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
        """Where the sources lie."""
        return self.root / CARDS_NAME

    @property
    def build(self) -> Path:
        """Where packages go."""
        return self.root / BUILD_NAME

    def relative(self, path: Path) -> str:
        """Give a path as diagnostics show it."""
        return path.relative_to(self.root).as_posix()


def load_project(root: Path) -> tuple[Project, list[Diagnostic]]:
    """Read a project's settings and list its sources, in the order in which they are studied."""
    settings, problems = _settings(root)
    lock, lock_text, found = _lock(root)
    problems += found
    cards = root / CARDS_NAME
    decks: list[Path] = []
    notetypes: list[Path] = []
    sources, found = _sources(root, cards)
    problems += found
    for path in sorted(sources, key=lambda one: one.relative_to(cards).parts):
        folder = path.relative_to(cards).parts[0]
        (notetypes if folder == NOTETYPES_NAME else decks).append(path)
    if not decks and not found:
        message = f"there is no deck in {CARDS_NAME}/"
        hint = f"write one, as {CARDS_NAME}/spanish.yaml"
        problems.append(Diagnostic("no-decks", message, None, Severity.WARNING, hint))
    return Project(root, settings, lock, lock_text, tuple(decks), tuple(notetypes)), problems


def default_deck(project: Project, path: Path) -> str:
    """Name a deck after its file: cards/spanish/verbs.yaml is spanish::verbs."""
    return clean_deck("::".join(path.relative_to(project.cards).with_suffix("").parts))


def source_bytes(project: Project, path: Path, disk: ManyFiles | None = None) -> bytes:
    """Give the bytes of a source, those not saved yet first; raises `RefusedFileError`.

    Who reads many gives the `disk` to read them from.
    """
    data = project.unsaved.get(path)
    if data is not None:
        return data
    return (disk or ManyFiles(project.root)).read(path, project.settings.limits.size)


def read_source(
    project: Project, path: Path, disk: ManyFiles | None = None
) -> tuple[YamlFile | None, list[Diagnostic]]:
    """Read one YAML file of a project; None when it can't be read at all."""
    name = project.relative(path)
    try:
        data = source_bytes(project, path, disk)
    except RefusedFileError as refused:
        return None, [_unreadable(name, refused.why)]
    file = read_yaml(name, data, project.settings.limits, control=project.settings.verbatim)
    unnamed = any(isinstance(one, MappingNode) and not one.get("deck") for one in file.documents)
    problem = deck_problem(default_deck(project, path)) if unnamed else None
    if problem is None or path in project.notetypes:
        return file, []
    hint = "rename the file, or write 'deck: NAME' into it"
    return file, [Diagnostic("deck-name", problem[0], Span.point(name), hint=hint)]


def stamped_settings(settings: Settings, project_id: str, name: str) -> str:
    """Give the text of `flashdeck.yaml` with the project's id, and its name where it has none."""
    stamps = [("id", project_id)] if settings.name else [("id", project_id), ("name", quoted(name))]
    file = settings.yaml
    root = file.documents[0] if file is not None and file.documents else None
    if file is not None and isinstance(root, MappingNode) and not root.pairs:
        inside = root.start.index + 1
        words = ", ".join(f"{key}: {value}" for key, value in stamps)
        return splice(file.text, [Edit(inside, inside, words)])
    if file is not None and isinstance(root, MappingNode):
        edits = [insertion_into(file.text, root, key, value) for key, value in stamps]
        merged = Edit(edits[0].start, edits[0].end, "".join(edit.text for edit in edits))
        return splice(file.text, [merged])
    head = file.text if file is not None else "# Settings of this flashdeck project.\n"
    head += "" if head.endswith("\n") or not head else "\n"
    comments = {"id": "   # the project's own: never change it", "name": ""}
    return head + "".join(f"{key}: {value}{comments[key]}\n" for key, value in stamps)


def _sources(root: Path, cards: Path) -> tuple[list[Path], list[Diagnostic]]:
    """Find the YAML files below `cards/`; what can't be looked into is said, not passed over."""
    found: list[Path] = []
    problems: list[Diagnostic] = []
    waiting = [cards]
    while waiting:
        folder = waiting.pop()
        try:
            inside = sorted(folder.iterdir())
        except FileNotFoundError:
            continue
        except OSError as error:
            why = reason(error)
            problems.append(_unreadable(folder.relative_to(root).as_posix(), why))
            continue
        for path in inside:
            is_source = path.suffix.lower() in SOURCE_ENDINGS
            is_folder = path.is_dir() and not is_source
            if path.name.startswith(".") or not (is_source or is_folder):
                continue
            why = path_problem(path.name)
            if is_folder and path.is_symlink():
                why = "it is a link to a folder, and those are not followed"
            if why:
                problems.append(_unreadable(path.relative_to(root).as_posix(), why))
            else:
                (found if is_source else waiting).append(path)
    return found, problems


def _unreadable(name: str, why: str) -> Diagnostic:
    return Diagnostic("unreadable", f"{name} can't be read: {why}", Span.point(name))


def _lock(root: Path) -> tuple[Lock, str, list[Diagnostic]]:
    path = root / LOCK_NAME
    if not os.path.lexists(path):  # a link that leads nowhere is not nothing
        return Lock(), "", []
    try:
        words = read_regular(path, root, _LARGEST_LOCK).decode()
    except (RefusedFileError, UnicodeDecodeError) as error:
        why = error.why if isinstance(error, RefusedFileError) else "it is not UTF-8"
        message = f"{LOCK_NAME} can't be read: {why}"
        raise FlashdeckError(message, "restore it from git") from error
    lock, problems = parse_lock(LOCK_NAME, words)
    if len(problems) > _MOST_LOCK_PROBLEMS:
        message = f"{len(problems) - _MOST_LOCK_PROBLEMS:,} more lines of it can't be read"
        more = Diagnostic("more-problems", message, Span.point(LOCK_NAME), Severity.NOTE)
        problems = [*problems[:_MOST_LOCK_PROBLEMS], more]
    return lock, words, problems


def _settings(root: Path) -> tuple[Settings, list[Diagnostic]]:
    path = root / SETTINGS_NAME
    if not os.path.lexists(path):
        return Settings(), []
    try:
        data = read_regular(path, root, Limits().size)
    except RefusedFileError as refused:
        return Settings(), [_unreadable(SETTINGS_NAME, refused.why)]
    file = read_yaml(SETTINGS_NAME, data)
    reader = _SettingsReader(file, root)
    settings = reader.read()
    return settings, [*file.problems, *reader.problems]


class _SettingsReader(MappingReader):
    def __init__(self, file: YamlFile, root: Path) -> None:
        super().__init__(file)
        self._root = root

    def read(self) -> Settings:
        node = self.file.documents[0] if self.file.documents else None
        if len(self.file.documents) > 1 and self.file.documents[1] is not None:
            self.say("one-document", "settings are one document", self.file.documents[1])
        if node is None:
            return Settings(yaml=self.file)
        if not isinstance(node, MappingNode):
            self.say("not-settings", "settings are keys with values", node, "as in 'name: Spanish'")
            return Settings(yaml=self.file)
        pairs = self.read_keys(node, SETTINGS, "flashdeck.yaml")
        words = {name: self._name(*pairs[name]) for name in ("id", "name") if name in pairs}
        return Settings(
            id=words.get("id", ""),
            name=words.get("name", ""),
            markup=(self.markup(pairs["markup"][1]) if "markup" in pairs else None) or "markdown",
            media=(
                VERBATIM if "media" in pairs and self.is_verbatim(pairs["media"][1]) else "hashed"
            ),
            css=self._css(pairs["css"][1]) if "css" in pairs else "",
            removed=self._word(pairs, "removed"),
            packages=self._packages(pairs["packages"][1]) if "packages" in pairs else {},
            rules=self._rules(pairs["rules"][1]) if "rules" in pairs else {},
            limits=self._limits(pairs["limits"][1]) if "limits" in pairs else Limits(),
            yaml=self.file,
        )

    def _name(self, key: ScalarNode, node: Node) -> str:
        scalar = self.filled(key, node, f"'{key.value}'")
        if scalar is None:
            return ""
        if "\n" in scalar.value or "\t" in scalar.value or len(scalar.value) > _LONGEST_NAME:
            message = (
                f"'{key.value}' is one line of at most {_LONGEST_NAME} characters, without tabs"
            )
            self.say("not-a-name", message, scalar, "choose another")
        return scalar.value

    def _css(self, node: Node) -> str:
        scalar = self.text(node, "'css'")
        if scalar is None:
            return ""
        if "\n" in scalar.value.strip() or not scalar.value.strip().endswith(".css"):
            return scalar.value
        try:
            data = read_regular(self._root / scalar.value.strip(), self._root, Limits().size)
            return data.decode("utf-8").replace("\r\n", "\n")
        except RefusedFileError as refused:
            self.say("missing-file", f"{scalar.value}: {refused.why}", scalar)
        except UnicodeDecodeError:
            self.say("encoding", f"{scalar.value} is not UTF-8", scalar, "save it as UTF-8")
        return ""

    def _word(self, pairs: Mapping[str, tuple[ScalarNode, Node]], name: str) -> str:
        key = next(one for one in SETTINGS if one.name == name)
        scalar = self.word(key, pairs[name][1]) if name in pairs else None
        return scalar.value.strip() if scalar is not None else key.words[0]

    def _mapping(self, node: Node, what: str) -> list[tuple[ScalarNode, Node]]:
        if isinstance(node, MappingNode):
            return node.pairs
        if not (isinstance(node, ScalarNode) and not node.value):
            self.say("not-a-mapping", f"{what} takes keys with values", node)
        return []

    def _packages(self, node: Node) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        for name, value in self._mapping(node, "'packages'"):
            if not isinstance(value, SequenceNode):
                hint = "write a list, as in spanish.apkg: [Spanish, Verbs]"
                self.say("not-a-list", f"'{name.value}' takes a list of decks", value, hint)
                continue
            try:
                check_package_name(name.value)
            except FlashdeckError as refused:
                self.say("package-name", str(refused), name, "as in spanish.apkg")
                continue
            decks = [scalar for one in value.items if (scalar := self.text(one, "a deck"))]
            found[name.value] = tuple(clean_deck(deck.value) for deck in decks)
        return found

    def _rules(self, node: Node) -> dict[str, Severity | None]:
        from flashdeck.rules.pages import meant, pages  # most projects set none

        found: dict[str, Severity | None] = {}
        for name, value in self._mapping(node, "'rules'"):
            page = pages().get(name.value)
            scalar = self.text(value, f"'{name.value}'")
            if page is None:
                hint = meant(name.value)
                self.say("unknown-rule", f"there is no rule '{name.value}'", name, hint)
            elif page.severity is Severity.ERROR:
                message = f"what '{name.value}' says is an error, and stays one"
                self.say("severity", message, name, "remove the line; mend what it is about")
            elif scalar is not None and scalar.value in _SEVERITIES:
                found[name.value] = _SEVERITIES[scalar.value]
            elif scalar is not None:
                hint = f"write one of {', '.join(sorted(_SEVERITIES))}"
                self.say("severity", f"a rule can't be '{scalar.value}'", scalar, hint)
        return found

    def _limits(self, node: Node) -> Limits:
        known = [one.name for one in LIMITS]
        values: dict[str, int] = {}
        for name, value in self._mapping(node, "'limits'"):
            if name.value not in known:
                self.unknown(name, known, "'limits'")
                continue
            number = self.number(value, f"'{name.value}'")
            if number is not None:
                values[name.value] = number
        return Limits(**values)
