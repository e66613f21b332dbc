"""The pass before the Markdown parser: what is not Markdown becomes one character each.

Formulas, the marks of clozes, ruby, tags, sounds and the like are replaced from left to right by
placeholders, characters of the private use area. To the parser they are letters, so emphasis
beside them and table cells stay whole. Code is left alone; a placeholder that ends up in code all
the same is written as its source.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from functools import cache, cached_property
from html import unescape
from itertools import accumulate, chain, filterfalse
from typing import Any, ClassVar
from urllib.parse import unquote

from flashdeck.html.escape import is_text
from flashdeck.html.tags import BLOCKS, HARMLESS, Tag, foreign_attributes, read_tag
from flashdeck.markup.clozes.backticks import closing_run
from flashdeck.markup.clozes.find import Cloze, find_clozes
from flashdeck.markup.definitions import LINE_START, PARAGRAPH_END, Definitions
from flashdeck.markup.formulas import Formulas, is_folder
from flashdeck.markup.placeholders import (
    DUNDERS,
    GLUE,
    HTML_BLOCK,
    SIDE,
    SPACE,
    Kind,
    Placeholder,
    Target,
    TooManyError,
    unescaped,
)
from flashdeck.markup.ruby import CJK, RUBY, ruby_pairs
from flashdeck.text import is_punctuation

_FREE, _MORE_FREE = (0xE000, 0xF900), (0xF0000, 0x10FFFE)
_LONGEST_INDENT = 200  # characters of the marks of quotes and lists before a line's text
# Placeholders without a place of their own; equal ones share a character.
_SHARED = frozenset({Kind.TEXT, Kind.COMMENT, Kind.CLOZE_END, Kind.HINT, Kind.MARK, Kind.MARK_END})
_WHOLE = frozenset({"pre", "script", "style"})  # elements that are one placeholder
_STEPS = {Kind.CLOZE: 1, Kind.CLOZE_END: -1}
# What is written beside a placeholder's character.
_BESIDE = {
    **dict.fromkeys((Kind.CLOZE, Kind.MARK), ("", SPACE)),
    **dict.fromkeys((Kind.CLOZE_END, Kind.MARK_END), (SPACE, "")),
    **dict.fromkeys((Kind.TAG, Kind.PRE), (SIDE, SIDE)),
    Kind.HINT: (SPACE, SPACE),
}

# Each branch begins with a literal, which lets the search run from one to the next: `\$\$*` and
# not `\$+`.
_MARKS = (
    r"\\.|\$\$*|``*|<|\{(?!\{c)|==+|__(?=[A-Za-z])|\*\*?\*?(?=[0-9])|~~*"
    r"|\[(?=(?i:sound):)|\]:|\]\(|!\["
)
_CLOZE_MARKS = r"|\{\{c|\}\}|::|\|"
_REFERENCE = r"|&#(?:[xX][0-9a-fA-F]{1,6}|[0-9]{1,7});"
_NEEDED = re.compile(r"\$|<|\{|~|\\[(\[b\\]|&#|==|__[A-Za-z]|\*[0-9]|\]:|!\[|\[(?i:sound):")
_BEGINS_BLOCK = re.compile(
    r"[-+*](?:[ \t]|\Z)|#{1,6}(?:[ \t]|\Z)|>|[0-9]{1,9}[.)](?:[ \t]|\Z)|`{3}|~{3}"
    r"|(?:\*[ \t]*){3,}\Z|(?:-[ \t]*){3,}\Z|(?:_[ \t]*){3,}\Z"
)
_BORDER = re.compile(r"\{\{c|\}(?=\})")
_NO_MARK = (Kind.TEXT, 0)
_CJK = re.compile(f"[{CJK}\uff00-\uffef\u3000-\u303f]")
_DUNDER = re.compile(r"__([A-Za-z][A-Za-z0-9]*(?:_[A-Za-z0-9]+)*)__(?!\w)")
_INDENT = re.compile(rf"{LINE_START}\Z", re.MULTILINE)
_SHARE = re.compile(r"(?<!\S)\\\\(?=[\w.$-]{1,63}\\[\w.$-])")  # \\server\share
_CLOSING_FENCE = re.compile(r"^[ \t>]*(`{3,}|~{3,})[ \t]*$", re.MULTILINE)
_SOUND = re.compile(r"\[sound:([^\[\]\n]+)\]", re.IGNORECASE)
_LABEL_OF_PICTURE = re.compile(
    r"!\[((?:[^\[\]\\]|\\.|\[(?:[^\[\]\\]|\\.){0,200}\]){0,999})\]\([ \t]*+\n?[ \t]*+", re.DOTALL
)
_BARE = r"(?:[^\s()\\<]|\\.)(?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.|\((?:[^\s()\\]|\\.)*\))*\))*+"
_WITH_SPACES = r"(?:[^()\n<>\\\"]|\\.|\((?:[^()\n<>\\]|\\.)*+\)){1,500}?\.\w{1,5}"
_DESTINATION = re.compile(
    rf"(?:<((?:[^<>\n\\]|\\.)*)>|({_BARE}|{_WITH_SPACES}|))"
    r"(?:\s+(?:\"(?:[^\"\\]|\\.)*+\"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?\s*\)"
)
_SIZE = re.compile(r"\{((?:width|height)=[0-9]{1,5}(?:px|%)?(?:\s+(?:width|height)=[^\s{}]+)?)\}")
_POINTED = re.compile(r"[ \t]*+\n?[ \t]*+(<((?:[^<>\n\\]|\\.)*)>)(?=[\s)])")
_DEFINED = re.compile(r"[ \t]*+\n?[ \t]*+(<((?:[^<>\n\\]|\\.)*)>|[^\s<]+)(?=\s|\Z)")
_COMMENT = re.compile(r"<!---?>|<!--")
_ADDRESS = re.compile(
    r"<(?:(?:[A-Za-z][A-Za-z0-9+.-]{1,31}://|mailto:|tel:|sms:|geo:|urn:|doi:)[^\s<>]*"
    r"|[\w.+%-]+@[\w.-]+)>",
    re.ASCII,
)
_BLOCK_LINE = re.compile(r"[ \t]*(?:[-+*>#|`~<=\[]|[0-9]{1,9}[.)])|[ ]{4}|\t")
_NOT_QUOTE = re.compile("[^>]")
_LINE_END = re.compile(r"[ \t]*\n(?![ \t]*(?:\n|\Z))")


@cache
def _pattern(*, cloze: bool, cjk: bool, references: bool) -> re.Pattern[str]:
    marks = _MARKS + _CLOZE_MARKS * cloze + r"|\*\**" * cjk + _REFERENCE * references
    return re.compile(marks, re.DOTALL)


class MaskedText:
    """A text as the parser reads it, its placeholders by character, and places of the source.

    `text` is the source itself where nothing had to be replaced; with `scan` it is always searched.
    `code` are the places of code spans and fences, `replaced` kind, place and data of everything
    else that was found. Raises `TooManyError`.
    """

    def __init__(self, source: str, *, cloze: bool, scan: bool = False) -> None:
        self.source = self.text = source
        self.placeholders: dict[str, Placeholder] = {}
        self.html_blocks = False
        self.side = SIDE
        self.code: list[tuple[int, int]] = []
        self.replaced: list[tuple[Kind, int, int, Any]] = []
        self.cloze_end = ""  # the placeholder of each `}}`
        self._ends: list[int] = []  # of what was replaced
        self._one_line = "\n" not in source
        clozes = find_clozes(source, markdown=True) if cloze else ()
        marked = source if not source.isascii() and ("*" in source or "~" in source) else ""
        cjk = _CJK.search(marked) is not None
        begins_block = self._one_line and _BEGINS_BLOCK.match(source) is not None
        if scan or clozes or cjk or begins_block or _NEEDED.search(source):
            self._scan(clozes, cjk=cjk, begins_block=begins_block)

    def place(self, at: int) -> int:
        """Return the place in the source of a place in `text`."""
        masked, source = self._moves[bisect_right(self._moves, at, key=lambda move: move[0]) - 1]
        return min(source + at - masked, len(self.source))

    @cached_property
    def _moves(self) -> list[tuple[int, int]]:
        """Return where each part that was not replaced begins, in `text` and in the source."""
        if not self._ends:
            return [(0, 0)]
        behind = [*accumulate(map(len, self._out))][1::2]
        return [(0, 0), *zip(behind, self._ends, strict=True)]

    def spelled(self, text: str) -> str:
        """Return a piece of the parser's output with its placeholders as their sources."""
        placeholders, beside = self.placeholders, {SPACE, GLUE, self.side}
        return "".join(
            placeholders[character].source if character in placeholders else character
            for character in text
            if character not in beside
        )

    def cuts_cloze(self, start: int, end: int) -> bool:
        """Whether a part of the source that was replaced as a whole holds a mark of a cloze."""
        at = bisect_left(self._passed, start)
        return at < len(self._passed) and self._passed[at] < end

    @cached_property
    def _definitions(self) -> Definitions:
        return Definitions(self.source)

    @cached_property
    def _passed(self) -> list[int]:
        return sorted(at for at, (kind, _) in self._marks.items() if kind != Kind.MARK_END)

    def _scan(self, clozes: Iterable[Cloze], *, cjk: bool, begins_block: bool) -> None:
        source = self.source
        # Its characters of the private use area, also those written as numbers or in addresses.
        held = source + unescape(source) * ("&#" in source) + unquote(source) * ("%" in source)
        if SIDE in held:
            self.side = ""
        free = map(chr, chain(range(*_FREE), range(*_MORE_FREE)))
        self._free = free if held.isascii() else filterfalse(frozenset(held).__contains__, free)
        self._out: list[str] = []
        self._copied = 0
        self._limit = self._escaped = -1
        self._formulas = Formulas(source)
        self._shared: dict[tuple[Kind, str], str] = {}
        self._unclosed: set[str] = set()
        self._depth = 0
        self._crossed: dict[str, int] = {}  # marks of formulas that would end after a cloze
        self._targets: dict[int, tuple[int, int, Target]] = {}
        self._marks: dict[int, tuple[Kind, int]] = {}
        for cloze in clozes:
            self._marks[cloze.start] = (Kind.CLOZE, cloze.body)
            self._marks[cloze.end] = (Kind.CLOZE_END, cloze.end + 2)
            if cloze.hint < cloze.end:
                self._marks[cloze.hint] = (Kind.HINT, cloze.hint + 2)
        if begins_block:
            self._put(0, 0, SPACE)
        search = _pattern(cloze=bool(clozes), cjk=cjk, references="&#" in source).search
        position, marks, scanners = 0, self._marks, self._SCANNERS
        while mark := search(source, position):
            start = mark.start()
            if marks and (known := marks.pop(start, None)):
                kind, position = known
                self._depth += _STEPS.get(kind, 0)
                self._replace(kind, start, position)
            else:
                position = scanners[source[start]](self, mark[0], start, mark.end())
        self._out.append(source[self._copied :])
        self.text = "".join(self._out)

    def _put(self, start: int, end: int, written: str) -> None:
        """Write something in place of a part of the source."""
        self._out += (self.source[self._copied : start], written)
        self._copied = end
        self._ends.append(end)

    def _replace(self, kind: Kind, start: int, end: int, data: Any = None, before: str = "") -> int:
        """Replace a part of the source by a placeholder; return its end."""
        character = self._character(kind, start, end, data)
        self.replaced.append((kind, start, end, data))
        if kind in _BESIDE:
            left, right = _BESIDE[kind]
            character = f"{left}{character}{right}"
            if not self.side:
                character = character.replace(SIDE, "")
        elif kind == Kind.TEXT and self.source[start] == "<":
            character = f"{self.side}{character}{self.side}"
        self._put(start, end, before + character)
        return end

    def _character(self, kind: Kind, start: int, end: int, data: Any = None) -> str:
        source = self.source[start:end]
        shared = kind in _SHARED
        if shared and (known := self._shared.get((kind, source))):
            return known
        character = next(self._free, None)
        if character is None:
            raise TooManyError
        self.placeholders[character] = Placeholder(kind, start, end, source, data)
        if shared:
            self._shared[kind, source] = character
            if kind == Kind.CLOZE_END:
                self.cloze_end = character
        return character

    def _paragraph_end(self, at: int) -> int:
        if self._one_line:
            return len(self.source)
        if at >= self._limit:
            found = PARAGRAPH_END.search(self.source, at)
            self._limit = found.start() if found else len(self.source)
        return max(self._limit, at)

    def _begins_line(self, at: int) -> bool:
        """Whether only marks of quotes and lists are before a place in its line."""
        line = self.source.rfind("\n", max(0, at - _LONGEST_INDENT), at) + 1
        return at - line < _LONGEST_INDENT and bool(_INDENT.match(self.source, line, at))

    def _backslash(self, mark: str, start: int, end: int) -> int:
        if mark in {"\\(", "\\["}:
            return self._formula(mark, start, end)
        if mark == "\\\\" and _SHARE.match(self.source, start):
            return self._replace(Kind.TEXT, start, end)
        if mark == "\\<":
            return self._replace(Kind.TEXT, start, end, "<")
        if mark == "\\b":
            found = self._formulas.environment(start, self._paragraph_end(start))
            if found:
                return self._replace(Kind.FORMULA, start, found.end, found)
        self._escaped = end
        return end

    def _formula(self, _: str, start: int, end: int) -> int:
        if start < self._crossed.get(self.source[start : start + 2], 0):
            return end
        found = self._formulas.at(start, self._paragraph_end(start))
        if found is None:
            return end
        if self._marks and not self._balances(start, found.end):
            ends = self._borders(Kind.CLOZE_END, start, len(self.source))
            self._crossed[self.source[start : start + 2]] = next(ends, 0)
            return end
        kind = Kind.TEXT if is_folder(self.source, start, found.tex) else Kind.FORMULA
        return self._replace(kind, start, found.end, found if kind == Kind.FORMULA else None)

    def _balances(self, start: int, end: int) -> bool:
        """Whether as many clozes begin as end between two places."""
        begins, ends = (self._borders(kind, start, end) for kind in (Kind.CLOZE, Kind.CLOZE_END))
        return len([*begins]) == len([*ends])

    def _borders(self, kind: Kind, start: int, end: int) -> Iterator[int]:
        for border in _BORDER.finditer(self.source, start, end):
            if self._marks.get(border.start(), _NO_MARK)[0] == kind:
                yield border.start()

    def _brace(self, _: str, start: int, end: int) -> int:
        of_link = self.source[start - 1 : start] in {")", "]"}
        if of_link and (size := _SIZE.match(self.source, start)):
            return self._replace(Kind.SIZE, start, size.end(), size[1])
        found = RUBY.match(self.source, start)
        if found and (pairs := ruby_pairs(found[0])):
            return self._replace(Kind.RUBY, start, found.end(), pairs)
        return end

    def _backtick(self, run: str, start: int, end: int) -> int:
        if len(run) > 2 and (behind := self._fence(run, start, end)):  # noqa: PLR2004
            return behind
        closing = closing_run(self.source, end, len(run))
        if closing < 0 or closing > self._paragraph_end(start):
            return end
        return self._mask_code(start, closing + len(run))

    def _mask_code(self, start: int, end: int) -> int:
        """Leave code as it is but for each `<`, in case the parser sees no code there."""
        self.code.append((start, end))
        position = self.source.find("<", start, end)
        while position >= 0:
            self._put(position, position + 1, self._character(Kind.TEXT, position, position + 1))
            position = self.source.find("<", position + 1, end)
        return end

    def _fence(self, run: str, start: int, end: int) -> int:
        """Return where the fenced block that begins here ends; 0 if none does."""
        if self._one_line or not self._begins_line(start):
            return 0
        line_end = self.source.find("\n", end)
        if line_end < 0:
            line_end = len(self.source)
        if run[0] == "`" and "`" in self.source[end:line_end]:
            return 0
        behind = len(self.source)
        for closing in _CLOSING_FENCE.finditer(self.source, line_end):
            if closing[1].startswith(run):
                behind = closing.end()
                break
        return self._mask_code(start, behind)

    def _tilde(self, run: str, start: int, end: int) -> int:
        if len(run) > 2:  # noqa: PLR2004
            return self._fence(run, start, end) or end
        if len(run) == 1:
            return self._replace(Kind.TEXT, start, end)
        return self._star(run, start, end)

    def _star(self, run: str, start: int, end: int) -> int:
        """A `*` between digits is text; emphasis beside CJK punctuation is emphasis."""
        text = self.source
        before, behind = text[start - 1 : start], text[end : end + 1]
        if run[0] == "*" and before.isdecimal() and behind.isdecimal():
            return self._replace(Kind.TEXT, start, end)
        if not before or not behind or not (_CJK.match(before) or _CJK.match(behind)):
            return end
        if (before not in "*~" or start == self._escaped) and is_punctuation(before):
            self._put(start, start, GLUE)
        if behind not in "*~" and is_punctuation(behind):
            self._put(end, end, GLUE)
        return end

    def _dunder(self, _: str, start: int, end: int) -> int:
        found = _DUNDER.match(self.source, start)
        before = self.source[start - 1 : start]
        if not found or before.isalnum() or before == "_":
            return end
        if found[1] in DUNDERS or before == "." or self.source.startswith(("(", "."), found.end()):
            return self._replace(Kind.TEXT, start, found.end())
        return end

    def _highlight(self, run: str, start: int, end: int) -> int:
        """`==highlight==`: neither beside letters outside, nor beside spaces inside."""
        text = self.source
        before, behind = text[start - 1 : start], text[end : end + 1]
        if len(run) > 2 or not behind or behind.isspace() or _is_word(before, "=!<>"):  # noqa: PLR2004
            return end
        close = text.find("==", end, self._paragraph_end(start))
        if close < 0 or text[close - 1].isspace() or _is_word(text[close + 2 : close + 3], "="):
            return end
        self._marks[close] = (Kind.MARK_END, close + 2)
        return self._replace(Kind.MARK, start, end)

    def _sound(self, _: str, start: int, end: int) -> int:
        found = _SOUND.match(self.source, start)
        if found and (name := found[1].strip()):
            return self._replace(Kind.SOUND, start, found.end(), (name, *found.span(1)))
        return end

    def _definition(self, start: int, end: int) -> int:
        """`[label]:` defines a link only if the label is used; else it is text."""
        defines = self._definitions.at(start)
        if defines:
            # Kept as it is written: the parser would encode it.
            if target := _DEFINED.match(self.source, end):
                written = target[2] if target[2] is not None else target[1]
                return self._replace(
                    Kind.TARGET, *target.span(1), Target(unescaped(written), -1, -1)
                )
            return end
        return self._replace(Kind.TEXT, start + (defines is None), end)

    def _picture(self, _: str, start: int, end: int) -> int:
        """The destination of a picture, whose file name may hold spaces."""
        label = _LABEL_OF_PICTURE.match(self.source, start)
        if label is None or not (found := _DESTINATION.match(self.source, label.end())):
            return end
        group = 1 if found[1] is not None else 2
        target = Target(unescaped(found[group]), start, found.end())
        self._targets[start + label[0].rindex("](")] = (*found.span(group), target)
        return end

    def _bracket(self, mark: str, start: int, end: int) -> int:
        if mark == "]:":
            return self._definition(start, end)
        if target := self._targets.get(start):
            return self._replace(Kind.TARGET, *target)
        if found := _POINTED.match(self.source, end):
            return self._replace(Kind.TARGET, *found.span(1), Target(unescaped(found[2]), -1, -1))
        return end

    def _reference(self, mark: str, start: int, end: int) -> int:
        """A number of what is not text is shown as written, or as what browsers read in it."""
        code = int(mark[2:-1].lstrip("xX"), 16 if mark[2] in "xX" else 10)
        if code >= _MORE_FREE[1] or not is_text(chr(code)):
            shown = unescape(mark)
            return self._replace(Kind.TEXT, start, end, shown if is_text(shown) else None)
        return end

    def _bar(self, _: str, start: int, end: int) -> int:
        """A `|` in a cloze ends no table cell."""
        return self._replace(Kind.TEXT, start, end) if self._depth > 0 else end

    def _angle(self, _: str, start: int, end: int) -> int:
        text = self.source
        if comment := _COMMENT.match(text, start):
            return self._comment(start, comment)
        if address := _ADDRESS.match(text, start):
            return address.end()
        tag = read_tag(text, start, self._paragraph_end(start))
        return self._tag(tag) if tag else self._replace(Kind.TEXT, start, end)

    def _tag(self, tag: Tag) -> int:
        before = ""
        is_foreign = tag.name in HARMLESS and not tag.closing and foreign_attributes(tag)
        if tag.name in BLOCKS and not is_foreign and self._begins_line(tag.start):
            before, self.html_blocks = HTML_BLOCK, True
        closing = f"</{tag.name}>"
        if not tag.closing and tag.name in _WHOLE and closing not in self._unclosed:
            close = self.source.find(closing, tag.end)
            if close < 0:
                self._unclosed.add(closing)
            elif tag.name == "pre":
                return self._pre(tag, close + len(closing), before)
            else:
                return self._replace(Kind.TAG, tag.start, close + len(closing), tag, before)
        return self._replace(Kind.TAG, tag.start, tag.end, tag, before)

    def _pre(self, tag: Tag, end: int, before: str) -> int:
        """A whole `<pre>`: neither its text nor its empty lines are Markdown."""
        self._replace(Kind.PRE, tag.start, end, tag, before)
        if before and (rest := _LINE_END.match(self.source, end)):
            self._put(rest.end(), rest.end(), "\n")  # ends the block of HTML
            return rest.end()
        return end

    def _comment(self, start: int, found: re.Match[str]) -> int:
        end = found.end()
        if found[0] == "<!--":
            close = -1 if "-->" in self._unclosed else self.source.find("-->", end)
            if close < 0:
                self._unclosed.add("-->")
                return self._replace(Kind.TEXT, start, start + 1)
            end = close + 3
        if self._begins_line(start) and (rest := _LINE_END.match(self.source, end)):
            end = rest.end()
        if self.source[end - 1] != "\n" or not _BLOCK_LINE.match(self.source, end):
            return self._replace(Kind.COMMENT, start, end)
        self.html_blocks = True
        self._replace(Kind.COMMENT, start, end - 1, before=HTML_BLOCK)
        line = self.source.rfind("\n", 0, start) + 1  # an empty line in its quotes ends the block
        self._put(end - 1, end, f"\n{_NOT_QUOTE.sub(' ', self.source[line:start])}\n")
        return end

    _SCANNERS: ClassVar[dict[str, Callable[[MaskedText, str, int, int], int]]] = {
        "\\": _backslash,
        "$": _formula,
        "&": _reference,
        "`": _backtick,
        "<": _angle,
        "{": _brace,
        **dict.fromkeys("}:", lambda *arguments: arguments[-1]),
        "=": _highlight,
        "_": _dunder,
        "[": _sound,
        "]": _bracket,
        "!": _picture,
        "|": _bar,
        "~": _tilde,
        "*": _star,
    }


def _is_word(character: str, others: str) -> bool:
    return (character.isascii() and character.isalnum()) or character in set(others)
