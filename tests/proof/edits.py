"""All that an author can do to the sources of a deck, by name."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from proof.author import PATHS, PICTURES, TAGS, Author, deck_name
from proof.drafts import KINDS
from proof.words import FORMS, Words

# Texts and tags


def rewrite(author: Author, which: int, how: int) -> None:
    """Write another question, answer or extra."""
    _, draft = author.note(which)
    part = ("text", "answer", "extra")[how % 3]
    author.put(draft, **{part: author.words(how)})


def mark_up(author: Author, which: int, how: int) -> None:
    """Write the same words with other markup, or with a picture."""
    _, draft = author.note(which)
    part = ("text", "answer")[how % 2]
    words: Words = getattr(draft, part)
    form = (words.form + 1 + how) % FORMS
    author.put(draft, **{part: replace(words, form=form, picture=how % PICTURES)})


def tag(author: Author, which: int, how: int) -> None:
    """Add a tag to a note, or take it away."""
    _, draft = author.note(which)
    author.put(draft, tags=draft.tags ^ {TAGS[how % len(TAGS)]})


def tag_document(author: Author, which: int, how: int) -> None:
    """Add a tag to all notes of a document, or take it away."""
    document = author.document(which)
    document.tags ^= {TAGS[how % len(TAGS)]}


def replace_picture(author: Author, which: int, _: int) -> None:
    """Draw a picture anew, under the same name."""
    author.sources.pictures[which % PICTURES] = author.paint()


# Places


def reorder(author: Author, which: int, how: int) -> None:
    """Move a note to another place of its document."""
    document, draft = author.note(which)
    document.notes.remove(draft)
    document.notes.insert(how % (len(document.notes) + 1), draft)


def move(author: Author, which: int, how: int) -> None:
    """Move a note to another document, or to one that is made for it."""
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
    free = [path for path in PATHS if all(one.path != path for one in author.sources.files)]
    if free:
        file.path = free[how % len(free)]
        file.shown = ""


def set_deck(author: Author, which: int, how: int) -> None:
    """Put a note into another deck than its document's, or back."""
    _, draft = author.note(which)
    author.put(draft, deck="" if draft.deck else deck_name(how))


def rename_deck(author: Author, which: int, how: int) -> None:
    """Rename a document's deck, its root as well: then it is in another package."""
    author.document(which).deck = deck_name(how)


# Cards


def reverse(author: Author, which: int, _: int) -> None:
    """Ask a note the other way round too, or no more."""
    draft = author.kind_of_note("question", which)
    if draft is not None:
        author.put(draft, reverse=not draft.reverse)


def add_gap(author: Author, which: int, _: int) -> None:
    """Add a gap with a new number."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None:
        number = max(number for number, _ in draft.gaps) + 1
        author.put(draft, gaps=(*draft.gaps, (number, next(author.fresh))))


def remove_gap(author: Author, which: int, how: int) -> None:
    """Take a gap out of the text."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None and len(draft.gaps) > 1:
        gone = draft.gaps[how % len(draft.gaps)]
        author.put(draft, gaps=tuple(gap for gap in draft.gaps if gap != gone))


def renumber(author: Author, which: int, how: int) -> None:
    """Give the gaps each other's numbers, or others."""
    draft = author.kind_of_note("cloze", which)
    if draft is not None:
        numbers = [number + how % 2 for number, _ in draft.gaps]
        turned = numbers[1:] + numbers[:1]
        words = [word for _, word in draft.gaps]
        author.put(draft, gaps=tuple(zip(turned, words, strict=True)))


def change_kind(author: Author, which: int, how: int) -> None:
    """Make a question a cloze note or one of a custom note type, or whatever it was not."""
    _, draft = author.note(which)
    place = KINDS.index(draft.kind) + 1 + how % 2
    author.put(draft, kind=KINDS[place % len(KINDS)])


# Notes


def add(author: Author, which: int, how: int) -> None:
    """Write a new note."""
    notes = author.document(which).notes
    notes.insert(how % (len(notes) + 1), author.draft(how))


def delete(author: Author, which: int, _: int) -> None:
    """Delete a note, but never the last one."""
    if len(author.sources.drafts()) > 1:
        gone = author.sources.take(author.note(which)[1].handle)
        assert gone is not None
        author.sources.trash.append(gone)


def put_back(author: Author, which: int, how: int) -> None:
    """Put a deleted note back, with its id."""
    if author.sources.trash:
        back = author.sources.trash.pop(which % len(author.sources.trash))
        author.document(how).notes.append(back)


def copy_with_id(author: Author, which: int, how: int) -> int | None:
    """Copy a note with its id, which is an error; give the copy's handle."""
    _, draft = author.note(which)
    if not draft.id:
        return None
    copied = replace(draft, handle=next(author.fresh))
    author.document(how).notes.append(copied)
    return copied.handle


def remove_id(author: Author, handle: int) -> None:
    """Take the id away from a copy, as the error says."""
    (copied,) = (draft for _, draft in author.sources.drafts() if draft.handle == handle)
    author.put(copied, id="")


# Styling


def describe(author: Author, which: int, how: int) -> None:
    """Write a deck's description, or take it away."""
    document = author.document(which)
    # No picture: a description can't hold any.
    words = Words(next(author.fresh), how % (FORMS - 1))
    document.description = None if how % 4 == 3 else words


def restyle(author: Author, _: int, __: int) -> None:
    """Change the project's own style."""
    author.sources.css = f".own{next(author.fresh)} {{ color: red }}"


def retext(author: Author, _: int, __: int) -> None:
    """Change the texts of the custom note type's templates."""
    author.sources.texts = f"text{next(author.fresh)}"


def rename_field(author: Author, which: int, _: int) -> None:
    """Rename a field of the custom note type."""
    names = list(author.sources.names)
    names[which % len(names)] = f"Field{next(author.fresh)}"
    author.sources.names = (names[0], names[1], names[2])


Edit = Callable[[Author, int, int], object]
"""Done to the `which`-th of what it is about, in the way that `how` says; none where none fits."""

EDITS: dict[str, Edit] = {
    edit.__name__: edit
    for edit in (
        rewrite,
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
        add_gap,
        remove_gap,
        renumber,
        change_kind,
        add,
        delete,
        put_back,
        describe,
        restyle,
        retext,
        rename_field,
    )
}
