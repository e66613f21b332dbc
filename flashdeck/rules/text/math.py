"""Rules for formulas that are not closed or not balanced, and for TeX outside of formulas."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from flashdeck.anki.clozes import MARK as CLOZE_MARK
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.rule import Finding
from flashdeck.rules.text.tex import commands, tex_start
from flashdeck.text import shortened

_MARKS = (r"\(", r"\[", "$")
_MARK = re.compile(r"\\[!-/:-@\[-`{-~]|(?<!\$)\$\$?(?!\$)")
_CLOSING = {r"\(": r"\)", r"\[": r"\]", "$$": "$$", "$": "$"}
_ESCAPES = re.compile(r"(?:\\[!-/:-@\[-`{-~]){1,20}+")
_EMPTY_LINE = re.compile(r"\n[ \t]*\n")
# A text is a formula if it has one of these signs within the next characters.
_SIGN = re.compile(r"\\[A-Za-z]{2,}|\^|_[{0-9\\]|_[A-Za-z](?![A-Za-z])")
_REACH = 300
# An inline formula up to a sign that money, variables and regular expressions don't have there.
_ITEM = r"(?:[0-9()+\-*/=.,<>' ]|(?<![A-Za-z])[A-Za-z]{1,2}(?![A-Za-z]))"
_OPENED = re.compile(
    r"(?<![A-Za-z0-9$\\)\]}_])\$(?!\s)"
    rf"(?:{_ITEM}{{1,40}}+(?:\^[A-Za-z0-9{{\\(+-]|_\{{)|{_ITEM}{{0,40}}+\\([A-Za-z]{{2,}}))"
)
_WIDEST = 40

_BRACE = re.compile(
    r"\\(?P<side>left|right)(?![A-Za-z])|\\(?P<edge>begin|end)\s*+\{(?P<name>[^{}\\]*+)\}"
    r"|\\[A-Za-z]+|\\.|(?<!\\)%[^\n]*|(?P<brace>[{}])",
    re.DOTALL,
)

# A command at the start of a word, not in a path as of Windows or a namespace.
_TEX = re.compile(
    r"(?<![\w\\:/.~@])\\([A-Za-z]{2,})(?![A-Za-z]|[./:]\w|\\[a-z](?![A-Za-z])|\\[A-Z])"
)
_GROUP = r"\{(?:[^{}\n]|\{[^{}\n]*\})*+\}"
_EXTENT = re.compile(
    rf"\\[A-Za-z]+(?:\[[^\[\]\n]*\])?(?:{_GROUP}|[_^](?:{_GROUP}|\\[A-Za-z]+|[A-Za-z0-9]))*+"
)
_ABOUT_TEX = re.compile(r"tex(?![a-z])|mathjax|\bcommand\b|\bmacro\b", re.IGNORECASE)


class _Unclosed(NamedTuple):
    """An opening mark without a formula; `end` is where its text ends."""

    start: int
    mark: str
    end: int
    has_empty_line: bool


def math_unclosed(context: LintContext) -> Iterator[Finding]:
    r"""A formula is never closed, or contains an empty line.

    Its source is shown on the card, without the backslash of `\(` or `\[`. A formula ends in the
    paragraph in which it begins.

    Fix: write the closing mark, or remove the empty line; a plain dollar sign can
    be written as `\$`.

    Fails::

        notes:
          - {q: What is the area of a square?, a: 'It is $x^2 for a side of x.'}

    Passes::

        notes:
          - {q: What is the area of a square?, a: 'It is $x^2$ for a side of $x$.'}
          - {q: What does it cost?, a: $5 or more}
    """
    for _, _, passage in context.markdown(*_MARKS):
        for unclosed in _unclosed(passage):
            span = passage.place(unclosed.start, unclosed.start + len(unclosed.mark))
            if unclosed.has_empty_line:
                message = f"an empty line ends the formula that '{unclosed.mark}' opens"
                yield Finding(span, message, "remove the empty line")
            else:
                closing = _CLOSING[unclosed.mark]
                literal = r"\$" if "$" in closing else unclosed.mark[1:]
                message = f"'{unclosed.mark}' opens a formula that is never closed"
                hint = f"write '{closing}' after it; for the character itself, '{literal}'"
                yield Finding(span, message, hint)


def math_brace(context: LintContext) -> Iterator[Finding]:
    r"""A formula has a brace, `\left` or `\begin` without its counterpart.

    MathJax shows the source of such a formula instead of rendering it.

    Fix: write the missing brace; write a visible brace as `\{`.

    Fails::

        notes:
          - {q: What is half of one?, a: '$\frac{1}{2$'}

    Passes::

        notes:
          - {q: What is half of one?, a: '$\frac{1}{2}$'}
          - {q: Which set holds 1 and 2?, a: '$\{1, 2\}$'}
    """
    for _, _, passage in context.markdown(*_MARKS, "\\begin"):
        for formula in passage.prose.formulas:
            fault = _unbalanced(_without_clozes(passage, formula.tex))
            if fault is not None:
                start, end, message = fault
                first = tex_start(passage, formula)
                span = passage.place(first + start, first + end)
                yield Finding(span, message, "MathJax shows the source of this formula")


def tex_outside_math(context: LintContext) -> Iterator[Finding]:
    r"""A TeX command is outside of a formula.

    The card shows it as written, as `\frac{1}{2}`. Notes about TeX itself are not reported.

    Fix: put it between dollar signs; or, if the command itself should be
    visible, between backticks.

    Fails::

        notes:
          - {q: How much is half?, a: 'The \frac{1}{2} of it'}

    Passes::

        notes:
          - {q: How much is half?, a: 'The $\frac{1}{2}$ of it'}
          - {q: Where are the programs?, a: 'In C:\alpha'}
    """
    for entry, _, passage in context.markdown("\\"):
        tex = _first_outside(passage)
        if tex is None or _is_about_tex(entry, passage):
            continue
        piece = passage.text[tex.start() : tex.end()]
        message = f"'{shortened(piece, _WIDEST)}' is shown as written"
        hint = f"write it as a formula, '${shortened(piece, _WIDEST)}$', or as code in backticks"
        yield Finding(passage.place(*tex.span()), message, hint)


def _unclosed(passage: FieldText) -> Iterator[_Unclosed]:
    """Return the first unclosed formula of each paragraph."""
    text, words = passage.text, passage.prose.text
    ends = [match.start() for match in _EMPTY_LINE.finditer(text)]
    done = 0
    for match in _MARK.finditer(text):
        mark, start = match.group(), match.start()
        if start < done or mark not in _CLOSING or not _is_prose(text, words, start):
            continue
        place = bisect_right(ends, start)
        end = ends[place] if place < len(ends) else len(text)
        later = _closed_later(text, words, match, end)
        if later > 0:
            yield _Unclosed(start, mark, later, has_empty_line=True)
            done = later
        elif _opens(text, words, match, end):
            yield _Unclosed(start, mark, end, has_empty_line=False)
            done = end


def _is_prose(text: str, words: str, start: int) -> bool:
    r"""Whether the mark at `start` is outside of code and formulas; `\(` is an escape there."""
    if text[start] == "$":
        return words[start] == "$"
    escapes = _ESCAPES.match(text, start)
    end = escapes.end() if escapes else start
    if words[start : start + 2] != "\0\0" or words[end : end + 1] == "\0":
        return False
    if words[end : end + 1] not in ("", "\n"):
        return True
    # At the end of a line, which may be one of a block of code.
    line = words[words.rfind("\n", 0, start) + 1 : start]
    if line:
        return bool(line.strip("\0"))
    before = words[words.rfind("\n", 0, max(start - 1, 0)) + 1 : max(start - 1, 0)]
    behind = words[end + 1 : end + _REACH].partition("\n")[0]
    return not (_is_code(before) or _is_code(behind))


def _is_code(line: str) -> bool:
    return line != "" and not line.strip("\0")


def _opens(text: str, words: str, match: re.Match[str], end: int) -> bool:
    """Whether a mark was meant to open a formula."""
    start, mark = match.start(), match.group()
    if mark == r"\(":
        return not text.startswith("]", start - 1)
    if mark == "$":
        opened = _OPENED.match(words, start)
        return opened is not None and (not opened[1] or opened[1] in commands())
    first = (
        start
        if mark == r"\["
        else max(0, start - _REACH, text.rfind("\n\n", start - _REACH, start))
    )
    return _SIGN.search(words, first, min(end, start + _REACH)) is not None


def _closed_later(text: str, words: str, match: re.Match[str], end: int) -> int:
    """Return where a formula ends that has an empty line in it, or -1."""
    start, mark = match.start(), match.group()
    closing = _CLOSING[mark]
    reach = start + len(mark) + _REACH
    place = text.find(closing, end, reach)
    if mark == "$" or end == len(text) or place < 0 or not _is_prose(text, words, place):
        return -1
    behind = place + len(closing)
    if mark != "$$":
        return behind
    begins_line = not text[text.rfind("\n", 0, start) + 1 : start].strip(" \t>")
    ends_line = not text[behind : behind + _REACH].partition("\n")[0].strip()
    is_empty = not text[start + len(mark) : place].strip()
    return behind if begins_line and ends_line and not is_empty else -1


def _without_clozes(passage: FieldText, tex: str) -> str:
    """Replace the marks of clozes by spaces, as Anki does before MathJax sees the formula."""
    if not passage.cloze or "{{c" not in tex:
        return tex
    pieces: list[str] = []
    done = depth = 0
    for mark in CLOZE_MARK.finditer(tex):
        if mark.group() == "}}" and not depth:
            continue
        depth += 1 if mark[1] else -1
        pieces += (tex[done : mark.start()], " " * len(mark.group()))
        done = mark.end()
    return "".join([*pieces, tex[done:]])


def _unbalanced(tex: str) -> tuple[int, int, str] | None:
    """Return the first part of a formula without its counterpart, and a message."""
    if "\\verb" in tex:
        return None
    opened: list[re.Match[str]] = []
    for token in _BRACE.finditer(tex):
        part = token["side"] or token["edge"] or token["brace"]
        if part in ("left", "begin", "{"):
            opened.append(token)
        elif part is not None:
            if not opened or _counterpart(opened[-1]) != _said(token):
                return _fault(opened[-1] if opened else token, token)
            opened.pop()
    return _fault(opened[-1], None) if opened else None


def _fault(token: re.Match[str], closing: re.Match[str] | None) -> tuple[int, int, str]:
    if token is closing:
        return (*token.span(), f"'{_said(token)}' closes nothing in this formula")
    message = f"'{_said(token)}' is never closed in this formula"
    if token["brace"] is None:
        message = f"'{_said(token)}' has no '{_counterpart(token)}' in this formula"
    return (*token.span(), message)


def _said(token: re.Match[str]) -> str:
    return "".join(token.group().split())


def _counterpart(token: re.Match[str]) -> str:
    if token["brace"] is not None:
        return "}"
    return r"\right" if token["side"] else f"\\end{{{token['name'].strip()}}}"


def _first_outside(passage: FieldText) -> re.Match[str] | None:
    """Return the first known command in the prose that is in no unclosed formula."""
    words = passage.prose.text
    unclosed: list[_Unclosed] | None = None
    for match in _TEX.finditer(words):
        if match[1] not in commands():
            continue
        if unclosed is None:
            unclosed = list(_unclosed(passage))
        place = bisect_right(unclosed, match.start(), key=lambda formula: formula.start)
        if not place or unclosed[place - 1].end <= match.start():
            return _EXTENT.match(words, match.start())
    return None


def _is_about_tex(entry: Entry, passage: FieldText) -> bool:
    """Whether a note is about TeX: its words say so, or its deck's name and a command alone."""
    texts = (passage.text for passages in entry.passages.values() for passage in passages)
    if any(map(_ABOUT_TEX.search, texts)):
        return True
    is_name = passage.text.strip().removeprefix("\\").isalpha()
    return is_name and _ABOUT_TEX.search(entry.deck) is not None
