"""`flashdeck diff`: packages, sources and revisions of git, as text, JSON and release notes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from dataclasses import replace

import pytest
from growing import KIND, add_anthem, add_flag, begin

from flashdeck.anki.read.apkg import read_apkg
from flashdeck.cli.run import run
from flashdeck.comparison.changes import Entry
from flashdeck.comparison.search import note_searches

ANSWER = ("Armin Ronacher", "Armin, an Austrian")


@pytest.fixture
def call(two_notes, monkeypatch, capsys):
    """Run `diff` in the project; give exit code, stdout and stderr."""
    monkeypatch.chdir(two_notes.root)
    for name in ("NO_COLOR", "FORCE_COLOR"):
        monkeypatch.delenv(name, raising=False)

    def called(*arguments):
        code = run(["diff", *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return called


@pytest.fixture
def git(two_notes, monkeypatch):
    """Run git in the project, undisturbed by anybody's settings."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        monkeypatch.delenv(name, raising=False)

    def called(*arguments):
        who = ["-c", "user.name=Author", "-c", "user.email=author@example.org"]
        command = ["git", "-C", str(two_notes.root), *who, *arguments]
        subprocess.run(command, check=True, capture_output=True)

    called("init", "-q")
    return called


@pytest.fixture
def tagged(two_notes, git):
    """A built project whose state is tagged v1, and an edit since."""
    two_notes.built()
    git("add", "-A")
    git("commit", "-qm", "one")
    git("tag", "v1")
    two_notes.replace("cards/flask.yaml", *ANSWER)
    return two_notes


