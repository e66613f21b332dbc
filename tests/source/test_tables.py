"""Decks from tables: each row a note, every mistake at its cell, ids put in and nothing else."""

from __future__ import annotations

import csv
import io
import os
import re

import pytest
from conftest import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from flashdeck.cli.run import run
from flashdeck.compile.compiler import compile_project
from flashdeck.diagnostics import Severity
from flashdeck.preview.session import PreviewSession
from flashdeck.project.project import load_project
from flashdeck.source.csv_table import Flaw, parse_table, with_texts

ID = "[0-9a-z]{12}"
DECK = "deck: Spanish\ntable: words.csv\n"
MAPPED = "deck: Spanish\ntable: {file: words.csv, columns: {q: Word, a: Meaning}}\n"


def deck(project, table, text=DECK, name="words.csv"):
    """Write a deck and its table; bytes stay bytes."""
    project.write("cards/spanish.yaml", text)
    path = project.root / "cards" / name
    path.write_bytes(table if isinstance(table, bytes) else table.encode())
    return path


def notes(project):
    """The fields of every note, by question."""
    compiled, problems = compile_project(load_project(project.root)[0])
    assert [problem.message for problem in problems if problem.severity == "error"] == []
    return {note.fields[0]: note for note in compiled.collection.notes}


def reported(project):
    """The problems of a project: positions, rules and messages."""
    lines = []
    for problem in project.check():
        place = (
            f"{problem.span.path}:{problem.span.line}:{problem.span.column}"
            if problem.span
            else "-"
        )
        lines.append(
            f"{place} {problem.rule}: {problem.message}"
            + (f" | {problem.hint}" if problem.hint else "")
        )
    return lines


# Reading


def test_columns_named_like_keys_need_no_more_than_the_file(project):
    deck(project, "q,a,tags,Reverse\nperro,dog,animal noun,\ngato,cat,,TRUE\n")
    words = notes(project)
    assert list(words) == ["perro", "gato"]
    assert words["perro"].fields[1] == "dog"
    assert words["perro"].tags == ("animal", "noun")
    assert [len(note.cards) for note in words.values()] == [1, 2]


@pytest.mark.parametrize(
    "data",
    [
        "Word,Meaning\nperro,dog\n",
        "Word;Meaning\r\nperro;dog\r\n",
        "Word\tMeaning\nperro\tdog",
        '"Word","Meaning"\r\n"perro","dog"\r\n',
        "sep=;\r\nWord;Meaning;a, b, c\r\nperro;dog;\r\n",
        "\ufeffWord;Meaning\r\nperro;dog\r\n",
        "\r\n;\r\nWord ; Meaning\r\n\r\nperro ; dog\r\n;\r\n",
        "Word\tMeaning\r\nperro\tdog\r\n".encode("utf-16"),
        b"\xfe\xff" + "Word\tMeaning\r\nperro\tdog\r\n".encode("utf-16-be"),
    ],
)
def test_tables_are_read_however_a_spreadsheet_writes_them(project, data):
    deck(project, data, MAPPED)
    assert {key: note.fields[1] for key, note in notes(project).items()} == {"perro": "dog"}


def test_cells_hold_separators_quotes_line_ends_and_markdown(project):
    deck(project, 'q,a\n"a, b","say ""so""\r\n\r\nand **more**"\n')
    (note,) = notes(project).values()
    assert note.fields[0] == "a, b"
    assert 'say "so"' in note.fields[1]
    assert "<strong>more</strong>" in note.fields[1]


def test_yaml_has_no_traps_in_a_table(project):
    deck(project, "q,a\n- x: *y,no\n# z,012\n{{c1::x}},~\n")
    assert [note.fields[1] for note in notes(project).values()] == ["no", "012", "~"]


def test_choices_are_separated_by_bars_or_lines_and_several_may_be_right(project):
    table = 'q,choices,a\nQ,A|B |C,B\nR,"one, two\nthree","one, two\nthree"\n'
    deck(project, table)
    first, second = notes(project).values()
    assert first.fields[0].count("<li") == 3
    assert second.fields[1].count("<li") == 2


def test_clozes_types_decks_and_texts_for_every_note(project):
    text = "deck: S\ntable:\n  file: words.csv\n  columns: {cloze: Satz, deck: Wo}\n"
    deck(project, "Satz;Wo\n{{c1::a}} b;::Sub\n", text + "  each: {extra: same, typed: true}\n")
    (note,) = notes(project).values()
    assert note.fields[1:3] == ("same", "1")
    assert note.cards[0].deck == "S::Sub"


