"""Fixes of sources where the fix is unambiguous, by edits of the text only.

Applies the `fix` of diagnostics, removes copied ids, writes names of media as on disk, makes files
of inline pictures, and removes scripts from drawings. Each new text of YAML is parsed again: all
values outside of the edits must be the same as before.
"""

from __future__ import annotations

import bisect
import difflib
import os
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

from flashdeck.checking.check import examine
from flashdeck.checking.selection import Selection
from flashdeck.compile.compiler import Compiled
from flashdeck.compile.media.svg_edit import without_active_content
from flashdeck.compile.media.table import LARGEST, MediaTable
from flashdeck.diagnostics import Diagnostic, Span
from flashdeck.files.files import Publication, RefusedFileError, read_regular
from flashdeck.model import Media
from flashdeck.project.paths import SOURCE_ENDINGS
from flashdeck.project.project import Project, load_project, read_source
from flashdeck.project.project_lock import locked_project
from flashdeck.release.stamp import encoded
from flashdeck.source.note import SourceNote
from flashdeck.text import natural
from flashdeck.yamlnode import (
    Edit,
    Limits,
    MappingNode,
    Node,
    ScalarNode,
    SequenceNode,
    YamlFile,
    read_yaml,
    removal_from,
    splice,
)

# The most rounds: a fix can reveal another problem in its line.
_ROUNDS = 8
# Edits that are not safe together are tried one by one, up to these numbers of edits and of parsed
# characters.
_MOST_TRIED, _READ_AGAIN = 100, 40 * 2**20
# Rules for files whose text was changed to read it, unless there is a fix.
_NOT_AS_WRITTEN = frozenset({"encoding", "control-character"})
# Rules whose fixes are found here.
_FIXED_HERE = frozenset({"missing-media", "duplicate-id"})
# Rules whose fixes change an indentation only, which may be that of block text.
_OF_INDENTATION = frozenset({"tab", "irregular-whitespace"})
# The header of block text at the end of a line, and the end of a document.
_BLOCK = re.compile(r"(?:^|[ \t])[|>][-+0-9]*[ \t]*(?:[ \t]#[^\n]*)?\r?$", re.MULTILINE)
_DOCUMENT = re.compile(r"^(?:---|\.\.\.)(?=\s|$)", re.MULTILINE)
# The opening mark of a formula.
_FORMULA = re.compile(r"\$|\\[(\[]")
Leaf = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Fixed:
    """A fixed source, before and after. Paths are relative to the project's root.

    `files` are the paths and contents of files that it names since then.
    """

    path: str
    before: str
    after: str
    files: Mapping[str, bytes] = field(default_factory=dict)


def fixed_sources(
    root: Path,
    *,
    allow_scripts: bool = False,
    paths: Sequence[str] = (),
    decks: Sequence[str] = (),
) -> list[Fixed]:
    """Return the fixed sources of the project at `root`, without writing them.

    `paths` and `decks` select files, folders and decks.
    """
    project, problems = load_project(root)
    first: dict[str, str] = {}
    last: dict[str, str] = {}
    files: dict[str, dict[str, bytes]] = {}
    active: tuple[Path, ...] = ()
    for _ in range(_ROUNDS):
        compiled, found = examine(project, problems, allow_scripts=allow_scripts)
        selection = Selection(compiled.sources, paths, decks)
        diagnostics = selection.of(found)
        reported = any(problem.rule == "active-content" for problem in diagnostics)
        active = compiled.media.active_drawings() if reported else ()
        edited = dict(project.unsaved)
        copies = list(_copies(compiled, diagnostics))
        for file in _files(project, compiled):
            path, before = file.path, file.text
            first.setdefault(path, before)
            pictures = _inline_pictures(file, diagnostics, compiled.media)
            after = _fixed(file, _edits(project, file, diagnostics, copies, pictures))
            if after != before:
                last[path] = after
                files.setdefault(path, {}).update(_named(pictures.values(), after, path))
                edited[root / path] = after.encode()
        if edited == project.unsaved:
            break
        project, problems = load_project(root, edited)
    sources = [Fixed(path, first[path], last[path], files[path]) for path in last]
    drawings = _fixed_drawings(project, active)
    return sorted([*sources, *drawings], key=lambda fixed: natural(fixed.path))


def count_fixable(root: Path, problems: Iterable[Diagnostic]) -> int:
    """Return how many of a project's problems `check --fix` fixes in the files on disk."""
    by_path: dict[str, list[Diagnostic]] = {}
    for problem in problems:
        if problem.span is not None and (problem.fix is not None or problem.rule in _FIXED_HERE):
            by_path.setdefault(problem.span.path, []).append(problem)
    return sum(_count(root, path, own) for path, own in by_path.items())


