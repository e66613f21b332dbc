"""Reserves of note types: which part takes which one, what is remembered, and what is said."""

from __future__ import annotations

import json
import shutil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.anki.template.parse import with_names
from flashdeck.anki.template.reserves import from_anki, in_anki, without_reserves
from flashdeck.formatting.layout import formatted
from flashdeck.model import Field, NoteType, Template
from flashdeck.project.lockfile import NoteTypeEntry, parse_lock
from flashdeck.yamlnode import read_yaml

DAY = 86_400
KIND = "cards/notetypes/country.yaml"
TYPE = """\
notetype: Country
fields: [Country, Capital]
templates:
  - {name: Country, front: "{{Country}}", back: "{{Capital}}"}
"""
DECK = """\
deck: World
notetype: Country
notes:
  - {fields: {Country: France, Capital: Paris}, id: france000000}
"""


@pytest.fixture
def world(project):
    project.write("flashdeck.yaml", "name: World\n")
    project.write(KIND, TYPE)
    project.write("cards/world.yaml", DECK)
    return project


@pytest.fixture
def released(world):
    world.built()
    return world


def edit(world, old, new):
    """Edit the note type a day later."""
    world.now += DAY
    world.replace(KIND, old, new)


def said(world):
    return [(problem.rule, problem.severity.value) for problem in world.build().diagnostics]


def kind(world):
    (notetype,) = read_apkg(world.package).notetypes
    return notetype


def names_in_anki(world):
    """The names of fields and templates in the package, as in Anki."""
    return tuple(
        [part.anki or part.name for part in parts]
        for parts in (kind(world).fields, kind(world).templates)
    )


def remembered(world):
    (entry,) = parse_lock("", world.read("flashdeck.lock"))[0].notetypes.values()
    reserves = json.loads(entry.reserves)
    return {name: own for names in reserves.values() for name, own in names.items() if own}


# Which reserves there are


@pytest.mark.parametrize(
    ("line", "fields", "templates"),
    [
        ("", ["Extra 1", "Extra 2", "Card 2 on"], ["Card 2"]),
        ("reserve: 0\n", [], []),
        ("reserve: {fields: 1}\n", ["Extra 1", "Card 2 on"], ["Card 2"]),
        ("reserve: {cards: 0}\n", ["Extra 1", "Extra 2"], []),
        (
            "reserve: {fields: 0, cards: 2}\n",
            ["Card 2 on", "Card 3 on"],
            ["Card 2", "Card 3"],
        ),
    ],
)
def test_a_new_note_type_has_the_reserves_of_its_file(world, line, fields, templates):
    world.replace(KIND, "templates:", f"{line}templates:")
    world.built()
    assert names_in_anki(world) == (["Country", "Capital", *fields], ["Country", *templates])


def test_names_in_use_are_passed_over(world):
    world.replace(KIND, "Capital]", "Capital, extra 1, CARD 3 ON]")
    world.replace(KIND, "templates:", "reserve: {cards: 2}\ntemplates:")
    world.replace(
        KIND, "templates:\n", 'templates:\n  - {name: card 5, front: "{{Capital}}", back: b}\n'
    )
    world.built()
    fields, templates = names_in_anki(world)
    assert fields[4:] == ["Extra 2", "Extra 3", "Card 4 on", "Card 6 on"]
    assert templates[2:] == ["Card 4", "Card 6"]


def test_fronts_of_spare_templates_differ(world):
    world.replace(KIND, "templates:", "reserve: {cards: 8}\ntemplates:")
    world.built()
    fronts = [template.front for template in kind(world).templates]
    assert len(set(fronts)) == len(fronts) == 9


@pytest.mark.parametrize(
    ("value", "rule", "place"),
    [
        ("two", "not-a-mapping", "two"),
        ("{fields: 17}", "reserve", "17"),
        ("{cards: 9}", "reserve", "9"),
        ("{fields: -1}", "not-a-number", "-1"),
        ("{fields: 99999999999999999999}", "reserve", "99999999999999999999"),
        ("{field: 1}", "unknown-key", "field"),
    ],
)
def test_a_wrong_number_is_reported_where_it_is(world, value, rule, place):
    world.replace(KIND, "templates:", f"reserve: {value}\ntemplates:")
    (problem,) = world.check()
    assert (problem.rule, problem.severity.value) == (rule, "error")
    line = world.read(KIND).splitlines()[problem.span.line - 1]
    assert line[problem.span.column - 1 :].startswith(place)


