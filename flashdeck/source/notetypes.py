"""Reads custom note types, from `cards/notetypes/*.yaml` to `NoteType`s."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING

from flashdeck.anki.read.schema11 import LATEX_POST, LATEX_PRE
from flashdeck.anki.template.reserves import NO_RESERVE, Reserve
from flashdeck.diagnostics import Diagnostic, Severity, Span, Text, Written, places_in
from flashdeck.kinds.registry import CUSTOM, FIELD, NOTETYPE, RESERVE, TEMPLATE
from flashdeck.model import Field, NoteType, Template
from flashdeck.source import assets
from flashdeck.source.mapping import MappingReader
from flashdeck.source.names import clean_name, field_problem, template_problem
from flashdeck.source.note import Part, SourceNoteType
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, SequenceNode, YamlFile

if TYPE_CHECKING:
    from flashdeck.anki.template.problems import TemplateProblem

_NOTE_KEYS = frozenset(key.name for key in CUSTOM.keys)
# Errors in fields and templates with which a note type is read nevertheless.
_MINOR = frozenset(
    {
        "duplicate-name",
        "not-a-flag",
        "not-a-number",
        "template-filter",
        "template-media",
        "unknown-key",
    }
)
# What 'kind' may say of a note type with cloze deletions; '?' is an unknown word.
_HAS_CLOZES = frozenset({"cloze", "?"})
_RESERVE = Reserve(2, 1)
_MOST_SPARE = Reserve(16, 8)
Pairs = dict[str, tuple[ScalarNode, Node]]
Number = Callable[..., int]
"""Derives a permanent id from words, for one project."""


def read_notetypes(
    file: YamlFile,
    root: Path,
    style: str,
    number: Number,
    rewrite: assets.RewriteAssets,
    *,
    verbatim: bool = False,
    unsaved: Mapping[Path, bytes] = MappingProxyType({}),
    accepted: Mapping[str, Text] | None = None,
) -> tuple[list[SourceNoteType], list[Diagnostic]]:
    """Read every document of a file in `cards/notetypes/`.

    A note type with errors is included if its name, its fields and a template are valid. `style` is
    the built-in one; `verbatim` is the project's setting; `unsaved` are contents that replace those
    of files. `accepted` are the digests of scripts that the author accepts, by name; without them
    all are accepted.
    """
    reader = _NoteTypeReader(file, root, style, number, rewrite, verbatim=verbatim)
    reader.unsaved = unsaved
    reader.accepted = accepted
    types = [source for node in file.documents if (source := reader.document(node)) is not None]
    return types, [*file.problems, *reader.problems]


class _NoteTypeReader(MappingReader):
    def __init__(
        self,
        file: YamlFile,
        root: Path,
        style: str,
        number: Number,
        rewrite: assets.RewriteAssets,
        *,
        verbatim: bool,
    ) -> None:
        super().__init__(file)
        self._root = root
        self._folder = (root / file.path).parent
        self._style = style
        self._number = number
        self._rewrite = rewrite
        self._verbatim = verbatim
        self._project_verbatim = verbatim
        self._imported = False
        self._kind = ""
        self._parts: dict[str, dict[str, Part]] = {}
        self._sides: dict[int, Written] = {}
        self._active: list[tuple[ScalarNode, assets.Rewritten]] = []
        self.accepted: Mapping[str, Text] | None = None

    def document(self, node: Node | None) -> SourceNoteType | None:
        if node is None:
            return None
        if not isinstance(node, MappingNode):
            hint = "begin with 'notetype: NAME', 'fields:' and 'templates:'"
            self.report("not-a-notetype", "a note type is a mapping of keys", node, hint)
            return None
        pairs = self.read_keys(node, NOTETYPE, "a note type")
        name = clean_name(self._text(pairs, "notetype"))
        number = self._ids("custom", name)
        self._verbatim = (
            self.is_verbatim(pairs["media"][1]) if "media" in pairs else self._project_verbatim
        )
        self._imported = "id" in pairs
        self._kind = self._word(pairs, "kind")
        before = len(self.problems)
        self._parts = {"field": {}, "template": {}}
        self._active = []
        fields = self._fields(pairs.get("fields"), number)
        templates = self._templates(pairs.get("templates"), number)
        # If a field or a side is invalid, the rest can't be checked.
        is_invalid = not fields or any(
            problem.rule not in _MINOR for problem in self.problems[before:]
        )
        notetype = NoteType(
            id=self._positive_number(pairs, "id") or number(),
            name=name,
            fields=tuple(fields),
            templates=tuple(template for template, _ in templates),
            css=self._css(pairs),
            cloze=self._kind == "cloze",
            sort=0 if is_invalid else self._sort(pairs, fields),
            latex_pre=self._latex(pairs, "latex_pre", LATEX_PRE),
            latex_post=self._latex(pairs, "latex_post", LATEX_POST),
            stock=self._positive_number(pairs, "stock"),
            latex_svg=self._flag(pairs, "latex_svg"),
        )
        scripts = self._scripts(name, templates)
        if is_invalid:
            return None
        self._check_templates(notetype, templates)
        keys = self._keys(pairs["keys"][1], fields) if "keys" in pairs else {}
        if not (name and templates):
            return None
        return SourceNoteType(
            notetype,
            self.file.span(pairs["notetype"][1]),
            self.file,
            keys,
            self._reserve(pairs),
            self.file.span(pairs["reserve"][1]) if "reserve" in pairs else None,
            self._parts["field"],
            self._parts["template"],
            "sort" in pairs,
            scripts,
        )

    def _reserve(self, pairs: Pairs) -> Reserve:
        """Read the numbers of spare parts; imported note types have none by default."""
        default = NO_RESERVE if self._imported else _RESERVE
        if self._kind == "cloze":
            default = default._replace(cards=0)
        node = pairs["reserve"][1] if "reserve" in pairs else None
        if node is None or (isinstance(node, ScalarNode) and node.value.strip() == "0"):
            return default if node is None else NO_RESERVE
        if not isinstance(node, MappingNode):
            hint = "write 0, or {fields: 2, cards: 1}"
            self.report("not-a-mapping", "'reserve' takes numbers of fields and cards", node, hint)
            return default
        inside = self.read_keys(node, RESERVE, "'reserve'")
        numbers = {
            key: self._spare(*inside[key], most)
            for key, most in _MOST_SPARE._asdict().items()
            if key in inside
        }
        return default._replace(**numbers)

    def _spare(self, key: ScalarNode, node: Node, most: int) -> int:
        hint = f"write a number from 0 to {most}"
        number = self.number(node, f"'{key.value}'", least=0, hint=hint)
        if number and key.value == "cards" and self._kind == "cloze":
            message = "a cloze note type has one template, and no spare ones"
            self.report("reserve", message, node, "remove 'cards'")
        elif number is not None and number <= most:
            return number
        elif number is not None:
            message = f"'{key.value}' is {number}: a note type has at most {most} spare ones"
            self.report("reserve", message, node, hint)
        return 0

    def _keys(self, node: Node, fields: Sequence[Field]) -> dict[str, str]:
        """Read the short keys of fields."""
        if not isinstance(node, MappingNode):
            self.report(
                "not-a-mapping", "'keys' takes keys with field names", node, "as {q: Front}"
            )
            return {}
        names = [field.name for field in fields]
        keys: dict[str, str] = {}
        for key, value in node.pairs:
            scalar = self.text(value, f"'{key.value}'")
            name = clean_name(scalar.value) if scalar is not None else ""
            if key.value in _NOTE_KEYS:
                message = f"'{key.value}' means something else in every note"
                self.report("taken-key", message, key, "choose another")
            elif name not in names:
                hint = f"write one of {', '.join(names)}"
                self.report("unknown-field", f"there is no field '{name}'", value, hint)
            elif name in keys.values():
                self.report(
                    "duplicate-key", f"the field '{name}' has a key already", value, "keep one"
                )
            else:
                keys[key.value] = name
        return keys

    def _ids(self, *words: str) -> Number:
        return lambda *more: self._number(*words, *more)

    def _text(self, pairs: Pairs, key: str) -> str:
        scalar = self.filled(*pairs[key], f"'{key}'") if key in pairs else None
        return scalar.value if scalar is not None else ""

    def _optional(self, pairs: Pairs, key: str) -> str | None:
        scalar = self.text(pairs[key][1], f"'{key}'") if key in pairs else None
        return scalar.value if scalar is not None else None

    def _latex(self, pairs: Pairs, key: str, stock: str) -> str | None:
        """Read a LaTeX header or footer; None for Anki's default."""
        text = self._optional(pairs, key)
        return None if text == stock else text

    def _derived(self, number: Number, what: str, first: str) -> int | None:
        """Derive an id from the first name; None in an imported note type.

        Anki adds its own ids there later, which must not differ.
        """
        return None if self._imported else number(what, first)

    def _id(self, pairs: Pairs, number: Number, what: str, first: str) -> int | None:
        """Return the id of a field or template; None for that of the reserve that it took."""
        given = self._any_number(pairs, "id")
        return given or (None if "anki" in pairs else self._derived(number, what, first))

    def _any_number(self, pairs: Pairs, key: str) -> int | None:
        """Read an integer: Anki's ids of fields and templates are random, and may be negative."""
        return self.number(pairs[key][1], f"'{key}'", least=None) if key in pairs else None

    def _positive_number(self, pairs: Pairs, key: str) -> int | None:
        return self.number(pairs[key][1], f"'{key}'") if key in pairs else None

    def _word(self, pairs: Pairs, name: str) -> str:
        """Read one of the words of a key: '' if there is none, '?' if it is unknown."""
        if name not in pairs:
            return ""
        key = next(key for key in NOTETYPE if key.name == name)
        scalar = self.word(key, pairs[name][1])
        return scalar.value.strip() if scalar is not None else "?"

    def _sort(self, pairs: Pairs, fields: Sequence[Field]) -> int:
        if "sort" not in pairs:
            return 0
        name = clean_name(self._text(pairs, "sort"))
        names = [field.name for field in fields]
        if name in names:
            return names.index(name)
        hint = f"write one of {', '.join(names)}"
        self.report("unknown-field", f"there is no field '{name}'", pairs["sort"][1], hint)
        return 0

    def _fields(self, pair: tuple[ScalarNode, Node] | None, number: Number) -> list[Field]:
        fields: list[Field] = []
        names: dict[str, Node] = {}
        for item in self._list(pair, "fields"):
            if isinstance(item, MappingNode):
                field = self._field(self.read_keys(item, FIELD, "a field"), number)
                name_node = item.get("name") or item
            else:
                scalar = self.text(item, "a field")
                name = clean_name(scalar.value) if scalar is not None else ""
                field, name_node = Field(name, id=self._derived(number, "field", name)), item
            problem = field_problem(field.name)
            if problem is not None and not (self._imported and field.name):
                self.report("field-name", problem[0], name_node, problem[1])
            elif self._is_new(field.name, name_node, names, "field", item):
                fields.append(field)
        return fields

    def _was(self, item: Node) -> str:
        """Return the first name of a renamed field or template, else ''."""
        was = item.get("was") if isinstance(item, MappingNode) else None
        return clean_name(was.value) if isinstance(was, ScalarNode) else ""

    def _field(self, pairs: Pairs, number: Number) -> Field:
        name = clean_name(self._text(pairs, "name"))
        first = clean_name(self._optional(pairs, "was") or name)
        default = Field(name)
        return Field(
            name=name,
            id=self._id(pairs, number, "field", first),
            rtl=self._flag(pairs, "rtl"),
            font=self._optional(pairs, "font") or default.font,
            size=self._positive_number(pairs, "size") or default.size,
            sticky=self._flag(pairs, "sticky"),
            description=self._optional(pairs, "description") or "",
            plain_text=self._flag(pairs, "plain_text"),
            collapsed=self._flag(pairs, "collapsed"),
            exclude_from_search=self._flag(pairs, "exclude_from_search"),
            tag=self._any_number(pairs, "tag"),
            prevent_deletion=self._flag(pairs, "prevent_deletion"),
            anki=clean_name(self._optional(pairs, "anki") or ""),
        )

    def _flag(self, pairs: Pairs, key: str) -> bool:
        return bool(self.flag(pairs[key][1], f"'{key}'")) if key in pairs else False

    def _templates(
        self, pair: tuple[ScalarNode, Node] | None, number: Number
    ) -> list[tuple[Template, Pairs]]:
        templates: list[tuple[Template, Pairs]] = []
        names: dict[str, Node] = {}
        for item in self._list(pair, "templates"):
            if not isinstance(item, MappingNode):
                hint = "write '- name: …' and below it 'front: …' and 'back: …'"
                self.report("not-a-template", "a template is a mapping of keys", item, hint)
                continue
            pairs = self.read_keys(item, TEMPLATE, "a template")
            name = clean_name(self._text(pairs, "name"))
            problem = template_problem(name)
            name_node = item.get("name") or item
            if problem is not None and not (self._imported and name):
                if "name" in pairs:
                    self.report("template-name", problem[0], name_node, problem[1])
                continue
            if not self._is_new(name, name_node, names, "template", item):
                continue
            first = clean_name(self._optional(pairs, "was") or name)
            template = Template(
                name=name,
                front=self._side(pairs, "front"),
                back=self._side(pairs, "back"),
                id=self._id(pairs, number, "template", first),
                browser_front=self._optional(pairs, "browser_front") or "",
                browser_back=self._optional(pairs, "browser_back") or "",
                browser_font=self._optional(pairs, "browser_font") or "",
                browser_size=self._positive_number(pairs, "browser_size") or 0,
                anki=clean_name(self._optional(pairs, "anki") or ""),
            )
            self._check_filters(pairs)
            templates.append((template, pairs))
        return templates

    def _is_new(self, name: str, node: Node, names: dict[str, Node], what: str, item: Node) -> bool:
        if name.casefold() in names:
            line = names[name.casefold()].start.line + 1
            message = f"there are two {what}s named '{name}'; the other is on line {line}"
            self.report("duplicate-name", message, node, "Anki ignores upper and lower case")
            return False
        names[name.casefold()] = node
        self._parts[what][name] = Part(self._was(item) or name, self.file.span(node), item)
        return True

    def _list(self, pair: tuple[ScalarNode, Node] | None, key: str) -> list[Node]:
        if pair is None:
            return []
        if isinstance(pair[1], SequenceNode) and pair[1].items:
            return pair[1].items
        self.report("not-a-list", f"'{key}' takes a list, of one item at least", pair[0])
        return []

    def _css(self, pairs: Pairs) -> str:
        return self._rewritten(pairs, "css", ".css") if "css" in pairs else self._style

    def _side(self, pairs: Pairs, key: str) -> str:
        return self._rewritten(pairs, key, ".html")

    def _rewritten(self, pairs: Pairs, key: str, ending: str) -> str:
        """Read a text, or the file that it names, and replace its media names."""
        if key not in pairs:
            return ""
        scalar = self.text(pairs[key][1], f"'{key}'")
        if scalar is None:
            return ""
        written, folder = self.text_or_file(scalar, self._folder, self._root, ending)
        self._sides[id(scalar)] = written
        rewritten = self._rewrite(
            written.text, folder, css=ending == ".css", verbatim=self._verbatim
        )
        if rewritten.active:
            self._active.append((scalar, rewritten))
        for problem in rewritten.problems:
            # An imported deck may lack the file; it is built as it is in Anki.
            is_known = problem.rule == "missing-media" and self._imported and self._verbatim
            severity = Severity.WARNING if is_known else Severity(problem.severity)
            span = written.place(problem.start, problem.end)
            self.report(
                "template-media", problem.message, scalar, problem.hint, severity, span=span
            )
        return rewritten.text

    def _scripts(self, name: str, templates: Sequence[tuple[Template, Pairs]]) -> str:
        """Return the digest of all scripts; report each template whose scripts are not accepted."""
        digest = assets.scripts_digest(side.scripts for _, side in self._active)
        known = self.accepted.get(name) if self.accepted is not None else None
        if self.accepted is None or (known is not None and known.value == digest):
            return digest
        hint, changed = assets.acceptance_hint(name, digest), name if known is not None else ""
        for _, pairs in templates:
            own = [pairs[key][1] for key in ("front", "back") if key in pairs]
            found = [(at, one) for at, side in self._active if at in own for one in side.active]
            for node, first in found[:1]:
                message = assets.active_message(first, len(found), changed)
                span = self._sides[id(node)].place(first.start, first.end)
                self.report("active-content", message, node, hint, span=span)
        return digest

    def _written(self, pairs: Pairs, key: str) -> Written:
        """Return a side of a template as the author wrote it; an empty text if there is none."""
        node = pairs[key][1] if key in pairs else None
        written = self._sides.get(id(node))
        if written is None and isinstance(node, ScalarNode):
            written = Written(node.value, partial(self.file.span_within, node))
        return written or Written("", places_in(self.file.path, ""))

    def _check_filters(self, pairs: Pairs) -> None:
        from flashdeck.anki.template.problems import filter_problems

        for key in ("front", "back", "browser_front", "browser_back"):
            side = self._written(pairs, key)
            for problem in filter_problems(side.text, cloze=self._kind in _HAS_CLOZES):
                self.report(
                    "template-filter",
                    problem.message,
                    pairs[key][1],
                    problem.hint,
                    self._severity,
                    span=side.place(*problem.place),
                )

    def _check_templates(
        self, notetype: NoteType, templates: Sequence[tuple[Template, Pairs]]
    ) -> None:
        from flashdeck.anki.template.problems import template_problems

        pairs = {template.name: keys for template, keys in templates}
        places = self._tag_places(notetype, pairs)
        for problem in template_problems(notetype):
            node = pairs[problem.template].get(problem.side)
            if node is not None:
                message = f"the {problem.side} of '{problem.template}': {problem.message}"
                hint = f"the fields are {', '.join(field.name for field in notetype.fields)}"
                span = places.get(problem)
                self.report("template", message, node[1], hint, self._severity, span=span)

    def _tag_places(
        self, notetype: NoteType, pairs: Mapping[str, Pairs]
    ) -> dict[TemplateProblem, Span]:
        """Return the places of problems, in the templates before their media got other names."""
        from flashdeck.anki.template.problems import template_problems

        sides = {
            (name, side): self._written(keys, side)
            for name, keys in pairs.items()
            for side in ("front", "back")
        }
        written = tuple(
            replace(
                template,
                front=sides[template.name, "front"].text,
                back=sides[template.name, "back"].text,
            )
            for template in notetype.templates
        )
        return {
            problem: sides[problem.template, problem.side].place(*problem.place)
            for problem in template_problems(replace(notetype, templates=written))
            if problem.place is not None
        }

    @property
    def _severity(self) -> Severity:
        """The severity of problems with which Anki imports a template."""
        return Severity.WARNING if self._verbatim else Severity.ERROR