def test_a_filled_cell_wins_over_what_every_note_holds(project):
    text = "deck: S\ntable: {file: words.csv, each: {hint: none, reverse: true}}\n"
    deck(project, "q,a,reverse,hint\nx,y,false,\nz,w,,own\n", text)
    first, second = notes(project).values()
    assert (len(first.cards), len(second.cards)) == (1, 2)
    assert "none" in first.fields[0]
    assert "own" in second.fields[0]


def test_rows_can_be_notes_of_a_custom_note_type(project):
    project.write(
        "cards/notetypes/country.yaml",
        "notetype: Country\nreserve: 0\nfields: [Name, Capital]\n"
        'templates: [{name: C, front: "{{Name}}", back: "{{Capital}}"}]\n',
    )
    deck(project, "Name,Capital,id\nPeru,Lima,peru0001\n", DECK + "notetype: Country\n")
    (note,) = notes(project).values()
    assert (note.fields, note.guid) == (("Peru", "Lima"), "peru0001")
    mapped = "  columns:\n    fields: {Name: N, Capital: C}\n"
    mapped = f"notetype: Country\ntable:\n  file: words.csv\n{mapped}"
    deck(project, "N,C\nPeru,Lima\n", mapped)
    assert next(iter(notes(project).values())).fields == ("Peru", "Lima")


def test_notes_of_the_document_come_before_its_table(project):
    deck(project, "q,a\nlast,x\n", DECK + "notes:\n  - q: first\n    a: x\n")
    assert list(notes(project)) == ["first", "last"]


