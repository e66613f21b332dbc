"""The output of one text: its HTML, and its problems with their places."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property
from itertools import accumulate, islice
from typing import Any

from pyromark import Options, events_with_range

from flashdeck.markup.clozes.problems import Where, taken_as_hint
from flashdeck.markup.masking import MaskedText
from flashdeck.markup.nesting import Nesting, Open
from flashdeck.markup.results import MOST_PROBLEMS, NOT_FOUND, MediaRefusal, Mode, Problem

SYNTAX = Options.ENABLE_TABLES | Options.ENABLE_STRIKETHROUGH
_DEEPEST = 60  # lists and quotes in each other; browsers handle some 500
_CONTAINER = re.compile(r"<(/?)(li|blockquote)>")
_EMPHASIS = {"em": "Emphasis", "strong": "Strong", "del": "Strikethrough"}
# The kinds of elements, by which the parser names them, and their tags.
_TAGS = {
    "BlockQuote": "<blockquote>",
    "Code": "(?<!<pre>)<code>",
    "CodeBlock": "<pre>",
    "Image": "<img ",
    "Item": "<li>",
    "Link": "<a ",
    **{kind: f"<{name}>" for name, kind in _EMPHASIS.items()},
}
_CALLED = {
    **dict.fromkeys(_EMPHASIS, "emphasis"),
    **dict.fromkeys(("td", "th", "tr", "table"), "a table cell"),
    **dict.fromkeys(("li", "ul", "ol"), "a list item"),
    "a": "a link",
    "p": "a paragraph",
    "blockquote": "a quote",
}


class Output:
    """The HTML of one text, piece by piece in `out`, what is open in it, and `problems`.

    `masked` is the text as it was parsed, `html` what the parser made of it.
    """

    def __init__(self, masked: MaskedText, mode: Mode, html: str) -> None:
        self.out: list[str] = []
        self.problems: list[Problem] = []
        self.masked, self.mode, self.html = masked, mode, html
        self.open_clozes: list[int] = []  # their places
        self._reported: set[int] = set()
        self._numbers: dict[str, dict[int, int]] = {}

    @cached_property
    def nesting(self) -> Nesting:
        """What is open; most texts hold nothing that has to be tracked."""
        return Nesting(self.out)

    @cached_property
    def _ranges(self) -> dict[str, list[tuple[int, int]]]:
        return element_ranges(self.masked.text)

    def problem(
        self, rule: str, message: str, start: int, end: int, hint: str = "", severity: str = "error"
    ) -> None:
        """Report a problem at a place of the source."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(Problem(rule, message, start, end, hint, severity))

    def refuse(self, refusal: MediaRefusal, start: int, end: int) -> None:
        """Report that a destination has no file."""
        severity = "warning" if refusal.rule == NOT_FOUND else "error"
        self.problem(refusal.rule, refusal.message, start, end, refusal.hint, severity)

    def _range_of(self, kind: str, at: int) -> tuple[int, int]:
        """Return where an element is in the masked text, by the place of its tag in `html`."""
        if kind not in self._numbers:
            tags = re.finditer(_TAGS[kind], self.html)
            self._numbers[kind] = {tag.start(): number for number, tag in enumerate(tags)}
        return self._ranges[kind][self._numbers[kind][at]]

    def place(self, kind: str, at: int, words: str = "") -> tuple[int, int]:
        """Return where an element is in the source, or words in it."""
        start, end = map(self.masked.place, self._range_of(kind, at))
        found = self.masked.source.find(words, start, end) if words else -1
        return (found, found + len(words)) if found >= 0 else (start, end)

    def report_crossing(self, name: str) -> None:
        """Report that an element begins and ends on different sides of the last cloze's border."""
        cloze = self.open_clozes[-1] if self.open_clozes else None
        if cloze is None or cloze in self._reported:
            return
        self._reported.add(cloze)
        thing = _CALLED.get(name, f"<{name}>")
        message = f"this cloze and {thing} cross each other"
        hint = "write a cloze inside of one paragraph, item or cell, other marks in or around it"
        at = self.masked.source.find("::", cloze) + 2
        self.problem("cloze-nesting", message, cloze, at, hint, "warning")

    def marks_of(self, element: Open) -> str:
        """Return the marks of emphasis as its author wrote them."""
        start, _ = self._range_of(_EMPHASIS[element.name], element.begins)
        return self.masked.text[start : start + (1 if element.name == "em" else 2)]

    def check_hints(
        self, text: str, where: Where, start: int, end: int, language: str = ""
    ) -> None:
        """Report clozes in code or a formula whose second `::` Anki takes for a hint's."""
        left = MOST_PROBLEMS - len(self.problems)
        if self.mode.cloze and "{{c" in text and left:
            found = taken_as_hint(text, where, self.masked.source, start, end, language)
            self.problems += islice(found, left)

    def check_depth(self) -> None:
        """Report lists and quotes that are nested too deep."""
        if self.html.count("<li>") + self.html.count("<blockquote>") <= _DEEPEST:
            return
        depth = 0
        for tag in _CONTAINER.finditer(self.html):
            depth += -1 if tag[1] else 1
            if depth > _DEEPEST:
                place = self.place("Item" if tag[2] == "li" else "BlockQuote", tag.start())
                message = "lists and quotes are nested too deeply"
                self.problem("nesting", message, *place, hint="use fewer levels")
                return

    def check_rows(self) -> None:
        """Report a table row's cells beyond those of the head, which the parser leaves out."""
        masked = self.masked
        for cell_end, row_end in self._ranges["row"]:
            if "".join(masked.text[cell_end:row_end].split()).strip(">") not in {"", "|"}:
                message = "this row has more cells than the table's head; the rest is not shown"
                hint = r"add cells to the head, or write \| for a bar that does not end a cell"
                place = masked.place(cell_end), masked.place(row_end)
                self.problem("table-cells", message, *place, hint, "warning")


def element_ranges(text: str) -> dict[str, list[tuple[int, int]]]:
    """Return the places of all elements by kind, and of what follows the last cell of each row."""
    sizes = (1 + (c > "\x7f") + (c > "\u07ff") + (c > "\uffff") for c in text)
    characters = {at: index for index, at in enumerate(accumulate(sizes, initial=0))}
    ranges: dict[str, list[tuple[int, int]]] = {"row": []}
    cell_end = pictures = 0
    found: Iterable[Any] = events_with_range(text, options=SYNTAX, merge_text=True)
    for event, place in found:
        if isinstance(event, str):
            continue
        ((name, value),) = event.items()
        start, end = characters[place["start"]], characters[place["end"]]
        kind = value if isinstance(value, str) else next(iter(value))
        if kind == "Image":
            pictures += 1 if name == "Start" else -1
        if pictures > (kind == "Image" and name == "Start"):
            continue  # what a picture's description holds is not written
        if name == "Start":
            ranges.setdefault(kind, []).append((start, end))
        elif name == "Code":
            ranges.setdefault(name, []).append((start, end))
        elif value == "TableCell":
            cell_end = end
        elif value == "TableRow":
            ranges["row"].append((cell_end, end))
    return ranges
