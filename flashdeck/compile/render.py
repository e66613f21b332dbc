"""Renders source notes: texts to HTML, fields by kind, cards by Anki's rules."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from flashdeck.anki.clozes import OPENING, all_clozes, with_clozes_as
from flashdeck.anki.deck_names import is_within
from flashdeck.anki.html_text import shows_something, strip_html, typable
from flashdeck.anki.template import FIRST_ALONE, cloze_numbers, shown_ordinals
from flashdeck.anki.template.latex import latex_names
from flashdeck.anki.template.media import composed_media, formula_pictures
from flashdeck.anki.template.references import may_hold_formula
from flashdeck.compile.identity import Identified
from flashdeck.compile.media.fields import Lookups, content_problems, other_references, unfound
from flashdeck.compile.media.inline import is_inline
from flashdeck.compile.media.speech import Recording, relative, speech_tag, spoken
from flashdeck.compile.media.table import Resolvers
from flashdeck.diagnostics import Diagnostic, Fix, Severity, Span
from flashdeck.html.escape import escape_text, inert_braces
from flashdeck.kinds.kind import EXTRA
from flashdeck.kinds.registry import CUSTOM, ELLIPSE, Cover, Item
from flashdeck.kinds.settings import ANKI_SPEAKS
from flashdeck.limits import LAST_CLOZE
from flashdeck.markup import (
    Markup,
    MediaRefusal,
    Problem,
    cloze_problems,
    latex_problems,
    picture,
    render,
)
from flashdeck.markup.results import NOT_FOUND, MediaResolver
from flashdeck.model import Card, Note, NoteType
from flashdeck.records import dataclass
from flashdeck.source.note import Items, Masks, SourceDeck, SourceNote, Texts
from flashdeck.text import holds_ink
from flashdeck.yamlnode import ScalarNode, YamlFile
from flashdeck.yamlnode.edit import quoted

_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
# Rules that remain errors in verbatim sources.
_ALWAYS_ERRORS = frozenset({"active-content", "media-twice"})
_CLOZE_OPENING = re.compile(OPENING)
_MARKUPS = {markup.value: markup for markup in Markup}

_Formula = tuple[Problem, ScalarNode, str]
"""A formula that Anki may run LaTeX for: its problem, its text, and that as HTML."""


def no_media(destination: str) -> str | MediaRefusal:
    """Refuse files, in a text that can't have any."""
    if is_inline(destination):
        return destination
    return MediaRefusal(f"'{destination}' can't be used here", "put it on a card")


def _any_media(destination: str) -> str:
    return destination


