"""Elements, raw tags, clozes and highlights that are open while a text's HTML is written.

A text can neither leave a raw tag open nor close an element of its card. Raw tags belong to the
element that Markdown made around them: they are closed with it.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import Enum, auto

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
    """What an open entry is."""

    ELEMENT = auto()
    TAG = auto()
    CLOZE = auto()
    MARK = auto()


@dataclass(slots=True, eq=False)
class Open:
    """Something open: its place in the output, and the raw tags that are open directly in it.

    `number` counts the elements of this name in the text, `count` the clozes that one entry stands
    for. `crossed`: a cloze begins in the element and ends outside of it, or the other way round.
    """

    role: Role
    name: str = ""
    at: int = 0
    number: int = 0
    count: int = 1
    crossed: bool = False
    tags: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))


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
        self._closed_early: defaultdict[str, int] = defaultdict(int)
        self._opened: defaultdict[str, int] = defaultdict(int)

    def enter(self, role: Role, name: str = "", number: int = 0, count: int = 1) -> None:
        """Open an element, a cloze or a highlight that is written next."""
        entry = Open(role, name, len(self._out), number, count)
        self._open.append(entry)
        self._scopes.append(entry)
        if role is Role.ELEMENT:
            self._elements.append(entry)
        elif role is Role.CLOZE:
            self._clozes += count

    def leave(self) -> Open:
        """Close the last element, with all raw tags that are open in it."""
        element = self._elements.pop()
        if element.crossed:
            self._drop_tags()
            return element
        clozes = 0
        while (entry := self._open[-1]) is not element:
            clozes += entry.count if entry.role is Role.CLOZE else 0
            self._drop()
        self._drop()
        element.crossed = clozes > 0
        if clozes:
            self._clozes -= clozes
            self.enter(Role.CLOZE, count=clozes)
        return element

    def leave_all(self) -> None:
        """Close everything at the end of the text."""
        while self._open:
            self._drop()

    @property
    def innermost(self) -> Open:
        """The last element that is open."""
        return self._elements[-1]

    def end_cloze(self) -> str:
        """Close the last cloze; return the name of an element or tag that crosses its border."""
        if not self._clozes:
            return ""
        crossing = ""
        while (cloze := self._open[-1]).role is not Role.CLOZE:
            crossing = cloze.name or crossing
            self._drop()
        self._clozes -= 1
        cloze.count -= 1
        if not cloze.count:
            self._drop()
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
        self._scopes[-1].tags[name] += 1
        self._opened[name] += 1

    def close_tag(self, name: str) -> Stray | None:
        """Close a raw tag, or return why it closes nothing here."""
        if not self._scopes[-1].tags[name]:
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

    def _drop_tags(self) -> None:
        while self._open and self._open[-1].role is Role.TAG:
            self._drop()

    def _drop(self) -> None:
        """Close the last entry before its own end; a highlight without an end was none."""
        entry = self._open[-1]
        if entry.role is Role.TAG:
            self._closed_early[entry.name] += 1
            self._close()
            return
        self._open.pop()
        self._scopes.pop()
        entry.crossed = True
        if entry.role is Role.MARK:
            self._out[entry.at] = "=="
