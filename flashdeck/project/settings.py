"""Reads `flashdeck.yaml`, the settings of a project."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import field, replace
from pathlib import Path
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span, Text
from flashdeck.files.conflicts import is_conflict, our_side
from flashdeck.files.files import RefusedFileError, check_package_name, read_regular
from flashdeck.kinds.key import EDITION
from flashdeck.kinds.registry import LIMITS, SETTINGS
from flashdeck.kinds.settings import ANKI_SPEAKS, JOIN, RESEND_DAYS, SCRIPTS, VERBATIM
from flashdeck.limits import CEILINGS, PROJECT_NAME, own_limits
from flashdeck.project.paths import SETTINGS_NAME
from flashdeck.records import dataclass
from flashdeck.source.mapping import MappingReader
from flashdeck.source.names import clean_deck
from flashdeck.yamlnode import (
    Limits,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YamlFile,
    read_yaml,
)

_SEVERITIES = {"off": None, **{severity.value: severity for severity in reversed(Severity)}}


class AcceptedScripts(NamedTuple):
    """The scripts that the author accepts: digests by note type, and decks with their subdecks."""

    notetypes: Mapping[str, Text] = {}
    decks: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings in `flashdeck.yaml`.

    A missing id or name is taken from the lock. `css_file` is the file that `css` was read from,
    relative to the project, '' if the style is in the settings. `note_type_ids` are ids of built-in
    note types, of their fields and templates, by the words that others are derived from.
    `editions` maps editions to the tags of their notes, to none for all notes.
    """

    id: str = ""
    name: str = ""
    markup: str = "markdown"
    breaks: str = "keep"
    media: str = "hashed"
    css: str = ""
    css_file: str = ""
    speech: str = ANKI_SPEAKS
    removed: str = "empty"
    resend_days: int = RESEND_DAYS
    note_type_ids: Mapping[str, int] = field(default_factory=dict)
    packages: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    editions: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    rules: Mapping[str, Severity | None] = field(default_factory=dict)
    allow_scripts: AcceptedScripts = field(default_factory=AcceptedScripts)
    limits: Limits = field(default_factory=Limits)
    yaml: YamlFile | None = field(default=None, compare=False, repr=False)

    @property
    def join_lines(self) -> bool:
        """Whether line breaks in Markdown are spaces."""
        return self.breaks == JOIN

    @property
    def verbatim(self) -> bool:
        """Whether media keep their names."""
        return self.media == VERBATIM


def read_settings(root: Path, unsaved: bytes | None = None) -> tuple[Settings, list[Diagnostic]]:
    """Read the settings of the project at `root`; without a file, all have their defaults.

    The `unsaved` content replaces that of the file.
    """
    settings, problems = _read(root, unsaved)
    limits = replace(settings.limits, **own_limits())
    return replace(settings, limits=limits), problems


def _read(root: Path, unsaved: bytes | None) -> tuple[Settings, list[Diagnostic]]:
    path = root / SETTINGS_NAME
    if unsaved is None and not os.path.lexists(path):
        return Settings(), []
    try:
        data = read_regular(path, root, Limits().size) if unsaved is None else unsaved
    except RefusedFileError as refused:
        return Settings(), [unreadable(SETTINGS_NAME, refused.why)]
    file = read_yaml(SETTINGS_NAME, data)
    if is_conflict(file.problems):
        # Read one side of it, since defaults would cause errors in other files.
        reader = _SettingsReader(read_yaml(SETTINGS_NAME, our_side(data)), root)
        settings = replace(reader.read(), yaml=file)
        others = [problem for problem in reader.problems if is_conflict([problem])]
        return settings, [*file.problems, *others]
    reader = _SettingsReader(file, root)
    settings = reader.read()
    return settings, [*file.problems, *reader.problems]


def unreadable(name: str, why: str) -> Diagnostic:
    """Report an unreadable file or folder."""
    return Diagnostic("unreadable", f"{name} can't be read: {why}", Span.point(name))