@dataclass(slots=True)
class Renderer:
    """Renders the notes of one file, and collects the problems of their texts.

    `texts` are the texts as HTML, by their start index in the file; `unshown` those of which a card
    would show nothing. Notes of `script_decks` and their subdecks may run scripts. `speech` is
    the setting; `recordings` collects what is to be recorded.
    """

    file: YamlFile
    notetypes: Mapping[str, NoteType]
    media: Resolvers
    allow_scripts: bool = False
    script_decks: tuple[str, ...] = ()
    speech: str = ANKI_SPEAKS
    recordings: dict[str, Recording] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    texts: dict[int, str] = field(default_factory=dict)
    unshown: set[int] = field(default_factory=set)
    _runs: bool = False

    def note(self, identified: Identified, span: Span) -> Note | None:
        """Render a note without times and positions, which depend on its package.

        `span` is its place in the sources. Returns None if its note type is unknown, which was
        reported when it was read.
        """
        before = len(self.problems)
        note = self._note(identified, span)
        if identified.note.made is not None:
            self.problems[before:] = map(identified.note.made.named, self.problems[before:])
        return note

    def _note(self, identified: Identified, span: Span) -> Note | None:
        source = identified.note
        self._enter(source.deck)
        notetype = self.notetypes.get(source.notetype)
        if notetype is None:
            return None
        composer = _Composer(self, source, notetype, identified)
        fields = source.kind.compose(composer)
        if not "".join(fields).isascii():
            fields = tuple([_normalised(text, verbatim=source.verbatim) for text in fields])
        tags = tuple(sorted(source.tags))
        shown = shown_ordinals(notetype, fields, tags)
        if notetype.cloze and source.kind.clozes:
            self._check_clozes(source, fields)
        elif not notetype.cloze and not shown:
            self._report_empty(source, notetype)
        note = Note(
            guid=identified.id,
            notetype=notetype.id,
            fields=fields,
            tags=tags,
            cards=tuple([Card(ordinal, source.deck) for ordinal in shown or FIRST_ALONE]),
            source=span,
        )
        # Anki runs LaTeX if the image of a formula is missing.
        pictures = sorted(formula_pictures(notetype, note))
        missing = [name for name in pictures if not self.media.present(name)]
        for problem, node, html in composer.formulas:
            if not may_hold_formula([html]):
                self._report([problem], node, verbatim=source.verbatim)
            elif missing:
                own = latex_names(html, svg=notetype.latex_svg).intersection(missing)
                name = min(own, default=missing[0])
                message = f"{problem.message}, since there is no {name}"
                lacking = replace(problem, message=message)
                self._report([lacking], node, verbatim=source.verbatim)
        for name in sorted(composed_media(notetype, note)):
            self._check_composed(name, source)
        return note

    def _enter(self, deck: str) -> None:
        """Render texts of a deck, whose notes may run scripts or not."""
        self._runs = self.allow_scripts or any(is_within(deck, one) for one in self.script_decks)

    def _check_composed(self, name: str, source: SourceNote) -> None:
        """Pack a file whose name a template composes of a field; report it if that fails."""
        found = self.media.static_verbatim(name)
        if isinstance(found, MediaRefusal):
            message = f"{found.message}; a template composes this name of a field"
            severity = Severity.WARNING if found.rule == NOT_FOUND else Severity.ERROR
            severity = _severity(found.rule, severity, verbatim=source.verbatim)
            self.problems.append(Diagnostic(found.rule, message, source.span, severity, found.hint))

    def description(self, deck: SourceDeck) -> str:
        """Render a deck's description; '' if it has none."""
        if deck.description is None:
            return ""
        verbatim = deck.verbatim
        self._enter(deck.name.value)
        formulas: list[_Formula] = []
        html = self.text(
            deck.description,
            deck.markup,
            formulas,
            cloze=False,
            join_lines=deck.join_lines,
            verbatim=verbatim,
            media=_any_media if verbatim else no_media,
        )
        for problem, node, _ in formulas:
            self._report([problem], node, verbatim=verbatim)
        return _normalised(html, verbatim=verbatim)

    def text(
        self,
        node: ScalarNode,
        markup: str,
        formulas: list[_Formula],
        *,
        cloze: bool,
        join_lines: bool,
        verbatim: bool,
        media: MediaResolver | None = None,
    ) -> str:
        """Render one text to HTML, and add its formulas to `formulas`."""
        looked_up = Lookups(media or self._media(verbatim=verbatim))
        rendered = render(
            node.value,
            _MARKUPS[markup],
            cloze=cloze,
            media=looked_up,
            static=media or (self.media.static_verbatim if verbatim else self.media.static),
            allow_scripts=self._runs,
            allow_latex=True,
            join_lines=join_lines,
        )
        if rendered.problems:
            self._report(rendered.problems, node, verbatim=verbatim)
        if "[" in node.value and not self._runs and markup != Markup.TEXT:
            problems = latex_problems(node.value, rendered.html)
            formulas += [(problem, node, rendered.html) for problem in problems]
        if media is None:
            if looked_up.names:
                missing = unfound(looked_up.names, node.value, rendered.html)
                self._report(missing, node, verbatim=verbatim)
            if verbatim:
                wrong = content_problems(looked_up.names, node.value, self.media.fault)
                self._report(wrong, node, verbatim=verbatim)
                for name in other_references(looked_up.names, rendered.html):
                    self.media.present(name)
        if markup == Markup.MARKDOWN and not shows_something(rendered.html):
            self._report_unshown(node, verbatim=verbatim)
        self.texts[node.start.index] = rendered.html
        return rendered.html

    def picture(self, node: ScalarNode, *, verbatim: bool) -> str:
        """Render a picture from its file name."""
        name = node.value.strip()
        html = picture(name, media=self._media(verbatim=verbatim))
        if not isinstance(html, MediaRefusal):
            if verbatim:
                self._report(
                    content_problems([name], node.value, self.media.fault), node, verbatim=True
                )
            return html
        self.report(node, html.rule, html.message, html.hint, verbatim=verbatim)
        return ""

    def sound(self, recording: Recording, node: ScalarNode) -> str:
        """Return the sound of a recording; '' if it is missing, which is reported."""
        path = recording.path(self.speech)
        self.recordings[path] = recording
        name = self.media.hashed(relative(path, self.file.path))
        if not isinstance(name, MediaRefusal):
            return f"[sound:{name}]"
        message = f"there is no recording of this text ({recording.language}): {path}"
        self.report(node, "missing-speech", message, "run 'flashdeck speak'", verbatim=False)
        return ""

    def report(
        self, node: ScalarNode, rule: str, message: str, hint: str, *, verbatim: bool
    ) -> None:
        """Report a problem of a whole text."""
        problem = Problem(rule, message, 0, len(node.value), hint)
        self._report([problem], node, verbatim=verbatim)

    def _report_unshown(self, node: ScalarNode, *, verbatim: bool) -> None:
        """Report a text with visible characters of which a card would show nothing."""
        value = node.value.strip()
        if not holds_ink(_COMMENT.sub("", value)) or self.file.is_damaged(node):
            return
        self.unshown.add(node.start.index)
        span = self.file.span(node)
        is_tags = value[0] == "<" and value[-1] == ">" and "`" not in value
        hint = f"to show it, write it as code: `{value}`" if is_tags else "write something visible"
        fix = Fix(span, quoted(f"`{value}`")) if is_tags and span.line == span.end_line else None
        severity = _severity("nothing-shown", Severity.ERROR, verbatim=verbatim)
        message = "nothing of this text is shown on the card"
        self.problems.append(Diagnostic("nothing-shown", message, span, severity, hint, fix))

    def _report(self, problems: Iterable[Problem], node: ScalarNode, *, verbatim: bool) -> None:
        for problem in problems:
            if self.file.is_damaged(node):
                return
            span = self.file.span_within(node, problem.start, problem.end)
            severity = _severity(problem.rule, Severity(problem.severity), verbatim=verbatim)
            self.problems.append(
                Diagnostic(problem.rule, problem.message, span, severity, problem.hint)
            )

    def _report_empty(self, source: SourceNote, notetype: NoteType) -> None:
        from flashdeck.anki.template.problems import has_wrong_front

        node = source.values.get(source.kind.primary_key)
        is_reported = isinstance(node, ScalarNode) and node.start.index in self.unshown
        if not is_reported and not has_wrong_front(notetype):
            message, hint = "the front shows nothing", "write something visible"
            self._report_at(source, source.kind.primary_key, "empty-front", message, hint)

    def _check_clozes(self, source: SourceNote, fields: tuple[str, ...]) -> None:
        primary = source.kind.primary_key
        node = source.values.get(primary)
        if isinstance(node, ScalarNode):
            problems = cloze_problems(node.value, Markup(source.markup))
            self._report(problems, node, verbatim=source.verbatim)
            if source.values.get("typed") is True:
                self._check_typed_clozes(source, node)
        more = [key for key in ("extra", "hint") if "{{c" in source.text(key)]
        if source.kind is not CUSTOM and not more:
            return
        texts = fields if source.kind is CUSTOM else fields[:1]
        numbers = {number for text in texts for number in cloze_numbers(text)}
        if source.kind is CUSTOM and not numbers:
            hint = "write what to hide as {{c1::hidden}}"
            self._report_at(source, primary, "cloze-missing", "no field has a cloze", hint)
        if source.kind is CUSTOM and max(numbers, default=0) > LAST_CLOZE:
            message = f"cloze number {max(numbers)} is too large for Anki"
            hint = f"numbers go from 1 to {LAST_CLOZE}"
            self._report_at(source, primary, "cloze-number", message, hint)
        for key in more:
            stray = set(cloze_numbers(source.text(key))) - numbers
            if stray:
                self._report_at(
                    source,
                    key,
                    "stray-cloze",
                    f"the cloze c{min(stray)} in '{key}' would make a card without a question",
                    f"cloze deletions belong in '{source.kind.primary_key}'",
                )

    def _check_typed_clozes(self, source: SourceNote, node: ScalarNode) -> None:
        openings = [match.start() for match in _CLOZE_OPENING.finditer(node.value)]
        clozes = all_clozes(self.texts[node.start.index])
        if len(openings) != len(clozes):
            return  # one is escaped: its place is not known
        for start, cloze in zip(openings, clozes, strict=True):
            if cloze.text().strip() and typable(cloze.text()) is None:
                message = "this cloze has no text that could be typed"
                end = node.value.find("}}", start) + 2
                problem = Problem("typed-nothing", message, start, end, "remove 'typed'")
                self._report([problem], node, verbatim=source.verbatim)

    def _report_at(self, source: SourceNote, key: str, rule: str, message: str, hint: str) -> None:
        value = source.values.get(key)
        severity = _severity(rule, Severity.ERROR, verbatim=source.verbatim)
        if isinstance(value, ScalarNode) and not self.file.is_damaged(value):
            span = self.file.span(value)
            self.problems.append(Diagnostic(rule, message, span, severity, hint))
        elif isinstance(value, Mapping):
            self.problems.append(Diagnostic(rule, message, source.span, severity, hint))

    def _media(self, *, verbatim: bool) -> MediaResolver:
        return self.media.verbatim if verbatim else self.media.hashed


