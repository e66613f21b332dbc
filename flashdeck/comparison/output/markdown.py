"""Changes as release notes for learners, in GitHub Flavored Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from flashdeck.comparison.advice import Advice, When, advise
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
from flashdeck.comparison.output.words import Kind, Piece
from flashdeck.text import counted

# The most notes that a section lists; the rest is counted.
_MOST = 30
_HEADINGS = {
    When.BEFORE: "Before importing",
    When.IMPORTING: "In the import window",
    When.AFTER: "After importing",
}
_EDITS = {Edit.MEDIA: "another picture or sound", Edit.MARKUP: "only its layout"}
# HTML, since `~~` and `**` have no effect between letters.
_TAGS = {Kind.REMOVED: "del", Kind.ADDED: "b"}
_TOUCHING = re.compile(r"([A-Za-z0-9]</del>)(<b>[A-Za-z0-9])")
_SPECIAL = re.compile(r"[\\`*~$]|\[(?=\^)|\](?=[(\[:])|(?<!\w)_|_(?!\w)")
_STARTS_BLOCK = re.compile(r"^(\d+(?=[.)])|(?=[-+#>=\[]))")


def as_markdown(changes: Changes) -> str:
    """Format release notes; the last line ends with a line feed."""
    if not changes:
        return "No changes.\n"
    advice = advise(changes)
    blocks = [_sentence(changes)]
    blocks += _advice(advice, When.BEFORE, When.IMPORTING)
    for heading, body in _sections(changes):
        if body:
            blocks += [f"## {heading}", *body]
    blocks += _advice(advice, When.AFTER)
    if not any(step.when in _HEADINGS for step in advice):
        blocks.append("Import the new package as always: every review is kept.")
    return "\n\n".join(blocks) + "\n"


def _sentence(changes: Changes) -> str:
    words = summary(changes)
    return f"{words[0].upper()}{words[1:]}."


def _sections(changes: Changes) -> Iterator[tuple[str, list[str]]]:
    yield f"New ({len(changes.new):,})", _grouped(changes.new)
    yield f"Back again ({len(changes.restored):,})", _grouped(changes.restored)
    changed = [_changed(change) for change in changes.changed[:_MOST]]
    yield f"Changed ({len(changes.changed):,})", _list(changed, len(changes.changed))
    removed = [note.entry for note in changes.removed]
    yield f"Removed ({len(removed):,})", _grouped(removed)
    yield f"Moved ({len(changes.moved):,})", _moved(changes)
    retyped = [f"- {_title(note.new)}" for note in changes.retyped[:_MOST]]
    yield f"Start again ({len(changes.retyped):,})", _list(retyped, len(changes.retyped))
    yield f"Sent again ({len(changes.sent_again):,})", _sent_again(changes)
    yield "Decks", _list(list(_decks(changes)))
    notetypes = [f"- {_escaped(line)}" for line in notetype_lines(changes)]
    notetypes += [f"- {_escaped(notetype.name)}: new" for notetype in changes.notetypes_added]
    yield "Note types", _list(notetypes)


def _grouped(entries: Sequence[Entry]) -> list[str]:
    """List notes by deck; the notes beyond a limit are counted."""
    groups = by_deck(entries)
    share = max(3, _MOST // max(1, len(groups)))
    blocks: list[str] = []
    for deck, group in groups.items():
        if deck:
            blocks.append(f"**{_escaped(deck)}**")
        blocks += _list([f"- {_title(entry)}" for entry in group[:share]], len(group))
    return blocks


def _list(lines: list[str], total: int = 0) -> list[str]:
    left = total - len(lines)
    if left > 0:
        lines = [*lines, f"- … and {left:,} more"]
    return ["\n".join(lines)] if lines else []


def _changed(change: ChangedNote) -> str:
    named = title_change(change)
    lines = [f"- {_words(named)}" if named is not None else f"- {_title(change.new)}"]
    lines += [
        f"  - {_escaped(field.name)}: {_words(field)}"
        for field in change.fields
        if field.shown and field is not named and field.edit is Edit.TEXT
    ]
    for edit, words in _EDITS.items():
        names = [field.name for field in change.fields if field.edit is edit]
        lines += [f"  - {_escaped(', '.join(names))}: {words}"] if names else []
    tags = [f"+`{tag}`" for tag in change.tags_added] + [f"−`{tag}`" for tag in change.tags_removed]
    lines += [f"  - Tags: {', '.join(tags)}"] if tags else []
    added = card_names(change.new.notetype, change.cards_added, "cloze ")
    vanished = card_names(change.old.notetype, change.cards_vanished, "cloze ")
    lines += [f"  - New card: {_escaped(added)}"] if added else []
    lines += [f"  - Card gone: {_escaped(vanished)}"] if vanished else []
    lines += [
        f"  - “{_escaped(cloze.text)}” was cloze {cloze.old}, is cloze {cloze.new}"
        for cloze in change.renumbered
    ]
    return "\n".join(lines)


def _words(change: FieldChange) -> str:
    parts = pieces(change, brackets=True)
    words = "".join(_piece(piece, start=index == 0) for index, piece in enumerate(parts))
    return _TOUCHING.sub(r"\1 \2", words)


def _piece(piece: Piece, *, start: bool) -> str:
    tag = _TAGS.get(piece.kind)
    if tag is None:
        return _escaped(piece.text, start=start)
    before, words, after = apart(piece)
    return f"{before}<{tag}>{_escaped(words)}</{tag}>{after}"


def _moved(changes: Changes) -> list[str]:
    ways = by_way(changes.moved)
    share = max(3, _MOST // max(1, len(ways)))
    blocks: list[str] = []
    for (source, target), entries in ways.items():
        blocks.append(f"**{_escaped(source)}** → **{_escaped(target)}**")
        blocks += _list([f"- {_title(entry)}" for entry in entries[:share]], len(entries))
    return blocks


def _sent_again(changes: Changes) -> list[str]:
    count = len(changes.sent_again)
    words = (
        f"{counted(count, 'note')} with edits of earlier versions: the import replaces your own "
        f"tags, marks and edits of {'it' if count == 1 else 'them'}."
    )
    return [words] if count else []


def _decks(changes: Changes) -> Iterator[str]:
    for deck in changes.decks_renamed:
        names = f"**{_escaped(deck.old)}** is now **{_escaped(deck.new)}**"
        yield f"- {names} ({counted(deck.notes, 'note')})"
    for change in changes.descriptions:
        field = FieldChange(change.deck, Edit.TEXT, change.old, change.new, shown=True)
        yield f"- **{_escaped(change.deck)}**: {_words(field)}"


def _advice(advice: Iterable[Advice], *times: When) -> list[str]:
    blocks: list[str] = []
    for when in times:
        lines = [line for step in advice if step.when is when for line in _advised(step)]
        blocks += [f"## {_HEADINGS[when]}", "\n".join(lines)] if lines else []
    return blocks


def _advised(advice: Advice) -> Iterator[str]:
    yield f"- {_escaped(advice.words)}"
    if advice.searches:
        yield ""
        yield "  ```"
        yield from (f"  {search}" for search in advice.searches)
        yield "  ```"


def _title(entry: Entry) -> str:
    return _escaped(title(entry), start=True)


def _escaped(text: str, *, start: bool = False) -> str:
    r"""Escape a text for Markdown.

    A comment keeps GitHub from linking mentions and issues (`@app`, `#12`), as no backslash does.
    """
    text = _SPECIAL.sub(r"\\\g<0>", text).replace("&", "&amp;").replace("<", "&lt;")
    if start:
        text = _STARTS_BLOCK.sub(r"\1\\", text)
    return re.sub(r"([@#])(?=\w)", r"\1<!-- -->", text)