class _SettingsReader(MappingReader):
    def __init__(self, file: YamlFile, root: Path) -> None:
        super().__init__(file)
        self._root = root

    def read(self) -> Settings:
        node = self.file.documents[0] if self.file.documents else None
        if len(self.file.documents) > 1 and self.file.documents[1] is not None:
            self.report("one-document", "settings are a single document", self.file.documents[1])
        if node is None:
            return Settings(yaml=self.file)
        if not isinstance(node, MappingNode):
            self.report(
                "not-settings", "settings are keys with values", node, "as in 'name: Spanish'"
            )
            return Settings(yaml=self.file)
        pairs = self.read_keys(node, SETTINGS, "flashdeck.yaml")
        css, css_file = self._css(pairs["css"][1]) if "css" in pairs else ("", "")
        names = {name: self._name(*pairs[name]) for name in ("id", "name") if name in pairs}
        return Settings(
            id=names.get("id", ""),
            name=names.get("name", ""),
            markup=(self.markup(pairs["markup"][1]) if "markup" in pairs else None) or "markdown",
            breaks=self._word(pairs, "breaks"),
            media=(
                VERBATIM if "media" in pairs and self.is_verbatim(pairs["media"][1]) else "hashed"
            ),
            css=css,
            css_file=css_file,
            speech=self._word(pairs, "speech"),
            removed=self._word(pairs, "removed"),
            resend_days=self._days(pairs["resend_days"][1])
            if "resend_days" in pairs
            else RESEND_DAYS,
            note_type_ids=self._ids(pairs["note_type_ids"][1]) if "note_type_ids" in pairs else {},
            packages=self._packages(pairs["packages"][1]) if "packages" in pairs else {},
            editions=self._editions(pairs["editions"][1]) if "editions" in pairs else {},
            rules=self._rules(pairs["rules"][1]) if "rules" in pairs else {},
            allow_scripts=self._scripts(pairs["allow_scripts"][1])
            if "allow_scripts" in pairs
            else AcceptedScripts(),
            limits=self._limits(pairs["limits"][1]) if "limits" in pairs else Limits(),
            yaml=self.file,
        )

    def _name(self, key: ScalarNode, node: Node) -> str:
        scalar = self.filled(key, node, f"'{key.value}'")
        if scalar is None:
            return ""
        if "\n" in scalar.value or "\t" in scalar.value or len(scalar.value) > PROJECT_NAME:
            message = (
                f"'{key.value}' is one line of at most {PROJECT_NAME} characters, without tabs"
            )
            self.report("not-a-name", message, scalar, "choose another")
        return scalar.value

    def _css(self, node: Node) -> tuple[str, str]:
        """Return the text of the style, and its file if any."""
        scalar = self.text(node, "'css'")
        if scalar is None:
            return "", ""
        style, _ = self.text_or_file(scalar, self._root, self._root, ".css")
        return style.text, scalar.value.strip() if style.text != scalar.value else ""

    def _word(self, pairs: Mapping[str, tuple[ScalarNode, Node]], name: str) -> str:
        key = next(key for key in SETTINGS if key.name == name)
        scalar = self.word(key, pairs[name][1]) if name in pairs else None
        return scalar.value.strip() if scalar is not None else key.words[0]

    def _days(self, node: Node) -> int:
        hint = "write a number of days, or 0 for never"
        days = self.number(node, "'resend_days'", least=0, hint=hint)
        return RESEND_DAYS if days is None else days

    def _mapping(self, node: Node, what: str) -> list[tuple[ScalarNode, Node]]:
        if isinstance(node, MappingNode):
            return node.pairs
        if not (isinstance(node, ScalarNode) and not node.value):
            self.report("not-a-mapping", f"{what} takes keys with values", node)
        return []

    def _packages(self, node: Node) -> dict[str, tuple[str, ...]]:
        packages: dict[str, tuple[str, ...]] = {}
        for name, value in self._mapping(node, "'packages'"):
            if not isinstance(value, SequenceNode):
                hint = "write a list, as in spanish.apkg: [Spanish, Verbs]"
                self.report("not-a-list", f"'{name.value}' takes a list of decks", value, hint)
                continue
            try:
                check_package_name(name.value)
            except FlashdeckError as refused:
                self.report("package-name", str(refused), name, "as in spanish.apkg")
                continue
            decks = [scalar for item in value.items if (scalar := self.text(item, "a deck"))]
            packages[name.value] = tuple(clean_deck(deck.value) for deck in decks)
        return packages

    def _editions(self, node: Node) -> dict[str, tuple[str, ...]]:
        """Read editions; one with all notes has no tags."""
        editions: dict[str, tuple[str, ...]] = {}
        for name, value in self._mapping(node, "'editions'"):
            is_all = isinstance(value, ScalarNode) and value.value.strip() == "all"
            tags = () if is_all else self.tags(value, f"'{name.value}'")
            if not EDITION.match(name.value):
                hint = "use lower-case letters, digits and single hyphens: it is a part of names"
                self.report("edition", f"an edition can't be named '{name.value}'", name, hint)
            elif is_all and () in editions.values():
                message = "there is another edition with all notes"
                self.report("edition", message, value, "name its tags, or remove it")
            elif is_all or tags:
                editions[name.value] = tags
            elif isinstance(value, SequenceNode) and not value.items:
                self.report("edition", f"'{name.value}' has no tags", value, "write all, or tags")
        return editions

    def _rules(self, node: Node) -> dict[str, Severity | None]:
        from flashdeck.rules.pages import meant, pages  # most projects set none

        severities: dict[str, Severity | None] = {}
        for name, value in self._mapping(node, "'rules'"):
            page = pages().get(name.value)
            scalar = self.text(value, f"'{name.value}'")
            if page is None:
                hint = meant(name.value)
                self.report("unknown-rule", f"there is no rule '{name.value}'", name, hint)
            elif page.severity is Severity.ERROR:
                message = f"the severity of '{name.value}' is always error"
                self.report(
                    "severity", message, name, "remove the line, and fix the problem itself"
                )
            elif scalar is not None and scalar.value in _SEVERITIES:
                severities[name.value] = _SEVERITIES[scalar.value]
            elif scalar is not None:
                hint = f"severities are {', '.join(_SEVERITIES)}"
                self.report("severity", f"'{scalar.value}' is not a severity", scalar, hint)
        return severities

    def _scripts(self, node: Node) -> AcceptedScripts:
        if not isinstance(node, MappingNode):
            hint = "as in {notetypes: {Quiz: 3f2a9c81d0e4}}"
            self.report("not-a-mapping", "'allow_scripts' takes note types and decks", node, hint)
            return AcceptedScripts()
        pairs = self.read_keys(node, SCRIPTS, "'allow_scripts'")
        decks = pairs["decks"][1] if "decks" in pairs else None
        if decks is not None and not isinstance(decks, SequenceNode):
            self.report("not-a-list", "'decks' takes a list of decks", decks, "as in [Spanish]")
        names = decks.items if isinstance(decks, SequenceNode) else []
        texts = [text for name in names if (text := self.text(name, "a deck")) is not None]
        types = self._mapping(pairs["notetypes"][1], "'notetypes'") if "notetypes" in pairs else []
        return AcceptedScripts(
            {
                name.value: Text(digest.value, self.file.span(name))
                for name, value in types
                if (digest := self.text(value, f"'{name.value}'")) is not None
            },
            tuple(Text(clean_deck(text.value), self.file.span(text)) for text in texts),
        )

    def _ids(self, node: Node) -> dict[str, int]:
        """Read the ids of the built-in note types, their fields and templates."""
        numbers = {
            name.value: self.number(value, f"'{name.value}'", least=None)
            for name, value in self._mapping(node, "'note_type_ids'")
        }
        return {name: number for name, number in numbers.items() if number}

    def _limits(self, node: Node) -> Limits:
        known = [key.name for key in LIMITS]
        own = own_limits()
        values: dict[str, int] = {}
        for name, value in self._mapping(node, "'limits'"):
            if name.value not in known:
                self.unknown(name, known, "'limits'")
                continue
            number = self.number(value, f"'{name.value}'")
            if number is not None and number > CEILINGS[name.value] and name.value not in own:
                message = f"'{name.value}' is at most {CEILINGS[name.value]:,} in settings"
                hint = f"set it for a single run: flashdeck --limit {name.value}={number} build"
                self.report("high-limit", message, value, hint)
            elif number is not None:
                values[name.value] = number
        return Limits(**values)
