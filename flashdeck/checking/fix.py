"""Mends sources where one thing can have been meant, by edits of the text and nothing else.

What has a `fix` is mended, copied ids are taken out, and names of media are written as on disk.
Each new text is read again: whatever was not to be changed must say the same as before.
"""

from __future__ import annotations

import bisect
import difflib
import os
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from flashdeck.checking.check import examine
from flashdeck.compile.compiler import Compiled
from flashdeck.compile.identity import derived_id
from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.files.files import Publication
from flashdeck.project.project import Project, load_project
from flashdeck.release.stamp import encoded
from flashdeck.source.note import SourceFile, SourceNote
from flashdeck.yamlnode import (
    Edit,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YamlFile,
    read_yaml,
    removal_from,
    splice,
)

# A mended line may show the next slip in it; nobody makes more of them in one line.
_ROUNDS = 8
# Where all edits together won't do they are tried one by one: so many, or until so many characters
# were read again.
_MOST_TRIED, _READ_AGAIN = 100, 40 * 2**20
# Texts in which what was read is not what stands in the file.
_NOT_AS_WRITTEN = frozenset({"encoding", "control-character"})
# What announces block text at the end of a line, and what ends a document.
_BLOCK = re.compile(r"(?:^|[ \t])[|>][-+0-9]*[ \t]*(?:[ \t]#[^\n]*)?\r?$", re.MULTILINE)
_DOCUMENT = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
Leaf = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A source, before and after. `path` is relative to the project's root."""

    path: str
    before: str
    after: str


def mend(root: Path, *, allow_scripts: bool = False) -> list[Fixed]:
    """Say how the sources of the project at `root` would be mended; writes nothing."""
    project, problems = load_project(root)
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    for _ in range(_ROUNDS):
        compiled, told = examine(project, problems, allow_scripts=allow_scripts)
        edited = dict(project.unsaved)
        copies = list(_copies(project, compiled))
        for source in compiled.sources:
            path, before = source.yaml.path, source.yaml.text
            first.setdefault(path, before)
            after = _mended(source, _edits(project, source, told, copies))
            if after != before:
                last[path] = after
                edited[root / path] = after.encode()
        if edited == project.unsaved:
            break
        project = replace(project, unsaved=edited)
    return [Fixed(path, first[path], after) for path, after in sorted(last.items())]


def write_fixed(root: Path, mended: Iterable[Fixed]) -> None:
    """Write mended sources, all or none of them.

    Raises `FlashdeckError` where one was edited meanwhile.
    """
    with Publication() as publication:
        for one in mended:
            data = encoded(root / one.path, root, one.before, one.after)
            publication.stage(root / one.path).write(data)
        publication.commit()


