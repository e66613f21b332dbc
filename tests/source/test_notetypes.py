"""Note types of an author's own: read, checked, released, and carried over by the real Anki."""

from __future__ import annotations

import pytest
from real_anki import Learner

from flashdeck.anki.read.apkg import read_apkg

TYPE = """\
notetype: Country
fields: [Country, Capital, {name: Flag, size: 30}]
sort: Capital
css: country.css
reserve: 0
templates:
  - name: Country → Capital
    front: "{{Country}}"
    back: back.html
  - name: Flag
    front: "{{#Flag}}{{Flag}}{{/Flag}}"
    back: "{{Country}}"
"""
DECK = """\
deck: World
notetype: Country
notes:
  - fields: {Country: France, Capital: "**Paris**"}
  - fields: {Country: Spain, Capital: Madrid, Flag: "![](es.png)"}
"""
DAY = 86_400


@pytest.fixture
def world(project):
    project.write("cards/notetypes/country.yaml", TYPE)
    project.write("cards/notetypes/country.css", '.card { background: url("sky.png"); }\n')
    project.write("cards/notetypes/back.html", "{{FrontSide}}<hr id=answer>{{Capital}}\n")
    (project.root / "cards/notetypes/sky.png").write_bytes(b"sky")
    (project.root / "cards/es.png").write_bytes(b"flag")
    project.write("cards/world.yaml", DECK)
    return project


@pytest.fixture
def learner():
    with Learner() as learner:
        yield learner


def edit(world, old, new):
    world.now += DAY
    world.replace("cards/notetypes/country.yaml", old, new)


def rules(built):
    return [(problem.rule, problem.severity.value) for problem in built.diagnostics]


def errors(world):
    return sorted(problem.rule for problem in world.check() if problem.rule != "missing-alt")


def test_notes_have_the_fields_and_the_cards_of_their_type(world, learner):
    (package,) = world.built().packages
    assert (package.notes, package.cards, package.media) == (2, 3, 2)
    learner.import_package(package.path)
    france, spain = read_apkg(package.path).notes
    assert learner.note(france.guid).fields == ("France", "<strong>Paris</strong>", "")
    assert [card.ordinal for card in learner.cards(spain.guid)] == [0, 1]
    assert learner.render(france.guid).answer == "France<hr id=answer><strong>Paris</strong>\n"
    notetype = learner.notetype("Country")
    assert [field["name"] for field in notetype["flds"]] == ["Country", "Capital", "Flag"]
    assert (notetype["sortf"], notetype["flds"][2]["size"]) == (1, 30)
    assert learner.empty_cards() == []


def test_files_that_a_style_names_reach_the_learner_under_their_new_names(world, learner):
    (package,) = world.built().packages
    learner.import_package(package.path)
    (name,) = [name for name in learner.media() if name.startswith("_fd-")]
    assert learner.media()[name] == b"sky"
    assert f'url("{name}")' in learner.notetype("Country")["css"]


def test_a_changed_style_reaches_learners_and_touches_no_note(world, learner):
    (package,) = world.built().packages
    learner.import_package(package.path)
    before = {guid: learner.note(guid) for guid in learner.guids()}
    world.write("cards/notetypes/country.css", ".card { color: teal; }\n")
    world.now += DAY
    (package,) = world.built().packages
    assert learner.import_package(package.path).updated == 0
    assert "teal" in learner.notetype("Country")["css"]
    assert {guid: learner.note(guid) for guid in learner.guids()} == before


