"""Numbers of items: written once, and kept through every edit."""

from __future__ import annotations

import random
import re

import pytest
import yaml
from real_anki import Learner

from flashdeck.checking.check import check
from flashdeck.formatting.layout import formatted
from flashdeck.yamlnode import read_yaml

DAY = 86_400
FORMS = {
    "plain": ("- one, [2]", '- {text: "one, [2]", n: 1}'),
    "quotes": ('- "one: 1"', '- {text: "one: 1", n: 1}'),
    "a comment": ("- one  # why", "- {text: one, n: 1}  # why"),
    "code": ("- '`one`'", "- {text: '`one`', n: 1}"),
    "two lines": ("- one\n      two", "- {text: one two, n: 1}"),
    "block text": (
        "- |\n      one\n\n      two",
        "- text: |\n        one\n\n        two\n      n: 1",
    ),
    "folded text": (
        "- >-\n      one\n      two",
        "- text: >-\n        one\n        two\n      n: 1",
    ),
    "wide block": ("-   |\n      one", "-   text: |\n          one\n        n: 1"),
    "wide text": ("- |\n           one", "- text: |\n           one\n      n: 1"),
    "a given indentation": ("- |2\n       one", '- {text: " one\\n", n: 1}'),
    "kept line ends": ("- |+\n      one\n", "- text: |+\n        one\n\n      n: 1"),
    "a mapping": ("- text: one", "- text: one\n      n: 1"),
    "in braces": ("- {text: one}", "- {text: one, n: 1}"),
}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_every_form_of_an_item_gets_a_number(project, form, end):
    before, after = FORMS[form]
    text = "notes:\n  - list:\n    {}\n    extra: x\n    id: abcdefgh1234\n".replace("\n", end)
    project.write("cards/a.yaml", "")
    path = project.root / "cards/a.yaml"
    path.write_bytes(text.format(before.replace("\n", end)).encode())
    project.built()
    assert path.read_bytes().decode() == text.format(after.replace("\n", end))
    project.built()
    assert path.read_bytes().decode() == text.format(after.replace("\n", end))


def test_an_item_at_the_end_of_a_file_gets_a_number(project):
    path = project.root / "cards/a.yaml"
    path.write_text("notes:\n  - id: abcdefgh1234\n    set:\n      - one\n      - |\n        two")
    project.built()
    assert path.read_text().endswith("      - {text: one, n: 1}\n      - {text: two, n: 2}")


def test_items_in_brackets_get_numbers(project):
    project.write("cards/a.yaml", "notes:\n  - {set: [one, two], id: abcdefgh1234}\n")
    project.built()
    items = "[{text: one, n: 1}, {text: two, n: 2}]"
    expected = f"notes:\n  - {{set: {items}, id: abcdefgh1234}}\n"
    assert project.read("cards/a.yaml") == expected


@pytest.mark.parametrize("form", sorted(FORMS.keys() - {"a given indentation"}))
def test_a_formatted_list_stays_formatted_with_its_numbers(project, form):
    text = f"notes:\n  - list:\n    {FORMS[form][0]}\n    id: abcdefgh1234\n"
    path = project.write("cards/a.yaml", "")
    path.write_text(formatted(read_yaml("cards/a.yaml", text.encode())))
    project.built()
    assert formatted(read_yaml("cards/a.yaml", path.read_bytes())) == path.read_text()


def test_a_removed_number_is_not_used_again(project):
    project.write("cards/a.yaml", "notes:\n  - set: [one, two, three]\n")
    project.built()
    project.replace("cards/a.yaml", ", {text: three, n: 3}", "")
    project.built()
    project.replace("cards/a.yaml", "{text: two, n: 2}", "{text: two, n: 2}, four")
    project.built()
    assert "{text: four, n: 4}" in project.read("cards/a.yaml")


def test_swapped_numbers_are_reported(project):
    project.write("cards/a.yaml", "notes:\n  - list: [one, two, three]\n")
    project.built()
    project.replace("cards/a.yaml", "text: one", "text: x")
    project.replace("cards/a.yaml", "text: two", "text: one")
    project.replace("cards/a.yaml", "text: x", "text: two")
    assert [problem.rule for problem in check(project.root)] == ["cloze-renumbered"]


def test_a_moved_item_is_no_swap(project):
    project.write("cards/a.yaml", "notes:\n  - list: [one, two, three]\n")
    project.built()
    project.replace("cards/a.yaml", "{text: one, n: 1}, {text: two, n: 2}", "{text: two, n: 2}")
    project.replace("cards/a.yaml", "n: 3}", "n: 3}, {text: one, n: 1}")
    assert check(project.root) == []


