"""The input of rules, collected from a compiled project."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import partial
from html import escape

from flashdeck.anki.html_text import readable
from flashdeck.compile.compiler import Compiled
from flashdeck.diagnostics import Diagnostic, Severity, Text, Written
from flashdeck.model import NoteType
from flashdeck.project.project import Project, read_source
from flashdeck.rules.registry import Entry, FieldText, LintContext
from flashdeck.source.mapping import MappingReader
from flashdeck.source.note import Items, Masks, SourceFile, SourceNote, Texts, Value
from flashdeck.yamlnode import MappingNode, ScalarNode, SequenceNode, YamlFile


def lint_context(
    project: Project, compiled: Compiled, problems: Iterable[Diagnostic] = ()
) -> LintContext:
    """Collect the notes, tags and stylesheets of a project for the rules.

    Notes with an error among `problems` are left out, and files that are copies of others.
    """
    copied: set[str] = set()
    wrong: dict[str, set[int]] = {}
    for problem in problems:
        if problem.severity is Severity.ERROR and problem.span is not None:
            wrong.setdefault(problem.span.path, set()).add(problem.span.line)
            if problem.rule == "copied-file":
                copied.add(problem.span.path)
    entries: list[Entry] = []
    tags: list[Text] = []
    for source in compiled.sources:
        if source.yaml.path in copied:
            continue
        rendered = compiled.texts.get(source.yaml.path, {})
        lines = sorted(wrong.get(source.yaml.path, ()))
        entries += _entries(source, rendered, compiled.notetypes, lines)
        tags += (source.yaml.text_of(node) for node in _tags(source.yaml))
    return LintContext(compiled.collection, tuple(entries), tuple(tags), tuple(_styles(project)))


def _entries(
    source: SourceFile,
    rendered: Mapping[int, str],
    notetypes: Mapping[str, NoteType],
    wrong: Sequence[int],
) -> Iterator[Entry]:
    for deck in source.decks:
        for note in deck.notes:
            place = bisect.bisect_left(wrong, note.node.start.line + 1)
            if place < len(wrong) and wrong[place] <= note.node.end.line + 1:
                continue
            notetype = notetypes.get(note.released_kind)
            cloze = note.kind.clozes and notetype is not None and notetype.cloze
            passages: dict[str, tuple[FieldText, ...]] = {}
            for key, node in _texts(note):
                is_typed = key == "typed"  # what is typed is not rendered
                html = escape(node.value) if is_typed else rendered.get(node.start.index)
                if html is not None:
                    span = partial(source.yaml.span_within, node)
                    markup = "text" if is_typed else note.markup
                    passage = FieldText(node.value, html, readable(html), span, markup, cloze)
                    passages[key] = (*passages.get(key, ()), passage)
            flags = {
                key: source.yaml.span(flag)
                for key, value in note.values.items()
                if value is True and (flag := note.node.get(key)) is not None
            }
            pair = partial(_pair, source.yaml, note.node)
            fields = note.kind.fields
            yield Entry(note.kind.name, note.deck, passages, note.span, flags, fields, pair)


def _pair(file: YamlFile, note: MappingNode, key: str) -> Text | None:
    """Return a key and its value as written."""
    for name, value in note.pairs:
        if name.value == key:
            raw = file.text[name.start.index : value.end.index].rstrip()
            start, lines = file.span(name), raw.split("\n")
            column = len(lines[-1]) + (1 if len(lines) > 1 else start.column)
            end_line = start.line + len(lines) - 1
            return Text(raw, start._replace(end_line=end_line, end_column=column))
    return None


def _texts(note: SourceNote) -> Iterator[tuple[str, ScalarNode]]:
    values: Mapping[str, Value] = note.values
    for key, value in values.items():
        if isinstance(value, ScalarNode):
            yield key, value
        elif isinstance(value, Texts):
            yield from ((key, node) for node in value.nodes)
        elif isinstance(value, Items):
            yield from ((key, item.text) for item in value.items)
        elif isinstance(value, Mapping):
            yield from value.items()
        elif isinstance(value, Masks):
            yield from ((key, mask.label) for mask in value.masks if mask.label is not None)


def _tags(file: YamlFile) -> Iterator[ScalarNode]:
    """Return every tag of a file, in source order."""
    for document in file.documents:
        if not isinstance(document, MappingNode):
            continue
        notes = document.get("notes")
        items = notes.items if isinstance(notes, SequenceNode) else []
        for node in (document, *items):
            tags = node.get("tags") if isinstance(node, MappingNode) else None
            if isinstance(tags, SequenceNode) and not file.is_damaged(tags):
                yield from (tag for tag in tags.items if isinstance(tag, ScalarNode) and tag.value)


def _styles(project: Project) -> Iterator[Written]:
    """Return the stylesheets of the project's settings and of its own note types."""
    files = [project.settings.yaml, *(read_source(project, path)[0] for path in project.notetypes)]
    for file in filter(None, files):
        for document in file.documents:
            node = document.get("css") if isinstance(document, MappingNode) else None
            if isinstance(node, ScalarNode):
                folder = (project.root / file.path).parent
                yield MappingReader(file).text_or_file(node, folder, project.root, ".css")[0]