def test_a_cloze_type_has_no_spare_templates(project):
    text = 'fields: [A]\ntemplates: [{name: C, front: "{{cloze:A}}", back: "{{cloze:A}}"}]\n'
    project.write(KIND, f"notetype: T\nkind: cloze\nreserve: {{cards: 1}}\n{text}")
    project.write("cards/t.yaml", 'notetype: T\nnotes:\n  - fields: {A: "{{c1::x}}"}\n')
    (problem,) = [problem for problem in project.check() if problem.severity.value == "error"]
    assert (problem.rule, problem.hint) == ("reserve", "remove 'cards'")


# Which part takes which reserve


def test_parts_take_reserves_wherever_they_are_written(released):
    edit(released, "[Country, Capital]", "[Flag, Country, Capital]")
    edit(released, "templates:\n", 'templates:\n  - {name: Flag, front: "{{Flag}}", back: b}\n')
    assert said(released) == [("reserve-used", "info")] * 2
    assert remembered(released) == {"Extra 1": "Flag", "Card 2": "Flag"}
    assert names_in_anki(released)[0] == ["Country", "Capital", "Extra 1", "Extra 2", "Card 2 on"]
    assert [field.name for field in kind(released).fields[:3]] == ["Country", "Capital", "Flag"]
    assert kind(released).templates[1].front == "{{Flag}}"
    assert said(released) == []


def test_a_field_with_the_name_of_a_reserve_takes_that_one(released):
    edit(released, "Capital]", "Capital, Flag, Extra 1]")
    released.built()
    assert remembered(released) == {"Extra 1": "Extra 1", "Extra 2": "Flag"}


def test_names_that_reserves_have_in_anki_can_be_used_by_other_fields(released):
    edit(released, "Capital]", "Capital, Flag]")
    released.built()
    edit(released, "Extra 1}]", "Extra 1}, Extra 1]")
    edit(released, "{{Capital}}", "{{Extra 1}} {{Flag}} {{#Extra 1}}x{{/Extra 1}}")
    released.built()
    assert remembered(released) == {"Extra 1": "Flag", "Extra 2": "Extra 1"}
    assert kind(released).templates[0].back == "{{Extra 1}} {{Flag}} {{#Extra 1}}x{{/Extra 1}}"


def test_a_field_that_took_a_reserve_is_renamed_without_a_change_names_in_anki(released):
    edit(released, "Capital]", "Capital, Flag]")
    released.built()
    before = names_in_anki(released)
    for last, name in (("Flag", "Banner"), ("Banner, was: Flag", "Standard")):
        edit(released, f"{{name: {last}", f"{{name: {name}, was: Flag")
        assert said(released) == []
        assert kind(released).fields[2].name == name
    assert names_in_anki(released) == before


def test_what_is_removed_keeps_its_reserve_and_gets_it_back(released):
    edit(released, "Capital]", "Capital, Flag]")
    released.built()
    edit(released, ", {name: Flag, anki: Extra 1}]", "]")
    assert said(released) == []
    assert kind(released).fields[2].spare
    edit(released, "Capital]", "Capital, Anthem]")
    released.built()
    assert remembered(released) == {"Extra 1": "Flag", "Extra 2": "Anthem"}
    edit(released, "Extra 2}]", "Extra 2}, Flag]")
    assert said(released) == []
    assert [field.name for field in kind(released).fields[2:4]] == ["Flag", "Anthem"]


def test_the_card_of_a_removed_template_is_named_as_in_the_sources(released):
    edit(released, "templates:\n", 'templates:\n  - {name: Back, front: "{{Capital}}", back: b}\n')
    released.built()
    edit(released, '  - {name: Back, front: "{{Capital}}", back: b, anki: Card 2}\n', "")
    (problem,) = released.build().diagnostics
    assert (problem.rule, problem.severity.value) == ("card-removed", "warning")
    assert problem.message.startswith("the card 'Back' is gone")


