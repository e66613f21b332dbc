"""The table in docs/how-to/push.md is what an import and a push really do in Anki."""

from __future__ import annotations

import re
import time

import pytest
from ankiconnect import AnkiConnectDouble
from conftest import ROOT, ProjectFolder
from pushing import DAY, GEO, Pusher
from real_anki import Learner

FRANCE = "france000001"
NEW_CLOZE = "{{c1::Paris}}: France"


class Case:
    """A learner with the deck, before an edit of it."""

    def __init__(self, pusher: Pusher) -> None:
        self.pusher, self.project, self.learner = pusher, pusher.project, pusher.learner

    def replace(self, old: str, new: str) -> None:
        self.project.replace("cards/geo.yaml", old, new)

    def touch(self, days: float) -> None:
        """Let the learner's last edit of the note be some days after the last build."""
        self.learner.touch(FRANCE, self.project.now + int(days * DAY))

    # What the learner has afterwards

    @property
    def text(self) -> str:
        text = self.learner.note(FRANCE).fields[1]
        return {"Paris!": "your edit", "Paris": "the old text", "mine": "their text"}[text]

    @property
    def tag(self) -> str:
        return f"their tag {'stays' if 'mine' in self.learner.note(FRANCE).tags else 'is gone'}"

    @property
    def other_text(self) -> str:
        stays = self.learner.note(FRANCE).fields[2] == "mine"
        return f"their text {'stays' if stays else 'is gone'}"

    @property
    def cards(self) -> str:
        is_moved = self.learner.card(FRANCE).deck != "Geo"
        return "its cards move" if is_moved else "its cards stay where they are"


def edit_text(case):
    case.replace("a: Paris", "a: Paris!")


def tagged(case, days=-1.0):
    case.learner.add_tag(FRANCE, "mine")
    case.touch(days)
    edit_text(case)


def wrote(case, field, days):
    case.learner.edit(FRANCE, field, "mine")
    case.touch(days)
    edit_text(case)


def changed_text(case):
    mine = ", their text is gone" if case.text == "your edit" else ""
    return f"{case.text}{mine}"


def removed_tag(case):
    return f"the tag {'stays' if 'geo' in case.learner.note(FRANCE).tags else 'is gone'}"


def deleted(case):
    if FRANCE not in case.learner.guids():
        return "the note is gone"
    (empty,) = case.learner.empty_cards()
    return "an empty card" if empty.deletes_note else "a card"


def became_cloze(case):
    learner = case.learner
    (guid,) = (one for one in learner.guids() if learner.note(one).fields[0] == NEW_CLOZE)
    if learner.review_log(guid):
        assert FRANCE not in learner.guids()
        return "a new note with the reviews"
    return f"{deleted(case)}, and a new note without reviews"


def style(case):
    css = case.learner.notetype("Geo Question")["css"]
    if "learners-own" in css:
        return "their style"
    return "your edit" if "teal" in css else "the old style"


def edit_style(case):
    settings = case.project.read("flashdeck.yaml")
    case.project.write("flashdeck.yaml", f"{settings}css: '.card {{color: teal}}'\n")


def changed_style(case):
    models = case.learner.collection.models
    notetype = models.by_name("Geo Question")
    notetype["css"] += ".learners-own {}"
    models.update_dict(notetype)
    edit_style(case)


def kind_changed(case):
    case.replace("q: France, a: Paris, extra", f'cloze: "{NEW_CLOZE}", extra')


ROWS = {
    "edit a text": (edit_text, lambda case: case.text),
    "… of a note that the learner tagged": (tagged, lambda case: f"{case.text}, {case.tag}"),
    "… of a note in which they wrote another field": (
        lambda case: wrote(case, 2, -1),
        lambda case: f"{case.text}, {case.other_text}",
    ),
    "… that they changed before your build": (lambda case: wrote(case, 1, -1), changed_text),
    "… that they changed after your build": (lambda case: wrote(case, 1, 1), changed_text),
    "… of a note that they tagged after your build": (
        lambda case: tagged(case, 1),
        lambda case: case.text if case.text != "your edit" else f"{case.text}, {case.tag}",
    ),
    "remove a tag": (lambda case: case.replace("tags: [geo]\n", ""), removed_tag),
    "move a note to another deck": (
        lambda case: case.replace(f"id: {FRANCE}", f"deck: '::West', id: {FRANCE}"),
        lambda case: case.cards,
    ),
    "rename a deck": (
        lambda case: case.replace("deck: Geo", "deck: Geography"),
        lambda case: case.cards,
    ),
    "delete a note": (
        lambda case: case.replace(
            f"  - {{q: France, a: Paris, extra: on the Seine, id: {FRANCE}}}\n", ""
        ),
        deleted,
    ),
    "make a question a cloze note": (kind_changed, became_cloze),
    "change the style": (edit_style, style),
    "… of a note type that they changed before your build": (
        changed_style,
        lambda case: f"{style(case)}{', their style is gone' * (style(case) == 'your edit')}",
    ),
}


def outcome(folder, row, *, pushes):
    """Edit a deck that a learner imported and studied, bring it to them, and look."""
    edit, look = ROWS[row]
    project = ProjectFolder(folder, int(time.time()) - 30 * DAY)
    project.write("cards/geo.yaml", GEO)
    with Learner() as learner:
        double = AnkiConnectDouble(learner)
        with double.running() as port:
            pusher = Pusher(project, double, port)
            project.built()
            package = next((project.root / "build").glob("*.apkg"))
            learner.import_package(package)
            pusher.study()
            project.now = int(time.time()) + 10
            edit(Case(pusher))
            if pushes:
                assert pusher.push()[1] == []
            else:
                for built in project.built().packages:
                    learner.import_package(built.path)
            return look(Case(pusher))


@pytest.mark.slow
@pytest.mark.parametrize("row", ROWS)
def test_each_row_of_the_table_is_what_happens(tmp_path, row):
    page = (ROOT / "docs/how-to/push.md").read_text("utf-8")
    cells = re.search(rf"(?m)^\| {re.escape(row)} \| (.*) \| (.*) \|$", page)
    assert cells is not None, row
    found = [outcome(tmp_path / name, row, pushes=name == "push") for name in ("import", "push")]
    assert found == [*cells.groups()]


def test_the_table_has_no_other_rows():
    page = (ROOT / "docs/how-to/push.md").read_text("utf-8")
    table = page.partition("| you | with an import |")[2].partition("\n\n")[0]
    assert re.findall(r"(?m)^\| (.*?) \|", table) == [*ROWS]
