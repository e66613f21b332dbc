"""Fenced code in colours: Pygments finds the words, a few short classes name their kinds."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from pygments.lexers import get_all_lexers, get_lexer_by_name
from pygments.token import Comment, Generic, Keyword, Literal, Name, Number, Operator, String

from flashdeck.markup.clozes import Cloze, find_clozes
from flashdeck.markup.lexing import hasten
from flashdeck.markup.plain import inert_text

if TYPE_CHECKING:
    from pygments.lexer import Lexer

_MANY = 50  # blocks whose reading takes as long as to sort a lexer's rules
_TokenType = Any  # Pygments' token types are tuples that make their own attributes

_CLASSES: dict[_TokenType, str] = {
    Comment: "c",
    Comment.Preproc: "cp",
    Keyword: "k",
    Keyword.Type: "kt",
    Keyword.Constant: "kc",
    Name.Builtin: "nb",
    Name.Class: "nc",
    Name.Exception: "nc",
    Name.Constant: "kc",
    Name.Decorator: "nd",
    Name.Function: "nf",
    Name.Tag: "nt",
    Name.Attribute: "na",
    Name.Variable: "nv",
    Literal: "m",
    String: "s",
    String.Escape: "se",
    String.Interpol: "se",
    String.Regex: "se",
    Number: "m",
    Operator.Word: "k",
    Generic.Deleted: "gd",
    Generic.Inserted: "gi",
    Generic.Heading: "k",
    Generic.Subheading: "k",
    Generic.Prompt: "gp",
    Generic.Output: "go",
    Generic.Error: "gd",
    Generic.Traceback: "gd",
    Generic.Emph: "ge",
    Generic.Strong: "gs",
}


@cache
def languages() -> frozenset[str]:
    """Names of the lexers that Pygments itself brings; plug-ins would differ by machine."""
    return frozenset(alias for lexer in get_all_lexers(plugins=False) for alias in lexer[1])


def did_you_mean(name: str) -> str:
    """The known language that is spelled most like `name`; empty if none is close."""
    return next(iter(difflib.get_close_matches(name.lower(), sorted(languages()), n=1)), "")


class _Reader:
    """Reads code of one language."""

    def __init__(self, language: str) -> None:
        self._lexer: Lexer = get_lexer_by_name(language, stripnl=False, ensurenl=False)
        self._read = 0

    def tokens(self, code: str) -> Iterator[tuple[_TokenType, str]]:
        """Find the words of code, and what they are."""
        self._read += 1
        if self._read == _MANY:
            hasten(self._lexer)
        return self._lexer.get_tokens(code)


_reader = cache(_Reader)


@cache
def _class_of(kind: _TokenType) -> str:
    while kind is not None:
        if kind in _CLASSES:
            return _CLASSES[kind]
        kind = kind.parent
    return ""


@lru_cache(maxsize=4096)
def highlight(language: str, code: str, *, cloze: bool) -> str:
    """HTML for code in a language that Pygments knows; clozes in it keep their braces."""
    clozes = find_clozes(code, markdown=False) if cloze else []
    bare, marks = _without_clozes(code, clozes)
    pieces: list[tuple[str, str]] = []
    for kind, text in _reader(language.lower()).tokens(bare):
        name = _class_of(kind)
        if pieces and pieces[-1][0] == name:
            pieces[-1] = (name, pieces[-1][1] + text)
        else:
            pieces.append((name, text))
    if "".join(text for _, text in pieces) != bare:  # a lexer that changes text: no colours
        return inert_text(code)
    return _with_marks(pieces, marks)


def _without_clozes(code: str, clozes: list[Cloze]) -> tuple[str, list[tuple[int, str]]]:
    """The code without cloze braces and hints, and what to put back at which place of it."""
    cuts: list[tuple[int, int]] = []
    for each in clozes:
        cuts.append((each.start, each.body))
        cuts.append((each.hint, each.end + 2))
    bare: list[str] = []
    marks: list[tuple[int, str]] = []
    position = length = 0
    for start, end in sorted(cuts):
        if start < position:  # a cloze in another one's hint
            continue
        bare.append(code[position:start])
        length += start - position
        marks.append((length, code[start:end]))
        position = end
    bare.append(code[position:])
    return "".join(bare), marks


def _with_marks(pieces: list[tuple[str, str]], marks: list[tuple[int, str]]) -> str:
    """Spans for the pieces, cut where a mark stands, so that a cloze holds whole spans."""
    if not marks:
        return "".join(_span(name, text) for name, text in pieces)
    out: list[str] = []
    pending = iter([*marks, (-1, "")])
    at, mark = next(pending)
    position = 0
    for name, text in pieces:
        start = 0
        while at >= 0 and at < position + len(text):
            out += [_span(name, text[start : at - position]), inert_text(mark)]
            start = at - position
            at, mark = next(pending)
        out.append(_span(name, text[start:]))
        position += len(text)
    while at >= 0:
        out.append(inert_text(mark))
        at, mark = next(pending)
    return "".join(out)


def _span(name: str, text: str) -> str:
    if not name or not text or text.isspace():
        return inert_text(text)
    return f'<span class="{name}">{inert_text(text)}</span>'