@pytest.mark.parametrize("name", ["Card 2 on", "extra 1"])
def test_a_field_cannot_have_the_name_of_a_reserve_that_it_does_not_take(released, name):
    edit(released, "Capital]", "Capital, Flag]")
    released.built()
    edit(released, ", {name: Flag, anki: Extra 1}]", f", {name}]")
    (problem,) = [problem for problem in released.check() if problem.severity.value == "error"]
    assert (problem.rule, problem.hint) == ("duplicate-name", "choose another name")
    line = released.read(KIND).splitlines()[problem.span.line - 1]
    assert line[problem.span.column - 1 :].startswith(name)


def test_two_fields_cannot_have_taken_one_reserve(world):
    fields = "{name: Flag, anki: Extra 1}, {name: Area, anki: Extra 1}"
    world.replace(KIND, "Capital]", f"Capital, {fields}]")
    (problem,) = world.check()
    assert (problem.rule, problem.span.line) == ("duplicate-name", 2)
    assert problem.message == "the fields 'Flag' and 'Area' took one reserve: 'Extra 1'"
    assert problem.hint == "remove 'anki' from the one that was added later"
    assert world.read(KIND).splitlines()[1][problem.span.column - 1 :].startswith("Area, anki")


def test_without_a_reserve_left_the_build_stops(released):
    edit(released, "Capital]", "Capital, A, B, C]")
    problems = [p for p in released.build().diagnostics if p.rule == "schema-change"]
    (problem,) = problems
    assert "has a new field 'C'" in problem.message
    assert problem.hint.startswith("its reserve has 0 fields and 1 card left; undo it")
    released.built(accept_schema_change=True)
    assert names_in_anki(released)[0][-1] == "C"
    fields = "{name: A, anki: Extra 1}", "{name: B, anki: Extra 2}", "C"
    edit(released, ", ".join(fields), ", ".join(reversed(fields)))
    assert said(released) == []


def test_a_lost_field_is_one_mistake_and_takes_no_reserve(released):
    edit(released, "[Country, Capital]", "[Country, City]")
    edit(released, "{{Capital}}", "{{City}}")
    released.replace("cards/world.yaml", "Capital:", "City:")
    _, new = (p for p in released.build().diagnostics if p.rule == "schema-change")
    assert "if it was renamed: {name: City, was: Capital}; undo it" in new.hint
    assert said(released) == [("schema-change", "error")] * 2


def test_a_type_released_without_reserves_says_so(world):
    world.replace(KIND, "templates:", "reserve: 0\ntemplates:")
    world.built()
    edit(world, "reserve: 0\n", "")
    edit(world, "Capital]", "Capital, Flag]")
    (problem,) = world.build().diagnostics
    assert problem.rule == "schema-change"
    assert problem.hint.startswith("it was released without a reserve; undo it")


def test_a_reserve_that_comes_too_late_is_a_warning(released):
    edit(released, "templates:", "reserve: {fields: 3}\ntemplates:")
    (problem,) = released.build().diagnostics
    assert (problem.rule, problem.severity.value) == ("reserve-released", "warning")
    assert "a reserve of 2 fields and 1 card" in problem.message
    assert released.read(KIND).splitlines()[problem.span.line - 1] == "reserve: {fields: 3}"
    edit(released, "{fields: 3}", "{fields: 2}")
    assert said(released) == []


def test_the_message_points_at_the_name(released):
    edit(released, "Capital]", "Capital, {size: 12, name: Flag}]")
    (problem,) = [problem for problem in released.check() if problem.rule == "reserve-used"]
    line = released.read(KIND).splitlines()[problem.span.line - 1]
    assert line[problem.span.column - 1 : problem.span.end_column - 1] == "Flag"
    assert problem.message == (
        "the field 'Flag' is 'Extra 1' in Anki: it takes a reserve of the note type 'Country', "
        "which has 1 field and 1 card left"
    )


# What the lock remembers


