"""Tables that make notes: several of each row, each with an id of its own."""

from __future__ import annotations

import random

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.diagnostics import Severity

DAY = 86_400
TABLE = "verb,past,meaning,tags\ngo,went,to move,motion common\nput,,to place,\n"
DECK = """\
deck: Verbs
table:
  file: verbs.csv
  make:
    - name: past
      when: past
      q: "Past tense of **{{verb}}**?"
      a: "{{past}}"
    - name: meaning
      q: "{{ verb }}"
      a: "{{meaning}}"
      reverse: true
      tags: "{{tags}}"
    - name: gap
      cloze: "{{c1::{{verb}}}} means {{c2::{{meaning}}}}."
"""


@pytest.fixture
def verbs(project):
    project.write("cards/a.yaml", DECK)
    project.write("cards/verbs.csv", TABLE)
    return project


def notes(project):
    """The notes of the package by their first field."""
    return {note.fields[0]: note for note in read_apkg(project.package).notes}


def problems(project):
    """The problems of a deck: place, rule and message."""
    return [
        (f"{one.span.path}:{one.span.line}:{one.span.column}", one.rule, one.message)
        for one in project.check()
    ]


def test_a_row_makes_a_note_of_each_pattern_that_is_not_left_out(verbs):
    verbs.built()
    made = notes(verbs)
    assert list(made) == [
        "Past tense of <strong>go</strong>?",
        "go",
        "{{c1::go}} means {{c2::to move}}.",
        "put",
        "{{c1::put}} means {{c2::to place}}.",
    ]
    assert made["go"].fields[1] == "to move"
    assert made["go"].tags == ("common", "motion")
    assert len(made["go"].cards) == 2
    assert made["put"].tags == ()


def test_only_the_ids_of_rows_are_written(verbs):
    verbs.built()
    header, *rows = verbs.read("cards/verbs.csv").splitlines()
    assert header == "verb,past,meaning,tags,id"
    assert [row.rpartition(",")[0] for row in rows] == TABLE.splitlines()[1:]
    before = verbs.read("cards/verbs.csv"), verbs.read("cards/a.yaml"), notes(verbs)
    verbs.built()
    assert (verbs.read("cards/verbs.csv"), verbs.read("cards/a.yaml"), notes(verbs)) == before
    assert verbs.build(frozen=True).diagnostics == ()


def test_ids_follow_from_the_row_the_name_and_the_note_type(verbs):
    verbs.built()
    before = {text: note.guid for text, note in notes(verbs).items()}
    first, *rest = verbs.read("cards/verbs.csv").splitlines()
    head, _, patterns = DECK.partition("    - name: past\n")
    past, _, others = patterns.partition("    - name: meaning\n")
    deck = f"{head}    - name: meaning\n{others}    - name: past\n{past}"
    verbs.write("cards/a.yaml", deck)
    verbs.write("cards/verbs.csv", "\n".join([first, *reversed(rest)]) + "\n")
    verbs.built()
    assert {text: note.guid for text, note in notes(verbs).items()} == before


def test_another_note_type_makes_other_notes(verbs):
    verbs.built()
    before = {note.guid for note in notes(verbs).values()}
    question = '      q: "Is {{verb}} {{meaning}}?"\n      a: It is.\n'
    verbs.write("cards/a.yaml", DECK[: DECK.index("      cloze:")] + question)
    verbs.built()
    assert notes(verbs)["Is go to move?"].guid not in before


def test_a_column_may_hold_the_ids_of_notes(verbs):
    verbs.write(
        "cards/a.yaml", "deck: Verbs\ntable: {file: verbs.csv, columns: {q: verb, a: past}}"
    )
    verbs.write("cards/verbs.csv", TABLE.replace("put,,", "put,put,"))
    verbs.built()
    before = notes(verbs)["go"].guid
    verbs.write(
        "cards/a.yaml", DECK.replace("name: meaning\n", 'name: meaning\n      id: "{{id}}"\n')
    )
    with (verbs.root / "cards/verbs.csv").open("a") as table:
        table.write("see,saw,to look,\n")
    for _ in range(2):  # the second build has the id of the new row
        verbs.built()
        made = notes(verbs)
        assert made["go"].guid == before
        assert made["see"].guid == verbs.read("cards/verbs.csv").split()[-1].rpartition(",")[2]
        assert len({note.guid for note in made.values()}) == len(made)


