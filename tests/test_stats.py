"""Counts of cards and words, and the study plan."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flashdeck.cli.run import run
from flashdeck.stats import study

DECK = """\
deck: France
tags: [geo]
notes:
  - q: What is the capital of *France*?
    a: Paris
    reverse: true
    tags: [city]
  - cloze: "{{c1::Lyon::a city}} lies on the {{c2::Rhône}}: ![](lyon.png)"
    deck: ::Rivers
  - q: 東京 は
    a: "It's Tokyo"
    typed: true
"""


@pytest.fixture
def call(project, capsys, monkeypatch):
    project.write("cards/france.yaml", DECK)
    (project.root / "cards" / "lyon.png").write_bytes(b"\x89PNG" * 600)
    monkeypatch.chdir(project.root)

    def called(*arguments):
        assert run(["stats", *arguments]) == 0
        out, err = capsys.readouterr()
        assert err == ""
        return out

    return called


def test_everything_is_counted(call):
    counted = json.loads(call("--json", "--per-day", "2"))
    assert counted == {
        "notes": 3,
        "cards": 5,
        # 6 + 1, then Lyon lies on the Rhône, then 東 京 は It's Tokyo; no typed, flags or ids
        "words": 7 + 5 + 5,
        "media": 1,
        "media_size": 2400,
        "decks": [
            {"name": "France", "notes": 2, "cards": 3},
            {"name": "France::Rivers", "notes": 1, "cards": 2},
        ],
        "kinds": [
            {"name": "question", "notes": 2, "cards": 3},
            {"name": "cloze", "notes": 1, "cards": 2},
        ],
        "tags": [
            {"name": "geo", "notes": 3, "cards": 5},
            {"name": "city", "notes": 1, "cards": 2},
        ],
        "study": {"per_day": 2, "days": 3, "loads": [2, 4, 3], "busiest": 4},
    }


def test_adjacent_clozes_are_separate_words(call, project):
    project.write("cards/france.yaml", 'notes:\n  - cloze: "{{c1::one::a hint}}{{c2::two}}"\n')
    assert json.loads(call("--json"))["words"] == 2


def test_the_report_is_readable_text(call):
    bar = "█" * 28
    assert call("--per-day", "2") == (
        "3 notes, 5 cards, 17 words, 1 media file (2.4 kB)\n"
        "\n"
        "Decks                 notes   cards\n"
        f"France                    2       3  {bar}\n"
        f"France::Rivers            1       2  {'█' * 18}▋\n"
        "\n"
        "Kinds                 notes   cards\n"
        f"question                  2       3  {bar}\n"
        f"cloze                     1       2  {'█' * 18}▋\n"
        "\n"
        "Tags                  notes   cards\n"
        f"geo                       3       5  {bar}\n"
        f"city                      1       2  {'█' * 11}▎\n"
        "\n"
        "2 new cards a day: all cards introduced in 3 days; 4 cards on the busiest\n"
        f"day 1                     2 a day    {'█' * 14}\n"
        f"day 2                     4 a day    {bar}\n"
        f"day 3                     3 a day    {'█' * 21}\n"
    )


def test_a_package_is_counted_like_its_sources_except_for_kinds(call, project):
    project.built()
    ours, theirs = json.loads(call("--json")), json.loads(call("build/france.apkg", "--json"))
    assert [kind.pop("name") for kind in theirs["kinds"]] == ["France Question", "France Cloze"]
    assert [kind.pop("name") for kind in ours["kinds"]] == ["question", "cloze"]
    # A package does not record which fields are internal.
    assert theirs.pop("words") > ours.pop("words")
    assert theirs == ours


def test_removed_notes_are_not_counted(call, project):
    project.built()
    project.write("cards/france.yaml", DECK.partition("  - cloze")[0])
    project.built()
    assert json.loads(call("build/france.apkg", "--json"))["notes"] == 1


def test_a_deck_without_notes_takes_no_time(project, capsys):
    project.write("cards/empty.yaml", "deck: Empty\nnotes: []\n")
    assert run(["stats", "-C", str(project.root)]) == 0
    assert capsys.readouterr().out == "0 notes, 0 cards, 0 words, 0 media files (0 bytes)\n"


def test_no_new_cards_a_day_is_no_plan(project):
    assert run(["stats", "--per-day", "0", "-C", str(project.root)]) == 2


@given(cards=st.integers(0, 3000), per_day=st.integers(1, 200))
def test_every_card_is_new_once_and_reviews_only_add(cards, per_day):
    plan = study(cards, per_day)
    assert len(plan.loads) == plan.days
    assert plan.days * per_day >= cards > (plan.days - 1) * per_day or cards == 0
    assert sum(plan.loads) >= cards
    # On day 5 those of days 1 and 4 come again: intervals of one day, then of three.
    if plan.days > 5:
        assert plan.loads[4] == 3 * per_day