def test_pictures_are_named_relative_to_the_table(project):
    (project.root / "cards/deep").mkdir()
    (project.root / "cards/deep/x.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    deck(project, "q,a\n![](x.svg),x\n", "table: deep/w.csv\n", "deep/w.csv")
    assert "<img" in next(iter(notes(project)))


# Mistakes


@pytest.mark.parametrize(
    ("text", "table", "expected"),
    [
        (
            "table: {file: words.csv, columns: {q: Wrod, a: Meaning}}\n",
            "Word,Meaning\nx,y\n",
            (
                "spanish.yaml:1:39 unknown-column: words.csv has no column 'Wrod'"
                " | did you mean 'Word'?"
            ),
        ),
        (
            "table: {file: words.csv, columns: {q: Word, a: Meaning, hnt: Meaning}}\n",
            "Word,Meaning\nx,y\n",
            "spanish.yaml:1:57 unknown-key: a row has no key 'hnt' | did you mean 'hint'?",
        ),
        (
            "table: {file: words.csv, each: {reverse: maybe}}\n",
            "q,a\nx,y\nz,w\n",
            (
                "spanish.yaml:1:42 not-a-flag: 'reverse' takes true or false, not 'maybe'"
                " | write true or false"
            ),
        ),
        (
            "table: {file: words.csv, columns: {q: Word, a: Word}}\n",
            "Word,Word\nx,y\n",
            (
                "spanish.yaml:1:39 duplicate-column: words.csv has two columns 'Word'"
                " | rename one of them"
            ),
        ),
        (
            "table: word.csv\n",
            "q,a\nx,y\n",
            (
                "spanish.yaml:1:8 missing-table: 'word.csv' can't be read: there is no such file"
                " | did you mean 'words.csv'?"
            ),
        ),
        (
            "table: ../../words.csv\n",
            "q,a\nx,y\n",
            (
                "spanish.yaml:1:8 missing-table: '../../words.csv' is outside of cards/"
                " | put it beside this file"
            ),
        ),
        (
            "table: spanish.yaml\n",
            "",
            (
                "spanish.yaml:1:8 missing-table: 'spanish.yaml' does not end in .csv or .tsv"
                " | save the spreadsheet as 'CSV UTF-8'; in a path write /"
            ),
        ),
        (
            "table: words.csv\n",
            "Word,Meaning\nx,y\n",
            (
                "spanish.yaml:1:8 missing-column: the table has no column for 'q'"
                " | say which column it is: table: {file: …, columns: {q: …, a: …}}"
            ),
        ),
        (
            "table: words.csv\n",
            "Question,a\nx,y\n",
            (
                "spanish.yaml:1:8 unused-column: the column 'Question' of words.csv is not a key of"
                " a note, and is not used | did you mean 'q'? name the columns that are used: "
                "table: {file: …, columns: {q: …, a: …}}"
            ),
        ),
        (
            DECK,
            "q,a\nx,y\nz,\n",
            (
                "words.csv:3:3 missing-key: a question note has no 'a': the cell under 'a' is"
                " empty | fill it, or empty the whole row"
            ),
        ),
        (
            DECK,
            "q,a,id\n,y,abcdefgh\n",
            (
                "words.csv:2:1 no-kind: this row has nothing under 'q'"
                " | fill it, or empty the whole row"
            ),
        ),
        (
            DECK,
            "q,a\nx,y, z\n",
            (
                "words.csv:2:6 ragged-row: this row has 3 cells, the header has 2"
                " | put text that contains ',' into quotes"
            ),
        ),
        (
            DECK,
            'q,a\nx,"y\nz,w\n',
            ('words.csv:2:3 unclosed-quote: this " is never closed | add " where the text ends'),
        ),
        (
            DECK,
            'q,a\n"x" y,z\n',
            (
                'words.csv:2:4 text-after-quote: text continues after the closing "'
                ' | put the whole cell in quotes, and write each " inside of it as ""'
            ),
        ),
        (
            DECK,
            "q,a,reverse\nx,y,ja\n",
            (
                "words.csv:2:5 not-a-flag: 'reverse' takes true or false, not 'ja'"
                " | write true or false"
            ),
        ),
        (
            DECK,
            "q,a,tags\nx,y,good lee::::ch\n",
            (
                "words.csv:2:10 tag: the tag 'lee::::ch' has an empty level"
                " | write levels as one::two"
            ),
        ),
        (
            DECK,
            'q,a\n"two\nlines",![](none.png)\n',
            "words.csv:3:12 missing-media: no file none.png beside cards/words.csv",
        ),
        (
            DECK,
            "q,a\nx,B\xe4r\n".encode("latin-1"),
            (
                "words.csv:2:4 encoding: byte 0xe4 is not UTF-8 | in a spreadsheet save it as"
                " 'CSV UTF-8' (it may be Latin-1 or Windows-1252 now)"
            ),
        ),
        (
            DECK,
            b"\xff\xfea",
            (
                "words.csv:1:1 encoding: the file is not complete UTF-16 | in a spreadsheet save it"
                " as 'CSV UTF-8' (it may be Latin-1 or Windows-1252 now)"
            ),
        ),
        (
            DECK,
            "q,a\nx,y\0\n",
            (
                "words.csv:2:4 control-character: the control character U+0000 can't be on a"
                " card | remove it"
            ),
        ),
        (
            DECK,
            "\n;;\n",
            (
                "words.csv:1:1 no-notes: the table is empty | write the names of the columns into"
                " its first row"
            ),
        ),
        (
            DECK,
            "q,a,id\nx,y,abcdefgh\nz,w,abcdefgh\n",
            (
                "words.csv:3:5 duplicate-id: the id 'abcdefgh' is used twice: also at"
                " cards/words.csv:2"
            ),
        ),
        (
            DECK + "---\n" + DECK,
            "q,a\nx,y\n",
            (
                "spanish.yaml:5:8 missing-table: 'words.csv' is a table of cards/spanish.yaml"
                " already | a row is one note, so a table belongs to one deck"
            ),
        ),
        (
            "deck: X\ntags: [a]\n",
            "",
            "spanish.yaml:1:1 missing-key: a deck has no 'notes' | add a line 'notes: …'",
        ),
    ],
)
def test_every_error_is_reported_at_its_position(project, text, table, expected):
    deck(project, table, text)
    expected = f"cards/{expected}"
    assert any(line.startswith(expected) for line in reported(project)), "\n".join(
        reported(project)
    )


def test_a_frame_shows_the_row(project, capsys):
    deck(project, "q\ta\nperro\t\n".encode("utf-16"))
    assert run(["check", "-C", str(project.root)]) == 1
    out = capsys.readouterr().out
    assert re.search(r"^ +2 \| perro +\n +\| +\^", out, re.MULTILINE)


def test_a_huge_table_ends_at_its_limits(project):
    project.write("flashdeck.yaml", "limits: {nodes: 500, scalar: 50}\n")
    deck(project, "q,a\n" + "x,y\n" * 1000)
    assert any("limit: the table has more than 500 cells" in line for line in reported(project))
    deck(project, "q,a\nx," + "y" * 51 + "\n")
    assert any("cards/words.csv:2:3 limit: this text has 51" in line for line in reported(project))
    project.write("flashdeck.yaml", "limits: {size: 100}\n")
    deck(project, "q,a\n" + "x,y\n" * 1000)
    assert any(
        "it is too large (4004 bytes; 100 are allowed)" in line for line in reported(project)
    )


def test_paths_outside_the_project_and_pipes_are_refused(project, tmp_path):
    (tmp_path / "secret.csv").write_text("q,a\nx,y\n")
    path = deck(project, "q,a\nx,y\n")
    project.write("cards/spanish.yaml", f"deck: S\ntable: {path}\n")
    assert any("is outside of cards/" in line for line in reported(project))
    deck(project, "")
    path.unlink()
    path.symlink_to(tmp_path / "secret.csv")
    assert any("is outside of cards/" in line for line in reported(project))
    path.unlink()
    os.mkfifo(path)
    assert any("it is not a regular file" in line for line in reported(project))


# Ids


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("q,a\nx,y\n", "q,a,id\nx,y,ID\n"),
        ("q;a;b\r\nx;y;c\r\n;\r\nz;w", "q;a;b;id\r\nx;y;c;ID\r\n;\r\nz;w;;ID"),
        ('q,id,a\n"x, 1",,"y ""q"""', 'q,id,a\n"x, 1",ID,"y ""q"""'),
        ('q,a,id\nx,y,""\nz,w\n', 'q,a,id\nx,y,"ID"\nz,w,ID\n'),
        ("sep=;\nq;a;note\nx;y;;\n", "sep=;\nq;a;note;id\nx;y;;ID\n"),
        ("\ufeffq\ta\r\nx\ty\r\n", "\ufeffq\ta\tid\r\nx\ty\tID\r\n"),
        ("q,a,id\nx,y,abcdefgh\nz,w,\n", "q,a,id\nx,y,abcdefgh\nz,w,ID\n"),
        ("Q,A,Id\nx,y,\nz,w\n", "Q,A,Id\nx,y,ID\nz,w,ID\n"),
    ],
)
def test_ids_are_added_and_every_other_byte_stays(project, before, after):
    path = deck(project, before)
    project.built()
    text = path.read_bytes().decode()
    assert re.fullmatch(re.escape(after).replace("ID", ID), text), text
    project.built(frozen=True)
    assert path.read_bytes().decode() == text