def test_a_lost_lock_is_rebuilt_with_the_reserves(released):
    edit(released, "Capital]", "Flag, Capital]")
    released.built()
    before = names_in_anki(released)
    (released.root / "flashdeck.lock").unlink()
    (released.root / "build/.published").unlink()
    assert said(released) == [("lock-lost", "warning")]
    assert remembered(released) == {"Extra 1": "Flag"}
    assert names_in_anki(released) == before


def in_anki_as_released(world):
    """The names and ids of all parts of the note type, as in Anki."""
    parts = (*kind(world).fields, *kind(world).templates)
    return names_in_anki(world), [part.id for part in parts]


def lose_all(world):
    """Lose the lock and all packages; return the diagnostics of a build a day later."""
    world.now += DAY
    (world.root / "flashdeck.lock").unlink()
    shutil.rmtree(world.root / "build")
    return said(world)


@pytest.mark.parametrize("reserve", ["", "reserve: {fields: 4, cards: 2}\n"])
@pytest.mark.parametrize(
    ("released_fields", "fields"),
    [
        ("[Country, Capital]", "[Flag, Country, Area, Capital]"),
        ("[Country, extra 1, Capital]", "[Country, Flag, extra 1, Capital]"),
        ("[Country, Capital, Extra 1]", "[Flag, Country, Capital, {name: One, was: Extra 1}]"),
        ("[Country, Capital]", "[Country, Capital, {name: 'no', size: 12}, 'a, b']"),
        ("[Country, Capital]", "[Country, Capital, Extra 2]"),
    ],
)
def test_a_lost_lock_without_packages_follows_from_the_sources(
    world, reserve, released_fields, fields
):
    world.replace(KIND, "[Country, Capital]", released_fields)
    world.replace(KIND, "templates:", f"{reserve}templates:")
    world.built()
    edit(world, released_fields, fields)
    edit(world, "templates:\n", 'templates:\n  - {name: Back, front: "{{Capital}}", back: b}\n')
    world.built()
    before, text = in_anki_as_released(world), world.read(KIND)
    assert lose_all(world) == [("lock-lost", "warning")]
    assert in_anki_as_released(world) == before
    assert world.read(KIND) == text
    assert said(world) == []


def test_what_was_never_in_use_is_free_after_the_loss_of_the_lock(released):
    edit(released, "Capital]", "Capital, A, B]")
    released.built()
    edit(released, ", {name: A, anki: Extra 1}", "")
    released.built()
    lose_all(released)
    assert remembered(released) == {"Extra 2": "B"}
    edit(released, "Capital,", "Capital, C,")
    assert said(released) == [("reserve-used", "info")]
    assert remembered(released) == {"Extra 1": "C", "Extra 2": "B"}


# What a build writes into the sources


@pytest.mark.parametrize(
    ("written", "stamped"),
    [
        ("Flag", "{name: Flag, anki: Extra 1}"),
        ("'no'", "{name: 'no', anki: Extra 1}"),
        ("'x, y'", "{name: 'x, y', anki: Extra 1}"),
        ("{name: Flag}", "{name: Flag, anki: Extra 1}"),
        ("{size: 12, name: Flag}", "{size: 12, name: Flag, anki: Extra 1}"),
        ("{name: Flag, size: 12}", "{name: Flag, anki: Extra 1, size: 12}"),
    ],
)
def test_a_build_writes_the_reserve_beside_the_name(released, written, stamped):
    edit(released, "Capital]", f"Capital, {written}]")
    before = released.read(KIND)
    released.built()
    assert released.read(KIND) == before.replace(written, stamped)


BLOCK = """\
notetype: Country
fields:
  - Country  # the land
  - Capital
templates:
  - name: Country
    front: "{{Country}}"
    back: "{{Capital}}"
"""


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_only_the_names_of_reserves_are_written(world, end, mark):
    """Two note types of one file, with a byte order mark, comments and other line ends."""
    both = f"{TYPE}---\n{TYPE.replace('notetype: Country', 'notetype: Land')}"

    def write(text):
        (world.root / KIND).write_bytes((mark + text.replace("\n", end)).encode())

    write(both)
    world.write("cards/land.yaml", "notetype: Land\nnotes:\n  - {fields: {Country: Chile}}\n")
    world.built()
    world.now += DAY
    grown = both.replace("[Country, Capital]", "[\n  Country,  # land\n  Flag,\n  Capital,\n]")
    write(grown)
    world.built()
    expected = grown.replace("Flag", "{name: Flag, anki: Extra 1}")
    assert world.read(KIND) == mark + expected.replace("\n", end)


