"""The edits that an author can make to the sources, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proof.author import PATHS, PICTURES, TAGS, Author, deck_name
from proof.drafts import KINDS
from proof.words import FORMS, Words

# Texts and tags


def rewrite(author: Author, which: int, how: int) -> None:
    """Replace the question, answer or extra."""
    _, draft = author.note(which)
    part = ("text", "answer", "extra")[how % 3]
    author.put(draft, **{part: author.words(how)})


def rewrite_custom(author: Author, which: int, how: int) -> None:
    """Replace a text of a custom note; its third one makes a second card."""
    draft = author.kind_of_note("custom", which)
    if draft is not None:
        author.put(draft, **{("text", "answer", "extra")[how % 3]: author.words(how)})


def mark_up(author: Author, which: int, how: int) -> None:
    """Change the markup of a text, or add a picture."""
    _, draft = author.note(which)
    part = ("text", "answer")[how % 2]
    words: Words = getattr(draft, part)
    form = (words.form + 1 + how) % FORMS
    author.put(draft, **{part: replace(words, form=form, picture=how % PICTURES)})


def tag(author: Author, which: int, how: int) -> None:
    """Add a tag to a note, or remove it."""
    _, draft = author.note(which)
    author.put(draft, tags=draft.tags ^ {TAGS[how % len(TAGS)]})


def tag_document(author: Author, which: int, how: int) -> None:
    """Add a tag to all notes of a document, or remove it."""
    document = author.document(which)
    document.tags ^= {TAGS[how % len(TAGS)]}


def replace_picture(author: Author, which: int, _: int) -> None:
    """Replace a picture under the same name."""
    author.sources.pictures[which % PICTURES] = author.paint()


# Places


def reorder(author: Author, which: int, how: int) -> None:
    """Move a note within its document."""
    document, draft = author.note(which)
    document.notes.remove(draft)
    document.notes.insert(how % (len(document.notes) + 1), draft)


def move(author: Author, which: int, how: int) -> None:
    """Move a note to another document, or to a new one."""
    _, draft = author.note(which)
    taken = author.sources.take(draft.handle)
    assert taken is not None
    if how % 4 == 0 or not author.sources.files:
        author.new_document(how // 4).notes.append(taken)
    else:
        author.document(how).notes.append(taken)


def move_file(author: Author, which: int, how: int) -> None:
    """Rename a file."""
    file = author.sources.files[which % len(author.sources.files)]
    free = [path for path in PATHS if all(file.path != path for file in author.sources.files)]
    if free:
        file.path = free[how % len(free)]
        file.shown = ""


def set_deck(author: Author, which: int, how: int) -> None:
    """Move a note to another deck than its document's, or back."""
    _, draft = author.note(which)
    author.put(draft, deck="" if draft.deck else deck_name(how))


def rename_deck(author: Author, which: int, how: int) -> None:
    """Rename a document's deck, possibly to another root deck and so another package."""
    author.document(which).deck = deck_name(how)


# Cards


def reverse(author: Author, which: int, _: int) -> None:
    """Turn `reverse` on or off."""
    draft = author.kind_of_note("question", which)
    if draft is not None:
        author.put(draft, reverse=not draft.reverse)


def add_cloze(author: Author, which: int, _: int) -> None:
    """Add a cloze with a new number."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None:
        number = max(number for number, _ in draft.clozes) + 1
        author.put(draft, clozes=(*draft.clozes, (number, next(author.fresh))))


def remove_cloze(author: Author, which: int, how: int) -> None:
    """Remove a cloze from the text."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None and len(draft.clozes) > 1:
        gone = draft.clozes[how % len(draft.clozes)]
        author.put(draft, clozes=tuple(cloze for cloze in draft.clozes if cloze != gone))


def renumber(author: Author, which: int, how: int) -> None:
    """Renumber the clozes."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None:
        numbers = [number + how % 2 for number, _ in draft.clozes]
        turned = numbers[1:] + numbers[:1]
        words = [word for _, word in draft.clozes]
        author.put(draft, clozes=tuple(zip(turned, words, strict=True)))


def change_kind(author: Author, which: int, how: int) -> None:
    """Change the kind of a note."""
    _, draft = author.note(which)
    place = KINDS.index(draft.kind) + 1 + how % 2
    author.put(draft, kind=KINDS[place % len(KINDS)])


# Notes


def add(author: Author, which: int, how: int) -> None:
    """Write a new note."""
    notes = author.document(which).notes
    notes.insert(how % (len(notes) + 1), author.draft(how))


def delete(author: Author, which: int, _: int) -> None:
    """Delete a note unless it is the last."""
    if len(author.sources.drafts()) > 1:
        gone = author.sources.take(author.note(which)[1].handle)
        assert gone is not None
        author.sources.trash.append(gone)


def put_back(author: Author, which: int, how: int) -> None:
    """Restore a deleted note with its id."""
    if author.sources.trash:
        back = author.sources.trash.pop(which % len(author.sources.trash))
        author.document(how).notes.append(back)


def copy_of(author: Author, which: int, how: int) -> int | None:
    """Copy a note with its id, which is an error; returns the copy's handle."""
    _, draft = author.note(which)
    if not draft.id:
        return None
    copied = replace(draft, handle=next(author.fresh))
    author.document(how).notes.append(copied)
    return copied.handle


def remove_id(author: Author, handle: int) -> None:
    """Remove the id of a copy, as the error advises."""
    (copied,) = (draft for _, draft in author.sources.drafts() if draft.handle == handle)
    author.put(copied, id="")


# Styling


def describe(author: Author, which: int, how: int) -> None:
    """Change a deck's description, or remove it."""
    document = author.document(which)
    # A description can't contain pictures.
    words = Words(next(author.fresh), how % (FORMS - 1))
    document.description = None if how % 4 == 3 else words


def restyle(author: Author, _: int, __: int) -> None:
    """Change the project stylesheet."""
    author.sources.css = f".own{next(author.fresh)} {{ color: red }}"


def retext(author: Author, _: int, __: int) -> None:
    """Change the texts of the custom note type's templates."""
    author.sources.texts = f"text{next(author.fresh)}"


def rename_field(author: Author, which: int, _: int) -> None:
    """Rename a field of the custom note type."""
    names = list(author.sources.names)
    names[which % len(names)] = f"Field{next(author.fresh)}"
    author.sources.names = (names[0], names[1], names[2])


def grow(author: Author, _: int, __: int) -> None:
    """Add a field to the custom note type and its notes, then a template that shows it."""
    author.sources.growth = min(2, author.sources.growth + 1)


Edit = Callable[[Author, int, int], object]
"""Edits the `which`-th suitable item in a way chosen by `how`; without one it does nothing."""

EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        rewrite,
        rewrite_custom,
        mark_up,
        tag,
        tag_document,
        replace_picture,
        reorder,
        move,
        move_file,
        set_deck,
        rename_deck,
        reverse,
        add_cloze,
        remove_cloze,
        renumber,
        change_kind,
        add,
        delete,
        put_back,
        describe,
        restyle,
        retext,
        rename_field,
        grow,
    )
}
