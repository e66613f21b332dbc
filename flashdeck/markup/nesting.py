"""Elements, raw tags, clozes and highlights that are open while a text's HTML is written.

A text can neither leave a raw tag open nor close an element of its card. Raw tags belong to the
element that Markdown made around them: they are closed with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import field
from enum import Enum, auto

from flashdeck.records import dataclass

_CELLS = frozenset({"td", "th"})
_SECTIONS = _CELLS | {"tr", "thead", "tbody", "caption", "colgroup"}
_RUBY = frozenset({"rt", "rp", "rb"})
_IMPLIED_END: dict[str, frozenset[str]] = {
    "li": frozenset({"li"}),
    "dt": frozenset({"dt", "dd"}),
    "dd": frozenset({"dt", "dd"}),
    "tr": _CELLS | {"tr"},
    **dict.fromkeys(_CELLS, _CELLS),
    **dict.fromkeys(("thead", "tbody", "tfoot"), _SECTIONS),
    **dict.fromkeys(_RUBY, _RUBY),
    "p": frozenset({"p"}),
}
"""Open tags that a tag of this name closes, as HTML lets authors leave them out."""

VERBATIM = frozenset({"pre", "code", "script", "style", "textarea"})
"""Tags whose text MathJax does not typeset."""


class Stray(Enum):
    """A closing tag that closes nothing in its element."""

    MISNESTED = auto()
    UNOPENED = auto()


class Role(Enum):
    """The kind of an open entry."""

    ELEMENT = auto()
    TAG = auto()
    CLOZE = auto()
    MARK = auto()


@dataclass(slots=True, eq=False)
class Open:
    """An open entry: its place in the output, and the raw tags that are open directly in it.

    `begins` is the place of its tag in the parser's output, `count` the clozes that one entry
    stands for; `elements` and `clozes` were open before it. `cut`: a cloze begins in the element
    and ends outside of it. `crossed`: likewise, or a cloze begins outside of it and ends in it.
    """

    role: Role
    name: str = ""
    at: int = 0
    begins: int = 0
    count: int = 1
    elements: int = 0
    clozes: int = 0
    cut: bool = False
    crossed: bool = False
    tags: dict[str, int] = field(default_factory=dict)


class Nesting:
    """The stack of what is open.

    Entries are pushed and popped once and lookups are constant, so that any text takes linear time.
    """

    def __init__(self, out: list[str]) -> None:
        self._out = out
        self._open: list[Open] = []
        self._scopes = [Open(Role.ELEMENT)]  # the entries that are not raw tags
        self._elements: list[Open] = []
        self._clozes = 0
        self._open_clozes: list[Open] = []
        self._closed_early: defaultdict[str, int] = defaultdict(int)
        self._opened: defaultdict[str, int] = defaultdict(int)

    def enter(self, role: Role, name: str = "", begins: int = 0, count: int = 1) -> None:
        """Open an element, a cloze or a highlight that is written next."""
        elements = len(self._elements)
        entry = Open(role, name, len(self._out), begins, count, elements, self._clozes)
        self._open.append(entry)
        self._scopes.append(entry)
        if role is Role.ELEMENT:
            self._elements.append(entry)
        elif role is Role.CLOZE:
            self._open_clozes.append(entry)
            self._clozes += count

    def leave(self) -> Open:
        """Close the last element, with all that is open in it; its clozes go on outside."""
        element = self._elements.pop()
        begun = 0
        while (entry := self._open[-1]) is not element:
            begun += entry.count if entry.role is Role.CLOZE else 0
            self._drop()
        self._drop()
        element.cut = begun > 0
        self._clozes -= begun
        element.crossed = element.cut or self._clozes < element.clozes
        if begun:
            self.enter(Role.CLOZE, count=begun)
        return element

    def leave_all(self) -> None:
        """Close everything at the end of the text."""
        while self._open:
            self._drop()

    def end_cloze(self) -> str:
        """Close the last cloze; return the name of an element or tag that crosses its border.

        Elements that began in it stay open, and so do the raw tags around them.
        """
        if not self._open_clozes:
            return ""
        cloze = self._open_clozes[-1]
        inside = self._elements[cloze.elements : cloze.elements + 1]
        crossing = inside[0].name if inside else ""
        stop = self._elements[-1] if crossing else cloze
        while (entry := self._open[-1]) is not stop:
            crossing = crossing if stop is not cloze else entry.name or crossing
            self._drop()
        self._clozes -= 1
        cloze.count -= 1
        if not cloze.count:
            self._open_clozes.pop()
            self._drop_ended()
        return crossing

    def next_part(self) -> None:
        """Close the raw tags of a cloze's text before its hint."""
        if self._scopes[-1].role is Role.CLOZE:
            self._drop_tags()

    def end_mark(self) -> bool:
        """Close a highlight; False if none can be closed here."""
        if self._scopes[-1].role is not Role.MARK:
            return False
        self._drop_tags()
        self._open.pop()
        self._scopes.pop()
        return True

    def open_tag(self, name: str) -> None:
        """Open a raw tag; it closes those whose end it implies."""
        ends = _IMPLIED_END.get(name, frozenset())
        while self._open and self._open[-1].role is Role.TAG and self._open[-1].name in ends:
            self._close()
        self._open.append(Open(Role.TAG, name))
        tags = self._scopes[-1].tags
        tags[name] = tags.get(name, 0) + 1
        self._opened[name] += 1

    def close_tag(self, name: str) -> Stray | None:
        """Close a raw tag, or return why it closes nothing here."""
        if not self._scopes[-1].tags.get(name):
            if self._closed_early[name]:
                self._closed_early[name] -= 1
                return Stray.MISNESTED
            return Stray.MISNESTED if self._opened[name] else Stray.UNOPENED
        while self._open[-1].name != name:
            self._drop()
        self._close()
        return None

    @property
    def verbatim(self) -> bool:
        """Whether a raw tag is open whose text MathJax does not typeset."""
        return any(self._opened[name] for name in VERBATIM)

    def _close(self) -> None:
        name = self._open.pop().name
        self._scopes[-1].tags[name] -= 1
        self._opened[name] -= 1
        self._out.append(f"</{name}>")
        self._drop_ended()

    def _drop_tags(self) -> None:
        while self._open and self._open[-1].role is Role.TAG:
            self._drop()

    def _drop_ended(self) -> None:
        """Forget clozes that ended while elements in them were open."""
        while self._open and self._open[-1].role is Role.CLOZE and not self._open[-1].count:
            self._open.pop()
            self._scopes.pop()

    def _drop(self) -> None:
        """Close the last entry before its own end; a highlight without an end is text."""
        entry = self._open[-1]
        if entry.role is Role.TAG:
            self._closed_early[entry.name] += 1
            self._close()
            return
        self._open.pop()
        self._scopes.pop()
        if entry.role is Role.MARK:
            self._out[entry.at] = "=="
        elif entry.role is Role.CLOZE and entry.count:
            self._open_clozes.pop()
        self._drop_ended()