def _severity(rule: str, severity: Severity, *, verbatim: bool) -> Severity:
    """Return the severity of a problem: most errors are warnings in verbatim sources."""
    is_lenient = verbatim and severity is Severity.ERROR and rule not in _ALWAYS_ERRORS
    return Severity.WARNING if is_lenient else severity


def _normalised(text: str, *, verbatim: bool) -> str:
    """Normalise to NFC, as Anki does when it stores a field (rslib/src/notes/mod.rs).

    Verbatim text stays as it is: Anki has a setting not to normalise.
    """
    return text if verbatim or text.isascii() else unicodedata.normalize("NFC", text)


@dataclass(slots=True)
class _Composer:
    """The values of one note, for the `compose` function of its kind."""

    renderer: Renderer
    source: SourceNote
    notetype: NoteType
    identified: Identified
    formulas: list[_Formula] = field(default_factory=list)
    clozes: str = ""

    @property
    def guid(self) -> str:
        return self.identified.id

    def html(self, key: str) -> str:
        nodes = self._nodes(key)
        html = self._html(nodes[0], key) if nodes else ""
        return f"{html} {self.clozes}".strip() if key == EXTRA.name and self.clozes else html

    def htmls(self, key: str) -> tuple[str, ...]:
        return tuple([self._html(node, key) for node in self._nodes(key)])

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
        text = typable(answer)
        nodes = self._nodes(key)
        if text is None and not any(n.start.index in self.renderer.unshown for n in nodes):
            message = f"'{key}' has no text that could be typed"
            for node in nodes[:1]:
                self.renderer.report(
                    node,
                    "typed-nothing",
                    message,
                    'write it: typed: "…"',
                    verbatim=self.source.verbatim,
                )
        return escape_text(text or "")

    def picture(self, key: str) -> str:
        verbatim = self.source.verbatim
        return "".join(self.renderer.picture(node, verbatim=verbatim) for node in self._nodes(key))

    def covers(self, key: str) -> tuple[Cover, ...]:
        masks = self.source.values.get(key)
        if not isinstance(masks, Masks):
            return ()
        return tuple(
            Cover(
                number,
                self._html(mask.label, "occlude") if mask.label is not None else "",
                mask.place,
                mask.shape == ELLIPSE,
            )
            for mask, number in zip(masks.masks, self.identified.numbers, strict=True)
        )

    def items(self, key: str) -> tuple[Item, ...]:
        value = self.source.values.get(key)
        items = value.items if isinstance(value, Items) else ()
        return tuple(
            Item(number, self._html(item.text, key))
            for item, number in zip(items, self.identified.numbers, strict=False)
        )

    def named_fields(self) -> tuple[str, ...]:
        values = self.source.values.get("fields")
        if not isinstance(values, Mapping):
            values = {}
        return tuple(
            self._html(values[field.name], field.name) if field.name in values else ""
            for field in self.notetype.fields
        )

    def _nodes(self, key: str) -> tuple[ScalarNode, ...]:
        value = self.source.values.get(key)
        if isinstance(value, ScalarNode):
            return (value,)
        return value.nodes if isinstance(value, Texts) else ()

    def _html(self, node: ScalarNode, key: str) -> str:
        source, notetype = self.source, self.notetype
        cloze = notetype.cloze and source.kind.clozes
        html = self.renderer.text(
            node,
            source.markup,
            self.formulas,
            cloze=cloze,
            join_lines=source.join_lines,
            verbatim=source.verbatim,
        )
        if (voice := source.speak.get(key)) is not None:
            html = self._with_speech(html, node, voice, cloze=cloze)
        return inert_braces(html) if notetype.cloze and not cloze else html

    def _with_speech(self, html: str, node: ScalarNode, voice: str, *, cloze: bool) -> str:
        """Add speech after a text; a recording of clozes is added to the back."""
        source, text = self.source, spoken(html, cloze=cloze)
        if not text:
            return html
        if self.renderer.speech == ANKI_SPEAKS:
            return f"{html} {speech_tag(voice, text)}"
        has_clozes = bool(cloze_numbers(text)) if cloze else False
        revealed = with_clozes_as(lambda _cloze, inside: inside, text) if has_clozes else text
        language = voice.partition(" ")[0]
        sound = self.renderer.sound(Recording(language, strip_html(revealed)), node)
        if has_clozes and source.kind is CUSTOM:
            message = "a recording of this text would reveal its cloze deletions"
            self.renderer.report(
                node, "speech-cloze", message, "speak another field", verbatim=False
            )
        elif has_clozes:
            self.clozes = sound
            return html
        return f"{html} {sound}".rstrip() if sound else html