def test_a_build_writes_reserves_in_block_style(world):
    world.write(KIND, BLOCK.replace("templates:", "reserve: {fields: 3}\ntemplates:"))
    world.built()
    new = (
        "  - name: Flag\n    front: {}\n    back: |\n      {{{{Flag}}}}\n\n      {{{{Country}}}}\n"
    )
    fields = (
        "  - Flag, small  # new\n  - Capital\n  - name: Area\n    size: 9\n  - |-\n    Anthem\n"
    )
    edit(world, "  - Capital\n", fields)
    world.write(KIND, world.read(KIND) + new.format('"{{Flag, small}}"').replace("{{Flag}}", "x"))
    text = world.read(KIND)
    world.built()
    expected = text.replace("- Flag, small ", '- {name: "Flag, small", anki: Extra 1} ')
    expected = expected.replace("name: Area\n", "name: Area\n    anki: Extra 2\n")
    expected = expected.replace("|-\n    Anthem", "{name: Anthem, anki: Extra 3}")
    assert world.read(KIND) == expected + "    anki: Card 2\n"


LONG = ", ".join(f"Field {number}" for number in range(11))


@pytest.mark.parametrize(
    "fields",
    [
        "[Country, Capital, Flag, 'no']",
        f"[Country, Capital, {LONG}]",
        f"[Country, Capital, {LONG}, {'long name ' * 4}]",
        "[Country, Capital, 'a, b']",
        f"[Country, Capital, {{name: Area, description: {'x' * 68}}}]",
        f"[Country, Capital, {{name: Area, description: {'x' * 69}}}]",
    ],
)
def test_a_file_that_fmt_wrote_stays_as_fmt_writes_it(world, fields):
    world.replace(KIND, "templates:", "reserve: {fields: 16}\ntemplates:")
    world.built()
    edit(world, "[Country, Capital]", fields)
    template = '  - {name: Back, browser_front: x, front: "{{Capital}}", back: b}\n'
    world.write(KIND, world.read(KIND) + template)
    path = world.root / KIND
    path.write_text(formatted(read_yaml(KIND, path.read_bytes())))
    world.built()
    text = world.read(KIND)
    assert "anki: Extra 1" in text
    assert "anki: Card 2\n    browser_front: x\n" in text
    assert formatted(read_yaml(KIND, text.encode())) == text


def test_a_frozen_build_names_the_first_part_without_its_reserve(released):
    edit(released, "Capital]", "Capital, A, B]")
    before = released.read(KIND)
    problem = next(p for p in released.build(frozen=True).diagnostics if p.rule == "frozen")
    assert problem.message == (
        f"a build would change {KIND}: the reserve is missing in 2 fields or templates"
    )
    line = released.read(KIND).splitlines()[problem.span.line - 1]
    assert line[problem.span.column - 1 :].startswith("A, B]")
    assert released.read(KIND) == before
    released.built()
    assert released.build(frozen=True).diagnostics == ()


def test_messages_of_a_build_are_at_the_names_that_it_wrote_beside(released):
    edit(released, "[Country, Capital]", "[A, Country, Capital, B]")
    problems = [p for p in released.build().diagnostics if p.rule == "reserve-used"]
    line = released.read(KIND).splitlines()[1]
    assert [line[p.span.column - 1 : p.span.end_column - 1] for p in problems] == ["A", "B"]


def test_a_note_type_that_grew_before_gets_its_reserves_written(released):
    edit(released, "Capital]", "Capital, Flag]")
    released.built()
    edit(released, "{name: Flag, anki: Extra 1}", "Flag")
    assert said(released) == []
    assert "{name: Flag, anki: Extra 1}" in released.read(KIND)


