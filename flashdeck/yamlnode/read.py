"""Reading of YAML files with error recovery.

libyaml stops at the first error. Its text is then masked in a working copy by as many characters,
so that all places stay the same, and the copy is parsed again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from yaml import YAMLError

from flashdeck.diagnostics import Diagnostic, Severity, Span, places_in
from flashdeck.files.conflicts import is_conflict
from flashdeck.yamlnode.decode import decode
from flashdeck.yamlnode.edit import splice
from flashdeck.yamlnode.finding import SPACE, Finding
from flashdeck.yamlnode.nodes import Limits, MappingNode, Node, SequenceNode, YamlFile
from flashdeck.yamlnode.parse import Builder, LimitReachedError, TrapError
from flashdeck.yamlnode.traps import find_trap
from flashdeck.yamlnode.usual import usual_document

if TYPE_CHECKING:
    from flashdeck.yamlnode.spaces import OddSpace

# The number of characters to parse again after errors, which limits a large file to some seconds.
_READ_AGAIN = 40 * 2**20
# The distances of tab stops that are tried.
_TABS = (2, 4, 8)


def read_yaml(
    path: str, data: bytes, limits: Limits | None = None, *, control: bool = False
) -> YamlFile:
    r"""Parse the bytes of a file; `path` is for its spans.

    With `control`, numeric escapes for control characters are allowed: `"\x92"`.
    """
    limits = limits or Limits()
    if len(data) > limits.size:
        message = f"the file has {len(data) / 2**20:.1f} MiB; {limits.size / 2**20:g} are allowed"
        problem = Diagnostic("limit", message, Span.point(path), hint="split it into several files")
        return YamlFile(path, "", (), (problem,))
    text, problems = decode(path, data, limits.problems)
    if is_conflict(problems):
        lines = frozenset(item.span.line for item in problems if item.span is not None)
        return YamlFile(path, "", (), tuple(problems), lines)
    reader = _Reader(path, limits, problems, control=control)
    if text.isascii() and "\t" not in text:
        return reader.read(text, problems)
    from flashdeck.yamlnode.spaces import odd_spaces  # its patterns are slow to compile

    file = reader.corrected(text, odd_spaces(text), up_to="tab")
    return _without_tabs(reader, text) if "tab" in _rules(file) else file


def _without_tabs(reader: _Reader, text: str) -> YamlFile:
    """Parse a text with spaces for the tabs in its indentation.

    As many as yield the fewest problems; if that or the structure is not clear, the tabs have no
    fix.
    """
    from flashdeck.yamlnode.spaces import odd_spaces

    found = [odd_spaces(text, distance) for distance in _TABS]
    files = [reader.corrected(text, odd, up_to="") for odd in found]
    if all(file.damaged for file in files):
        files = [reader.corrected(text, odd) for odd in found]
    fewest = min(len(file.damaged) for file in files)
    best = [place for place, file in enumerate(files) if len(file.damaged) == fewest]
    file = files[best[0]]
    if file.lost or len({_content(files[place]) for place in best}) > 1:
        return reader.corrected(text, found[best[0]], clear_tabs=False)
    return file


def _rules(file: YamlFile) -> set[str]:
    return {problem.rule for problem in file.problems}


class _Reader:
    """Parses the text of a file; `decoded` are the problems of its characters."""

    def __init__(
        self, path: str, limits: Limits, decoded: Sequence[Diagnostic], *, control: bool
    ) -> None:
        self._path = path
        self._limits = limits
        self._decoded = decoded
        self._control = control

    def corrected(
        self,
        text: str,
        odd: Sequence[OddSpace],
        *,
        clear_tabs: bool = True,
        up_to: str | None = None,
    ) -> YamlFile:
        """Parse a text as if its odd spaces were corrected; all places are those in the text.

        With `up_to`, the file is not read after the first syntax error of that rule, or of any
        rule with ''.
        """
        from flashdeck.yamlnode.spaces import BOM, corrections, moved_back, odd_space_problems

        edits = corrections(text, odd)
        if not edits:
            return self.read(text, list(self._decoded), up_to)
        file = self.read(splice(text, edits), [], up_to)
        place = places_in(self._path, text)
        marks = (n for space in odd for n in range(space.start, space.end) if text[n] == BOM)
        reported = {place(n, n + 1) for n in marks}
        decoded = [problem for problem in self._decoded if problem.span not in reported]
        most = max(1, self._limits.problems - len(decoded))
        problems = odd_space_problems(self._path, text, odd, most, clear_tabs=clear_tabs)
        file = moved_back(file, text, edits, [*decoded, *problems])
        lines = [space.line for space in odd if space.character == "\t"]
        return file if clear_tabs else replace(file, lost=file.lost.union(lines))

    def read(self, text: str, problems: list[Diagnostic], up_to: str | None = None) -> YamlFile:
        """Parse a text, and after each error the rest of it.

        With `up_to`, not behind the first syntax error of that rule, or of any rule with ''.
        """
        path, limits = self._path, self._limits
        usual = usual_document(text, limits)
        if usual is not None:
            return YamlFile(path, text, (usual,), tuple(problems))
        working = text
        damaged: set[int] = set()
        lost: set[int] = set()
        budget = _READ_AGAIN
        while True:
            builder = Builder(path, working, limits, control=self._control)
            try:
                builder.build()
                break
            except LimitReachedError as reached:
                problems.append(_limit(path, working, reached))
                builder.documents.clear()
                break
            except (YAMLError, TrapError) as error:
                finding = find_trap(path, text, working, error, builder.last, flow=builder.flow)
            problems.append(finding.diagnostic)
            damaged.add(finding.line)
            lost |= {finding.line} if finding.lost else set()
            budget -= len(working)
            if up_to is not None and finding.diagnostic.rule.startswith(up_to):
                break
            masked = _mask(working, finding)
            if masked == working or budget < 0 or len(problems) >= limits.problems:
                problems.append(_more(path, finding))
                builder.documents.clear()
                break
            working = masked
        problems += builder.problems[: max(0, limits.problems - len(problems))]
        documents = tuple(builder.documents)
        return YamlFile(path, text, documents, tuple(problems), frozenset(damaged), frozenset(lost))


def _content(file: YamlFile) -> tuple[object, ...]:
    """Return the content of a file, for comparison."""
    content: list[object] = []
    waiting: list[Node | None] = [*file.documents]
    while waiting:
        node = waiting.pop()
        if isinstance(node, SequenceNode):
            content.append(len(node.items))
            waiting += node.items
        elif isinstance(node, MappingNode):
            content.append(-len(node.pairs))
            waiting += (part for pair in node.pairs for part in pair)
        else:
            content.append(node and node.value)
    return tuple(content)


def _limit(path: str, working: str, reached: LimitReachedError) -> Diagnostic:
    span = Span.point(path, reached.mark.line + 1, reached.mark.column + 1)
    quote = working[reached.mark.index : reached.mark.index + 1]
    hint = "split it, or raise the limit in flashdeck.yaml (limits)"
    hint = f"is its closing {quote} missing? else {hint}" if quote in ("'", '"') else hint
    return Diagnostic("limit", str(reached), span, hint=hint)


def _mask(text: str, finding: Finding) -> str:
    start, end, below = finding.start, finding.end, max(finding.end, finding.below)
    masked = _filled(text[start:end], finding.filler) + _filled(text[end:below], SPACE)
    return text[:start] + masked + text[below:]


def _filled(text: str, filler: str) -> str:
    return "".join(char if char in "\r\n" else filler for char in text)


def _more(path: str, finding: Finding) -> Diagnostic:
    return Diagnostic(
        "more-problems",
        "the file was not read beyond this line; more problems may follow",
        Span.point(path, finding.line),
        Severity.INFO,
    )