def test_a_copied_row_is_one_problem_and_gets_ids_of_its_own(verbs):
    verbs.built()
    row = verbs.read("cards/verbs.csv").splitlines()[1]
    with (verbs.root / "cards/verbs.csv").open("a") as table:
        table.write(row.replace("go,", "walk,").replace("to move", "to go") + "\n")
    ((place, rule, message),) = problems(verbs)
    assert (place.rpartition(":")[0], rule) == ("cards/verbs.csv:4", "duplicate-id")
    assert row.rpartition(",")[2] in message


# Problems


def test_an_empty_cell_is_reported_there_with_its_pattern(verbs):
    verbs.replace("cards/a.yaml", "      when: past\n", "")
    ((place, rule, message),) = problems(verbs)
    assert (place, rule) == ("cards/verbs.csv:3:5", "missing-key")
    assert message.startswith("a question note has no 'a': the cell under 'past' is empty (pattern")
    assert message.endswith(" (pattern 'past' at cards/a.yaml:5)")


def test_a_problem_in_a_cell_is_reported_there_with_the_first_pattern(verbs):
    verbs.replace("cards/verbs.csv", "to move", "to ![](move.png)")
    ((place, rule, message),) = problems(verbs)
    assert (place, rule) == ("cards/verbs.csv:2:16", "missing-media")
    assert message.endswith(" (pattern 'meaning' at cards/a.yaml:9)")


def test_a_problem_in_the_text_of_a_pattern_is_reported_once(verbs):
    verbs.replace("cards/a.yaml", "**?", "**? ![](no.png)")
    verbs.replace("cards/a.yaml", "reverse: true", "reverse: yes")
    verbs.replace("cards/verbs.csv", "put,,", "put,put,")
    assert {(place, rule) for place, rule, _ in problems(verbs)} == {
        ("cards/a.yaml:7:43", "missing-media"),
        ("cards/a.yaml:12:16", "not-a-flag"),
    }


def test_a_finding_in_the_text_of_a_pattern_is_reported_once(verbs):
    verbs.replace("cards/a.yaml", "}}.", "}}: x __init__ y __z z__.")
    verbs.replace("cards/verbs.csv", "put,,", "put,put,")
    assert {place.partition(":")[0] for place, _, _ in problems(verbs)} <= {"cards/a.yaml"}
    assert len(problems(verbs)) == len(set(problems(verbs)))


