"""Problems of valid scalars: text cut off by a comment, or escapes for control characters."""

from __future__ import annotations

import re
from typing import NamedTuple

from flashdeck.diagnostics import Diagnostic, Fix, Span
from flashdeck.yamlnode.comments import before_comment
from flashdeck.yamlnode.edit import quoted
from flashdeck.yamlnode.nodes import ScalarNode

_COMMENT = re.compile(r"(?P<space>[ \t]+)(?P<comment>#[^\s#][^\r\n]*)")
_CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
# LaTeX commands that begin with a YAML escape for a tab or a line end, but not like a word after
# such an escape. All other escapes yield control characters.
_LATEX = re.compile(
    r"(?<!\\)(?:\\\\)*(\\(?:"
    r"t(?:heta|au|imes|ext|extbf|extit|an|anh|o|op|frac|ilde|herefore|riangle)"
    r"|n(?:u|eq|abla|eg|ot|otin|exists|parallel)"
    r")(?![A-Za-z]))"
)
_ESCAPE = re.compile(
    r"\\(?:x[0-9A-Fa-f]{2}|u[0-9A-Fa-f]{4}|U[0-9A-Fa-f]{8}|[A-Za-z]+|.)", re.DOTALL
)
_MAKES_CONTROL = frozenset("0abefvrNLP")
_NUMBERED = frozenset("xuU")
_SEPARATOR = "\x1f"  # of fields, in Anki's database
_LAST_CHARACTER = 0x10FFFF
_AS_IS = "use single quotes or block text ('|'), where a backslash is a backslash"


class _Flaw(NamedTuple):
    rule: str
    word: str
    offset: int
    message: str
    hint: str


def scalar_problem(
    path: str, text: str, node: ScalarNode, *, control: bool = False
) -> Diagnostic | None:
    """Return the problem of a scalar, or None.

    With `control`, numeric escapes for control characters are allowed.
    """
    if node.style == "":
        return _cut_off(path, text, node)
    if node.style == '"':
        raw = text[node.start.index : node.end.index]
        flaw = _escape_flaw(raw, node.value, control=control) if "\\" in raw else None
        return _placed(path, text, node, flaw) if flaw is not None else None
    return None


def _cut_off(path: str, text: str, node: ScalarNode) -> Diagnostic | None:
    """`q: see issue #5`: YAML drops `#5`, and the card would read "see issue"."""
    match = _COMMENT.match(text, node.end.index)
    if match is None or not node.value:
        return None
    certain = before_comment(match["comment"])
    comment = match["comment"].rstrip() if certain is None else certain
    line, column = node.end.line + 1, node.end.column + 1 + len(match["space"])
    full_text = text[node.start.index : match.start("comment")] + comment
    advice = "put the text in quotes" if "\n" in full_text else f"write {quoted(full_text)}"
    span = Span(path, line, column, line, column + len(comment))
    fix = None
    if "\n" not in full_text and certain is not None:
        start = node.start.line + 1, node.start.column + 1
        fix = Fix(Span(path, *start, line, column + len(comment)), quoted(full_text))
    return Diagnostic(
        "hash-cuts-text",
        f"'{comment}' is a YAML comment and would not be on the card",
        span,
        hint=f"{advice}; a comment has a space after its '#'",
        fix=fix,
    )


def _escape_flaw(raw: str, value: str, *, control: bool) -> _Flaw | None:
    r"""`"\theta"`: YAML reads a tab and `heta`."""
    latex = _LATEX.search(raw)
    if latex is not None:
        return _latex(latex[1], latex.start(1))
    if _CONTROL.search(value) is None:
        return None
    for escape in _ESCAPE.finditer(raw):
        word, letters = escape.group(), escape.group()[1:]
        if letters[0] in _MAKES_CONTROL and letters.isalpha() and letters[1:]:
            return _latex(word, escape.start())
        if control and letters[0] in _NUMBERED and _SEPARATOR not in value:
            continue
        if letters[0] in _MAKES_CONTROL or _makes_control(letters):
            message = f"{word} is a control character"
            hint = "control characters can't be on a card; remove it"
            return _Flaw("control-character", word, escape.start(), message, hint)
    return None


def _makes_control(letters: str) -> bool:
    if letters[0] not in _NUMBERED or not letters[1:]:
        return False
    code = int(letters[1:], base=16)
    return code > _LAST_CHARACTER or _CONTROL.match(chr(code)) is not None


def _latex(word: str, offset: int) -> _Flaw:
    message = f"{word[:2]} inside double quotes is an escape, so {word} does not stay LaTeX"
    return _Flaw("latex-escape", word, offset, message, _AS_IS)


def _placed(path: str, text: str, node: ScalarNode, flaw: _Flaw) -> Diagnostic:
    index = node.start.index + flaw.offset
    line = node.start.line + text.count("\n", node.start.index, index) + 1
    column = index - text.rfind("\n", 0, index)
    span = Span(path, line, column, line, column + len(flaw.word))
    return Diagnostic(flaw.rule, flaw.message, span, hint=flaw.hint)
