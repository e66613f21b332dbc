"""The output of imports and builds is what `flashdeck fmt` writes."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from textwrap import dedent

import random_author
from conftest import NOW
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from made_collections import collections
from test_import_strange import ID, note, packed
from yaml_texts import NAMES, TEXTS

from flashdeck.diagnostics import FlashdeckError, Severity
from flashdeck.formatting.formatter import format_files, write_formatted
from flashdeck.importing.existing import import_into
from flashdeck.importing.fresh import import_new
from flashdeck.importing.importer import import_file
from flashdeck.importing.result import Imported, ImportOptions, Rewriting
from flashdeck.model import Card, Collection, Deck, Field, Note, NoteType, Template
from flashdeck.project.project import load_project
from flashdeck.release.build import build
from flashdeck.release.result import Options


def unformatted(root: Path) -> list[str]:
    """The files that `flashdeck fmt --check` reports; fails on errors."""
    project, _ = load_project(root)
    formatted, problems = format_files(project, [*project.notetypes, *project.decks])
    assert problems == []
    return [f"{file.after.decode()}" for file in formatted if file.is_changed]


def imported(
    collection: Collection, root: Path, *, now: int = NOW, markdown: Rewriting | None = None
) -> Imported:
    taken = import_into if root.exists() else import_new
    return taken(
        collection, root, ImportOptions("imported", now, markdown=markdown), lambda *_: None
    )


WIDE = (
    NoteType(
        ID,
        "Wide",
        (Field("a", description="x" * 50, font="y" * 50), Field("no"), Field("404", id=-5)),
        (
            Template("T", "{{a}}", "{{no}}", browser_front="two\nlines", browser_size=3),
            Template("1", "{{404}}", ""),
        ),
        css="",
        latex_pre="a: b\n\n",
        sort=1,
        mod=5,
    ),
    NoteType(
        ID + 1,
        "Basic (optional reversed card)",
        (Field("Front"), Field("Back"), Field("Add Reverse")),
        (Template("T", "{{Front}}", "{{Back}}"),),
        stock=3,
        mod=5,
    ),
    NoteType(
        ID + 2,
        "Cloze: odd",
        (Field("Text"), Field("Back Extra")),
        (Template("C", "{{cloze:Text}}", "{{cloze:Text}}"),),
        cloze=True,
        mod=5,
    ),
)


@st.composite
def decks(draw: st.DrawFn) -> Collection:
    """A collection with texts that are hard to write as YAML."""
    names = draw(st.lists(NAMES, min_size=1, max_size=3, unique_by=str.casefold))
    notes = []
    for number in range(draw(st.integers(1, 5))):
        kind = draw(st.sampled_from(WIDE))
        fields = [draw(TEXTS.map(lambda text: text.replace("\x1f", ""))) for _ in kind.fields]
        fields[0] = f"{{{{c1::{number}}}}}{fields[0]}"
        tags = {"".join(tag.split()) or "tag" for tag in draw(st.lists(NAMES, max_size=9))}
        deck = draw(st.sampled_from(names))
        guid = "".join(filter(str.isprintable, draw(NAMES))) + str(number)
        cards = (Card(0, deck, number, ID + 100 * number + 1),)
        notes.append(
            Note(guid, kind.id, tuple(fields), tuple(sorted(tags)), cards, ID + number, NOW - 99)
        )
    used = {note.notetype for note in notes}
    return Collection(
        tuple(notetype for notetype in WIDE if notetype.id in used),
        tuple(Deck(name, draw(TEXTS), draw(st.booleans())) for name in sorted(names)),
        tuple(notes),
    )


SLOW = settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(decks(), decks(), st.sampled_from([None, *Rewriting]))
def test_imports_are_formatted_even_after_a_second_import(first, second, markdown):
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        imported(first, root, markdown=markdown)
        assert unformatted(root) == []
        options = Options(now=NOW + 9, allow_scripts=True)
        build(root, options)
        assert unformatted(root) == []
        again = later(first, second)
        done = imported(again, root, now=NOW + 1000)
        assert done.new + done.changed + done.unchanged + done.conflicts > 0
        assert unformatted(root) == []


def later(first: Collection, second: Collection) -> Collection:
    """A later version of a collection: every other note edited, and notes of another one added."""
    texts = [text for note in second.notes for text in note.fields]
    edited = [
        note
        if number % 2
        else replace(
            note,
            fields=(note.fields[0], *texts[: len(note.fields) - 1]),
            tags=second.notes[0].tags,
            mod=NOW + 500,
        )
        for number, note in enumerate(first.notes)
    ]
    edited = [
        note if len(note.fields) == len(old.fields) else old
        for note, old in zip(edited, first.notes, strict=True)
    ]
    known = {note.guid for note in first.notes}
    new = [
        replace(note, id=ID + 5000 + number, mod=NOW + 500)
        for number, note in enumerate(second.notes)
        if note.guid not in known
    ]
    taken = {deck.name.casefold() for deck in first.decks}
    decks = [*first.decks, *(deck for deck in second.decks if deck.name.casefold() not in taken)]
    names = {deck.name.casefold(): deck.name for deck in decks}
    new = [
        replace(note, cards=(replace(note.cards[0], deck=names[note.cards[0].deck.casefold()]),))
        for note in new
    ]
    return Collection(WIDE, tuple(sorted(decks, key=lambda deck: deck.name)), (*edited, *new))


@SLOW
@given(collections())
def test_any_imported_collection_is_formatted(collection):
    with TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        try:
            done = imported(collection, root)
        except FlashdeckError:
            return  # nothing in it that a project can hold
        if not any(problem.severity is Severity.ERROR for problem in done.diagnostics):
            assert unformatted(root) == []


# A second import edits what is there


THEIRS = note(1, "one", ("x", "", "y"), ("tag",))
DECK = "cards/d.yaml"


def edited(tmp_path: Path, before: str, *notes: Note) -> str:
    """Import a note, lay its deck out like `before`, import notes again; returns the deck.

    In `before` the note is called NOTE.
    """
    root = import_file(packed(tmp_path / "x.apkg", [THEIRS]), tmp_path / "p", now=NOW).root
    (root / DECK).write_text(dedent(before), "utf-8")
    built = build(root, Options(now=NOW + 9))
    assert [problem for problem in built.diagnostics if problem.severity is Severity.ERROR] == []
    later = [replace(note, mod=NOW + 99) for note in notes]
    done = import_file(packed(tmp_path / "y.apkg", later), root, now=NOW + 999)
    assert done.conflicts == 0
    return (root / DECK).read_text("utf-8")


OWN = """\
    # my notes
    deck: D
    notetype:   kind
    notes:
    -   fields:
          Fr:ont:   x   # the front
          a:  y
        tags: [ tag ]
        id:   one

    -   id: another-one
        fields: {Fr:ont: "mine", a: "1"}
    """
FORMATTED = """\
    # my notes
    deck: D
    notetype: kind
    notes:
      - fields:
          Fr:ont: x  # the front
          a: y
        tags: [tag]
        id: one
        # no more of it

      # the next
      - fields:
          Fr:ont: mine
          a: "1"
        id: another-one
    """


def test_an_edit_keeps_the_authors_layout(tmp_path):
    new = replace(THEIRS, fields=("x: z", "no", "two\nlines"), tags=("b", "tag"))
    expected = OWN.replace("Fr:ont:   x ", 'Fr:ont: "x: z" ').replace("[ tag ]", "[b, tag]")
    expected = expected.replace("tags:   [b", "tags: [b").replace(
        "a:  y\n", 'a: |-\n            two\n            lines\n          "#1": "no"\n'
    )
    assert edited(tmp_path, OWN, new) == dedent(expected)


def test_a_new_note_is_formatted_among_notes_of_another_layout(tmp_path):
    new = note(2, "two", ("1", "", "z"), ("b",))
    added = """\

    - fields:
        Fr:ont: "1"
        a: z
      tags: [b]
      id: two
    """
    own = OWN[: OWN.index("\n    -   id")]
    assert edited(tmp_path, own, THEIRS, new) == dedent(own) + dedent(added)


def test_formatted_files_stay_formatted_after_an_imported_edit(tmp_path):
    new = replace(THEIRS, fields=("two\nlines", "no", "y"), tags=("t" * 50, "tag", "u" * 50))
    newer = note(2, "two", ("1", "", "z"), ("b",))
    after = edited(tmp_path, FORMATTED, new, newer)
    assert unformatted(tmp_path / "p") == []
    assert after == dedent(
        f"""\
        # my notes
        deck: D
        notetype: kind
        notes:
          - fields:
              Fr:ont: |-  # the front
                two
                lines
              a: y
              "#1": "no"
            tags:
              - tag
              - {"t" * 50}
              - {"u" * 50}
            id: one
            # no more of it

          # the next
          - fields:
              Fr:ont: mine
              a: "1"
            id: another-one

          - fields:
              Fr:ont: "1"
              a: z
            tags: [b]
            id: two
        """
    )


def test_a_comment_stays_when_block_text_becomes_a_line_and_a_line_becomes_block_text(tmp_path):
    own = OWN.replace("x   # the front", "|   # the front\n             x")
    new = replace(THEIRS, fields=("x: z", "", "two\nlines"))
    after = edited(tmp_path, own.replace("a:  y", "a:  y  # why"), new)
    assert '      Fr:ont: "x: z"   # the front\n      a: |-  # why\n        two\n' in after


# What a build writes


def test_formatted_files_stay_formatted_after_a_build(project):
    """The build writes ids and the numbers of masks."""
    random_author.Author(project.root, random.Random(1))
    mask = f"{{label: {'x' * 30}, at: [10.25%, 10.25%, 20.25%, 20.25%], group: g}}"
    project.write(
        "cards/more.yaml",
        f"""\
        deck: Alpha
        notetype: Country
        notes:
          - q: Spain
            a: Madrid

          - notetype: Country
            fields:
              Country: Italy
            tags:
              - one
              # the last
            # of the note

          - image: map.png
            occlude:
              - {mask}
              # no more masks
        """,
    )
    loaded, _ = load_project(project.root)
    paths = [*loaded.notetypes, *loaded.decks]
    write_formatted(loaded, format_files(loaded, paths)[0])
    project.built()
    assert unformatted(project.root) == []
    text = project.read("cards/more.yaml")
    assert f"      - {mask[:-1]}, n: 1}}\n      # no more masks\n    id: " in text
    assert "      # the last\n    id: " in text
