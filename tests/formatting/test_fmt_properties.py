"""Random decks with comments: formatting never changes their contents."""

from __future__ import annotations

import re
from collections import Counter
from itertools import count

import pytest
import yaml
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from flashdeck.diagnostics import Severity
from flashdeck.formatting import formatted
from flashdeck.formatting.formatter import format_files
from flashdeck.project.project import load_project
from flashdeck.yamlnode import insertion_into, read_yaml, splice

pytestmark = pytest.mark.slow

WORDS = (
    *("word", "no", "012", "1:30", "~", "- x", "a: b", "#tag", "x #y", "`code`", "*bold*", "$x^2$"),
    *(
        "{{c1::gap}}",
        "[link](x)",
        "'quoted'",
        '"said"',
        "it's",
        "\\theta",
        "日本語",
        "می‌خواهم",
        "👩‍💻",
    ),
    *("|", ">", "&a", "!b", "%", "@x", "---", "...", "?", ":", ",", "{", "}", "<b>", "a  b", "\tz"),
    *("a rather long run of words that fills a line quickly", "https://example.com/" + "x" * 60),
)
one_liners = st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(" ".join)
texts = st.one_of(
    one_liners,
    one_liners,
    st.lists(one_liners | st.just(""), min_size=1, max_size=5).map("\n".join),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Zl", "Zp"])),
)
COMMENTS = (
    "# why",
    "# flashdeck: ignore x",
    "#",
    "## Verbs",
    "# a: b",
    "# 'odd \"",
    "# [ {",
    "#no",
)


class Writer:
    """Writes a deck as a careless author might: any order, style, indentation and comment."""

    def __init__(self, data):
        self.draw = data.draw
        self.comments = []
        self.serial = count(1)

    def comment(self):
        words = f"{self.draw(st.sampled_from(COMMENTS))} {next(self.serial)}"
        self.comments.append(words)
        return words

    def own_lines(self, *columns):
        """Comments and empty lines, in one of these columns."""
        lines = []
        for what in self.draw(st.lists(st.sampled_from(["", "", "#"]), max_size=2)):
            column = self.draw(st.sampled_from(columns))
            lines.append(" " * column + self.comment() if what else "")
        return lines

    def beside(self):
        return f" {self.comment()}" if self.draw(st.integers(0, 5)) == 0 else ""

    def scalar(self, text, indent):
        """The lines of a text, the first one to stand behind a key or a dash."""
        style = self.draw(st.sampled_from(["plain", "'", '"', "|", ">"]))
        if style == "plain" and re.fullmatch(r"\w[\w .$~-]*(?:[:#]\w+)?", text):
            return [f" {text}{self.beside()}"]
        if style == "'" and "\n" not in text:
            return [" '" + text.replace("'", "''") + "'" + self.beside()]
        if style in "|>" and text.strip() and not text.startswith((" ", "\t", "\n")):
            step = self.draw(st.sampled_from([1, 2, 4]))
            sign = self.draw(st.sampled_from(["", "-", "+"]))
            lines = text.split("\n")
            return [f" {style}{sign}{self.beside()}", *(" " * (indent + step) + x for x in lines)]
        dumped = yaml.dump(text, default_style='"', allow_unicode=True, width=10**6).rstrip("\n")
        return [f" {dumped}{self.beside()}"]

    def tags(self, indent):
        tags = self.draw(
            st.lists(st.sampled_from(["one", "two::three", "'no'", "vier"]), max_size=3)
        )
        form = self.draw(st.sampled_from(["flow", "lines", "block"]))
        if form == "flow" or not tags:
            return [f" [{', '.join(tags)}]{self.beside()}"]
        if form == "lines":
            pad = " " * (indent + 2)
            return [" [" + self.beside(), *(f"{pad}{x},{self.beside()}" for x in tags), pad + "]"]
        column = indent + self.draw(st.sampled_from([0, 2, 3]))
        return [
            self.beside(),
            *(line for x in tags for line in (*self.own_lines(column), f"{' ' * column}- {x}")),
        ]

    def note(self, dash):
        indent = dash + self.draw(st.sampled_from([2, 2, 4]))
        pairs = {"q": None, "a": None, "id": f"note{next(self.serial):08}"}
        for key in self.draw(st.sets(st.sampled_from(["extra", "hint", "tags", "reverse", "odd"]))):
            pairs[key] = None
        lines = []
        for key in self.draw(st.permutations(sorted(pairs))):
            if key == "tags":
                value = self.tags(indent)
            elif pairs[key] or key == "reverse":
                value = [f" {pairs[key] or 'true'}{self.beside()}"]
            else:
                value = self.scalar(self.draw(texts), indent)
            if lines:
                lines += self.own_lines(indent)
            lines += [f"{' ' * indent}{key}:{value[0]}", *value[1:]]
        lines[0] = " " * dash + "-" + lines[0][dash + 1 :]
        return lines + self.own_lines(indent, dash, dash + 1)

    def document(self, number):
        dash = self.draw(st.sampled_from([0, 2, 3]))
        notes = [
            line
            for _ in range(self.draw(st.integers(1, 4)))
            for line in (*self.own_lines(dash), *self.note(dash))
        ]
        lines = [*self.own_lines(0), f"deck: Deck {number}{self.beside()}", *self.own_lines(0)]
        return [*lines, f"notes:{self.beside()}", *notes, *self.own_lines(0, dash)]


