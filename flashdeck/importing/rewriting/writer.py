"""Lines as Markdown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import escape
from itertools import groupby
from typing import NamedTuple

from flashdeck.anki.clozes import OPENING
from flashdeck.anki.html_text import FORMULA
from flashdeck.importing.rewriting.lines import CODE, Box, Line, Mark, Run, UnfitError
from flashdeck.importing.rewriting.meaning import Attributes
from flashdeck.text import enclosed

_SIGNS = {("b", ()): "**", ("i", ()): "*", ("s", ()): "~~", ("mark", ()): "=="}
# The braces of a cloze deletion, a sound, or text up to the next.
_PIECE = re.compile(
    rf"(?P<cloze>{OPENING}|::|\}}\}})|\[sound:(?P<sound>[^\[\]<>]+)\]"
    rf"|(?:(?!{OPENING}|::|\}}\}}|\[sound:).)+|.",
    re.DOTALL,
)
# What is escaped: nothing, what often has a meaning, what ever has one.
_ESCAPED = (
    re.compile(r"(?!)"),
    re.compile(r"[\\`*$]|~(?=~)|=(?==)|<(?=[A-Za-z/!?])|&(?=#?\w+;)"),
    re.compile(r"[\\`*_\[\]{$~|]|=(?==)|<(?=[A-Za-z/!?])|&(?=#?\w+;)"),
)
LEVELS = range(len(_ESCAPED))
# Starts a block at the beginning of a line.
_BLOCK = re.compile(r"^(?:[-+=#>]|\d{1,9}[.)])")
_HEADING = re.compile(r"h([1-6])")
_TICKS = re.compile(r"`+")
_UNSAFE_ADDRESS = re.compile(r"[\s()\\]")
_SHORTEST_FENCE = 3
_AUTO: Attributes = (("dir", "auto"),)
_ALIGNED: dict[Attributes, str] = {
    (("style", f"text-align: {side}"),): sign
    for side, sign in (("left", ":---"), ("center", ":---:"), ("right", "---:"))
}
_HIGHLIGHTED: Attributes = (("class", "fd-code"),)
_RUBY = re.compile(r"<ruby>([^<>|{}]+)<rt>([^<>|{}]+)</rt></ruby>")


_TEXT, _FORMULA, _SIGN = "text", "formula", "sign"


@dataclass(slots=True, eq=False)
class _Part:
    """A part of a line: text, a formula, or a sign of a mark.

    `opening` is the sign that a closing one belongs to.
    """

    text: str
    kind: str = _TEXT
    mark: Mark | None = None
    opening: _Part | None = None
    spoiled: bool = False


class _Block(NamedTuple):
    margin: float
    text: str
    name: str = ""


def written(lines: Sequence[Line], level: int) -> str:
    """Write lines as Markdown, escaped by a level of `LEVELS`; raises `UnfitError`.

    The result may read as something else: whether it renders to the same lines is to be checked.
    """
    return "\n\n".join(block.text for block in _Writer(level).blocks(lines, 0))


class _Writer:
    def __init__(self, level: int) -> None:
        self._escaped = _ESCAPED[level]
        self._escapes_blocks = level > 0

    def blocks(self, lines: Iterable[Line], depth: int) -> list[_Block]:
        """Write the lines inside of `depth` boxes as blocks."""
        blocks: list[_Block] = []
        for box, group in groupby(lines, lambda line: _box(line, depth)):
            inside = list(group)
            if box is None:
                blocks += self._paragraphs(inside)
                continue
            text = self._boxed(box, inside, depth + 1, after=blocks[-1].name if blocks else "")
            # Two lists of the same kind need different signs.
            name = "" if blocks and blocks[-1].name == box.name else box.name
            blocks.append(_Block(inside[0].margin, text, name))
        return blocks

    def _paragraphs(self, lines: Sequence[Line]) -> Iterator[_Block]:
        texts: list[str] = []
        margin = lines[0].margin
        for number, line in enumerate(lines):
            if number and line.margin:
                yield _Block(margin, "\n".join(texts))
                texts, margin = [], line.margin
            texts.append(self._inline(line.runs) or "\\")
        yield _Block(margin, "\n".join(texts))

    def _boxed(self, box: Box, lines: Sequence[Line], depth: int, *, after: str) -> str:
        if box.name == "pre" and all(len(line.boxes) == depth for line in lines):
            return _fence(box, lines)
        if box.attributes == _AUTO:  # the renderer adds it to text of several directions
            box = box._replace(attributes=())
        if box.name == "p" and not box.attributes:
            return "\n".join(self._inline(line.runs) or "\\" for line in lines)
        if any(name != "start" or box.name != "ol" for name, _ in box.attributes):
            raise UnfitError
        heading = _HEADING.fullmatch(box.name)
        if box.name in {"ul", "ol"}:
            return self._list(box, lines, depth, other_sign=after == box.name)
        if box.name == "hr":
            return "---"
        if box.name == "blockquote":
            quoted = "\n\n".join(block.text for block in self.blocks(lines, depth))
            return "\n".join(f"> {line}".rstrip() for line in quoted.split("\n"))
        if box.name == "table":
            return self._table(lines, depth)
        if heading and len(lines) == 1 and len(lines[0].boxes) == depth:
            return f"{'#' * int(heading[1])} {self._inline(lines[0].runs)}"
        raise UnfitError

    def _list(self, box: Box, lines: Sequence[Line], depth: int, *, other_sign: bool) -> str:
        start = int(dict(box.attributes).get("start", "1"))
        items: list[str] = []
        is_loose = False
        for item, group in groupby(lines, lambda line: _box(line, depth)):
            inside = list(group)
            if item is None or item.name != "li" or item.attributes not in {(), _AUTO}:
                raise UnfitError
            sign = "* " if other_sign else "- "
            if box.name == "ol":
                sign = f"{start + len(items)}{')' if other_sign else '.'} "
            is_loose = is_loose or (bool(items) and inside[0].margin > 0)
            blocks = self.blocks(inside, depth + 1)
            text = blocks[0].text
            for block in blocks[1:]:
                text += ("\n\n" if block.margin else "\n") + block.text
            items.append(sign + text.replace("\n", "\n" + " " * len(sign)))
        text = ("\n\n" if is_loose else "\n").join(items)
        return re.sub(r"^ +$", "", text, flags=re.MULTILINE)

    def _table(self, lines: Sequence[Line], depth: int) -> str:
        rows: list[list[str]] = []
        for _, group in groupby(lines, lambda line: _cell_boxes(line, depth)[0]):
            row = list(group)
            names = {line.boxes[-1].name for line in row}
            cells = {line.boxes[-1] for line in row}
            if names != {"td" if rows else "th"} or len(cells) < len(row):
                raise UnfitError
            rows.append([self._inline(line.runs).replace("|", "\\|") for line in row])
        head = groupby(lines, lambda line: _cell_boxes(line, depth)[0])
        signs = [_ALIGNED.get(line.boxes[-1].attributes, "---") for line in next(head)[1]]
        rows.insert(1, signs)
        return "\n".join("| " + " | ".join(row) + " |" for row in rows)

    def _inline(self, runs: Sequence[Run]) -> str:
        parts: list[_Part] = []
        opened: list[tuple[Mark, _Part]] = []
        for number, run in enumerate(runs):
            stay = next(
                (at for at, (mark, _) in enumerate(opened) if mark not in run.marks), len(opened)
            )
            _close(parts, opened, stay)
            new = run.marks - {mark for mark, _ in opened}
            rest = runs[number:]
            for mark in sorted(new, key=lambda mark: (-_extent(mark, rest), mark)):
                part = _Part(_sign(mark), _SIGN if mark in _SIGNS else _TEXT, mark)
                parts.append(part)
                opened.append((mark, part))
            parts += self._content(run)
        _close(parts, opened, 0)
        _settle(parts)
        text = _RUBY.sub(r"{\1|\2}", "".join(part.text for part in parts))
        return self._without_block(text)

    def _without_block(self, line: str) -> str:
        if self._escapes_blocks and (match := _BLOCK.match(line)):
            return f"{line[: match.end() - 1]}\\{line[match.end() - 1 :]}"
        return line

    def _content(self, run: Run) -> Iterator[_Part]:
        if run.picture:
            yield _Part(_picture(run.picture))
            return
        if CODE in run.marks:
            yield _Part(_code(run.text))
            return
        end = 0
        for opened, closed in enclosed(run.text, *FORMULA):
            yield from self._pieces(run.text[end : opened.start()])
            end = closed.end()
            yield _Part(run.text[opened.start() : end], _FORMULA)
        yield from self._pieces(run.text[end:])

    def _pieces(self, text: str) -> Iterator[_Part]:
        """Write text without formulas."""
        for piece in _PIECE.finditer(text):
            if piece["sound"]:
                yield _Part(f"![]({_address(piece['sound'])})")
            elif piece["cloze"]:
                yield _Part(piece[0])
            else:
                escaped = self._escaped.sub(r"\\\g<0>", piece[0])
                yield _Part(escaped.replace("\xa0", "&nbsp;"))


def _box(line: Line, depth: int) -> Box | None:
    return line.boxes[depth] if depth < len(line.boxes) else None


def _cell_boxes(line: Line, depth: int) -> tuple[Box, Box]:
    """Return the row and the cell of a line in a table."""
    boxes = [box for box in line.boxes[depth:] if box.name not in {"thead", "tbody"}]
    match boxes:
        case [Box("tr", ()) as row, Box("td" | "th", attributes) as cell] if (
            not attributes or attributes in _ALIGNED
        ):
            return row, cell
        case _:
            raise UnfitError


def _extent(mark: Mark, runs: Sequence[Run]) -> int:
    """Return for how many runs a mark goes on."""
    return next((at for at, run in enumerate(runs) if mark not in run.marks), len(runs))


def _sign(mark: Mark, *, closing: bool = False, as_tag: bool = False) -> str:
    name, attributes = mark
    given = dict(attributes)
    if mark == CODE:
        return ""
    if mark in _SIGNS and not as_tag:
        return _SIGNS[mark]
    if name == "a" and given.keys() == {"href"}:
        return f"]({_address(given['href'])})" if closing else "["
    return f"</{name}>" if closing else _tag(name, attributes)


def _close(parts: list[_Part], opened: list[tuple[Mark, _Part]], stay: int) -> None:
    """Close all but the first `stay` marks."""
    for mark, part in reversed(opened[stay:]):
        closing = _Part(_sign(mark, closing=True), part.kind, mark, part)
        parts.append(closing)
    del opened[stay:]


def _settle(parts: Sequence[_Part]) -> None:
    """Write tags instead of signs that Markdown would not take as such at their place."""
    behind = [*_neighbors(reversed(parts), 0)][::-1]
    sides = zip(_neighbors(parts, -1), behind, strict=True)
    for number, (part, (before, after)) in enumerate(zip(parts, sides, strict=True)):
        if part.kind != _SIGN:
            continue
        outside, inside = (before, after) if part.opening is None else (after, before)
        is_joined = part.opening is None and number and parts[number - 1].opening is not None
        if is_joined or not _flanks(inside, outside):
            part.spoiled = True
    for part in parts:
        if part.kind == _SIGN and part.opening is not None:
            is_spoiled = part.spoiled or part.opening.spoiled
            if is_spoiled and part.mark is not None:
                part.text = _sign(part.mark, closing=True, as_tag=True)
                part.opening.text = _sign(part.mark, as_tag=True)


def _neighbors(parts: Iterable[_Part], edge: int) -> Iterator[str]:
    """Yield the nearest character of text before each part; `edge` is its index in a text."""
    nearest = ""
    for part in parts:
        yield nearest
        if part.kind == _FORMULA:
            nearest = "x"  # Markdown reads formulas as letters
        elif part.kind == _TEXT and part.text:
            nearest = part.text[edge]


def _flanks(inside: str, outside: str) -> bool:
    """Whether a sign has the right characters on both sides."""
    if not inside or inside.isspace():
        return False
    return (
        not _is_punctuation(inside) or not outside or outside.isspace() or _is_punctuation(outside)
    )


def _is_punctuation(char: str) -> bool:
    return unicodedata.category(char)[0] in "PS"


def _tag(name: str, attributes: Attributes) -> str:
    given = "".join(f' {key}="{escape(value)}"' for key, value in attributes)
    return f"<{name}{given}>"


def _picture(attributes: Attributes) -> str:
    given = dict(attributes)
    alt = given.get("alt", "")
    if not given.keys() <= {"src", "alt"} or re.search(r"[\[\]\\*_`<&$]", alt):
        return _tag("img", attributes)
    return f"![{alt}]({_address(given.get('src', ''))})"


def _address(address: str) -> str:
    return f"<{address}>" if _UNSAFE_ADDRESS.search(address) else address


def _code(text: str) -> str:
    ticks = "`" * (max((len(run) for run in _TICKS.findall(text)), default=0) + 1)
    space = " " if text[:1] == "`" or text[-1:] == "`" else ""
    return f"{ticks}{space}{text}{space}{ticks}"


def _fence(box: Box, lines: Sequence[Line]) -> str:
    """Write code, highlighted by flashdeck or plain."""
    marks = {mark for line in lines for run in line.runs for mark in run.marks}
    is_ours = box.attributes == _HIGHLIGHTED
    languages = {dict(given).get("class", "") for name, given in marks if name == "code"}
    language = languages.pop().removeprefix("language-") if is_ours and languages else ""
    if any(run.picture for line in lines for run in line.runs) or (marks and not is_ours):
        raise UnfitError
    texts = ["".join(run.text for run in line.runs) for line in lines]
    longest = max((len(run) for text in texts for run in _TICKS.findall(text)), default=0)
    fence = "`" * max(_SHORTEST_FENCE, longest + 1)
    return "\n".join([fence + language, *texts, fence])