def _count(root: Path, path: str, problems: Sequence[Diagnostic]) -> int:
    if PurePosixPath(path).suffix not in SOURCE_ENDINGS:
        return 0
    try:
        file = read_yaml(path, read_regular(root / path, root, Limits().size))
    except RefusedFileError:
        return 0
    if any(problem.rule in _NOT_AS_WRITTEN and problem.fix is None for problem in file.problems):
        return 0
    last = file.text.count("\n") + 1
    own = [item for item in problems if item.span is not None and item.span.end_line <= last]
    # A fix of several edits counts once.
    problems = [replace(item, fix=item.fix and item.fix._replace(also=())) for item in own]
    edits = _found(root, file, problems)
    chosen = _without_overlaps(edits)
    copies = sum(problem.rule == "duplicate-id" for problem in problems)
    return copies + len(edits) - len(chosen) + len(_safe(file, chosen))


def write_fixed(root: Path, fixed: Iterable[Fixed]) -> None:
    """Write fixed sources, all or none of them, each after the files that it names.

    Raises `FlashdeckError` where a source was edited meanwhile.
    """
    sources = list(fixed)
    if not sources:
        return
    files = {path: content for source in sources for path, content in source.files.items()}
    with locked_project(root), Publication() as publication:
        for path, content in files.items():
            if not (root / path).exists():
                publication.stage(root / path, root).write(content)
        for source in sources:
            data = encoded(root / source.path, root, source.before, source.after)
            publication.stage(root / source.path, root).write(data)
        publication.commit()


def as_diff(fixed: Iterable[Fixed]) -> str:
    """Format the changes as a unified diff for `git apply`."""
    lines: list[str] = []
    for source in fixed:
        before, after = (_lines_of(text) for text in (source.before, source.after))
        for line in difflib.unified_diff(before, after, f"a/{source.path}", f"b/{source.path}"):
            whole = line.endswith("\n")
            lines += (line,) if whole else (line, "\n\\ No newline at end of file\n")
    return "".join(lines)


def _lines_of(text: str) -> list[str]:
    """Split a text after each line feed; `splitlines` also splits at other characters."""
    return [line for line in re.split(r"(?<=\n)", text) if line]


def _files(project: Project, compiled: Compiled) -> Iterator[YamlFile]:
    """Return the YAML files of a project; the cells of tables are not YAML."""
    yield from (source.yaml for source in compiled.sources if source.table is None)
    notetypes = (read_source(project, path)[0] for path in project.notetypes)
    yield from (file for file in (*notetypes, project.settings.yaml) if file is not None)


def _fixed_drawings(project: Project, active: Iterable[Path]) -> Iterator[Fixed]:
    """Return the drawings from which active content can be removed."""
    for path in active:
        with suppress(RefusedFileError):
            before = read_regular(path, project.root, LARGEST)
            after = without_active_content(before)
            if after is not None:
                texts = [data.decode("utf-8-sig") for data in (before, after)]
                yield Fixed(project.relative(path), texts[0], texts[1])


def _edits(
    project: Project,
    file: YamlFile,
    diagnostics: Iterable[Diagnostic],
    copies: Iterable[SourceNote],
    pictures: Iterable[Edit] = (),
) -> list[Edit]:
    own = [problem for problem in diagnostics if problem.span and problem.span.path == file.path]
    if any(problem.rule in _NOT_AS_WRITTEN and problem.fix is None for problem in own):
        return []
    own_copies = (note for note in copies if note.span.path == file.path)
    removals = (removal_from(file.text, note.node, "id") for note in own_copies)
    protected = _Protected([*_blocks(file), *_after_errors(file)])
    safe = (edit for edit in removals if edit is not None and not protected.holds(edit))
    return _without_overlaps([*_found(project.root, file, own), *safe, *pictures])


def _found(root: Path, file: YamlFile, problems: Iterable[Diagnostic]) -> list[Edit]:
    """Return the edits that fix problems of a file, where it may be edited."""
    lines = _Lines(file.text)
    unknown, blocks = _Protected(_after_errors(file)), _Protected(_blocks(file))
    edits: list[Edit] = []
    for problem in problems:
        for edit, in_text in _edits_for(root, file, lines, problem):
            is_protected = unknown.holds(edit) or (not in_text and blocks.holds(edit))
            if problem.rule in _OF_INDENTATION or not is_protected:
                edits.append(edit)
    return edits