def test_frozen_builds_name_the_missing_number(project):
    project.write("cards/a.yaml", "notes:\n  - list: [one, two]\n")
    project.built()
    project.replace("cards/a.yaml", "{text: two, n: 2}", "{text: two, n: 2}, three")
    problem = project.build(frozen=True).diagnostics[0]
    assert "the number of a mask or item is missing in 1 note" in problem.message


# Histories


class YamlAuthor:
    """Items in a deck file."""

    path = "cards/a.yaml"

    def write(self, project, items, kind, more):
        written = [
            f"      - {{text: {text}, n: {number}}}\n" if number else f"      - {text}\n"
            for text, number in items
        ]
        note = f"notes:\n  - {kind}:\n{''.join(written)}{more}    id: abcdefgh1234\n"
        project.write(self.path, f"deck: Items\n{note}")

    def items(self, project):
        (note,) = yaml.safe_load(project.read(self.path))["notes"]
        return [(item["text"], item["n"]) for item in note.get("list") or note["set"]]


class TableAuthor:
    """Items in a cell of a table."""

    path = "cards/a.csv"

    def write(self, project, items, kind, more):
        whole = f", each: {{{more.strip()}}}" if "whole" in more else ""
        table = f"table: {{file: a.csv, columns: {{{kind}: Items, id: id}}{whole}}}"
        project.write("cards/a.yaml", f"deck: Items\n{table}\n")
        cell = "\n".join(f"{text} {{n: {number}}}" if number else text for text, number in items)
        project.write(self.path, f'Items,id\n"{cell}",abcdefgh1234\n')

    def items(self, project):
        found = re.findall(r"(\w+) \{n: (\d+)\}", project.read(self.path))
        return [(text, int(number)) for text, number in found]


def edited(rng, items, fresh):
    """Insert, remove, reorder and rewrite items; returns what each was."""
    items = [*items]
    for _ in range(rng.randint(1, 4)):
        edit = rng.choice(["insert", "remove", "reorder", "rewrite"])
        place = rng.randrange(len(items))
        if edit == "insert":
            items.insert(place, (next(fresh), None))
        elif edit == "remove" and len(items) > 2:
            del items[place]
        elif edit == "reorder":
            rng.shuffle(items)
        elif edit == "rewrite":
            items[place] = (next(fresh), items[place][1])
    return items


@pytest.mark.slow
@pytest.mark.parametrize("author", [YamlAuthor(), TableAuthor()], ids=["yaml", "table"])
@pytest.mark.parametrize("seed", range(6))
def test_random_edits_keep_the_history_of_every_item(project, author, seed):
    rng = random.Random(seed)
    fresh = (f"word{number}" for number in range(10_000))
    items = [(next(fresh), None) for _ in range(rng.randint(2, 6))]
    with Learner() as learner:
        histories: dict[int, object] = {}
        for _ in range(8):
            kind = rng.choice(["list", "set"])
            more = rng.choice(["", "    whole: true\n"])
            if kind == "list" and author.path.endswith("yaml"):
                more += rng.choice(["", "    context: 2\n"])
            author.write(project, items, kind, more)
            project.now += DAY
            project.built()
            stamped = author.items(project)
            assert [text for text, _ in stamped] == [text for text, _ in items]
            for (_, before), (_, after) in zip(items, stamped, strict=True):
                assert before in (None, after)
                assert before or after not in histories, "a removed number was used again"
            items = stamped
            for _ in range(2):  # again: nothing changes
                learner.import_package(project.package)
                (guid,) = learner.guids()
                assert guid == "abcdefgh1234"
                for text, number in items:
                    card = learner.card(guid, number - 1)
                    assert histories.setdefault(number, card) == card
                    assert asked(learner, guid, number - 1) == text
            for number in [number for _, number in items if rng.random() < 0.5]:
                learner.answer(guid, number - 1, button=rng.choice([1, 3, 4]))
                histories[number] = learner.card(guid, number - 1)
            items = edited(rng, items, fresh)
        assert learner.check_database() == ""


def asked(learner, guid, ordinal):
    """The item that a card asks for."""
    answer = learner.render(guid, ordinal).answer
    cloze = answer.partition('class="cloze" ')[2].partition("</ol>")[0].partition("</ul>")[0]
    return re.sub("<[^<>]*>", "", cloze.partition(">")[2])
