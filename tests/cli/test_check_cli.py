"""`flashdeck check` and `build` for some files and decks, and the formats of diagnostics."""

from __future__ import annotations

import json

import jsonschema
import pytest
from conftest import NOW

from flashdeck.cli.run import run
from flashdeck.diagnostics import Diagnostic, Severity
from flashdeck.report import as_github, as_sarif

# What the schema of SARIF 2.1.0 requires of the parts that are written here.
_INDEX = {"type": "integer", "minimum": 1}
_TEXT = {"type": "object", "required": ["text"], "properties": {"text": {"type": "string"}}}
_LEVEL = {"enum": ["none", "note", "warning", "error"]}
_PLACE = {
    "required": ["artifactLocation"],
    "properties": {
        "artifactLocation": {
            "required": ["uri"],
            "properties": {"uri": {"pattern": r"^[\x21-\x7e]+$"}},
        },
        "region": {
            "required": ["startLine", "startColumn", "endLine", "endColumn"],
            "additionalProperties": _INDEX,
        },
    },
}
_RULE = {
    "required": ["id"],
    "properties": {
        "id": {"type": "string"},
        "shortDescription": _TEXT,
        "help": _TEXT,
        "defaultConfiguration": {"properties": {"level": _LEVEL}},
    },
    "additionalProperties": False,
}
_RESULT = {
    "required": ["message"],
    "properties": {
        "ruleId": {"type": "string"},
        "ruleIndex": {"type": "integer", "minimum": 0},
        "level": _LEVEL,
        "message": _TEXT,
        "locations": {"minItems": 1, "items": {"properties": {"physicalLocation": _PLACE}}},
    },
    "additionalProperties": False,
}
_DRIVER = {"required": ["name"], "properties": {"rules": {"items": _RULE}}}
_RUN = {
    "required": ["tool"],
    "properties": {
        "tool": {"required": ["driver"], "properties": {"driver": _DRIVER}},
        "columnKind": {"enum": ["utf16CodeUnits", "unicodeCodePoints"]},
        "results": {"items": _RESULT},
    },
    "additionalProperties": False,
}
SARIF = {
    "type": "object",
    "required": ["version", "runs"],
    "properties": {"$schema": {}, "version": {"const": "2.1.0"}, "runs": {"items": _RUN}},
    "additionalProperties": False,
}


@pytest.fixture
def call(project, monkeypatch, capsys):
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW))

    def run_command(*arguments):
        code = run(arguments)
        return code, *capsys.readouterr()

    return run_command


@pytest.fixture
def flawed(project):
    """Three files with a problem in each document, note type, setting and table."""
    project.write(
        "cards/one.yaml",
        """\
        deck: Spanish::Verbs
        notes: [{q: ser?, b: to be}]
        ---
        deck: French
        notes: [{q: être?, b: to be}]
        """,
    )
    project.write("cards/two/food.yaml", "deck: Spanish::Food\nnotes: [{q: pan?, c: bread}]\n")
    project.write("cards/two/own.yaml", "notes: [{q: x, a: y, deck: Spanish, e: z}]\n")
    project.write("cards/words.yaml", "deck: Words\ntable: words.csv\n")
    project.write("cards/words.csv", "q,a\nno answer,\n")
    project.write("flashdeck.yaml", "nome: x\n")
    return project


def places(out):
    return [f"{one['file']}:{one['line']}" for one in json.loads(out)]


@pytest.mark.parametrize(
    ("names", "found"),
    [
        (["cards/one.yaml"], ["cards/one.yaml:2", "cards/one.yaml:5"]),
        (["./cards/two/../one.yaml"], ["cards/one.yaml:2", "cards/one.yaml:5"]),
        (["cards/two"], ["cards/two/food.yaml:2", "cards/two/own.yaml:1"]),
        (["cards/two/"], ["cards/two/food.yaml:2", "cards/two/own.yaml:1"]),
        (["cards/words.csv", "flashdeck.yaml"], ["cards/words.csv:2", "flashdeck.yaml:1"]),
        (["Spanish::Verbs"], ["cards/one.yaml:2"]),
        (["french"], ["cards/one.yaml:5"]),
        (["Words"], ["cards/words.csv:2"]),
        (["Spanish"], ["cards/one.yaml:2", "cards/two/food.yaml:2", "cards/two/own.yaml:1"]),
        (["French", "cards/two/own.yaml"], ["cards/one.yaml:5", "cards/two/own.yaml:1"]),
    ],
    ids=" ".join,
)
@pytest.mark.usefixtures("flawed")
def test_check_reports_problems_of_the_named_files_and_decks(call, names, found):
    code, out, _ = call("check", "--json", *names)
    assert code == 1
    assert sorted({*places(out)}) == found


def test_check_names_the_whole_project_by_default_and_by_its_folder(call, flawed, monkeypatch):
    everything = call("check", "--json")[1]
    assert len({*places(everything)}) == 6
    assert call("check", "--json", ".")[1] == everything
    monkeypatch.chdir(flawed.root / "cards")
    assert places(call("check", "--json", "two")[1]) == places(
        call("check", "--json", "cards/two")[1]
    )