def _edits_for(
    root: Path, file: YamlFile, lines: _Lines, problem: Diagnostic
) -> Iterator[tuple[Edit, bool]]:
    """Return the edits that fix a problem, and whether each may be in block text."""
    if problem.fix is not None:
        for fix in (problem.fix, *problem.fix.also):
            yield Edit(*lines.range(fix.span), fix.text), fix.in_text
    elif problem.rule == "missing-media" and problem.span is not None:
        start, end = lines.range(problem.span)
        if name := _on_disk((root / file.path).parent, file.text[start:end]):
            yield Edit(start, end, name), False
    elif problem.rule == "cloze-braces" and problem.span is not None:
        place = lines.range(problem.span)[0]
        if _is_in_formula(file.text, place):
            yield Edit(place + 1, place + 1, " "), True


def _is_in_formula(text: str, place: int) -> bool:
    """Whether `}}` at a place is in the formula of a cloze that ends later in its line."""
    opening = text.rfind("{{c", 0, place)
    line_end = text.find("\n", place)
    behind = text[place + 1 : line_end if line_end >= 0 else None].partition("{{c")[0]
    in_formula = opening >= 0 and _FORMULA.search(text, opening, place) is not None
    return in_formula and text.startswith("}}", place) and "}}" in behind


def _inline_pictures(
    file: YamlFile, diagnostics: Iterable[Diagnostic], media: MediaTable
) -> dict[Edit, Media]:
    """Return the inline pictures that Anki would replace, by the edits that name files instead.

    Their places are exact, so that they are replaced in block text as well.
    """
    lines = _Lines(file.text)
    pictures: dict[Edit, Media] = {}
    for problem in diagnostics:
        if problem.rule != "inline-media" or problem.span is None:
            continue
        if problem.span.path == file.path:
            start, end = lines.range(problem.span)
            picture = media.inline(file.text[start:end])
            if isinstance(picture, Media):
                pictures[Edit(start, end, picture.name)] = picture
    return pictures


def _named(pictures: Iterable[Media], text: str, source: str) -> dict[str, bytes]:
    """Return the paths and contents of the pictures that a text names, beside it."""
    folder = PurePosixPath(source).parent
    files: dict[str, bytes] = {}
    for picture in pictures:
        if picture.name in text:
            with picture.open() as file:
                files[(folder / picture.name).as_posix()] = file.read()
    return files


def _copies(compiled: Compiled, diagnostics: Iterable[Diagnostic]) -> Iterator[SourceNote]:
    """Return the notes that are reported as copies with another's id."""
    places = {problem.span for problem in diagnostics if problem.rule == "duplicate-id"}
    notes = (entry.note for entry in compiled.notes)
    return (note for note in notes if note.id is not None and note.id.span in places)


def _on_disk(folder: Path, name: str) -> str:
    """Return a file's name on disk where it differs in case only, else ''."""
    parts: list[str] = []
    for part in PurePosixPath(name).parts:
        if part in ("/", "..") or folder.is_symlink():
            return ""
        try:
            names = os.listdir(folder)  # noqa: PTH208 - only names are needed
        except (OSError, ValueError):
            return ""
        same = [candidate for candidate in names if candidate.casefold() == part.casefold()]
        if part not in same and len(same) != 1:
            return ""
        parts.append(part if part in same else same[0])
        folder /= parts[-1]
    right = "/".join(parts)
    return right if right != name else ""


def _without_overlaps(edits: Iterable[Edit]) -> list[Edit]:
    """Drop overlapping edits; the next round may make them."""
    kept: list[Edit] = []
    for edit in sorted(edits, key=lambda edit: (edit.start, edit.end)):
        if not kept or kept[-1].end < edit.start:
            kept.append(edit)
    return kept


def _fixed(file: YamlFile, edits: Sequence[Edit]) -> str:
    """Apply the edits that change nothing else."""
    return splice(file.text, _safe(file, edits))


