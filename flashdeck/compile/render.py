"""Source notes to notes: texts become HTML, kinds compose fields, Anki's rule gives the cards."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from flashdeck.anki.html_text import typable
from flashdeck.anki.template import FIRST_ALONE, cloze_numbers, shown_ordinals
from flashdeck.anki.template.media import formula_pictures
from flashdeck.anki.template.references import may_hold_formula
from flashdeck.compile.identity import Identified
from flashdeck.compile.media.fields import Lookups, other_references, unfound
from flashdeck.compile.media.table import Resolvers
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.kinds.registry import CUSTOM, ELLIPSE, Cover
from flashdeck.limits import LAST_CLOZE
from flashdeck.markup import (
    Markup,
    MediaRefusal,
    Problem,
    cloze_problems,
    escape_text,
    inert_braces,
    picture,
    render,
    shell_tag_problems,
)
from flashdeck.markup.results import MediaResolver
from flashdeck.model import Card, Note, NoteType
from flashdeck.source.note import Masks, SourceDeck, SourceNote, Texts
from flashdeck.yamlnode import ScalarNode, YamlFile

# What stays an error even where everything is taken as Anki has it.
_ALWAYS_GRAVE = frozenset({"active-content", "media-twice"})
_MARKUPS = {one.value: one for one in Markup}


def no_media(destination: str) -> MediaRefusal:
    """Refuse every picture and sound: where text can't hold any."""
    return MediaRefusal(f"'{destination}' can't stand here", "put it on a card")


def _any_media(destination: str) -> str:
    return destination


@dataclass(slots=True)
class Renderer:
    """Renders the notes of one file, and gathers what is wrong with their texts.

    `texts` are the texts as HTML, by the index at which they begin in the file.
    """

    file: YamlFile
    notetypes: Mapping[str, NoteType]
    media: Resolvers
    allow_scripts: bool = False
    problems: list[Diagnostic] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    verbatim: bool = False
    _formulas: list[tuple[Problem, ScalarNode, str]] = field(default_factory=list)

    def note(self, identified: Identified) -> Note | None:
        """Render a note; its times and its cards' places are set later, per package.

        None for a note of a note type that does not exist, which was reported when it was read.
        """
        source = identified.note
        notetype = self.notetypes.get(source.notetype)
        if notetype is None:
            return None
        self.verbatim = source.verbatim
        fields = source.kind.compose(_Composer(self, source, notetype, identified))
        if not "".join(fields).isascii():
            fields = tuple([self._normal(text) for text in fields])
        tags = tuple(sorted(source.tags))
        shown = shown_ordinals(notetype, fields, tags)
        if notetype.cloze and source.kind.gaps:
            self._check_clozes(source, fields)
        elif not notetype.cloze and not shown:
            self._say_empty(source, notetype)
        note = Note(
            guid=identified.id,
            notetype=notetype.id,
            fields=fields,
            tags=tags,
            cards=tuple([Card(ordinal, source.deck) for ordinal in shown or FIRST_ALONE]),
            source=source.span,
        )
        self._take_formulas(note, notetype)
        return note

    def _take_formulas(self, note: Note, notetype: NoteType) -> None:
        """Take in the pictures of a note's formulas; where one is missing, Anki would run LaTeX."""
        names = sorted(formula_pictures(notetype, note))
        found = [self.media.present(name) for name in names]
        for problem, node, html in self._formulas:
            if not (all(found) and may_hold_formula([html])):
                self._report([problem], node)
        self._formulas.clear()

    def description(self, deck: SourceDeck) -> str:
        """Render a deck's description; '' where it has none."""
        if deck.description is None:
            return ""
        self.verbatim = deck.verbatim
        media = _any_media if deck.verbatim else no_media
        html = self.text(deck.description, deck.markup, cloze=False, media=media)
        for problem, node, _ in self._formulas:
            self._report([problem], node)
        self._formulas.clear()
        return self._normal(html)

    def text(
        self, node: ScalarNode, markup: str, *, cloze: bool, media: MediaResolver | None = None
    ) -> str:
        """Render one text to HTML."""
        looked_up = Lookups(media or self._media)
        rendered = render(
            node.value,
            _MARKUPS[markup],
            cloze=cloze,
            media=looked_up,
            allow_scripts=self.allow_scripts,
            allow_latex=True,
        )
        if rendered.problems:
            self._report(rendered.problems, node)
        if not self.allow_scripts and markup != Markup.TEXT:
            found = shell_tag_problems(node.value, rendered.html)
            self._formulas += [(problem, node, rendered.html) for problem in found]
        if media is None:
            self._report(unfound(looked_up.names, node.value, rendered.html), node)
            for name in other_references(looked_up.names, rendered.html) if self.verbatim else ():
                self.media.present(name)
        self.texts[node.start.index] = rendered.html
        return rendered.html

    def picture(self, node: ScalarNode) -> str:
        """Render a picture that is named outside of any text."""
        shown = picture(node.value.strip(), media=self._media)
        if not isinstance(shown, MediaRefusal):
            return shown
        self.report(node, shown.rule, shown.message, shown.hint)
        return ""

    def report(self, node: ScalarNode, rule: str, message: str, hint: str = "") -> None:
        """Report a problem of a whole text."""
        self._report([Problem(rule, message, 0, len(node.value), hint)], node)

    def _report(self, problems: Iterable[Problem], node: ScalarNode) -> None:
        for problem in problems:
            if self.file.is_damaged(node):
                return
            span = self.file.span_within(node, problem.start, problem.end)
            severity = self._severity(problem.rule, Severity(problem.severity))
            self.problems.append(
                Diagnostic(problem.rule, problem.message, span, severity, problem.hint)
            )

    def _say_empty(self, source: SourceNote, notetype: NoteType) -> None:
        from flashdeck.anki.template.problems import has_wrong_front

        if not has_wrong_front(notetype):
            message, hint = "the front shows nothing", "write something that can be seen"
            self._report_at(source, source.kind.opener, "empty-front", message, hint)

    def _check_clozes(self, source: SourceNote, fields: tuple[str, ...]) -> None:
        opener = source.kind.opener
        node = source.values.get(opener)
        if isinstance(node, ScalarNode):
            self._report(cloze_problems(node.value, Markup(source.markup)), node)
        own = fields if source.kind is CUSTOM else fields[:1]
        numbers = {number for text in own for number in cloze_numbers(text)}
        if source.kind is CUSTOM and not numbers:
            hint = "write what to hide as {{c1::hidden}}"
            self._report_at(source, opener, "cloze-missing", "no field holds a cloze", hint)
        if source.kind is CUSTOM and max(numbers, default=0) > LAST_CLOZE:
            message = f"cloze number {max(numbers)} is too great for Anki"
            hint = f"numbers go from 1 to {LAST_CLOZE}"
            self._report_at(source, opener, "cloze-number", message, hint)
        for key in ("extra", "hint"):
            if key not in source.values:
                continue
            stray = set(cloze_numbers(source.text(key))) - numbers
            if stray:
                self._report_at(
                    source,
                    key,
                    "stray-cloze",
                    f"the gap c{min(stray)} in '{key}' would make a card without a question",
                    f"gaps belong in '{source.kind.opener}'",
                )

    def _report_at(self, source: SourceNote, key: str, rule: str, message: str, hint: str) -> None:
        value = source.values.get(key)
        severity = self._severity(rule, Severity.ERROR)
        if isinstance(value, ScalarNode) and not self.file.is_damaged(value):
            span = self.file.span(value)
            self.problems.append(Diagnostic(rule, message, span, severity, hint))
        elif isinstance(value, Mapping):
            self.problems.append(Diagnostic(rule, message, source.span, severity, hint))

    @property
    def _media(self) -> MediaResolver:
        return self.media.verbatim if self.verbatim else self.media.hashed

    def _severity(self, rule: str, severity: Severity) -> Severity:
        """How grave a problem is: what Anki took in once stops no build, unless it runs."""
        kept = self.verbatim and severity is Severity.ERROR and rule not in _ALWAYS_GRAVE
        return Severity.WARNING if kept else severity

    def _normal(self, text: str) -> str:
        """Normalise as Anki does when it stores a field (rslib/src/notes/mod.rs): NFC.

        What was imported stays as it is: Anki may have been told not to.
        """
        if self.verbatim or text.isascii():
            return text
        return unicodedata.normalize("NFC", text)


