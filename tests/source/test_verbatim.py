"""`media: verbatim`, `keys`, `markup` on a note: what imported decks need, and others may use."""

from __future__ import annotations

import pytest

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.diagnostics import Severity

COUNTRY = """\
notetype: Country
id: 1600000000000
fields:
  - name: Country
    id: -7
  - Capital
keys: {q: Country, a: Capital}
templates:
  - name: Card
    front: "{{Country}}"
    back: "{{Capital}}"
css: '.card{background: url("_paper.png")}'
"""


@pytest.fixture
def kept(project):
    project.write("flashdeck.yaml", "id: abcdefgh\nname: X\nmarkup: html\nmedia: verbatim\n")
    project.write("cards/notetypes/country.yaml", COUNTRY)
    (project.root / "cards/media").mkdir()
    for name in ("Bild Ä.PNG", "_paper.png", "_paper.js"):
        (project.root / "cards/media" / name).write_bytes(b"\x89PNG")
    return project


def rules(problems):
    return {(problem.rule, problem.severity) for problem in problems}


def deck(project, *lines):
    project.write("cards/deck.yaml", "\n".join(["deck: D", *lines, ""]))


def test_files_keep_their_names_and_those_with_an_underscore_are_packed(kept):
    deck(kept, "notes:", "  - q: x", "    a: '<img src=\"Bild Ä.PNG\">'")
    kept.built()
    package = read_apkg(kept.package)
    assert [media.name for media in package.media] == ["Bild Ä.PNG", "_paper.js", "_paper.png"]
    assert package.notes[0].fields[1] == '<img src="Bild Ä.PNG">'


def test_what_anki_accepts_is_a_warning(kept):
    deck(kept, "notes:", "  - q: '<img src=gone.png> <b'", "    a: y", "    id: abc")
    problems = [problem for problem in kept.built().diagnostics if problem.rule != "lock-lost"]
    assert rules(problems) == {
        ("missing-media", Severity.WARNING),
        ("unclosed-tag", Severity.WARNING),
    }


def test_scripts_and_two_files_of_one_name_stay_errors(kept):
    (kept.root / "cards/other").mkdir()
    (kept.root / "cards/other/Bild Ä.PNG").write_bytes(b"another")
    deck(
        kept,
        "notes:",
        "  - q: '<img src=\"Bild Ä.PNG\"><script>x</script>'",
        "    a: '<img src=\"other/Bild Ä.PNG\">'",
    )
    assert rules(kept.check()) == {
        ("active-content", Severity.ERROR),
        ("media-twice", Severity.ERROR),
    }


def test_a_document_may_be_verbatim_in_a_project_that_is_not(project):
    project.write("cards/media/.keep", "")
    (project.root / "cards/media/map.png").write_bytes(b"\x89PNG")
    deck(project, "markup: html", "media: verbatim", "notes:", "  - {q: x, a: '<img src=map.png>'}")
    project.built()
    assert [media.name for media in read_apkg(project.package).media] == ["map.png"]


def test_short_keys_name_the_fields_of_a_note_type(kept):
    deck(kept, "notetype: Country", "notes:", "  - q: France", "    a: Paris")
    kept.built()
    package = read_apkg(kept.package)
    assert [note.fields for note in package.notes] == [("France", "Paris")]
    assert [field.id for field in package.notetypes[0].fields] == [-7, None]
    assert package.notetypes[0].id == 1_600_000_000_000


def test_an_error_in_a_short_key_is_reported(kept):
    deck(kept, "notetype: Country", "notes:", "  - q: France", "    aa: Paris")
    assert [(problem.rule, problem.hint) for problem in kept.check()] == [
        ("unknown-key", "did you mean 'a'?"),
    ]


@pytest.mark.parametrize(
    ("table", "header"),
    [("words.csv", "q,a"), ("{file: words.csv, columns: {q: Land, a: City}}", "Land,City")],
)
def test_short_keys_name_the_fields_in_a_table_and_its_media_keep_their_names(kept, table, header):
    picture = "<img src='Bild Ä.PNG'>"
    kept.write("cards/words.csv", f"{header}\nFrance,Paris\nPeru,\n,{picture}\n")
    deck(kept, "notetype: Country", f"table: {table}")
    assert ("empty-front", Severity.WARNING) in rules(kept.built().diagnostics)
    package = read_apkg(kept.package)
    assert [note.fields for note in package.notes] == [
        ("France", "Paris"),
        ("Peru", ""),
        ("", picture),
    ]
    assert "Bild Ä.PNG" in [media.name for media in package.media]


@pytest.mark.parametrize(
    ("keys", "rule"),
    [
        ("{tags: Country}", "taken-key"),
        ("{q: Land}", "unknown-field"),
        ("{q: Country, a: Country}", "duplicate-key"),
        ("[q]", "not-a-mapping"),
    ],
)
def test_invalid_short_keys_are_reported(kept, keys, rule):
    kept.replace("cards/notetypes/country.yaml", "{q: Country, a: Capital}", keys)
    deck(kept, "notes:", "  - {q: x, a: y, markup: text}")
    assert rule in {problem.rule for problem in kept.check()}


def test_a_note_may_have_another_markup(project):
    deck(
        project, "notes:", "  - {q: '**b**', a: '<i>*x*</i>', markup: html}", "  - {q: '*i*', a: z}"
    )
    project.built()
    assert [note.fields[0] for note in read_apkg(project.package).notes] == [
        "**b**",
        "<em>i</em>",
    ]


def test_escaped_control_characters_are_allowed_in_verbatim_files(kept):
    deck(kept, "notes:", '  - q: "a\\x92b"', "    a: y")
    kept.built()
    assert read_apkg(kept.package).notes[0].fields[0] == "a\x92b"


def test_control_characters_that_are_spelled_out_stay_where_a_file_is_formatted(kept, capsys):
    deck(kept, "notes:", '  - {q: "a\\x92b", a: y}')
    assert run(["fmt", "-C", str(kept.root)]) == 0, capsys.readouterr()
    text = kept.read("cards/deck.yaml")
    assert "    a: y" in text
    kept.built()
    assert read_apkg(kept.package).notes[0].fields[0] == "a\x92b"


def test_a_picture_that_is_missing_twice_is_missing_beside_each_deck(kept):
    for name in ("one", "two"):
        kept.write(f"cards/{name}.yaml", "notes:\n  - {q: '<img src=none.png>', a: x}\n")
    missing = [problem.message for problem in kept.check() if problem.rule == "missing-media"]
    assert missing == [
        f"no file none.png beside cards/{name}.yaml or in cards/media/" for name in ("one", "two")
    ]
