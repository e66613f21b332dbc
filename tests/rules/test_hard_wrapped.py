"""Lines that were wrapped by hand, and lines that end where they were meant to."""

from __future__ import annotations

import pytest

from flashdeck.diagnostics import places_in
from flashdeck.model import Collection
from flashdeck.rules.context import Entry, FieldText, LintContext
from flashdeck.rules.text.layout import hard_wrapped


def findings(text, markup="markdown"):
    place = places_in("a.yaml", text)
    passage = FieldText(text, text.replace("\n", "<br>\n"), text, place, markup)
    entry = Entry("question", "A", {"a": (passage,)}, place(0, 1), {}, {})
    return list(hard_wrapped(LintContext(Collection(), (entry,))))


WRAPPED = [
    (
        "The server calls the app as a WSGI callable, and Flask\n"
        "pushes an application context and a request context so\n"
        "that the proxies work in the function that answers."
    ),
    (
        "The mitochondrion makes most of the chemical energy that a\n"
        "cell needs, stored in a small molecule that is called ATP,\n"
        "which is also found in the chloroplasts of plants."
    ),
    (
        "First paragraph.\n\n"
        "The heart is a muscle that pumps blood through the vessels\n"
        "of the circulatory system, and is found in the middle of\n"
        "the chest between the lungs."
    ),
    (
        "Das Herz ist ein muskuläres Hohlorgan, das den Körper durch\n"
        "rhythmisches Zusammenziehen mit Blut versorgt und dadurch\n"
        "die Durchblutung aller Organe sichert."
    ),
    (
        "Il cuore è un organo muscolare che costituisce il centro\n"
        "motore dell'apparato circolatorio e propulsore del sangue\n"
        "e della linfa in diversi organismi animali."
    ),
    (
        "Сердце это полый мышечный орган, который обеспечивает ток\n"
        "крови по кровеносным сосудам посредством повторных\n"
        "ритмичных сокращений."
    ),
    (
        "Use `abort` where a request can not be answered, since it\n"
        "raises an exception that Flask turns into a response with\n"
        "the status that was given."
    ),
    (
        "A **monad** is a monoid in the category of endofunctors,\n"
        "which is to say that it has a unit and a multiplication\n"
        "with the laws of a monoid."
    ),
    (
        "The formula $x^2 + y^2 = r^2$ describes a circle around the\n"
        "origin with a radius of $r$, which is the distance of each\n"
        "of its points from the center."
    ),
    (
        "The heart of an adult beats between sixty and a hundred\n"
        "times each minute while it is at rest, and more often when\n"
        "the body is active, as it needs more oxygen then. A child's\n"
        "heart beats faster."
    ),
]
MEANT = [
    "春天来了。\n花开了。\n鸟叫了。",
    (
        "Shall I compare thee to a summer's day?\n"
        "Thou art more lovely and more temperate:\n"
        "Rough winds do shake the darling buds of May,\n"
        "And summer's lease hath all too short a date;"
    ),
    (
        "- the first item of a list that has a long text for an item\n"
        "- the second item of a list that has a long text for one\n"
        "- the third item of a list that has a long text for an item"
    ),
    (
        "Alice: what do you think about the weather that we have now?\n"
        "Bob: it is as good as it was on every other day this week\n"
        "Alice: then let us go out and have a walk along the river"
    ),
    "Pallets Projects\n123 Long Street\n12345 Springfield\nUnited States of America",
    (
        "a) red is the color of the first of these three flags here\n"
        "b) blue is the color of the second of these three flags\n"
        "c) green is the color of the third of these three flags"
    ),
    "two short\nlines that\nare broken\nby hand",
    "The server calls the app as a WSGI callable, and Flask\nanswers.",
    (
        "    for name in names_of_everything_that_there_is_to_see_here:\n"
        "        print(name_of_the_thing_that_is_to_be_seen_here_now)\n"
        "        print(name_of_the_thing_that_is_to_be_seen_here_now)"
    ),
    (
        "```\nthe server calls the app as a callable and then the other\n"
        "one is called with all of its arguments as they were given\n"
        "one is called with all of its arguments as they were given\n```"
    ),
    (
        "| the first column of the table | the second column of it |\n"
        "|-------------------------------|-------------------------|\n"
        "| the first cell of the table   | the second cell of it   |\n"
        "| the first cell of the table   | the second cell of it   |"
    ),
    (
        "This sentence ends where its line ends, as it was meant to.\n"
        "This sentence ends where its line ends, as it was meant to.\n"
        "This sentence ends where its line ends, as it was meant to."
    ),
    (
        "> the server calls the app as a WSGI callable, and Flask\n"
        "> pushes an application context and a request context so\n"
        "> that the proxies work in the function that answers."
    ),
    (
        "the last of the lines of this verse is broken on purpose  \n"
        "and so is each of the others, which have two spaces here  \n"
        "as a mark that Markdown has for a break of a line there"
    ),
]


@pytest.mark.parametrize("text", WRAPPED, ids=lambda text: text[:20])
def test_wrapped_text_is_reported(text):
    (finding,) = findings(text)
    start = text.index("\n\n") + 2 if "\n\n" in text else 0
    assert finding.span[1:3] == places_in("", text)(start, start + 1)[1:3]
    assert "breaks: join" in finding.hint


@pytest.mark.parametrize("text", MEANT, ids=lambda text: text[:20])
def test_lines_that_were_meant_are_not_reported(text):
    assert findings(text) == []


@pytest.mark.parametrize("markup", ["html", "text"])
def test_only_markdown_is_judged(markup):
    assert findings(WRAPPED[0], markup) == []


def test_joined_lines_are_no_problem():
    place = places_in("a.yaml", WRAPPED[0])
    passage = FieldText(WRAPPED[0], WRAPPED[0], WRAPPED[0], place)
    entry = Entry("question", "A", {"a": (passage,)}, place(0, 1), {}, {})
    assert list(hard_wrapped(LintContext(Collection(), (entry,)))) == []