def _safe(file: YamlFile, edits: Sequence[Edit]) -> list[Edit]:
    """Return the edits that change nothing else."""
    if not edits or _is_safe(file, edits):
        return [*edits]
    most = min(_MOST_TRIED, _READ_AGAIN // len(file.text))
    safe = [edit for edit in edits[:most] if _is_safe(file, [edit])]
    return safe if _is_safe(file, safe) else []


def _is_safe(before: YamlFile, edits: Sequence[Edit]) -> bool:
    """Whether all other values are as before, without new problems."""
    after = read_yaml(before.path, splice(before.text, list(edits)).encode())
    known = {problem.rule for problem in before.problems}
    new = {problem.rule for problem in after.problems} - known
    if "more-problems" not in known and (new or len(after.problems) > len(before.problems)):
        return False
    values = {leaf: node.value for leaf, node in _leaves(after)}
    touched: set[Leaf] = set()
    unchanged: set[Leaf] = set()
    for leaf, node in _leaves(before):
        if before.is_damaged(node) or _is_touched(before.text, node, edits):
            touched.add(leaf)
        elif values.get(leaf) != node.value:
            return False
        else:
            unchanged.add(leaf)
    if before.damaged:
        return True
    # A text may take the place of a mapping, and a key another name.
    wholes = {leaf[:length] for leaf in touched for length in range(len(leaf))}
    touched.update(_renamed(before, edits))
    return all(
        leaf in unchanged
        or leaf in wholes
        or any(leaf[:length] in touched for length in range(len(leaf) + 1))
        for leaf in values
    )


def _is_touched(text: str, node: ScalarNode, edits: Sequence[Edit]) -> bool:
    start, end = node.start.index, node.end.index
    if not node.value and not node.style:  # an empty value: the rest of the line
        end = text.find("\n", end) if "\n" in text[end:] else len(text)
    place = bisect.bisect_left(edits, start, key=lambda edit: edit.end)
    return place < len(edits) and edits[place].start <= end


def _renamed(file: YamlFile, edits: Sequence[Edit]) -> Iterator[Leaf]:
    """Return the paths of the mappings of which an edit touches a key."""
    for leaf, node in _nodes(file):
        if isinstance(node, MappingNode) and any(
            _is_touched(file.text, key, edits) for key, _ in node.pairs
        ):
            yield leaf


def _leaves(file: YamlFile) -> Iterator[tuple[Leaf, ScalarNode]]:
    """Return every scalar of a file with its path of keys and indices."""
    return ((leaf, node) for leaf, node in _nodes(file) if isinstance(node, ScalarNode))


def _nodes(file: YamlFile) -> Iterator[tuple[Leaf, Node]]:
    """Return every node of a file with its path of keys and indices.

    A key that is given twice has a number from the second time on.
    """
    waiting: list[tuple[Leaf, Node | None]] = [
        ((number,), document) for number, document in enumerate(file.documents)
    ]
    while waiting:
        leaf, node = waiting.pop()
        if node is not None:
            yield leaf, node
        if isinstance(node, SequenceNode):
            waiting += (((*leaf, place), item) for place, item in enumerate(node.items))
        elif isinstance(node, MappingNode):
            seen: Counter[str] = Counter()
            for key, value in node.pairs:
                count = seen[key.value]
                seen[key.value] += 1
                waiting.append(((*leaf, key.value, *([count] if count else [])), value))


class _Protected:
    """Ranges that are not edited.

    Block text is only edited by fixes of the text itself, and text after a structural error never:
    the rest of the document can't be parsed.
    """

    def __init__(self, ranges: Iterable[tuple[int, int]]) -> None:
        self._starts: list[int] = []
        self._ends: list[int] = []
        for start, end in sorted(ranges):
            if self._ends and start <= self._ends[-1]:
                self._ends[-1] = max(self._ends[-1], end)
            else:
                self._starts.append(start)
                self._ends.append(end)

    def holds(self, edit: Edit) -> bool:
        """Whether an edit is in one of the ranges."""
        place = bisect.bisect_right(self._ends, edit.start)
        return place < len(self._starts) and self._starts[place] < max(edit.end, edit.start + 1)


def _blocks(file: YamlFile) -> Iterator[tuple[int, int]]:
    """Return the ranges of block text, also of what looks like it after an error."""
    for _, node in _leaves(file):
        if node.style in ("|", ">"):
            yield node.start.index, node.end.index
    inside, begin, place = -1, 0, 0
    for line in _lines_of(file.text):
        if inside >= 0 and line.strip() and len(line) - len(line.lstrip(" ")) <= inside:
            yield begin, place
            inside = -1
        place += len(line)
        if inside < 0 and _BLOCK.search(line):
            head = line[: len(line) - len(line.lstrip(" \t-"))]
            inside, begin = len(head) if ":" in line else max(head.rfind("-"), 0), place
    if inside >= 0:
        yield begin, place


def _after_errors(file: YamlFile) -> Iterator[tuple[int, int]]:
    """Return the ranges from a structural error to the end of its document."""
    lines = _Lines(file.text)
    ends = [match.start() for match in _DOCUMENT.finditer(file.text)]
    for line in file.lost:
        start = lines.index(line, 1)
        place = bisect.bisect_right(ends, start)
        yield start, ends[place] if place < len(ends) else len(file.text) + 1


class _Lines:
    """Conversion from lines and columns to indices."""

    def __init__(self, text: str) -> None:
        self._starts = [0]
        for line in text.split("\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def index(self, line: int, column: int) -> int:
        return self._starts[line - 1] + column - 1

    def range(self, span: Span) -> tuple[int, int]:
        return self.index(span.line, span.column), self.index(span.end_line, span.end_column)