def test_a_renamed_field_is_carried_over(world, learner):
    (package,) = world.built().packages
    learner.import_package(package.path)
    for guid in learner.guids():
        learner.answer(guid)
    edit(world, "{name: Flag, size: 30}", "{name: Banner, was: Flag, size: 30}")
    edit(world, "{{#Flag}}{{Flag}}{{/Flag}}", "{{#Banner}}{{Banner}}{{/Banner}}")
    world.replace("cards/world.yaml", "Flag:", "Banner:")
    built = world.built()
    assert rules(built) == [("schema-rename", "warning"), ("front-changed", "info")]
    assert learner.import_package(built.packages[0].path).conflicting == 0
    notetype = learner.notetype("Country")
    assert [field["name"] for field in notetype["flds"]] == ["Country", "Capital", "Banner"]
    assert learner.notetypes() & {"Country+", "Country-"} == set()
    assert all(learner.review_log(guid) for guid in learner.guids())


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[Country, Capital, {", "[Country, Capital, Anthem, {"),
        ("[Country, Capital, {", "[Capital, Country, {"),
        ("sort: Capital", "sort: Country"),
        ("  - name: Flag\n", "  - name: Banner\n"),
    ],
)
def test_any_other_change_of_a_released_schema_stops_the_build(world, old, new):
    world.built()
    before = world.package.read_bytes()
    edit(world, old, new)
    found = [problem for problem in world.check() if problem.rule == "schema-change"]
    built = world.build()
    assert set(rules(built)) == {("schema-change", "error")}
    assert "Merge note types" in built.diagnostics[0].message
    assert built.diagnostics[0].span.path == "cards/notetypes/country.yaml"
    assert [problem.message for problem in found] == [p.message for p in built.diagnostics]
    assert world.package.read_bytes() == before
    accepted = world.built(accept_schema_change=True)
    assert set(rules(accepted)) == {("schema-change", "warning")}
    world.now += DAY
    assert rules(world.built()) == []


def test_a_note_type_that_was_never_released_may_change(world):
    edit(world, "[Country, Capital, {", "[Country, Capital, Anthem, {")
    assert rules(world.built()) == []


def test_a_note_type_cannot_go_while_notes_of_it_are_in_a_package(world):
    world.built()
    (world.root / "cards/notetypes/country.yaml").unlink()
    world.write("cards/world.yaml", "deck: World\nnotes:\n  - {q: a, a: b}\n")
    world.now += DAY
    built = world.build(accept_removals=True)
    assert rules(built) == [("notetype-gone", "error")]


def test_a_question_that_becomes_a_custom_note_is_a_new_note(world):
    world.write("cards/more.yaml", "deck: World\nnotes:\n  - {q: Italy, a: Rome}\n")
    world.built()
    world.replace(
        "cards/more.yaml", "q: Italy, a: Rome", "notetype: Country, fields: {Country: Italy}"
    )
    world.now += DAY
    assert rules(world.built()) == [("changed-kind", "warning")]


@pytest.mark.parametrize(
    ("old", "new", "rule", "words"),
    [
        ("[Country, Capital, {", "[Country, 'Cap:ital', {", "field-name", "can't contain ':'"),
        ("[Country, Capital, {", "[Country, country, {", "duplicate-name", "two fields named"),
        ("name: Flag\n", "name: COUNTRY → capital\n", "duplicate-name", "two templates named"),
        ("{{Country}}", "{{Contry}}", "template", "Contry"),
        ("{{#Flag}}{{Flag}}{{/Flag}}", "{{#Flag}}{{Flag}}", "template", "Flag"),
        ("{{#Flag}}{{Flag}}{{/Flag}}", "nothing", "template", "no field is shown"),
        ("sort: Capital", "sort: Nope", "unknown-field", "no field 'Nope'"),
        ("css: country.css", "css: nope.css", "missing-file", "nope.css"),
        ("{{Country}}", "{{Country}}<script>x()</script>", "active-content", "script"),
        ("{{Country}}", "{{Country}}<img src=nope.png>", "template-media", "nope.png"),
        ("  - name: Flag", "  - nam: Flag", "unknown-key", "no key 'nam'"),
        ("templates:", "templatez:", "unknown-key", "no key 'templatez'"),
    ],
)
def test_mistakes_in_a_note_type_are_shown(world, old, new, rule, words):
    edit(world, old, new)
    problems = [
        problem for problem in world.check() if problem.span and "notetypes" in problem.span.path
    ]
    assert problems[0].rule == rule
    assert words in problems[0].message


@pytest.mark.parametrize(
    ("old", "new", "rules"),
    [
        ("sort: Capital", "sort: Capital\ncolour: red", ["unknown-key"]),
        ("name: Flag, size: 30", "name: Flag, size: big", ["not-a-number"]),
        ("[Country, Capital, {", "[Country, 'Cap:ital', {", ["field-name"]),
        ("{name: Flag, size: 30}]", "{name: Flag, size: 30}", ["unquoted-start"]),
        ("{{Country}}", "{{Contry}}", ["template", "template"]),
        ("notetype: Country", "notetype: [Country]", ["not-text"]),
        ("{{Country}}", "{{Country}}<script>x()</script>", ["active-content", "active-content"]),
        ("sort: Capital", "sort: Nope\nkind: clozze", ["unknown-word", "unknown-field"]),
    ],
)
def test_a_mistake_in_a_note_type_is_not_reported_at_its_notes(world, old, new, rules):
    world.built()
    edit(world, old, new)
    assert errors(world) == sorted(rules)


FILTERS = """\
notetype: Word
fields: [Word, Back]
templates:
  - name: Card
    front: "{{Word}}"
    back: back.html
"""


def filters(project, back, kind="", front="{{Word}}"):
    """Return place, message and hint of each problem of a note type with one template."""
    text = FILTERS.replace("{{Word}}", front) + kind
    project.write("cards/notetypes/word.yaml", text)
    project.write("cards/notetypes/back.html", back)
    field = "{{c1::word}}" if "cloze" in kind else "word"
    project.write(
        "cards/d.yaml", f"notes:\n  - notetype: Word\n    fields: {{Word: '{field}', Back: x}}\n"
    )
    problems = project.check()
    assert {problem.rule for problem in problems} <= {"template", "template-filter"}
    return [(*problem.span[:3], problem.message, problem.hint) for problem in problems]


@pytest.mark.parametrize(
    ("tag", "column", "message", "hint"),
    [
        ("{{kanj:Word}}", 3, "Anki has no filter 'kanj'", "did you mean 'kanji'?"),
        ("{{Furigana:Word}}", 3, "Anki has no filter 'Furigana'", "did you mean 'furigana'?"),
        ("{{ text : Hint:Word}}", 4, "Anki has no filter 'text '", "did you mean 'text'?"),
        ("{{text:hnit:Word}}", 8, "Anki has no filter 'hnit'", "did you mean 'hint'?"),
        ("{{type:nc:x:Word}}", 8, "Anki has no filter 'nc'", "Anki's filters are text, "),
        ("{{edit:}}", 3, "Anki has no filter 'edit'", "Anki's filters are text, "),
        ("{{tts:Word}}", 3, "the filter 'tts' has no", "as in '{{tts en_US:Word}}'"),
        ("{{tts :Word}}", 3, "the filter 'tts' has no", "as in '{{tts en_US:Word}}'"),
        ("{{tts  de:Word}}", 3, "the filter 'tts' has no", "as in '{{tts en_US:Word}}'"),
        ("{{tts voices=A:Word}}", 3, "the filter 'tts' has no", "as in '{{tts en_US:Word}}'"),
        ("{{cloze:Word}}", 3, "the filter 'cloze' is for cloze note types", "remove it; "),
        ("{{type:cloze:Word}}", 8, "the filter 'cloze' is for cloze note types", "remove it; "),
        ("{{cloze-only:Word}}", 3, "the filter 'cloze-only' is for cloze", "remove it; "),
    ],
)
def test_a_filter_that_anki_does_not_apply_is_reported_in_its_file(
    project, tag, column, message, hint
):
    first, *_ = filters(project, f"<p>\n{tag}\n")
    assert first[:3] == ("cards/notetypes/back.html", 2, column)
    assert message in first[3]
    assert hint in first[4]


@pytest.mark.parametrize(
    "back",
    [
        "{{text:Word}}{{hint:furigana:Word}}{{kana:Word}}{{kanji:Word}}{{:Word}}",
        "{{type:Word}}{{type:nc:Back}}{{type-nc:Back}}{{tts-voices:}}",
        "{{tts en_US voices=Apple_Samantha speed=0.8:Word}}{{tts ja_JP:kana:Word}}",
        "{{FrontSide}}{{Tags}}<!-- {{kanj:Word}} -->{{Back}}",
    ],
)
def test_filters_that_anki_has_are_not_reported(project, back):
    assert filters(project, back) == []


def test_cloze_filters_are_for_cloze_note_types(project):
    back = "{{type:cloze:Word}}{{cloze-only:Word}}{{cloze:Word}}"
    assert filters(project, back, "kind: cloze\n", front="{{cloze:Word}}") == []


def test_filters_in_a_note_type_of_unknown_kind_are_not_reported(project):
    project.write("cards/notetypes/word.yaml", FILTERS + "kind: clozze\n")
    project.write("cards/notetypes/back.html", "{{cloze:Word}}")
    project.write("cards/d.yaml", "notes:\n  - {q: a, a: b}\n")
    assert [problem.rule for problem in project.check()] == ["unknown-word"]


def test_filters_of_an_imported_note_type_are_warnings(project):
    project.write("flashdeck.yaml", "media: verbatim\n")
    filters(project, "{{kanj:Word}}")
    assert [problem.severity.value for problem in project.check()] == ["warning"]


def test_filters_in_the_browser_are_checked(project):
    browser = "    browser_front: '{{Word}} {{furigna:Word}}'\n"
    assert filters(project, "{{Back}}{{kanj:Back}}", browser)[1:] == [
        (
            "cards/notetypes/word.yaml",
            7,
            32,
            "Anki has no filter 'furigna'",
            "did you mean 'furigana'?",
        )
    ]


@pytest.mark.parametrize(
    ("back", "places"),
    [
        ("<p>\n{{Back}}{{ text:Bck }}{{#Bk}}{{/Bk}}", [(2, 12), (2, 25)]),
        ("{{#Back}}{{/Back}}\n {{/Back}}", [(2, 4)]),
        ("{{#Back}}{{/Back}}\n {{#Back}}", [(2, 4)]),
        ("{{#Back}}\n{{/Word}}{{/Back}}", [(2, 3)]),
        ("{{=<% %>=}}\n<img src=x.png><%Bck%>", [(2, 18)]),
    ],
)
def test_a_problem_of_a_template_is_at_its_tag(project, back, places):
    (project.root / "cards/notetypes").mkdir()
    (project.root / "cards/notetypes/x.png").write_bytes(b"x")
    assert [problem[:3] for problem in filters(project, back)] == [
        ("cards/notetypes/back.html", *place) for place in places
    ]


def test_all_mistakes_of_a_note_type_are_reported_in_one_run(world):
    edit(world, "css: country.css", "css: nope.css\nstock: x")
    edit(world, "sort: Capital", "sort: Nope")
    edit(world, "{{Country}}", "{{Contry}}")
    assert {*errors(world)} == {"missing-file", "not-a-number", "unknown-field", "template"}


def test_a_misspelled_note_type_is_one_error_and_its_notes_keep_their_ids(world):
    world.built()
    world.replace("cards/world.yaml", "notetype: Country", "notetype: County")
    assert errors(world) == ["unknown-notetype"]


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("Country: France", "Contry: France", "unknown-field"),
        ("notetype: Country", "notetype: County", "unknown-notetype"),
        ("notetype: Country\n", "", "missing-key"),
        ('{Country: France, Capital: "**Paris**"}', "{Capital: Paris}", "empty-front"),
        ('{Country: France, Capital: "**Paris**"}', "France", "not-a-mapping"),
    ],
)
def test_mistakes_in_a_custom_note_are_shown(world, old, new, rule):
    world.replace("cards/world.yaml", old, new)
    assert rule in [problem.rule for problem in world.check()]


def test_two_note_types_of_one_name_are_an_error(world):
    world.write("cards/notetypes/twin.yaml", TYPE.replace("Country\nfields", "country\nfields"))
    assert "duplicate-notetype" in [problem.rule for problem in world.check()]