@pytest.mark.usefixtures("flawed")
def test_a_selection_without_errors_succeeds(call, project):
    project.write("cards/good.yaml", "deck: Good\nnotes: [{q: Who?, a: Me}]\n")
    assert call("check", "Good")[0] == 0
    assert call("check", "cards/good.yaml", "-q") == (0, "", "")


@pytest.mark.usefixtures("flawed")
@pytest.mark.parametrize("name", ["Spanisch", "cards/nix.yaml", "", "a\0b", "\x1b[31m"])
def test_a_name_without_a_file_or_deck_is_an_error(call, name):
    code, out, err = call("check", name)
    assert (code, out) == (1, "")
    assert "error: there is no file and no deck" in err
    assert err.replace("\n", "").isprintable()
    assert ("did you mean 'Spanish'?" in err) == (name == "Spanisch")


@pytest.mark.usefixtures("flawed")
def test_a_file_outside_of_the_project_is_an_error(call, tmp_path):
    outside = tmp_path / "other.yaml"
    outside.write_text("")
    code, out, err = call("check", str(outside))
    assert (code, out) == (1, "")
    assert "is not in the project" in err


def test_fixes_are_made_in_the_named_files_and_decks_only(call, project):
    project.write("cards/one.yaml", "deck: A\nnotes: [{q: x, a: y, reverse: yes}]\n")
    project.write("cards/two.yaml", "deck: B\nnotes: [{q: v, a: w, reverse: yes}]\n")
    assert call("check", "--fix", "A")[0] == 0
    assert "reverse: true" in project.read("cards/one.yaml")
    assert "reverse: yes" in project.read("cards/two.yaml")
    code, out, _ = call("check", "--fix", "--diff", "cards/two.yaml")
    assert code == 1
    assert "+notes: [{q: v, a: w, reverse: true}]" in out


@pytest.mark.parametrize(
    ("names", "packages"),
    [
        ([], ["french.apkg", "spanish.apkg"]),
        (["French"], ["french.apkg"]),
        (["spanish::verbs"], ["spanish.apkg"]),
        (["cards/verbs.yaml"], ["spanish.apkg"]),
        (["cards"], ["french.apkg", "spanish.apkg"]),
    ],
)
def test_build_lists_the_packages_of_the_named_files_and_decks(call, project, names, packages):
    project.write("cards/verbs.yaml", "deck: Spanish::Verbs\nnotes: [{q: ser, a: to be}]\n")
    project.write("cards/food.yaml", "deck: French::Food\nnotes: [{q: pain, a: bread}]\n")
    for _ in range(2):  # the second build has nothing to do
        code, out, _ = call("build", *names)
        assert code == 0
        assert [line.rpartition("build")[2][1:] for line in out.splitlines()] == packages
    report = json.loads(call("build", "--json", *names)[1])
    assert [one["path"] for one in report["packages"]] == [f"build/{name}" for name in packages]


@pytest.mark.parametrize("name", ["Spanish", "flashdeck.yaml"])
def test_build_refuses_a_name_without_a_package(call, two_notes, name):
    two_notes.built()
    code, out, err = call("build", name)
    assert (code, out) == (1, "")
    assert err.count("error: ") == 1


@pytest.mark.usefixtures("flawed")
def test_sarif_has_what_its_schema_requires(call, project):
    project.write("cards/ä b.yaml", 'notes: [{q: Is it small?, a: "Yes", z: 😀}]\n')
    code, out, err = call("check", "--format", "sarif")
    assert (code, err) == (1, "")
    log = json.loads(out)
    jsonschema.validate(log, SARIF)
    (run_,) = log["runs"]
    rules = run_["tool"]["driver"]["rules"]
    assert {rules[one["ruleIndex"]]["id"] for one in run_["results"]} == {
        one["rule"] for one in json.loads(call("check", "--json")[1])
    }
    last = run_["results"][-1]["locations"][0]["physicalLocation"]
    (found,) = [
        one["locations"][0]["physicalLocation"]
        for one in run_["results"]
        if "has no key 'z'" in one["message"]["text"]
    ]
    assert last["artifactLocation"] == {"uri": "flashdeck.yaml"}
    assert found == {
        "artifactLocation": {"uri": "cards/%C3%A4%20b.yaml"},
        "region": {"startLine": 1, "startColumn": 37, "endLine": 1, "endColumn": 38},
    }


def test_sarif_of_problems_without_a_place_or_page_names_a_file():
    problems = [Diagnostic("x", "far", None, severity, "go") for severity in Severity]
    log = as_sarif(problems, "1")
    jsonschema.validate(log, SARIF)
    levels = [one["level"] for one in log["runs"][0]["results"]]
    assert levels == ["error", "warning", "note"]
    jsonschema.validate(as_sarif([], "1"), SARIF)


def test_annotations_show_control_characters_of_names():
    text = as_github([Diagnostic("x", "100 %\n::error::\x1b[31m", None)])
    assert text == "::error title=x::100 %25␊::error::␛[31m\n"