def test_a_comment_in_the_file_of_a_note_type_ignores_a_rule(released):
    edit(released, "Capital]", "Capital, Flag]  # flashdeck: ignore reserve-used")
    assert released.check() == []
    assert said(released) == []
    assert [problem.rule for problem in released.check()] == ["unused-ignore"]


def entry(time, **fields):
    reserves = {"fields": {"Extra 1": "", "Extra 2": ""} | fields, "templates": {}}
    return NoteTypeEntry(
        7,
        '{"cloze":false,"fields":[["A",1]],"sort":0,"templates":[["T",2]]}',
        "x",
        time,
        json.dumps(reserves),
    )


def lines(*entries):
    return [f"notetype\t{e.id}\t{e.schema}\t{e.content}\t{e.time}\t{e.reserves}" for e in entries]


def test_a_merge_remembers_the_reserves_of_both_branches():
    ours = entry(5, **{"Extra 1": "Flag"})
    theirs = entry(6, **{"Extra 1": "Anthem", "Extra 2": "Area"})
    (first, second) = lines(ours, theirs)
    for conflict in ((first, second), (second, first)):
        text = "\n".join(["<<<<<<< a", conflict[0], "=======", conflict[1], ">>>>>>> b"])
        (merged,) = parse_lock("", text)[0].notetypes.values()
        assert merged.time == 6
        assert json.loads(merged.reserves)["fields"] == {"Extra 1": "Anthem", "Extra 2": "Area"}
        newer = (entry(7, **{"Extra 1": "Flag"}), theirs)
        (merged,) = parse_lock("", "\n".join(lines(*newer)))[0].notetypes.values()
        assert json.loads(merged.reserves)["fields"] == {"Extra 1": "Flag", "Extra 2": "Area"}


# Names of fields in templates


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a {{Flag}} {{Flags}}", "a {{Extra 1}} {{Flags}}"),
        ("{{#Flag}}{{ Flag }}{{/Flag}}", "{{#Extra 1}}{{ Extra 1 }}{{/Extra 1}}"),
        ("{{^ Flag}}{{type:nc:Flag}}{{/ Flag }}", "{{^ Extra 1}}{{type:nc:Extra 1}}{{/ Extra 1 }}"),
        ("{{{Flag}}} {{Flag:x}}", "{{{Extra 1}}} {{Flag:x}}"),
        ("<!-- {{Flag}} --> {{Flag", "<!-- {{Flag}} --> {{Flag"),
        (" {{=<% %>=}}<%Flag%> {{Flag}}", " {{=<% %>=}}<%Extra 1%> {{Flag}}"),
    ],
)
def test_names_are_replaced_where_anki_reads_them(text, expected):
    assert with_names(text, {"Flag": "Extra 1"}) == expected
    assert with_names(expected, {"Extra 1": "Flag"}) == text


@given(st.lists(st.sampled_from("{{ }} # / ^ : A B x <!-- --> <% %> {{=<%_%>=}}".split())))
def test_other_names_and_back_are_the_same_text(parts):
    text = "".join(parts).replace("_", " ")
    swapped = {"A": "B", "B": "A"}
    assert with_names(with_names(text, swapped), swapped) == text


# Marks of packages from elsewhere

MARKS = st.lists(st.sampled_from([None, "", "Flag", "A", "x y", 7, "}}"]), min_size=3, max_size=3)


@given(MARKS, MARKS, st.sampled_from(["{{A}}{{Extra 1}}", "{{Flag}}", "{{#B}}{{B}}", "x"]))
def test_any_marks_give_a_note_type_that_is_the_same_in_anki(fields, templates, front):
    plain = NoteType(
        7,
        "Country",
        (Field("A"), Field("B"), Field("Extra 1")),
        (Template("T", front, "{{A}}"), Template("Flag", "{{A}}", ""), Template("C", "", front)),
    )
    own = from_anki(plain, fields, templates)
    assert in_anki(own) == plain
    written, _ = without_reserves(own)
    assert written.templates
    assert written.fields[written.sort] == own.fields[own.sort]