@st.composite
def decks(draw):
    """The text of a deck file and its comments."""

    class Data:
        pass

    data = Data()
    data.draw = draw
    writer = Writer(data)
    lines = writer.document(1)
    if draw(st.booleans()):
        lines += ["---" + writer.beside(), *writer.document(2)]
    end = draw(st.sampled_from(["\n", "\r\n"]))
    return end.join(lines) + draw(st.sampled_from([end, "", end * 2])), writer.comments


def good(text, *, sure=False):
    """The text as read, if it is good YAML at all: a random plain text often is not."""
    file = read_yaml("cards/x.yaml", text.encode())
    errors = [problem for problem in file.problems if problem.severity is Severity.ERROR]
    assert not (sure and errors), errors
    assume(not errors)
    return file


def loaded(text):
    """What another YAML reader makes of a text."""
    return [one for one in yaml.load_all(text, yaml.CBaseLoader) if one]


@settings(
    max_examples=100,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(decks())
def test_no_word_no_key_and_no_comment_changes_and_once_is_enough(case):
    text, comments = case
    file = good(text)
    result = formatted(file)
    assert loaded(result) == loaded(text.replace("\r\n", "\n"))
    after = good(result, sure=True)
    assert formatted(after) == result
    for comment in comments:
        assert result.count(comment + "\n") >= 1, comment
    assert "\r" not in result


@settings(
    max_examples=15,
    suppress_health_check=[
        HealthCheck.filter_too_much,
        HealthCheck.too_slow,
        HealthCheck.function_scoped_fixture,
    ],
)
@given(decks())
def test_a_formatted_deck_compiles_to_the_same_and_its_ids_are_untouched(project, case):
    text, _ = case
    good(text)
    path = project.root / "cards/x.yaml"
    path.write_bytes(text.encode())
    (one,), problems = format_files(load_project(project.root)[0], [path])
    assert problems == []
    ids = [Counter(re.findall(r"\bid: (note\w+)", words)) for words in (text, one.after.decode())]
    assert ids[0] == ids[1]


@settings(
    max_examples=50,
    suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow],
)
@given(decks())
def test_a_formatted_deck_is_formatted_with_ids_too(case):
    text = re.sub(r"\bodd:", "markup:", case[0])  # an unknown key is written behind the id
    text = formatted(good(re.sub(r"(?m)^    id: note.*\n", "", formatted(good(text)))))
    # Behind text that keeps its empty lines, an id stands right above the next note.
    assume(re.search(r": [|>]2?\+", text) is None)
    notes = [
        note for document in good(text, sure=True).documents for note in document.get("notes").items
    ]
    stamped = splice(
        text,
        [insertion_into(text, note, "id: note0001") for note in notes if note.get("id") is None],
    )
    assert formatted(good(stamped, sure=True)) == stamped