def files(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


def test_a_fresh_build_has_no_changes(call, two_notes):
    two_notes.built()
    assert call() == (0, "no changes\n", "build/ → the sources\n")


def test_the_sources_are_compared_with_the_last_build_and_nothing_is_written(call, two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", *ANSWER)
    before = files(two_notes.root)
    code, out, _ = call()
    assert code == 0
    assert out == (
        "1 changed\n\nChanged\n"
        "  ~ Who created Flask? (cards/flask.yaml:4)\n"
        "      Answer: Armin [-Ronacher-]{+, an Austrian+}\n"
    )
    assert files(two_notes.root) == before


def test_colors_can_be_asked_for(call, two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", *ANSWER)
    assert "\x1b[" not in call()[1]
    assert "\x1b[32m" in call("--color", "always")[1]


def test_the_json_shape_is_stable(call, two_notes):
    two_notes.built()
    identity = two_notes.read("cards/flask.yaml").split("id: ")[1].split()[0]
    two_notes.replace("cards/flask.yaml", *ANSWER)
    code, out, _ = call("--json")
    assert code == 0
    assert json.loads(out) == {
        "old": "build/",
        "new": "the sources",
        "summary": "1 changed",
        "notes": {
            "new": [],
            "changed": [
                {
                    "id": identity,
                    "title": "Who created Flask?",
                    "deck": "Flask",
                    "notetype": "Flask Question",
                    "file": "cards/flask.yaml",
                    "line": 4,
                    "fields": [
                        {
                            "name": "Answer",
                            "change": "text",
                            "old": "Armin Ronacher",
                            "new": "Armin, an Austrian",
                            "words": [
                                ["same", "Armin"],
                                ["removed", " Ronacher"],
                                ["added", ", an Austrian"],
                            ],
                        }
                    ],
                    "tags_added": [],
                    "tags_removed": [],
                    "cards_added": [],
                    "cards_vanished": [],
                    "renumbered": [],
                }
            ],
            "removed": [],
            "restored": [],
            "moved": [],
            "retyped": [],
            "sent_again": [],
            "reordered": 0,
        },
        "decks": {"renamed": [], "described": [], "presets": []},
        "notetypes": {"added": [], "removed": [], "changed": []},
        "media": {"added": [], "removed": [], "replaced": []},
        "by_hand": [],
    }


def test_release_notes_are_written_as_markdown(call, two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", *ANSWER)
    assert call("--markdown")[1].startswith(
        "1 changed.\n\n## Changed (1)\n\n- Who created Flask?\n"
    )


DAY = 86_400
AGAIN = "1 note with earlier edits: an import replaces learners' own tags, marks and edits of it"


@pytest.fixture
def edited_twice(two_notes, monkeypatch):
    """Two edits, ten days apart; the second is not built yet."""
    two_notes.built()
    two_notes.now += DAY
    two_notes.replace("cards/flask.yaml", *ANSWER)
    two_notes.built()
    two_notes.now += 10 * DAY
    two_notes.replace("cards/flask.yaml", "Flask relies on", "Flask needs")
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(two_notes.now))
    return two_notes


def test_notes_that_are_sent_again_are_counted(call, edited_twice):
    _, out, _ = call()
    assert out.startswith("1 changed, 1 sent again\n")
    assert f"Sent again {AGAIN}" in " ".join(out.split())
    (note,) = json.loads(call("--json")[1])["notes"]["sent_again"]
    assert note["title"] == "Who created Flask?"
    notes = call("--markdown")[1]
    assert notes.startswith("1 changed, 1 sent again.\n")
    assert (
        "\n\n## Sent again (1)\n\n1 note with edits of earlier versions: the import replaces "
        "your own tags, marks and edits of it.\n"
    ) in notes
    built = edited_twice.built().packages[0].counts
    assert (built.changed, built.sent_again) == (1, 1)
    assert call()[1] == "no changes\n"


def test_packages_tell_which_notes_are_sent_again(call, edited_twice, tmp_path):
    old = shutil.copy(edited_twice.package, tmp_path / "old.apkg")
    edited_twice.built()
    assert "1 changed, 1 sent again" in call(str(old), "build/flask.apkg")[1]


def test_a_revision_of_git_has_the_times_of_its_lock(call, edited_twice, git):
    edited_twice.replace("cards/flask.yaml", "Flask needs", "Flask relies on")
    git("add", "-A")
    git("commit", "-qm", "one")
    git("tag", "v1")
    edited_twice.replace("cards/flask.yaml", "Flask relies on", "Flask needs")
    assert "1 changed, 1 sent again" in call("v1", "--markdown")[1]
    edited_twice.built()
    git("commit", "-qam", "two")
    assert "1 changed, 1 sent again" in call("v1", "HEAD")[1]
    assert call("HEAD")[1] == "no changes\n"


def test_searches_have_the_ids_of_notes_in_anki(call, edited_twice, git):
    number = next(
        note.id
        for note in read_apkg(edited_twice.package).notes
        if "Flask relies" in note.fields[0]
    )
    git("add", "-A")
    git("commit", "-qm", "one")
    edited_twice.replace("cards/flask.yaml", "and {{c2::Jinja2}}", "and Jinja2")
    searches = (call(*arguments, "--json")[1] for arguments in ([], ["build/flask.apkg"], ["HEAD"]))
    for found in searches:
        ((search,),) = (step["searches"] for step in json.loads(found)["by_hand"])
        assert search.startswith("card:2 Id:")
        assert search.endswith(f" nid:{number}")


def test_by_a_wrong_clock_the_sources_are_compared_without_times(call, edited_twice, monkeypatch):
    monkeypatch.setenv("SOURCE_DATE_EPOCH", str(edited_twice.now - 100 * DAY))
    assert call()[1].startswith("1 changed\n")


def test_two_packages_are_compared_without_a_project(call, two_notes, tmp_path, monkeypatch):
    two_notes.built()
    old = shutil.copy(two_notes.package, tmp_path / "old.apkg")
    two_notes.replace("cards/flask.yaml", *ANSWER)
    two_notes.now += 100
    two_notes.built()
    new = str(two_notes.package)
    monkeypatch.chdir(tmp_path)
    assert "1 changed" in call(str(old), new)[1]
    assert call(new, new)[1] == "no changes\n"


def test_one_package_of_several_is_compared_with_its_own_part(call, two_notes):
    two_notes.write("cards/french.yaml", "deck: French\nnotes:\n  - {q: oui, a: yes}\n")
    two_notes.built()
    code, out, err = call("build/flask.apkg")
    assert (code, out) == (0, "no changes\n")
    assert "not compared, since they share no note: french.apkg" in err
    assert call("HEAD.apkg")[0] == 1


def test_the_package_that_a_renamed_deck_leaves_behind_does_not_count(call, two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "deck: Flask", "deck: Bottle")
    _, out, _ = call()
    assert "1 deck renamed" in out
    two_notes.now += 100
    two_notes.built()
    assert len(list((two_notes.root / "build").glob("*.apkg"))) == 2
    assert call()[1] == "no changes\n"


def test_removed_notes_follow_the_settings(call, two_notes):
    two_notes.built()
    source = two_notes.read("cards/flask.yaml")
    two_notes.write("cards/flask.yaml", source[: source.index("  - cloze")])
    assert "Tools > Empty Cards" in call()[1]
    settings = two_notes.read("flashdeck.yaml")
    two_notes.write("flashdeck.yaml", settings + "removed: keep\n")
    assert "an import never deletes" in call()[1]


def test_without_a_package_the_error_has_a_hint(call):
    code, out, err = call()
    assert (code, out) == (1, "")
    assert "there is no package in build/" in err
    assert "flashdeck diff v1.0" in err


def test_errors_in_the_sources_end_with_1_and_no_half_answer(call, two_notes):
    two_notes.built()
    two_notes.replace("cards/flask.yaml", "    a: Armin", "    answer: Armin")
    code, out, err = call()
    assert (code, out) == (1, "")
    assert "cards/flask.yaml:5:5: error" in err


def test_json_and_markdown_at_once_are_wrong_usage(call):
    assert call("--json", "--markdown")[0] == 2


def test_a_package_that_is_not_there_is_one_sentence(call):
    code, _, err = call("nope.apkg")
    assert code == 1
    assert err.startswith("error: nope.apkg can't be opened: ")


def test_a_revision_of_git_is_compiled_as_it_was(call, tagged):
    before = files(tagged.root)
    code, out, err = call("v1")
    assert (code, err) == (0, "v1 → the sources\n")
    assert "1 changed" in out
    assert call("v1", "HEAD")[1] == "no changes\n"
    assert files(tagged.root) == before


def test_a_project_in_a_subfolder_of_a_repository_is_found(call, tagged, git):
    (tagged.root / "inner").mkdir()
    for name in ("cards", "flashdeck.yaml", "flashdeck.lock"):
        (tagged.root / name).rename(tagged.root / "inner" / name)
    shutil.rmtree(tagged.root / "build")
    git("add", "-A")
    git("commit", "-qm", "inner")
    tagged.replace("inner/cards/flask.yaml", "Armin, an Austrian", "Armin")
    code, out, _ = call("HEAD", "-C", "inner")
    assert code == 0
    assert "Armin{+" not in out
    assert "1 changed" in out
    code, out, _ = call("v1", "-C", "inner")
    assert "2 new" in out


def test_line_ends_attributes_and_links_come_as_they_were_stored(call, two_notes, git):
    two_notes.write(".gitattributes", "*.svg export-ignore\n* text=auto eol=crlf\n")
    two_notes.write("cards/img/real.svg", "<svg xmlns='http://www.w3.org/2000/svg'/>\n")
    (two_notes.root / "cards/link.svg").symlink_to("img/real.svg")
    two_notes.replace("cards/flask.yaml", "a: Armin Ronacher", 'a: "Armin ![](link.svg)"')
    two_notes.built()
    git("add", "-A")
    git("commit", "-qm", "one")
    code, out, err = call("HEAD")
    assert (code, out, err) == (0, "no changes\n", "HEAD → the sources\n")


def test_errors_at_a_revision_are_shown_with_its_lines(call, two_notes, git):
    two_notes.replace("cards/flask.yaml", "    a: Armin", "    answer: Armin")
    git("add", "-A")
    git("commit", "-qm", "broken")
    two_notes.replace("cards/flask.yaml", "    answer: Armin", "    a: Armin")
    code, out, err = call("HEAD")
    assert (code, out) == (1, "")
    assert "    5 |     answer: Armin Ronacher" in err


@pytest.mark.parametrize("revision", ["nope", "v1:cards", "HEAD~9", "a b"])
def test_an_unknown_revision_is_one_sentence(call, tagged, revision):
    assert tagged.package.exists()
    code, out, err = call(revision)
    assert (code, out) == (1, "")
    assert err.startswith(f"error: unknown revision '{revision}'")
    assert "name a tag, a branch or a commit" in err


def test_a_revision_is_never_taken_for_an_option(call, tagged):
    before = files(tagged.root)
    code, _, err = call("--", "--output=x")
    assert (code, files(tagged.root)) == (1, before)
    assert "'--output=x' is not a revision" in err


def test_outside_of_a_repository_is_an_error(call, two_notes, monkeypatch):
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(two_notes.root.parent))
    code, _, err = call("v1")
    assert code == 1
    assert "is not in a git repository" in err


def test_without_git_is_an_error(call, tagged, monkeypatch):
    assert tagged.package.exists()
    monkeypatch.setenv("PATH", str(tagged.root))
    code, _, err = call("v1")
    assert code == 1
    assert err.startswith("error: git is not installed")


def test_a_note_type_that_grows_is_shown_in_the_author_s_names(project, monkeypatch, capsys):
    begin(project).built()
    first = project.package.read_bytes()
    add_flag(project)
    project.package.with_name("first.apkg").write_bytes(first)
    monkeypatch.chdir(project.root)
    assert run(["diff", "build/first.apkg"]) == 0
    out = capsys.readouterr().out
    assert out.endswith(
        "Changed\n  ~ France (cards/world.yaml:4)\n      Flag: {+tricolore+}\n\n"
        "Note types\n  ~ Country: field “Flag” added; card type “Flag → Country” added\n"
    )
    assert run(["diff", "build/first.apkg", "--json"]) == 0
    (changed,) = json.loads(capsys.readouterr().out)["notetypes"]["changed"]
    assert (changed["fields"]["added"], changed["refused"]) == (["Flag"], False)
    assert run(["diff", "build/world.apkg", "build/first.apkg"]) == 0
    assert "field “Flag” removed; card type “Flag → Country” removed" in capsys.readouterr().out
    add_anthem(project)
    project.replace(KIND, "{name: Anthem,", "{name: Hymn, was: Anthem,")
    project.replace(KIND, "{{Anthem}}", "{{Hymn}}")
    project.replace("cards/world.yaml", "Anthem", "Hymn")
    assert run(["diff"]) == 0
    assert "field “Anthem” renamed to “Hymn”" in capsys.readouterr().out


def test_searches_have_anki_s_names(project):
    begin(project).built()
    add_flag(project)
    collection = read_apkg(project.package)
    note = replace(collection.notes[0], id=0, fields=("", "", "", "lily", "", ""))
    searches = note_searches([Entry(note, collection.notetypes[0])])
    assert searches == ('"note:Country" "Extra 1:lily"',)
