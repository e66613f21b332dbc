"""Reading of YAML files with error recovery.

libyaml stops at the first error. Its text is then masked in a working copy by as many characters,
so that all places stay the same, and the copy is parsed again.
"""

from __future__ import annotations

from yaml import YAMLError

from flashdeck.diagnostics import Diagnostic, Severity, Span
from flashdeck.files.conflicts import is_conflict
from flashdeck.yamlnode.decode import decode
from flashdeck.yamlnode.finding import BLANK, Finding
from flashdeck.yamlnode.nodes import Limits, YamlFile
from flashdeck.yamlnode.parse import Builder, LimitReachedError, TrapError
from flashdeck.yamlnode.traps import find_trap

# The number of characters to parse again after errors, which limits a large file to some seconds.
_READ_AGAIN = 40 * 2**20


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
    working = text
    damaged: set[int] = set()
    lost: set[int] = set()
    budget = _READ_AGAIN
    while True:
        builder = Builder(path, working, limits, control=control)
        try:
            builder.build()
            break
        except LimitReachedError as reached:
            span = Span.point(path, reached.mark.line + 1, reached.mark.column + 1)
            quote = working[reached.mark.index : reached.mark.index + 1]
            hint = "split it, or raise the limit in flashdeck.yaml (limits)"
            hint = f"is its closing {quote} missing? else {hint}" if quote in ("'", '"') else hint
            problems.append(Diagnostic("limit", str(reached), span, hint=hint))
            builder.documents.clear()
            break
        except (YAMLError, TrapError) as error:
            finding = find_trap(path, text, working, error, builder.last, flow=builder.flow)
        problems.append(finding.diagnostic)
        damaged.add(finding.line)
        lost |= {finding.line} if finding.lost else set()
        budget -= len(working)
        masked = _mask(working, finding)
        if masked == working or budget < 0 or len(problems) >= limits.problems:
            problems.append(_more(path, finding))
            builder.documents.clear()
            break
        working = masked
    problems += builder.problems[: max(0, limits.problems - len(problems))]
    return YamlFile(
        path,
        text,
        tuple(builder.documents),
        tuple(problems),
        frozenset(damaged),
        frozenset(lost),
    )


def _mask(text: str, finding: Finding) -> str:
    start, end, below = finding.start, finding.end, max(finding.end, finding.below)
    masked = _filled(text[start:end], finding.filler) + _filled(text[end:below], BLANK)
    return text[:start] + masked + text[below:]


def _filled(text: str, filler: str) -> str:
    return "".join(char if char in "\r\n" else filler for char in text)


def _more(path: str, finding: Finding) -> Diagnostic:
    return Diagnostic(
        "more-problems",
        "the file was not read beyond this line; more problems may follow",
        Span.point(path, finding.line),
        Severity.NOTE,
    )
