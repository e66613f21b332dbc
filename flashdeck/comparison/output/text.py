"""Changes for a terminal; where there are no colors, words are marked as `[-old-]{+new+}`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from flashdeck.comparison.advice import When, advise
from flashdeck.comparison.changes import ChangedNote, Changes, Edit, Entry, FieldChange
from flashdeck.comparison.output.phrases import (
    apart,
    by_deck,
    by_way,
    card_names,
    notetype_lines,
    pieces,
    summary,
    title,
    title_change,
)
from flashdeck.comparison.output.words import Kind
from flashdeck.text import (
    BOLD,
    CYAN,
    DIM,
    GREEN,
    RED,
    STRUCK_RED,
    YELLOW,
    columns,
    counted,
    painted,
)

_MARKS = {Kind.SAME: ("", ""), Kind.REMOVED: ("[-", "-]"), Kind.ADDED: ("{+", "+}")}
_STYLES = {Kind.SAME: "", Kind.REMOVED: STRUCK_RED, Kind.ADDED: GREEN}
_HEADINGS = {
    When.RELEASE: "Before you release",
    When.BEFORE: "Before importing, learners have to",
    When.IMPORTING: "In the import window, learners have to",
    When.AFTER: "After importing, learners have to",
}
_EDITS = {
    Edit.MEDIA: "(another picture or sound)",
    Edit.MARKUP: "(only markup or spacing)",
}
Run = tuple[str, str]
"""Some text and its style."""


def as_text(changes: Changes, *, color: bool, width: int) -> str:
    """Write the changes, wrapped at `width` columns; the last line ends in a line end."""
    page = _Page(color, width)
    lines = page.wrapped("", [(summary(changes), BOLD)], "  ")
    for heading, body in _sections(changes, page):
        if body:
            lines += ["", page.style(heading, BOLD), *body]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """How lines are made: whether they may hold colors, and how wide they may be."""

    color: bool
    width: int

    def style(self, text: str, style: str) -> str:
        """Style a text, where there are colors."""
        return painted(text, style, color=self.color)

    def wrapped(self, first: str, runs: Iterable[Run], rest: str = "") -> list[str]:
        """Lay out runs of text behind `first`; further lines are indented as far, or by `rest`."""
        indent = rest or " " * columns(first)
        lines: list[str] = []
        line: list[Run] = []
        start, used = first, columns(first)
        for box in _boxes(runs):
            width = sum(columns(text) for text, _ in box)
            if line and used + 1 + width > self.width:
                lines.append(start + self._styled(line))
                line, start, used = [], indent, columns(indent)
            if line:
                line.append((" ", box[0][1] if box[0][1] == line[-1][1] else ""))
                used += 1
            line += box
            used += width
        return [*lines, start + self._styled(line)]

    def _styled(self, runs: Iterable[Run]) -> str:
        groups = groupby(runs, key=lambda run: run[1])
        return "".join(self.style("".join(text for text, _ in run), one) for one, run in groups)

    def marked(self, mark: str, style: str, runs: Sequence[Run], behind: str = "") -> list[str]:
        """Lay out a line that begins with a mark, as `+`; what is `behind` is dim."""
        mark_run = [(mark, style), *([(" ", ""), *runs] if runs else [])]
        return self.wrapped(
            "  ", [*mark_run, *([(" ", ""), (f"({behind})", DIM)] if behind else [])], "    "
        )


def _sections(changes: Changes, page: _Page) -> Iterator[tuple[str, list[str]]]:
    yield "New", _grouped(page, changes.new, "+", GREEN)
    yield "Restored", _grouped(page, changes.restored, "+", GREEN)
    yield "Changed", [line for one in changes.changed for line in _changed(page, one)]
    removed = [one.entry for one in changes.removed]
    yield "Removed", _grouped(page, removed, "-", RED)
    yield "Moved", _moved(page, changes)
    retyped = [
        page.marked("!", YELLOW, [(title(one.new), "")], f"{_types(one.old)} → {_types(one.new)}")
        for one in changes.retyped
    ]
    yield "Of another note type", [line for lines in retyped for line in lines]
    yield "Decks", _decks(page, changes)
    yield "Note types", _notetypes(page, changes)
    yield "Media", _media(page, changes)
    yield from _advice(page, changes)


def _grouped(page: _Page, entries: Sequence[Entry], mark: str, style: str) -> list[str]:
    lines: list[str] = []
    for deck, group in by_deck(entries).items():
        lines.append(page.style(f"  {deck}", DIM))
        for entry in group:
            lines += page.marked(mark, style, [(title(entry), "")], _place(entry))
    return lines


def _changed(page: _Page, change: ChangedNote) -> list[str]:
    named = title_change(change)
    heading = _runs(page, named) if named is not None else [(title(change.new), "")]
    lines = page.marked("~", YELLOW, heading, _place(change.new))
    shown = [one for one in change.fields if one.shown]
    cards = change.cards_added or change.cards_vanished
    for one in shown or (() if cards else change.fields):
        if one is not named:
            runs = [(_EDITS[one.edit], DIM)] if one.edit in _EDITS else _runs(page, one)
            lines += page.wrapped(f"      {one.name}: ", runs, " " * 8)
    signs = [(f"+{tag}", GREEN) for tag in change.tags_added]
    signs += [(f"-{tag}", RED) for tag in change.tags_removed]
    if signs:
        lines += page.wrapped("      tags: ", _spaced(signs), " " * 8)
    added = card_names(change.new.notetype, change.cards_added)
    vanished = card_names(change.old.notetype, change.cards_vanished)
    lines += page.wrapped("      new card: ", [(added, GREEN)]) if added else []
    lines += page.wrapped("      card gone: ", [(vanished, RED)]) if vanished else []
    for gap in change.renumbered:
        words = f"“{gap.text}” was c{gap.old}, is c{gap.new}; its reviews stay with c{gap.old}"
        lines += page.wrapped("      ", [(words, YELLOW)], " " * 8)
    return lines


def _runs(page: _Page, change: FieldChange) -> list[Run]:
    runs: list[Run] = []
    touching = False  # without marks, what replaces a word needs a blank before it
    for piece in pieces(change, brackets=False):
        before, words, behind = apart(piece)
        runs += [(" ", "")] if touching and not before and piece.kind is Kind.ADDED else []
        touching = page.color and piece.kind is Kind.REMOVED and not behind
        opening, closing = ("", "") if page.color else _MARKS[piece.kind]
        runs += [(before, ""), (f"{opening}{words}{closing}", _STYLES[piece.kind]), (behind, "")]
    return runs


def _moved(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for (source, target), entries in by_way(changes.moved).items():
        lines.append(page.style(f"  {source} → {target}", DIM))
        for entry in entries:
            lines += page.marked(">", CYAN, [(title(entry), "")], _place(entry))
    return lines


def _decks(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for deck in changes.decks_renamed:
        runs = [(deck.old, RED), (" → ", ""), (deck.new, GREEN)]
        lines += page.marked("~", YELLOW, runs, f"{counted(deck.notes, 'note')} along with it")
    for one in changes.descriptions:
        change = FieldChange(one.deck, Edit.TEXT, one.old, one.new, shown=True)
        lines += page.wrapped(f"  {one.deck}: ", _runs(page, change), " " * 4)
    return lines


def _notetypes(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for added in changes.notetypes_added:
        lines += page.marked("+", GREEN, [(added.name, "")])
    for line in notetype_lines(changes):
        lines += page.marked("~", YELLOW, [(line, "")])
    for removed in changes.notetypes_removed:
        lines += page.marked("-", RED, [(removed.name, "")])
    return lines


def _media(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for added in changes.media_added:
        lines += page.marked("+", GREEN, [(added, "")])
    for one in changes.media_replaced:
        name = one.new if one.old == one.new else f"{one.old} → {one.new}"
        lines += page.marked("~", YELLOW, [(name, "")])
    for removed in changes.media_removed:
        lines += page.marked("-", RED, [(removed, "")])
    return lines


def _advice(page: _Page, changes: Changes) -> Iterator[tuple[str, list[str]]]:
    everything = advise(changes)
    for when, heading in _HEADINGS.items():
        lines: list[str] = []
        for one in everything:
            if one.when is when:
                lines += page.wrapped("  * ", [(one.words, "")])
                # Searches are copied: each stays on one line, whatever its length.
                lines += [f"      {page.style(search, CYAN)}" for search in one.searches]
        yield heading, lines


def _place(entry: Entry) -> str:
    source = entry.note.source
    return f"{source.path}:{source.line}" if source is not None else entry.note.guid


def _types(entry: Entry) -> str:
    return entry.notetype.name


def _spaced(runs: Iterable[Run]) -> list[Run]:
    return [part for run in runs for part in (run, (" ", ""))]


def _boxes(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Part runs into what must stay on one line: everything between two blanks."""
    box: list[Run] = []
    for text, style in runs:
        for place, word in enumerate(text.split(" ")):
            if place and box:
                yield box
                box = []
            if word:
                box.append((word, style))
    if box:
        yield box