@dataclass(slots=True)
class _Composer:
    """Answers what a kind asks about one note."""

    renderer: Renderer
    source: SourceNote
    notetype: NoteType
    identified: Identified

    @property
    def guid(self) -> str:
        return self.identified.id

    def html(self, key: str) -> str:
        nodes = self._nodes(key)
        return self._html(nodes[0]) if nodes else ""

    def htmls(self, key: str) -> tuple[str, ...]:
        return tuple([self._html(node) for node in self._nodes(key)])

    def words(self, key: str) -> tuple[str, ...]:
        return tuple([node.value.strip() for node in self._nodes(key)])

    def word(self, key: str) -> str:
        return "".join(self.words(key))

    def is_list(self, key: str) -> bool:
        return isinstance(self.source.values.get(key), Texts)

    def flag(self, key: str) -> bool:
        return self.source.values.get(key) is True

    def typed(self, key: str, answer: str) -> str:
        if "typed" not in self.source.values:
            return ""
        if not self.flag("typed"):
            return escape_text(self.word("typed"))
        found = typable(answer)
        if found is None:
            message = f"'{key}' holds no text that could be typed"
            for node in self._nodes(key)[:1]:
                self.renderer.report(node, "typed-nothing", message, 'write it: typed: "…"')
        return escape_text(found or "")

    def picture(self, key: str) -> str:
        return "".join(self.renderer.picture(node) for node in self._nodes(key))

    def covers(self, key: str) -> tuple[Cover, ...]:
        masks = self.source.values.get(key)
        if not isinstance(masks, Masks):
            return ()
        return tuple(
            Cover(
                number,
                self._html(mask.label) if mask.label is not None else "",
                mask.place,
                mask.shape == ELLIPSE,
            )
            for mask, number in zip(masks.masks, self.identified.numbers, strict=True)
        )

    def named_fields(self) -> tuple[str, ...]:
        given = self.source.values.get("fields")
        if not isinstance(given, Mapping):
            given = {}
        return tuple(
            self._html(given[field.name]) if field.name in given else ""
            for field in self.notetype.fields
        )

    def _nodes(self, key: str) -> tuple[ScalarNode, ...]:
        value = self.source.values.get(key)
        if isinstance(value, ScalarNode):
            return (value,)
        return value.nodes if isinstance(value, Texts) else ()

    def _html(self, node: ScalarNode) -> str:
        gaps = self.notetype.cloze and self.source.kind.gaps
        html = self.renderer.text(node, self.source.markup, cloze=gaps)
        return inert_braces(html) if self.notetype.cloze and not gaps else html
