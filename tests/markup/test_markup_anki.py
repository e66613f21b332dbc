"""Texts on cards of the real Anki: what was written is what both sides show."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from conftest import ProjectFolder
from real_anki import Learner
from test_markup_cases import CASES

from flashdeck.anki.html_text import shows_something

TOPICS = ("signs", "words", "dollars", "emphasis", "inert", "lines", "tags")
TEXTS = [
    source
    for topic, source, expected in CASES.values()
    if topic in TOPICS
    and "\n! " not in expected
    and not re.search("<img|<audio", expected)
    and shows_something(expected)
]
# What Anki's reviewer takes out of a card's HTML, and what its backend replaces in a field.
TAKEN = re.compile(r"\[\[type:|\[(?:sound|anki):(?!play:)|\[(?:latex|\$\$?)\]")


def visible(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", "", html)).split())


@pytest.fixture(scope="module")
def cards(tmp_path_factory):
    """Each text's rendered field, and both sides of its card in Anki."""
    project = ProjectFolder(tmp_path_factory.mktemp("texts"))
    texts = {f"n{place:09d}z": text for place, text in enumerate(TEXTS)}
    notes = [
        f"  - {{q: {guid}, a: {json.dumps(text)}, id: {guid}}}" for guid, text in texts.items()
    ]
    project.write("cards/deck.yaml", "\n".join(["notes:", *notes, ""]))
    built = project.build()
    assert [problem for problem in built.diagnostics if problem.severity == "error"] == []
    with Learner() as learner:
        learner.import_package(built.packages[0].path)
        fields = {guid: learner.note(guid).fields[1] for guid in learner.guids()}
        yield [(texts[guid], fields[guid], learner.render(guid)) for guid in fields]


def test_anki_changes_nothing_of_a_text(cards):
    assert len(cards) > 250
    for text, field, card in cards:
        assert visible(field) in visible(card.answer), text
        assert field in card.answer, text
        assert not TAKEN.search(card.answer), text
