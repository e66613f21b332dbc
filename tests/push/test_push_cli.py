"""`flashdeck push` on the command line."""

from __future__ import annotations

import json
import re
import time

import pytest
from ankiconnect import AnkiConnectDouble
from conftest import NOW, ROOT
from pushing import DAY, GEO, Pusher
from real_anki import Learner

from flashdeck.cli.run import run


@pytest.fixture
def pusher(project, monkeypatch):
    monkeypatch.chdir(project.root)
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    project.write("cards/geo.yaml", GEO)
    with Learner() as learner:
        double = AnkiConnectDouble(learner)
        with double.running() as port:
            yield Pusher(project, double, port)


@pytest.fixture
def call(pusher, monkeypatch, capsys):
    """Run the command at a number of days after the first build."""

    def run_command(*arguments, day=0):
        monkeypatch.setenv("SOURCE_DATE_EPOCH", str(NOW + day * DAY))
        pusher.project.now = NOW + day * DAY
        capsys.readouterr()
        code = run(["push", "--port", str(pusher.port), *arguments])
        return code, *capsys.readouterr()

    return run_command


def edit(pusher):
    project, learner = pusher.project, pusher.learner
    learner.edit("spain0000001", 2, "my own")
    learner.edit("norway000001", 1, "Christiania")
    for guid in learner.guids():
        learner.touch(guid, NOW + DAY)
    learner.touch("spain0000001", NOW + 40 * DAY)
    for old, new in (
        ("a: Madrid", "a: 'Madrid, since 1561'"),
        ("a: Oslo", "a: 'Oslo!'"),
        ("deck: Geo", "deck: Geography"),
        ("q: France, a: Paris, extra", 'cloze: "{{c1::Paris}}: France", extra'),
        ("is in {{c2::Italy}}", "is in Italy"),
    ):
        project.replace("cards/geo.yaml", old, new)
    project.write("cards/new.yaml", "deck: Geography\nnotes: [{q: Peru, a: Lima}]\n")
    project.now = NOW + 30 * DAY
    project.built()


PLAN = """\
  deck    Geo → Geography                            4 cards, options stay
  new     1 note
            Peru
  edit    1 note                                     your tags on them stay
            {{c1::Rome}} is in…    Text: {{c1::Rome}} is in [-{{c2::Italy}}-]{+…
  late    1 note                                     importing would skip it
            Spain                  Answer: Madrid{+, since 1561+}
                                   you changed it on 7 Jul
  kind    1 note of another kind                     1 review goes along
            {{c1::Paris}}: France
  both    1 note                                     yours stays; or --ours
            Norway                 Answer: yours “Christiania”, new “Oslo!”
  yours   1 note                                     left alone
            Spain                  you wrote Extra
  then    1 empty card: Tools ▸ Empty Cards
            card:2 Id:italy0000001 nid:NID
"""


def test_the_plan_is_printed_at_80_columns(pusher, call):
    pusher.project.built()
    assert call("--first")[0] == 0
    pusher.study()
    edit(pusher)
    before = pusher.state()
    code, out, err = call("--dry-run", day=30)
    assert code == 0
    out = re.sub(r" *a flag does not", "", out)  # before Anki 26.09
    assert re.sub(r"nid:\d+", "nid:NID", out) == PLAN
    assert max(map(len, [*out.splitlines(), *err.splitlines()])) <= 80
    assert err.splitlines() == [
        "geo.apkg, geography.apkg of 27 Jun → Anki, profile “fd”",
        "3 of 5 notes there; last push 28 May",
        "Anki forgets what could be undone before.",
        "Nothing was done.",
    ]
    assert pusher.state() == before
    assert not [*(pusher.project.root / "build/backup").iterdir()][1:]


def test_a_push_says_how_to_take_it_back_and_the_next_does_nothing(pusher, call):
    pusher.project.built()
    call("--first")
    pusher.study()
    edit(pusher)
    code, _, err = call(day=30)
    assert code == 0
    assert "Done. Now sync, so that the phone gets it, too." in err
    (backup,) = re.findall(r"Take it back: flashdeck push --restore (\S+)", err)
    assert call(day=30)[2].endswith("Nothing to do.\n")
    code, out, err = call("--restore", backup, day=31)
    assert (code, out) == (0, "restored 1 deleted note, 2 texts, and the decks of 4 cards\n")
    assert "it was added, and stays" in err


def test_stale_packages_are_not_pushed(pusher, call):
    pusher.project.built()
    pusher.project.replace("cards/geo.yaml", "a: Madrid", "a: Madrid!")
    code, out, err = call("--first")
    assert (code, out) == (1, "")
    assert err == (
        "error: a build would change flashdeck.lock\n      = flashdeck build, and push again\n"
    )
    assert pusher.double.requests == []


def test_json_has_the_plan_and_its_keys_are_documented(pusher, call):
    pusher.project.built()
    call("--first", "--json")
    pusher.study()
    edit(pusher)
    code, out, err = call("--dry-run", "--json", "-q", day=30)
    assert (code, err) == (0, "")
    data = json.loads(out)
    assert (data["profile"], data["done"], data["differences"]) == ("fd", False, [])
    assert [edit["late"] for edit in data["edits"]] == [True, False]
    assert data["conflicts"][0]["fields"] == [
        {"name": "Answer", "before": "Christiania", "after": "Oslo!"}
    ]
    page = (ROOT / "docs/reference/commands.md").read_text("utf-8")
    (row,) = re.findall(r"^\| `push` \| (.*) \|$", page, re.MULTILINE)
    assert {*data} - {*re.findall(r"`(\w+)`", row)} == set()