MISTAKES = {
    "      when: pst\n": "6:13 unknown-column verbs.csv has no column 'pst'",
    "      when: [past, '']\n": "6:20 unknown-column verbs.csv has no column ''",
    "      revers: true\n": "6:7 unknown-key a question note has no key 'revers'",
    "      extra: x {{pst}}\n": "6:16 unknown-column verbs.csv has no column 'pst'",
    "      tags: ['{{pst}}']\n": "6:15 unknown-column verbs.csv has no column 'pst'",
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_mistakes_in_a_pattern_are_reported_where_they_are(verbs, mistake):
    verbs.replace("cards/a.yaml", "      when: past\n", mistake)
    place, _, rest = MISTAKES[mistake].partition(" ")
    rule, _, message = rest.partition(" ")
    assert problems(verbs) == [(f"cards/a.yaml:{place}", rule, message)]


@pytest.mark.parametrize(
    ("patterns", "rules"),
    [
        ("make: past", ["not-a-list"]),
        ("make: []", ["not-a-list"]),
        ("make: [past, {}]", ["not-a-mapping", "not-a-mapping"]),
        ("make: [{q: x, a: y}]", ["missing-key"]),
        ("make: [{name: a}]", ["no-kind"]),
        ("make: [{name: a, q: x}]", ["missing-key"]),
        ("make: [{name: a, q: x, a: y}, {name: a, q: x, a: y}]", ["duplicate-name"]),
        ("make: [{name: a, list: [x]}]", ["missing-key"]),
        ("each: {reverse: true}\n  make: [{name: a, q: x, a: y}]", ["unknown-key"]),
        ("columns: {q: verb}\n  make: [{name: a, q: x, a: y}]", ["unknown-key"]),
    ],
)
def test_what_is_no_pattern_is_reported(verbs, patterns, rules):
    verbs.write("cards/a.yaml", f"deck: Verbs\ntable:\n  file: verbs.csv\n  {patterns}\n")
    errors = [one for one in verbs.check() if one.severity is Severity.ERROR]
    assert [one.rule for one in errors] == rules


def test_all_kinds_of_notes_can_be_made(verbs):
    verbs.write("cards/map.png", "map")
    verbs.write(
        "cards/a.yaml",
        """\
        deck: Verbs
        table:
          file: verbs.csv
          make:
            - name: choices
              q: Past of {{verb}}?
              choices: ["{{verb}}", "{{verb}}ed", no]
              a: "{{verb}}"
            - name: set
              q: Of {{verb}}
              set:
                - {text: "{{verb}}", n: 1}
                - {text: "{{meaning}}", n: 2}
            - name: mask
              image: map.png
              occlude:
                - {label: "{{verb}}", at: [1%, 1%, 1%, 1%], n: 1}
            - name: own
              notetype: Verb
              fields: {Verb: "{{verb}}", Past: "{{past}}"}
        """,
    )
    verbs.write(
        "cards/notetypes/verb.yaml",
        "notetype: Verb\nfields: [Verb, Past]\n"
        "templates:\n  - {name: One, front: '{{Verb}}', back: '{{Past}}'}\n",
    )
    result = verbs.built()
    assert result.diagnostics == ()
    assert result.packages[0].notes == 8
    verbs.built()
    assert verbs.build(frozen=True).diagnostics == ()


# History


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(4))
def test_random_edits_of_rows_and_patterns_keep_every_history(project, seed):
    rng = random.Random(seed)
    patterns = {
        "one": '{name: one, q: "{{a}}?", a: "{{b}}"}',
        "two": '{name: two, q: "{{b}} back?", a: "{{a}}", reverse: true}',
        "three": '{name: three, when: c, cloze: "{{c1::{{a}}}} {{c2::{{c}}}}"}',
    }
    rows = {f"row{number}": "" for number in range(4)}  # the ids of rows by their first cell
    known: dict[tuple[str, str], tuple[str, object]] = {}
    with Learner() as learner:
        for turn in range(6):
            names = rng.sample(sorted(patterns), rng.randint(2, 3))
            rng.shuffle(names)
            made = ", ".join(patterns[name] for name in names)
            project.write("cards/a.yaml", f"deck: A\ntable: {{file: a.csv, make: [{made}]}}\n")
            lines = [
                f"{key},b{turn}{key},{key[-1] if turn % 2 else f'c{key}'},{value}"
                for key, value in rng.sample(sorted(rows.items()), len(rows))
            ]
            project.write("cards/a.csv", "a,b,c,id\n" + "\n".join(lines) + "\n")
            project.now += DAY
            project.built()
            written = project.read("cards/a.csv").splitlines()[1:]
            rows = {line.split(",")[0]: line.rpartition(",")[2] for line in written}
            for _ in range(2):
                learner.import_package(project.package)
            by_text = {}
            for note in read_apkg(project.package).notes:
                if note.fields[0]:
                    text = "".join(note.fields[:2])
                    name = "one" if "?" in text and "back" not in text else "two"
                    name = "three" if "{{c1" in text else name
                    row = next(key for key in rows if key in text)
                    by_text[row, name] = note.guid
            assert by_text.keys() == {(row, name) for row in rows for name in names}
            for key, guid in by_text.items():
                if key in known:
                    assert known[key] == (guid, learner.card(guid))
                learner.answer(guid) if rng.random() < 0.5 else None
            known |= {key: (guid, learner.card(guid)) for key, guid in by_text.items()}
            rows[f"row{turn + 4}"] = ""
            if len(rows) > 5:
                rows.pop(rng.choice(sorted(rows)))
        assert learner.check_database() == ""
