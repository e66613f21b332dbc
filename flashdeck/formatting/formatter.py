"""Formatting of decks and note types: checked to keep their contents, and all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from flashdeck.compile.cache import Cache
from flashdeck.compile.pipeline import compile_loaded
from flashdeck.diagnostics import Diagnostic, FlashdeckError, Severity, Span
from flashdeck.files.conflicts import is_conflict
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.formatting.layout import formatted
from flashdeck.model import Collection
from flashdeck.project.project import Project, source_bytes
from flashdeck.project.project_lock import locked_project
from flashdeck.yamlnode import MappingNode, Node, ScalarNode, YamlFile, read_yaml
from flashdeck.yamlnode.comments import passed_over
from flashdeck.yamlnode.written import is_wordlike

_BUG = "this is a bug in flashdeck: please report it with that file"


@dataclass(frozen=True, slots=True)
class Formatted:
    """A file before and after formatting; `path` is relative to the project's root."""

    path: str
    before: bytes
    after: bytes

    @property
    def is_changed(self) -> bool:
        """Whether the file is not formatted yet."""
        return self.before != self.after


def format_files(
    project: Project, paths: Iterable[Path]
) -> tuple[list[Formatted], list[Diagnostic]]:
    """Format files of a project without writing them.

    Files that can't be formatted are reported and left out: files with errors, and files whose
    notes, texts or comments would change.
    """
    files: list[Formatted] = []
    problems: list[Diagnostic] = []
    for path in paths:
        name = project.relative(path)
        try:
            data = source_bytes(project, path)
        except RefusedFileError as refused:
            message = f"{name} can't be read: {refused.why}"
            problems.append(Diagnostic("unreadable", message, Span.point(name)))
            continue
        file, refusals = _format(project, name, data)
        problems += refusals
        files += [file] if file is not None else []
    wrong = set(_unfaithful(project, [file for file in files if file.is_changed]))
    problems += [_refusal(file.path, "it would not compile to the same notes") for file in wrong]
    return [file for file in files if file not in wrong], problems


def write_formatted(project: Project, files: Sequence[Formatted]) -> None:
    """Write the changed files, all or none of them.

    Raises `FlashdeckError` where a file can't be written, or was edited meanwhile.
    """
    changed = [file for file in files if file.is_changed]
    if not changed:
        return
    with locked_project(project.root), Publication() as publication:
        for file in changed:
            path = project.root / file.path
            if read_regular(path, project.root, len(file.before)) != file.before:
                message = f"{file.path} was changed while it was being formatted"
                raise FlashdeckError(message, "format it again")
            publication.stage(path, project.root).write(file.after)
        publication.commit()


def keep_layout(project: Project, file: YamlFile, text: str) -> str:
    """Format the edited text of a file if the file was formatted before; else leave it."""
    if formatted(file) != file.text:
        return text
    edited, _ = _format(project, file.path, text.encode())
    return edited.after.decode() if edited is not None else text


def difference(before: YamlFile, after: YamlFile) -> str:
    """Name what formatting would change: texts, keys or comments; '' for nothing."""
    if any(problem.severity is Severity.ERROR for problem in after.problems):
        return "what can be read"
    if _values(before) != _values(after):
        return "a text or a key"
    return "" if _comments(before) == _comments(after) else "a comment"


def _values(file: YamlFile) -> list[object]:
    return [_plain(document) for document in file.documents if document is not None]


def _comments(file: YamlFile) -> Counter[str]:
    return Counter(comment.text for comment in passed_over(file).comments)


def _plain(node: Node) -> object:
    """Return a node as plain data: keys unordered, and number-like words with a flag for quotes."""
    if isinstance(node, ScalarNode):
        return node.value, bool(node.style) and is_wordlike(node.value)
    if isinstance(node, MappingNode):
        return {key.value: _plain(value) for key, value in node.pairs}
    return [_plain(item) for item in node.items]


def _format(project: Project, name: str, data: bytes) -> tuple[Formatted | None, list[Diagnostic]]:
    """Format a file, and check that its contents stay the same."""
    limits, control = project.settings.limits, project.settings.verbatim
    file = read_yaml(name, data, limits, control=control)
    if is_conflict(file.problems):
        return None, list(file.problems)
    errors = [problem for problem in file.problems if problem.severity is Severity.ERROR]
    if errors:
        return None, [*errors, _refusal(name, "it has errors", "fix them first")]
    for document in file.documents:
        if document is not None and not isinstance(document, MappingNode):
            return None, [_refusal(name, "it is not a deck", "a deck begins with 'deck: NAME'")]
    text = formatted(file)
    if text == file.text and data == text.encode():
        return Formatted(name, data, data), []
    after = text.encode()
    again = read_yaml(name, after, limits, control=control)
    what = difference(file, again) or ("" if _is_settled(again) else "its own layout")
    if what:
        return None, [_refusal(name, f"formatting would change {what}", _BUG)]
    return Formatted(name, data, after), []


def _is_settled(file: YamlFile) -> bool:
    return formatted(file) == file.text


def _unfaithful(project: Project, files: Sequence[Formatted]) -> Iterator[Formatted]:
    """Return the files whose notes, note types or decks formatting would change.

    They are compiled together, and one by one only if that shows a difference.
    """
    if not files or _compiles_same(project, files):
        return
    for file in files:
        if len(files) == 1 or not _compiles_same(project, [file]):
            yield file


def _compiles_same(project: Project, files: Sequence[Formatted]) -> bool:
    before = {project.root / file.path: file.before for file in files}
    after = {project.root / file.path: file.after for file in files}
    cache = Cache()  # most notes are unchanged
    return _compiled(project, before, cache) == _compiled(project, after, cache)


def _compiled(
    project: Project, texts: Mapping[Path, bytes], cache: Cache
) -> tuple[Collection, Counter[str]]:
    """Compile the decks of these texts, or every deck if a text is a note type."""
    own = [path for path in project.decks if path in texts]
    decks = tuple(own) if len(own) == len(texts) else project.decks
    part = replace(project, decks=decks, unsaved={**project.unsaved, **texts})
    outcome = compile_loaded(part, (), cache=cache)
    return outcome.compiled.collection, Counter(problem.rule for problem in outcome.problems)


def _refusal(name: str, why: str, hint: str = _BUG) -> Diagnostic:
    message = f"{name} was not formatted: {why}"
    return Diagnostic("not-formatted", message, Span.point(name), hint=hint)
