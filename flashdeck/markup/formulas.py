r"""Formulas in Markdown: `$x$`, `$$x$$`, `\(x\)`, `\[x\]`, and where a dollar is just a dollar.

A dollar opens a formula unless it follows a letter, a digit or a closing bracket of ASCII, except
where TeX follows at once (`CO$_2$`). It closes one after a character that is not a space, and
before a letter only if it encloses TeX, or one letter before an ending (`$\mu$m`, `$n$th`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from flashdeck.html.addresses import is_active
from flashdeck.html.tags import is_active_style

_TEXT = r"\\(?:text|mbox|textrm)\{[^{}\n]*\}"  # may hold dollars
_DOLLAR = re.compile(rf"\$(?![\s$])((?:[^$\\]|{_TEXT}|\\.)*+)(?<!\s)\$(?![0-9$])", re.DOTALL)
_DISPLAY = re.compile(rf"\$\$(?!\$)((?:[^$\\]|{_TEXT}|\\.|\$(?!\$))*+)\$\$", re.DOTALL)
_ROUND = re.compile(r"\\\(((?:[^\\]|\\[^)])*+)\\\)")
_SQUARE = re.compile(r"\\\[((?:[^\\]|\\[^\]])*+)\\\]")
_PATTERNS = {"$": _DOLLAR, "$$": _DISPLAY, "\\(": _ROUND, "\\[": _SQUARE}
_ENVIRONMENT = re.compile(
    r"\\begin\{((?:align|equation|gather|multline|eqnarray|alignat|flalign|cases|array"
    r"|[bpvBV]?matrix|split|gathered|aligned)\*?)\}"
)
_RANGE = re.compile(r"[0-9][-–—]\Z")
_ENDING = re.compile(r"[A-Za-z]{2}|s\b")
_DRIVE = re.compile(r"(?:\A|.?\W)[A-Za-z]:\Z", re.DOTALL)
_WORD = re.compile(r"\s[^\W\d_]{2,}")
_FUNCTIONS = (
    "log|ln|lg|exp|sin|cos|tan|cot|sec|csc|mod|max|min|lim|sup|inf|gcd|lcm|det|dim|deg|ker|arg"
)
_WORD_BETWEEN = re.compile(rf"\s(?!(?:{_FUNCTIONS})\s)[^\W\d_]{{2,}}\s")
_TEX = frozenset("\\{}^_=")
_BEGINS_TEX = frozenset("\\^_")
_LINK = re.compile(r"\\(href|style)(?![A-Za-z])\s*(?:\{([^{}]*))?")
_MACRO = re.compile(r"\\(?:def|let|(?:re)?new(?:command|environment))(?![A-Za-z])")
_QUOTE = " \t\n>"
_DEEPEST_QUOTE = 200  # characters of the marks before a line of a quote
_BEGINS_BLOCK = re.compile(r"\n[ \t>]*(?:[-+*#|]|[0-9]{1,9}[.)]|```|~~~)(?:\s|$)")


class Formula(NamedTuple):
    """The TeX of a formula, and where the formula ends. `display`: it has a line of its own."""

    tex: str
    display: bool
    end: int


class Formulas:
    """The formulas of one text. It records the marks that are never closed, to stay linear."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._unclosed: dict[str, int] = {}
        self._refused: dict[str, int] = {}

    def at(self, start: int, limit: int) -> Formula | None:
        """Return the formula whose opening mark is at `start` and that ends before `limit`."""
        text = self._text
        mark = text[start : start + 2]
        if mark[0] == "$":
            if text.startswith("$$$", start):
                return None
            mark = "$$" if mark == "$$" else "$"
        if self._unclosed.get(mark) == limit or start < self._refused.get(mark, 0):
            return None
        found = _PATTERNS[mark].match(text, start, limit)
        if not found:
            if mark != "$":
                self._unclosed[mark] = limit
            return None
        tex = found[1]
        if not tex.strip() or (mark == "$" and not _is_tex(text, found)):
            return None
        display = mark in {"$$", "\\["}
        if "\n" in tex and not display and (block := _BEGINS_BLOCK.search(tex)):
            if mark != "$":  # each formula that begins before the block would hold it
                self._refused[mark] = found.start(1) + block.start()
            return None
        return Formula(_unquoted(text, start, tex), display, found.end())

    def environment(self, start: int, limit: int) -> Formula | None:
        r"""Return the `\begin{align}…\end{align}` at `start` if it is a whole paragraph."""
        text = self._text
        opening = _ENVIRONMENT.match(text, start, limit)
        if not opening or not _begins_paragraph(text, start):
            return None
        closing = f"\\end{{{opening[1]}}}"
        end = text.find(closing, start, limit) + len(closing)
        if end < len(closing) + start or text[end:limit].strip():
            return None
        return Formula(_unquoted(text, start, text[start:end]), True, end)  # noqa: FBT003


def active_tex(tex: str) -> str:
    r"""Return the first command and address that MathJax would run or load; '' if there is none.

    An address in a macro, as in `\def\a#1{\href{#1}{b}}`, may be anything.
    """
    is_macro = _MACRO.search(tex) is not None
    for link in _LINK.finditer(tex):
        address = link[2] or ""
        is_active_there = is_active(address) if link[1] == "href" else is_active_style(address)
        if is_active_there or (is_macro and not address.strip("# 123456789")):
            return link[0]
    return ""


def _is_tex(text: str, found: re.Match[str]) -> bool:
    tex, before = found[1], text[found.start() - 1 : found.start()]
    begins = tex[0] in _BEGINS_TEX
    if not begins and before.isascii() and (before.isalnum() or before in {")", "]", "}", "_"}):
        return False
    behind = text[found.end() : found.end() + 1]
    touches_word = behind.isascii() and (behind.isalpha() or behind in {"_", "{"})
    if touches_word and not (begins or "\\" in tex):
        return len(tex) == 1 and _ENDING.match(text, found.end()) is not None
    if _TEX.intersection(tex):
        return True
    if tex[0].isdigit():  # prices: "$5 each, or 3$", "$5-$10"
        start = found.start()
        return not (_WORD.search(tex) or _RANGE.match(text, max(0, start - 2), start))
    return not _WORD_BETWEEN.search(tex)  # variables of a shell: "$HOME and 5$"


def _begins_paragraph(text: str, start: int) -> bool:
    line = text.rfind("\n", max(0, start - _DEEPEST_QUOTE), start) + 1
    if start - line >= _DEEPEST_QUOTE or text[line:start].strip(_QUOTE):
        return False
    return line == 0 or not text[text.rfind("\n", 0, line - 1) + 1 : line].strip(_QUOTE)


def _unquoted(text: str, start: int, tex: str) -> str:
    """Remove the marks of a block quote, which begin each further line of a formula in it."""
    if "\n" not in tex:
        return tex
    depth = text.count(">", text.rfind("\n", 0, start) + 1, start)
    return re.sub(rf"\n(?:[ \t]*>[ \t]?){{1,{depth}}}", "\n", tex) if depth else tex


def is_folder(text: str, start: int, tex: str) -> bool:
    r"""Whether what looks like a formula is a folder of Windows, as in `C:\(x86\)`."""
    return tex.isalnum() and _DRIVE.match(text, max(0, start - 3), start) is not None