def as_diff(mended: Iterable[Fixed]) -> str:
    """Write what changes as a unified diff, which `git apply` takes."""
    lines: list[str] = []
    for one in mended:
        before, after = (_lines_of(text) for text in (one.before, one.after))
        for line in difflib.unified_diff(before, after, f"a/{one.path}", f"b/{one.path}"):
            whole = line.endswith("\n")
            lines += (line,) if whole else (line, "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines_of(text: str) -> list[str]:
    """Part a text at its line ends only; `splitlines` also does so at others."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _edits(
    project: Project,
    source: SourceFile,
    told: Iterable[Diagnostic],
    copies: Iterable[SourceNote],
) -> list[Edit]:
    own = [one for one in told if one.span is not None and one.span.path == source.yaml.path]
    if source.table is not None:
        return []  # cells are not YAML
    if any(one.rule in _NOT_AS_WRITTEN for one in own):
        return []
    lines = _Lines(source.yaml.text)
    found = [
        Edit(
            lines.index(one.fix.span.line, one.fix.span.column),
            lines.end(one.fix.span),
            one.fix.text,
        )
        for one in own
        if one.fix is not None
    ]
    taken_out = (
        removal_from(source.yaml.text, note.node, "id")
        for note in copies
        if note.span.path == source.yaml.path
    )
    found += [edit for edit in taken_out if edit is not None]
    folder = (project.root / source.yaml.path).parent
    for one in own:
        if one.rule == "missing-media" and one.span is not None:
            start, end = lines.index(one.span.line, one.span.column), lines.end(one.span)
            name = _on_disk(folder, source.yaml.text[start:end])
            found += [Edit(start, end, name)] if name else []
    closed = _Closed(source.yaml)
    return _apart(edit for edit in found if not closed.holds(edit))


def _copies(project: Project, compiled: Compiled) -> Iterator[SourceNote]:
    """Give copied notes with another's id: the original is the one whose words the id came of."""
    holders: dict[str, list[SourceNote]] = {}
    for one in compiled.notes:
        if one.note.id is not None:
            holders.setdefault(one.note.id.value, []).append(one.note)
    for name, notes in holders.items():
        if len(notes) == 1:
            continue
        made = (note for note in notes if derived_id(project.settings.id, note, (), {}) == name)
        original = next(made, notes[0])
        yield from (note for note in notes if note is not original)


def _on_disk(folder: Path, name: str) -> str:
    """Give a file's name as it is on disk where only capitals differ, else ''."""
    found: list[str] = []
    for part in PurePosixPath(name).parts:
        if part in ("/", "..") or folder.is_symlink():
            return ""
        try:
            names = os.listdir(folder)  # noqa: PTH208 - names are all that is needed
        except (OSError, ValueError):
            return ""
        same = [one for one in names if one.casefold() == part.casefold()]
        if part not in same and len(same) != 1:
            return ""
        found.append(part if part in same else same[0])
        folder /= found[-1]
    right = "/".join(found)
    return right if right != name else ""


def _apart(edits: Iterable[Edit]) -> list[Edit]:
    """Leave out edits that overlap others; the next round may make them."""
    found: list[Edit] = []
    for edit in sorted(edits, key=lambda one: (one.start, one.end)):
        if not found or found[-1].end < edit.start:
            found.append(edit)
    return found


def _mended(source: SourceFile, edits: Sequence[Edit]) -> str:
    """Make all edits that change nothing else."""
    file = source.yaml
    if not edits:
        return file.text
    if not _is_safe(file, edits):
        most = min(_MOST_TRIED, _READ_AGAIN // len(file.text))
        edits = [one for one in edits[:most] if _is_safe(file, [one])]
        if not _is_safe(file, edits):
            return file.text
    return splice(file.text, list(edits))


def _is_safe(before: YamlFile, edits: Sequence[Edit]) -> bool:
    """Whether all that the edits don't touch reads as before, and nothing new is wrong."""
    after = read_yaml(before.path, splice(before.text, list(edits)).encode())
    cut = any(one.rule == "more-problems" for one in before.problems)
    if len(after.problems) > len(before.problems) and not cut:
        return False
    if {one.rule for one in after.problems} - {one.rule for one in before.problems} and not cut:
        return False
    said = {leaf: node.value for leaf, node in _leaves(after)}
    touched: set[Leaf] = set()
    kept: set[Leaf] = set()
    for leaf, node in _leaves(before):
        if before.is_damaged(node) or _is_touched(before.text, node, edits):
            touched.add(leaf)
        elif said.get(leaf) != node.value:
            return False
        else:
            kept.add(leaf)
    if before.damaged:
        return True
    return all(
        leaf in kept or any(leaf[:at] in touched for at in range(len(leaf) + 1)) for leaf in said
    )


def _is_touched(text: str, node: ScalarNode, edits: Sequence[Edit]) -> bool:
    start, end = node.start.index, node.end.index
    if not node.value and not node.style:  # its place is the rest of the line
        end = text.find("\n", end) if "\n" in text[end:] else len(text)
    place = bisect.bisect_left(edits, start, key=lambda one: one.end)
    return place < len(edits) and edits[place].start <= end


def _leaves(file: YamlFile) -> Iterator[tuple[Leaf, ScalarNode]]:
    """Give every scalar of a file by the keys and numbers that lead to it."""
    waiting: list[tuple[Leaf, Node | None]] = [
        ((number,), document) for number, document in enumerate(file.documents)
    ]
    while waiting:
        leaf, node = waiting.pop()
        if isinstance(node, ScalarNode):
            yield leaf, node
        elif isinstance(node, SequenceNode):
            waiting += (((*leaf, place), one) for place, one in enumerate(node.items))
        elif isinstance(node, MappingNode):
            waiting += (((*leaf, key.value), value) for key, value in node.pairs)


class _Closed:
    """What is never written to: block text, and what is behind an error of structure.

    Behind such an error nobody can tell what is a key, a list or a text, up to the next document.
    """

    def __init__(self, file: YamlFile) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted((*_blocks(file), *_behind_errors(file))):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, edit: Edit) -> bool:
        """Whether any of it would be written to."""
        place = bisect.bisect_right(self._ends, edit.start)
        return place < len(self._starts) and self._starts[place] < max(edit.end, edit.start + 1)


def _blocks(file: YamlFile) -> Iterator[tuple[int, int]]:
    """Give where block text is, and what looks like it behind an error."""
    for _, node in _leaves(file):
        if node.style in ("|", ">"):
            yield node.start.index, node.end.index
    inside, begun, place = -1, 0, 0
    for line in _lines_of(file.text):
        if inside >= 0 and line.strip() and len(line) - len(line.lstrip(" ")) <= inside:
            yield begun, place
            inside = -1
        place += len(line)
        if inside < 0 and _BLOCK.search(line):
            head = line[: len(line) - len(line.lstrip(" \t-"))]
            inside, begun = len(head) if ":" in line else max(head.rfind("-"), 0), place
    if inside >= 0:
        yield begun, place


def _behind_errors(file: YamlFile) -> Iterator[tuple[int, int]]:
    """Give where the structure of a file is lost: from a line to the end of its document."""
    lines = _Lines(file.text)
    ends = [one.start() for one in _DOCUMENT.finditer(file.text)]
    for line in file.lost:
        start = lines.index(line, 1)
        place = bisect.bisect_right(ends, start)
        yield start, ends[place] if place < len(ends) else len(file.text) + 1


class _Lines:
    """Places of a text as indices."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def index(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def end(self, span: Span) -> int:
        return self.index(span.end_line, span.end_column)