def test_a_column_of_ids_may_have_another_name(project):
    path = deck(project, "W,M\nx,y\n", "table: {file: words.csv, columns: {q: W, a: M, id: Key}}\n")
    project.built()
    assert re.fullmatch(rf"W,M,Key\nx,y,{ID}\n", path.read_text())


def test_utf_16_stays_utf_16(project):
    path = deck(project, "q\ta\r\nñ\ty\r\n".encode("utf-16"))
    project.built()
    assert re.fullmatch(rf"q\ta\tid\r\nñ\ty\t{ID}\r\n", path.read_bytes().decode("utf-16"))
    assert path.read_bytes().startswith("\ufeff".encode("utf-16-le"))


def test_frozen_names_the_table_that_lacks_ids(project):
    deck(project, "q,a\nx,y\n")
    project.built()
    deck(project, "q,a\nx,y\n")
    result = project.build(frozen=True)
    (problem,) = result.diagnostics
    assert problem.message == "a build would change cards/words.csv: the id is missing in 1 note"
    assert (problem.span.path, problem.span.line) == ("cards/words.csv", 2)


CELLS = st.text(st.sampled_from("ab \"';,\t\n|ñ日=#@"), max_size=8)


@settings(max_examples=80)
@given(
    rows=st.lists(st.lists(CELLS, min_size=1, max_size=4), min_size=1, max_size=5),
    separator=st.sampled_from(",;\t|"),
    end=st.sampled_from(["\n", "\r\n"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    data=st.data(),
)
def test_any_table_reads_as_it_was_written_and_takes_ids(rows, separator, end, quoting, data):
    rows = [["q", "a", "b"], *rows]
    stream = io.StringIO()
    csv.writer(stream, delimiter=separator, lineterminator=end, quoting=quoting).writerows(rows)
    text = stream.getvalue()
    table = parse_table(text, 10_000)
    assert not isinstance(table, Flaw)
    cells = [[cell.value for cell in row.cells] for row in (table.header, *table.rows)]
    assert cells == [[cell.strip() for cell in row] or [""] for row in rows]
    for row in table.rows:
        for cell in row.cells:
            assert text[cell.start.index : cell.end.index].replace('""', '"') == cell.value or (
                not cell.value
            )
    free = [number for number, row in enumerate(table.rows) if len(row.cells) < 4]
    wanted = data.draw(st.sets(st.sampled_from(free))) if free else set()
    ids = {number: f"id{number:06}" for number in wanted}
    texts = {number: {3: ids[number]} for number in wanted} | {-1: {3: "id"}}
    stamped = with_texts(table, texts)
    assert stamped is not None
    again = list(csv.reader(io.StringIO(stamped, newline=""), delimiter=separator))
    assert again[0] == ["q", "a", "b", "id"]
    for number in wanted:
        assert again[number + 1][3] == ids[number]
        assert again[number + 1][: len(rows[number + 1])] == rows[number + 1]


# History


def test_a_learner_keeps_every_review_while_a_table_is_edited(project):
    from real_anki import Learner

    path = deck(project, "q;a;tags\r\nperro;dog;\r\ngato;cat;\r\npez;fish;\r\n")
    project.built()
    ids = dict(re.findall(rf"(\w+);\w+;;({ID})", path.read_text()))
    with Learner() as learner:
        learner.import_package(project.package)
        for card_id in ids.values():
            learner.answer(card_id)
        before = {word: learner.card(card_id).history for word, card_id in ids.items()}
        # Rows are sorted, texts edited, one note moves into the YAML file with its id.
        lines = path.read_text().splitlines()
        edited = [
            lines[0],
            lines[3].replace("fish", "a fish"),
            lines[1].replace("perro", "el perro"),
        ]
        path.write_text("\n".join(edited) + "\n")
        project.write(
            "cards/spanish.yaml",
            f"{DECK}notes:\n  - q: gato\n    a: a cat\n    id: {ids['gato']}\n",
        )
        project.now += 86_400
        counts = project.built().packages[0].counts
        assert (counts.new, counts.changed, counts.removed) == (0, 3, 0)
        project.now = NOW + 2 * 86_400
        learner.import_package(project.package)
        assert {word: learner.card(card_id).history for word, card_id in ids.items()} == before
        assert learner.card_count() == 3
        assert "a fish" in learner.note(ids["pez"]).fields[1]
        assert "a cat" in learner.note(ids["gato"]).fields[1]


def test_a_row_that_is_deleted_is_a_removed_note(project):
    path = deck(project, "q,a\nx,y\nz,w\n")
    project.built()
    path.write_text("\n".join(path.read_text().splitlines()[:2]) + "\n")
    counts = project.built().packages[0].counts
    assert (counts.removed, counts.tombstones) == (1, 1)


def test_an_edit_in_a_table_is_detected(project):
    path = deck(project, "q,a\nperro,dog\n")
    project.built()
    assert project.built().packages[0].counts.unchanged == 1
    path.write_text(path.read_text().replace("dog", "a dog"))
    assert project.built().packages[0].counts.changed == 1


def test_diff_sees_edits_in_a_table(project, capsys, monkeypatch):
    path = deck(project, "q,a\nperro,dog\ngato,cat\n")
    project.built()
    path.write_text(path.read_text().replace("cat", "kitten"))
    monkeypatch.chdir(project.root)
    assert run(["diff"]) == 0
    out = capsys.readouterr().out
    assert "kitten" in out
    assert "perro" not in out


# The preview


def test_the_preview_follows_tables(project):
    path = deck(project, "q,a,id\nx,y,note0001\n")
    project.write("cards/other.yaml", "deck: Other\nnotes:\n  - {q: o, a: p, id: note0002}\n")
    recompiler = PreviewSession(project.root)
    assert not recompiler.compile().problems
    path.write_text("q,a,id\nx,edited,note0001\nz,w,note0003\n")
    state = recompiler.compile([path])
    whole = PreviewSession(project.root).compile()
    assert state == whole
    assert [note.fields[1] for note in state.collection.notes] == ["p", "edited", "w"]
    path.write_text("q,a,id\nx,,note0001\n")
    assert recompiler.compile([path]) == PreviewSession(project.root).compile()
    path.unlink()
    state = recompiler.compile([path])
    assert any(problem.severity is Severity.ERROR for problem in state.problems)
    assert state == PreviewSession(project.root).compile()
    path.write_text("q,a,id\nx,again,note0001\n")
    assert recompiler.compile([path]) == PreviewSession(project.root).compile()
    deck(project, "q,a,id\nn,m,note0004\n", "deck: Spanish\ntable: new.csv\n", "new.csv")
    state = recompiler.compile(
        [project.root / "cards/new.csv", project.root / "cards/spanish.yaml"]
    )
    assert state == PreviewSession(project.root).compile()
