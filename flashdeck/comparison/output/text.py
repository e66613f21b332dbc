"""Changes as text for a terminal; without colors, words are marked as `[-old-]{+new+}`."""

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
    visible,
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
    """Format the changes, wrapped at `width` columns; the last line ends with a line feed."""
    page = _Page(color, width)
    lines = page.wrapped("", [(summary(changes), BOLD)], "  ")
    for heading, body in _sections(changes, page):
        if body:
            lines += ["", page.style(heading, BOLD), *body]
    return "\n".join(lines) + "\n"


@dataclass(frozen=True, slots=True)
class _Page:
    """The options of a report: colors, and the width of lines."""

    color: bool
    width: int

    def style(self, text: str, style: str) -> str:
        """Style a text, if colors are on."""
        return painted(visible(text), style, color=self.color)

    def wrapped(self, first: str, runs: Iterable[Run], rest: str = "") -> list[str]:
        """Wrap runs of text after `first`; further lines are indented as far, or with `rest`."""
        indent = rest or " " * columns(first)
        lines: list[str] = []
        line: list[Run] = []
        start, used = first, columns(first)
        for box in _boxes(runs):
            width = sum(columns(text) for text, _ in box)
            if line and used + 1 + width > self.width:
                lines.append(visible(start) + self._styled(line))
                line, start, used = [], indent, columns(indent)
            if line:
                line.append((" ", box[0][1] if box[0][1] == line[-1][1] else ""))
                used += 1
            line += box
            used += width
        return [*lines, visible(start) + self._styled(line)]

    def _styled(self, runs: Iterable[Run]) -> str:
        groups = groupby(runs, key=lambda run: run[1])
        return "".join(self.style("".join(text for text, _ in run), style) for style, run in groups)

    def marked(self, mark: str, style: str, runs: Sequence[Run], behind: str = "") -> list[str]:
        """Wrap a line that begins with a mark, such as `+`; the text `behind` is dim."""
        mark_run = [(mark, style), *([(" ", ""), *runs] if runs else [])]
        return self.wrapped(
            "  ", [*mark_run, *([(" ", ""), (f"({behind})", DIM)] if behind else [])], "    "
        )


def _sections(changes: Changes, page: _Page) -> Iterator[tuple[str, list[str]]]:
    yield "New", _grouped(page, changes.new, "+", GREEN)
    yield "Restored", _grouped(page, changes.restored, "+", GREEN)
    yield "Changed", [line for change in changes.changed for line in _changed(page, change)]
    removed = [note.entry for note in changes.removed]
    yield "Removed", _grouped(page, removed, "-", RED)
    yield "Moved", _moved(page, changes)
    retyped = [
        page.marked(
            "!", YELLOW, [(title(note.new), "")], f"{_types(note.old)} → {_types(note.new)}"
        )
        for note in changes.retyped
    ]
    yield "Of another note type", [line for lines in retyped for line in lines]
    yield "Sent again", _sent_again(page, changes)
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
    shown = [field for field in change.fields if field.shown]
    cards = change.cards_added or change.cards_vanished
    for field in shown or (() if cards else change.fields):
        if field is not named:
            runs = [(_EDITS[field.edit], DIM)] if field.edit in _EDITS else _runs(page, field)
            lines += page.wrapped(f"      {field.name}: ", runs, " " * 8)
    signs = [(f"+{tag}", GREEN) for tag in change.tags_added]
    signs += [(f"-{tag}", RED) for tag in change.tags_removed]
    if signs:
        lines += page.wrapped("      tags: ", _spaced(signs), " " * 8)
    added = card_names(change.new.notetype, change.cards_added)
    vanished = card_names(change.old.notetype, change.cards_vanished)
    lines += page.wrapped("      new card: ", [(added, GREEN)]) if added else []
    lines += page.wrapped("      card gone: ", [(vanished, RED)]) if vanished else []
    for cloze in change.renumbered:
        old = cloze.old
        words = f"“{cloze.text}” was c{old}, is c{cloze.new}; its reviews stay with c{old}"
        lines += page.wrapped("      ", [(words, YELLOW)], " " * 8)
    return lines


def _runs(page: _Page, change: FieldChange) -> list[Run]:
    runs: list[Run] = []
    touching = False  # without marks, a replacement needs a space before it
    for piece in pieces(change, brackets=False):
        before, words, after = apart(piece)
        runs += [(" ", "")] if touching and not before and piece.kind is Kind.ADDED else []
        touching = page.color and piece.kind is Kind.REMOVED and not after
        opening, closing = ("", "") if page.color else _MARKS[piece.kind]
        runs += [(before, ""), (f"{opening}{words}{closing}", _STYLES[piece.kind]), (after, "")]
    return runs


def _moved(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for (source, target), entries in by_way(changes.moved).items():
        lines.append(page.style(f"  {source} → {target}", DIM))
        for entry in entries:
            lines += page.marked(">", CYAN, [(title(entry), "")], _place(entry))
    return lines


def _sent_again(page: _Page, changes: Changes) -> list[str]:
    count = len(changes.sent_again)
    words = (
        f"{counted(count, 'note')} with earlier edits: an import replaces learners' own tags, "
        f"marks and edits of {'it' if count == 1 else 'them'}"
    )
    return page.wrapped("  ", [(words, "")]) if count else []


def _decks(page: _Page, changes: Changes) -> list[str]:
    lines: list[str] = []
    for deck in changes.decks_renamed:
        runs = [(deck.old, RED), (" → ", ""), (deck.new, GREEN)]
        lines += page.marked("~", YELLOW, runs, f"{counted(deck.notes, 'note')} along with it")
    for change in changes.descriptions:
        field = FieldChange(change.deck, Edit.TEXT, change.old, change.new, shown=True)
        lines += page.wrapped(f"  {change.deck}: ", _runs(page, field), " " * 4)
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
    for media in changes.media_replaced:
        name = media.new if media.old == media.new else f"{media.old} → {media.new}"
        lines += page.marked("~", YELLOW, [(name, "")])
    for removed in changes.media_removed:
        lines += page.marked("-", RED, [(removed, "")])
    return lines


def _advice(page: _Page, changes: Changes) -> Iterator[tuple[str, list[str]]]:
    steps = advise(changes)
    for when, heading in _HEADINGS.items():
        lines: list[str] = []
        for step in steps:
            if step.when is when:
                lines += page.wrapped("  * ", [(step.words, "")])
                # Searches are never wrapped, so that they can be copied.
                lines += [f"      {page.style(search, CYAN)}" for search in step.searches]
        yield heading, lines


def _place(entry: Entry) -> str:
    source = entry.note.source
    return f"{source.path}:{source.line}" if source is not None else entry.note.guid


def _types(entry: Entry) -> str:
    return entry.notetype.name


def _spaced(runs: Iterable[Run]) -> list[Run]:
    return [part for run in runs for part in (run, (" ", ""))]


def _boxes(runs: Iterable[Run]) -> Iterator[list[Run]]:
    """Split runs at spaces, into pieces that stay on one line."""
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
