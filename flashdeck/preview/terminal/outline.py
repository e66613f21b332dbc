"""HTML as rich renderables: paragraphs, lists, tables and code; pictures become their names."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from itertools import count
from pathlib import PurePosixPath

from rich.box import SIMPLE_HEAD
from rich.console import Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.style import Style
from rich.table import Table
from rich.text import Text

from flashdeck.anki.html_text import FORMULA, display_name
from flashdeck.preview.terminal.styles import DIM, MATH, style_of
from flashdeck.preview.terminal.tree import Element
from flashdeck.text import enclosed, visible_lines

_SPACE = re.compile(r"[ \t\n\r\f]+")
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_ALIGN = re.compile(r"text-align\s*:\s*(left|right|center)", re.IGNORECASE)
_SILENT = frozenset("script style head title template noscript datalist rp map".split())
_APART = frozenset("p h1 h2 h3 h4 h5 h6 figure dl".split())  # an empty line around them
_OWN_LINE = frozenset(
    "div section article header footer main aside nav center form fieldset legend address"
    " figcaption dt dd".split()
)
_EMBEDDED = {
    "img": "picture", "svg": "drawing", "audio": "sound", "video": "video", "canvas": "drawing",
    "object": "object", "embed": "object", "iframe": "frame",
}  # fmt: skip
_BOXES = {"radio": "○ ", "checkbox": "☐ ", "hidden": ""}
_RAISED = {"sup": str.maketrans("0123456789+-()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁽⁾ⁿ"),
           "sub": str.maketrans("0123456789+-()", "₀₁₂₃₄₅₆₇₈₉₊₋₍₎")}  # fmt: skip


def outline(tree: Element) -> Group:
    """Draw the contents of an element."""
    return _drawn(tree.children, Style.null())


class _Outline:
    """The finished blocks, and the current line."""

    def __init__(self, *, code: bool = False) -> None:
        self.blocks: list[RenderableType] = []
        self.line = Text(overflow="fold")
        self.code = code
        self.cloze = False  # inside the active cloze, which has its own color
        self.back = False  # on the answer side
        self._apart = False

    def walk(self, children: Iterable[Element | str], style: Style) -> None:
        for child in children:
            if isinstance(child, str):
                self.write(child, style)
            elif child.name not in _SILENT and not _is_hidden(child):
                self._add(child, style)

    def write(self, text: str, style: Style) -> None:
        if not self.code:
            text = _SPACE.sub(" ", text)
            if not self.line.plain or self.line.plain[-1] in " \n":
                text = text.lstrip(" ")
        self.line.append(visible_lines(text), style)

    def end_line(self) -> None:
        self.line.rstrip()
        if self.line.plain:
            if self._apart and self.blocks:
                self.blocks.append(Text())
            self._apart = False
            for opened, closed in enclosed(self.line.plain, *FORMULA):
                self.line.stylize(MATH, opened.start(), closed.end())
            self.blocks.append(self.line)
        self.line = Text(overflow="fold")

    def end_paragraph(self) -> None:
        self.end_line()
        self._apart = True

    def put(self, block: RenderableType, *, apart: bool = False) -> None:
        self.end_line()
        if (apart or self._apart) and self.blocks:
            self.blocks.append(Text())
        self._apart = apart
        self.blocks.append(block)

    def _add(self, element: Element, style: Style) -> None:
        self.back = self.back or "fd-back" in element.classes
        style += style_of(element.name, element.classes, code=self.code and not self.cloze)
        special = _SPECIAL.get(element.name)
        if "fd-occlusion" in element.classes:
            _masks(self, element, style)
        elif {"fd-list", "fd-set"}.intersection(element.classes):
            _items(self, element, style)
        elif special is not None:
            special(self, element, style)
        elif element.name in _EMBEDDED:
            _embedded(self, element)
        elif element.name in _APART or "fd-extra" in element.classes:
            self.end_paragraph()
            self.walk(element.children, style)
            self.end_paragraph()
        elif element.name in _OWN_LINE:
            self.end_line()
            self.walk(element.children, style)
            self.end_line()
        else:
            before, self.cloze = self.cloze, self.cloze or "cloze" in element.classes
            self.walk(element.children, style)
            self.cloze = before


def _drawn(children: Iterable[Element | str], style: Style, *, code: bool = False) -> Group:
    inner = _Outline(code=code)
    inner.walk(children, style)
    inner.end_line()
    return Group(*inner.blocks)


def _is_hidden(element: Element) -> bool:
    return (
        bool(_HIDDEN.search(element.attributes.get("style", ""))) and "hint" not in element.classes
    )


def _break(page: _Outline, _element: Element, style: Style) -> None:
    page.line.append("\n", style)


def _rule(page: _Outline, _element: Element, _style: Style) -> None:
    page.put(Rule(style=DIM))


def _list(page: _Outline, element: Element, style: Style) -> None:
    grid = Table.grid(padding=(0, 1))
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    start = element.attributes.get("start", "1")
    numbers = count(int(start) if start.isdecimal() and len(start) < len("1000000") else 1)
    for item in element.children:
        if isinstance(item, Element) and item.name not in _SILENT:
            boxed = "fd-choices" in element.classes
            mark = f"{next(numbers)}." if element.name == "ol" else "" if boxed else "•"
            grid.add_row(Text(f" {mark}", DIM), _drawn(item.children, style))
    if grid.row_count:
        page.put(grid)


def _code(page: _Outline, element: Element, style: Style) -> None:
    block = _drawn(element.children, style, code=True)
    page.put(Padding(block, (0, 0, 0, 4)), apart=True)


def _quote(page: _Outline, element: Element, style: Style) -> None:
    page.put(Padding(_drawn(element.children, style), (0, 0, 0, 3)), apart=True)


def _details(page: _Outline, element: Element, style: Style) -> None:
    """Draw a `<details>` element open, below its summary."""
    page.end_line()
    names = [
        child for child in element.children if isinstance(child, Element) and _is(child, "summary")
    ]
    page.write("▸ ", DIM)
    page.walk(names[0].children if names else ["Details"], style + DIM)
    page.end_line()
    rest = [child for child in element.children if child not in names]
    page.put(Padding(_drawn(rest, style), (0, 0, 0, 2)))


def _table(page: _Outline, element: Element, style: Style) -> None:
    rows = list(_rows(element))
    width = max((len(row) for row in rows), default=0)
    if not width:
        return
    headed = len(rows) > 1 and all(cell.name == "th" for cell in rows[0])
    table = Table(box=SIMPLE_HEAD, show_header=headed, show_edge=False, pad_edge=False)
    heads = [_cell(cell, style) for cell in rows[0]] if headed else []
    for column in range(width):
        justify: JustifyMethod = next(
            (_justify(row[column]) for row in rows if column < len(row)), "left"
        )
        head = heads[column] if column < len(heads) else ""
        table.add_column(head, justify=justify, overflow="fold")
    for row in rows[headed:]:
        table.add_row(*(_cell(cell, style) for cell in row))
    page.put(table, apart=True)


def _rows(element: Element) -> Iterable[list[Element]]:
    for child in element.children:
        if isinstance(child, Element) and child.name in {"thead", "tbody", "tfoot"}:
            yield from _rows(child)
        elif isinstance(child, Element) and child.name == "tr":
            yield [cell for cell in child.children if _is(cell, "td", "th")]  # type: ignore[misc]


def _cell(cell: Element, style: Style) -> Group:
    return _drawn(cell.children, style + style_of(cell.name, cell.classes, code=False))


def _justify(cell: Element) -> JustifyMethod:
    match = _ALIGN.search(cell.attributes.get("style", ""))
    sides: dict[str, JustifyMethod] = {"right": "right", "center": "center"}
    return sides.get(match[1].lower(), "left") if match else "left"


def _embedded(page: _Outline, element: Element) -> None:
    label = _EMBEDDED[element.name]
    source = element.attributes.get("src") or element.attributes.get("data", "")
    if source and not source.startswith("data:"):
        label += f": {display_name(PurePosixPath(source).name)}"
    if alt := element.attributes.get("alt", ""):
        label += f" ({alt})"
    page.write(f"[{label}]", Style(color="yellow"))


def _masks(page: _Outline, element: Element, style: Style) -> None:
    """Draw a picture with masks: its name, and the masks of this card."""
    page.end_line()
    page.walk((child for child in element.children if _is(child, "img")), style)
    for mask in element.children:
        if isinstance(mask, Element) and "fd-mask" in mask.classes:
            asked = [child for child in mask.children if _has(child, "cloze")]
            if asked:
                page.end_line()
                page.write("▪ ", DIM)
                page.walk(asked, style)
    page.end_line()


def _items(page: _Outline, element: Element, style: Style) -> None:
    """Draw the items of a list or a set that the style shows on this card."""
    items = [child for child in element.children if isinstance(child, Element)]
    asked = next((place for place, item in enumerate(items) if _has(item, "cloze")), len(items))
    whole = "fd-whole" in element.classes
    asks_for_all = whole and asked == 0
    first, end = int(whole), len(items)
    if asks_for_all and not page.back:
        first, end = 0, 1
    elif "fd-list" in element.classes and not asks_for_all:
        end = asked + 1
        if "fd-context" in element.classes and not page.back:
            first = asked
    page.end_line()
    for item in items[first:end]:
        if _has(item, "cloze") and not page.back:
            inside = item.children[1:-1]  # without Anki's brackets
            page.walk([child for child in inside if _has(child, "fd-before")], style)
            inside = [child for child in inside if not _has(child, "fd-before")]
            page.walk([replace(item, children=inside)], style)
        else:
            page.walk([item], style)
    page.end_line()


def _input(page: _Outline, element: Element, _style: Style) -> None:
    page.write(_BOXES.get(element.attributes.get("type", "text").lower(), "[____] "), DIM)


def _ruby(page: _Outline, element: Element, style: Style) -> None:
    page.write("(", style)
    page.walk(element.children, style)
    page.write(")", style)


def _raised(page: _Outline, element: Element, style: Style) -> None:
    text = "".join(child for child in element.children if isinstance(child, str))
    raised = text.translate(_RAISED[element.name])
    if (
        len(element.children) == 1
        and text
        and all(a != b for a, b in zip(text, raised, strict=True))
    ):
        page.write(raised, style)
        return
    page.write("^(" if element.name == "sup" else "_(", style)
    page.walk(element.children, style)
    page.write(")", style)


def _is(element: Element | str, *names: str) -> bool:
    return isinstance(element, Element) and element.name in names


def _has(element: Element | str, name: str) -> bool:
    return isinstance(element, Element) and name in element.classes


_SPECIAL: dict[str, Callable[[_Outline, Element, Style], None]] = {
    "blockquote": _quote,
    "br": _break,
    "details": _details,
    "hr": _rule,
    "input": _input,
    "ol": _list,
    "pre": _code,
    "rt": _ruby,
    "sub": _raised,
    "sup": _raised,
    "table": _table,
    "ul": _list,
}
