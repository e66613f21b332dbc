"""Clozes of fields: the short way for flat ones gives what the parser gives."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from flashdeck.anki import clozes
from flashdeck.anki.clozes import Cloze, hidden_texts, parse_clozes

PIECES = [
    *("{{c1::", "{{c2::", "{{c", "}}", "::", "a", "{", "}", ":"),
    *("{{c1,2::", "{{c0::", "{{c99999::", "{{c1234::", "{{c٣::", "image-occlusion:rect"),
]


def parsed(text):
    hidden = {}
    waiting = list(parse_clozes(text)[0])
    while waiting:
        cloze = waiting.pop(0)
        if isinstance(cloze, Cloze):
            for number in cloze.numbers:
                hidden.setdefault(number, []).append(cloze.text())
            waiting += cloze.nodes
    return hidden


@given(st.lists(st.sampled_from(PIECES), max_size=8).map("".join))
@example("{{c1::a::b::c}} {{c1::d}}")
@example("{{c1::a {{c2::b}} c}}")
def test_hidden_texts_are_those_of_the_parsed_clozes(text):
    assert hidden_texts(text) == parsed(text)


def test_a_field_of_ordinary_clozes_is_not_parsed(monkeypatch):
    monkeypatch.setattr(clozes, "parse_clozes", None)
    text = "Flask relies on {{c1::Werkzeug}} and {{c2::Jinja::engine}}."
    assert hidden_texts(text) == {1: ["Werkzeug"], 2: ["Jinja"]}
